"""Which commit is checked out: for people to see, so whatever is odd about a repository is no error."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def commit(root: Path) -> str:
    """The id of the commit that ``root`` is at; empty where that cannot be told.

    Read from git's own files: starting git costs more, and in a foreign folder it may refuse.
    """
    with suppress(OSError, UnicodeDecodeError):
        folder = root / ".git"
        if folder.is_file():  # a work tree of its own: the file says where its folder is
            folder = root / folder.read_text().partition("gitdir:")[2].strip()
        head = (folder / "HEAD").read_text().strip()
        if not head.startswith("ref:"):
            return head if _ID.fullmatch(head) else ""
        return _resolved(folder, head.removeprefix("ref:").strip())
    return ""


def _resolved(folder: Path, name: str) -> str:
    common = folder / "commondir"
    shared = folder / common.read_text().strip() if common.is_file() else folder
    for place in (folder / name, shared / name):
        if place.is_file():
            found = place.read_text().strip()
            return found if _ID.fullmatch(found) else ""
    packed = shared / "packed-refs"
    for line in packed.read_text().splitlines() if packed.is_file() else ():
        id, _, ref = line.partition(" ")
        if ref == name and _ID.fullmatch(id):
            return id
    return ""
