"""Paths in bodies → content: files and folders that are uploaded, and YAML that stands in another file.

A path is relative to the file that it is written in and confined to the repository, links followed. Older
az ml files write ``file:conda.yml``: the prefix says nothing and is taken off, here and nowhere else.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal

from mlinfra.config import codes
from mlinfra.config.files import Refused, find
from mlinfra.config.source import parse, read_source
from mlinfra.localfiles import Unfit, survey
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.source import Node
from mlinfra.model.value import LocalPath

Kind = Literal["upload", "yaml"]
"""What the schema's ``x-path`` says of a value."""

Expected = Literal["file", "folder"]
"""What the schema's ``x-path-is`` says must lie there."""

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|azureml:|runs:/")
_FILE = re.compile(r"file:(?://(?=/))?", re.IGNORECASE)


def is_remote(value: str) -> bool:
    """Whether this names something elsewhere: an address with a scheme, ``azureml:…``, ``runs:/…``."""
    return not _FILE.match(value) and bool(_REMOTE.match(value))


def bare_path(value: str) -> str:
    """The path without the ``file:`` of older files."""
    return _FILE.sub("", value, count=1)


def read_path(
    value: Any,
    kind: Kind,
    folder: Path,
    root: Path,
    *,
    expected: Expected | None = None,
    holds: str | None = None,
    shown_from: Path | None = None,
) -> Any:
    """What stands in place of a value whose schema has ``x-path``.

    A text becomes a `LocalPath` (``upload``) or the parsed content of the file (``yaml``); what is remote,
    and what is no text (content written in place), is answered as it is. ``folder`` is that of the file in
    which the path is written, ``root`` the repository, ``shown_from`` where messages tell paths from (the
    root, when left out). Raises MlinfraError: with a position where the file is wrong, with none where the
    path is.
    """
    if not isinstance(value, str) or is_remote(value):
        return value
    if kind == "upload":
        return local_path(value, folder, root, expected=expected, holds=holds, shown_from=shown_from)
    return plain(yaml_node(value, folder, root, shown_from=shown_from))


def local_path(
    value: str,
    folder: Path,
    root: Path,
    *,
    expected: Expected | None = None,
    holds: str | None = None,
    shown_from: Path | None = None,
) -> LocalPath | None:
    """The file or folder that a text names; None for what is remote.

    A folder must have a file called ``holds``. Raises MlinfraError.
    """
    if is_remote(value):
        return None
    root = root.resolve()
    path = _found(value, folder, root, "What lies elsewhere starts with azureml:// or https://.")
    is_folder = path.is_dir()
    if expected and is_folder != (expected == "folder"):
        found, wanted = ("a folder", "a file") if is_folder else ("a file", "a folder")
        detail = f"A {expected} is expected here."
        raise MlinfraError(error(codes.FILE_KIND, f"`{value}` is {found}, not {wanted}", detail))
    if holds and not (path / holds).is_file():
        detail = "A folder without it is of another type."
        raise MlinfraError(error(codes.FILE_KIND, f"`{value}` has no file {holds}", detail))
    try:
        digest = survey(path, within=root).digest
    except Unfit as wrong:
        raise MlinfraError(error(codes.UPLOAD, f"`{value}`: {wrong.summary}", wrong.detail)) from None
    return LocalPath(_shown(path, shown_from or root), str(path), digest, is_folder)


def upload_digest(path: Path) -> str:
    """The hash that names an upload's place in the store, equal to the SDK's (see `mlinfra.localfiles`).

    Raises MlinfraError for what cannot be uploaded.
    """
    try:
        return survey(path).digest
    except Unfit as wrong:
        raise MlinfraError(error(codes.UPLOAD, f"`{path.name}`: {wrong.summary}", wrong.detail)) from None


def yaml_node(value: str, folder: Path, root: Path, *, shown_from: Path | None = None) -> Node:
    """The YAML file that a text names, with the place of everything in it; ``${…}`` is text in it.

    Raises MlinfraError with the place of everything that is wrong in it.
    """
    path = _found(value, folder, root, "")
    return parse(read_source(path, _shown(path, shown_from or root)), expressions=False)


def plain(node: Node) -> Any:
    """What a node without expressions holds."""
    if node.is_map:
        return {key: plain(child) for key, child in node.value.items()}
    if node.is_list:
        return [plain(child) for child in node.value]
    return node.value


def _found(value: str, folder: Path, root: Path, more: str) -> Path:
    try:
        return find(bare_path(value), folder, root.resolve())
    except Refused as wrong:
        detail = f"{wrong.detail} {more}".strip() if wrong.code == codes.FILE_MISSING else wrong.detail
        raise MlinfraError(error(wrong.code, wrong.summary, detail)) from None


def _shown(path: Path, base: Path) -> str:
    return Path(os.path.relpath(path, base.resolve())).as_posix()
