"""``mlinfra schema --write``: the schemas in a folder of the repository, and files that name them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

from mlinfra.config.library import FILE as MODULE_FILE
from mlinfra.config.library import SECTIONS as OF_MODULES
from mlinfra.config.modeline import with_modeline
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import FILE as STACK_FILE
from mlinfra.config.trials import is_trial
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state import durable

USUAL = Path(".mlinfra") / "schemas"
"""Where they go when nobody says: beneath the root of the repository."""

NAMES = {
    "stack": "mlinfra.schema.json",
    "module": "mlinfra-module.schema.json",
    "test": "mlinfra-test.schema.json",
}
"""What their files are called. A mode line that names one of these is ours."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One file that is not as it should be: its path, what it should hold, and what is written of it."""

    path: Path
    data: bytes
    what: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written, and the files that are left alone, each with the reason."""

    writings: tuple[Writing, ...]
    left: tuple[tuple[Path, str], ...]


def outcome(root: Path, folder: Path, documents: Mapping[str, object]) -> Outcome:
    """What ``folder`` lacks of these documents, and what the files of the repository lack of mode lines.

    Raises MlinfraError where the folder lies outside of the repository.
    """
    home = folder.resolve()
    if not home.is_relative_to(root):
        hint = "Take a folder in it: its files name the schemas by a path that others have as well."
        raise MlinfraError(error("MLI-CLI-025", f"{folder} lies outside of the repository", hint))
    writings: list[Writing] = []
    left: list[tuple[Path, str]] = []
    for kind, document in documents.items():
        path = home / NAMES[kind]
        data = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
        if not path.is_file() or path.read_bytes() != data:
            writings.append(Writing(path, data, "schema"))
    for path, kind in _files(root):
        schema = quote(os.path.relpath(home / NAMES[kind], path.resolve().parent))
        try:
            text = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            left.append((path, "it cannot be read as UTF-8"))
            continue
        lined = with_modeline(text, schema, NAMES.values())
        if lined is None:
            left.append((path, "it names another schema"))
        elif lined != text:
            writings.append(Writing(path.resolve(), lined.encode(), "mode line"))
    return Outcome(tuple(writings), tuple(left))


def write(writing: Writing) -> None:
    """Put it in its place at once; the rights of a file that was there stay."""
    writing.path.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(writing.path.stat().st_mode) if writing.path.exists() else 0o644
    durable.replace(writing.path, writing.data, mode)


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """Stacks, modules and test files of a repository, by name; hidden folders, and links that lead out of it,
    are passed over. Each file once."""
    seen: set[Path] = set()
    for where, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where) / name
            kind = _kind(path)
            real = path.resolve()
            if kind and real.is_relative_to(root) and real not in seen:
                seen.add(real)
                yield path, kind


def _kind(path: Path) -> str:
    if path.name == STACK_FILE:
        return "stack"
    if path.name == MODULE_FILE:
        return "module" if _is_module(path) else ""
    subject = path.parent.parent
    ours = is_trial(path) and ((subject / STACK_FILE).is_file() or _is_module(subject / MODULE_FILE))
    return "test" if ours else ""


def _is_module(path: Path) -> bool:
    """Other programs have files of this name as well: it is one of ours where it has our keys only."""
    try:
        top = read_mapping(read_source(path, path.name), [])
    except MlinfraError:
        return False
    return top is not None and set(top.value) <= set(OF_MODULES)
