"""Functions that read files of the repository.

Paths are relative to the folder of the stack, or of the module, that the expression belongs to, whichever of
its files it stands in. Links are followed, and nothing outside of the repository or inside of ``.git`` is
read. What a file holds is no secret.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from mlinfra.config import codes
from mlinfra.config.files import Refused, confined, find, is_file, matching
from mlinfra.config.functions.base import MAX_TEXT, TooMuch, as_map, as_text, function
from mlinfra.config.surroundings import Surroundings

MAX_HASHED = 256 * 1024 * 1024
"""Bytes of one file that is hashed; about a second."""


@function('file("motd.txt")', "Welcome to churn.\n", name="file", wants="around")
def file_text(around: Surroundings, path: Any) -> str:
    """The text of a file (UTF-8) of the repository; the path is relative to the stack's folder, or the
    module's."""
    return read_text(_regular(around, path))


@function('fileexists("motd.txt")', True, wants="around")
def fileexists(around: Surroundings, path: Any) -> bool:
    """Whether there is a file of this path in the repository."""
    return is_file(confined(as_text(path), around.folder, around.root))


@function(
    'filesha256("motd.txt")',
    "ee1bf2ba5d4a7e697fd7d4f7bd1d9db8852c678f9f0def87fe17b8e2c7d5fd12",
    wants="around",
)
def filesha256(around: Surroundings, path: Any) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    found = _regular(around, path)
    try:
        with found.open("rb") as opened:
            if found.stat().st_size > MAX_HASHED:
                raise TooMuch(f"the file is larger than {MAX_HASHED // 2**20} MiB")
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        raise _unreadable() from None


@function('fileset("teams", "*.txt")', ["ana.txt", "ben.txt"], wants="around")
def fileset(around: Surroundings, folder: Any, pattern: Any) -> list[str]:
    """The files below a folder that match a pattern, in order, as paths relative to it.

    ``*`` stands for characters of one name, ``**`` for folders; names with a dot at their start are left out.
    """
    found = find(as_text(folder), around.folder, around.root, around.called)
    return matching(found, as_text(pattern), around.root)


@function(
    'templatefile("greeting.tpl", {"name": "Ana", "teams": ["churn", "fraud"]})',
    "Hello Ana, welcome to churn and fraud.\n",
    wants="around",
)
def templatefile(around: Surroundings, path: Any, vars: Any) -> Path:
    """The text of a file of the repository with the ``${…}`` in it worked out, which read ``vars`` by name.

    The functions are there too, but for `templatefile`. What is made from a secret is secret.
    """
    # The evaluator goes on from here: it reads the file as a template, and works its expressions out.
    if around.in_template:
        raise ValueError("a template does not read another one")
    as_map(vars)
    return _regular(around, path)


def read_text(path: Path) -> str:
    """The text of a file. Raises Refused, ValueError when it is no text, and TooMuch."""
    try:
        with path.open("rb") as opened:
            data = opened.read(4 * MAX_TEXT + 1)
    except OSError:
        raise _unreadable() from None
    if len(data) > 4 * MAX_TEXT:
        raise TooMuch(f"the file has more than {MAX_TEXT} characters")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None


def _regular(around: Surroundings, path: Any) -> Path:
    found = find(as_text(path), around.folder, around.root, around.called)
    if not is_file(found):
        raise Refused(codes.UNREADABLE, f"`{path}` is not a file", "It takes the path of a file.")
    return found


def _unreadable() -> Refused:
    return Refused(codes.UNREADABLE, "this file cannot be read", "Look at its rights.")
