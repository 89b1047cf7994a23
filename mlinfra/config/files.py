"""Paths that a stack writes down → files of its repository, and of nothing else."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.near import did_you_mean

MAX_VISITED = 100_000
"""Files and folders that one pattern may look at."""

MAX_PATTERN = 500
"""Characters of one pattern."""

_PRIVATE = ".git"
"""The folder of a repository that may hold credentials (of its remotes), and nothing that a stack needs."""


class Refused(Exception):
    """A path that cannot be taken: code, summary, detail."""

    def __init__(self, code: str, summary: str, detail: str = "") -> None:
        self.code, self.summary, self.detail = code, summary, detail
        super().__init__(summary)


def find(written: str, folder: Path, root: Path, from_what: str = "the file that it stands in") -> Path:
    """The existing file or folder that ``written`` names, links followed. Raises Refused.

    ``from_what`` is, in words, what the path is relative to.
    """
    path = confined(written, folder, root)
    if not _holds(path.exists):
        raise Refused(
            codes.FILE_MISSING, f"there is no file `{written}`", _missing(path, folder.resolve(), from_what)
        )
    return path


def confined(written: str, folder: Path, root: Path) -> Path:
    """The path, links followed, whether it is there or not. Raises Refused when it leads out of ``root``."""
    try:
        path = (folder / written).resolve()
        inside = path.is_relative_to(root)
    except (OSError, ValueError, RuntimeError):  # a NUL in the path, a link to itself
        raise Refused(codes.FILE_MISSING, "this cannot be the path of a file") from None
    if not inside:
        raise Refused(
            codes.FILE_OUTSIDE,
            f"`{written}` lies outside of the repository",
            "Files of a stack lie in its repository: the nearest folder up with .git, else the stack's own. "
            "Copy the file there.",
        )
    if _is_private(path, root):
        raise Refused(
            codes.FILE_OUTSIDE,
            f"`{written}` belongs to git",
            "What is inside of .git may hold credentials and is not read. Copy the file out of there.",
        )
    return path


def matching(folder: Path, pattern: str, root: Path) -> list[str]:
    """Files below ``folder`` whose path relative to it matches, sorted, with ``/`` between the parts.

    ``*`` and ``?`` stand for characters of one name, ``[abc]`` for one of these, ``**`` for folders, however
    many. As in a shell, a name that starts with a dot is only found by a pattern that starts so; links to
    folders are not followed. Raises Refused, and ValueError for what is no pattern.
    """
    parts = pattern.split("/")
    if len(pattern) > MAX_PATTERN or not pattern or pattern.startswith("/") or ".." in parts:
        raise ValueError("a pattern is a path below the folder, such as *.yaml or parts/**/*.yaml")
    found: list[str] = []
    visited = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name.casefold() != _PRIVATE)
        visited += len(folders) + len(files)
        if visited > MAX_VISITED:
            raise ValueError(f"there are more than {MAX_VISITED} files in the folder")
        above = Path(place).relative_to(folder).parts
        for name in files:
            path = Path(place, name)
            if _matches(parts, (*above, name)) and _is_inside(path, root) and is_file(path):
                found.append("/".join((*above, name)))
    return sorted(found)


def is_file(path: Path) -> bool:
    """Whether there is a file here that can be asked for."""
    return _holds(path.is_file)


def _holds(test: Callable[[], bool]) -> bool:
    """What the system says; where it refuses to look (rights, a name that is too long), no."""
    try:
        return test()
    except (OSError, ValueError):
        return False


def _is_inside(path: Path, root: Path) -> bool:
    try:
        found = path.resolve()
    except (OSError, RuntimeError):
        return False
    return found.is_relative_to(root) and not _is_private(found, root)


def _is_private(path: Path, root: Path) -> bool:
    return any(part.casefold() == _PRIVATE for part in path.relative_to(root).parts)


def is_pattern(written: str) -> bool:
    """Whether a path has a character that stands for others."""
    return any(sign in written for sign in "*?[")


def _matches(pattern: list[str], path: tuple[str, ...]) -> bool:
    """Whether the parts of a path match those of a pattern; the work is the product of their numbers."""
    reached = {0}
    for name in (*path, None):
        for at in sorted(reached):
            while at < len(pattern) and pattern[at] == "**":
                at += 1
                reached.add(at)
        if name is None:
            return len(pattern) in reached
        reached = set(_after(pattern, reached, name))
    return False


def _after(pattern: list[str], reached: set[int], name: str) -> Iterator[int]:
    for at in reached:
        if at == len(pattern):
            continue
        part = pattern[at]
        hidden = name.startswith(".") and not part.startswith(".")
        if part == "**":
            if not hidden:
                yield at
        elif not hidden and fnmatch.fnmatchcase(name, part):
            yield at + 1


def _missing(path: Path, base: Path, from_what: str) -> str:
    folder = path.parent
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        names = []
    relative = f"The path is relative to {from_what}."
    if names:
        return f"{did_you_mean(path.name, names)}{relative}"
    shown = Path(os.path.relpath(folder, base)).as_posix()
    if _holds(folder.is_dir):
        return f"The folder {shown} is empty."
    return f"There is no folder {shown} either. {relative}"
