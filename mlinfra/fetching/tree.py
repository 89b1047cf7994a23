"""The files of one commit, written to a folder by ourselves: no hook, filter or submodule has a say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mlinfra.config import codes
from mlinfra.config.files import Refused
from mlinfra.fetching.git import Entry, Git

MAX_FILES = 20_000
MAX_BYTES = 200 * 1024**2
"""What the repository of a module may hold at most."""

_LINK, _SUBMODULE = "120000", "160000"


def write_tree(git: Git, commit: str, folder: Path) -> None:
    """Write the files of a commit; ``folder`` is new. Raises Refused for what is none of its business."""
    entries = [entry for entry in git.entries(commit) if entry.mode != _SUBMODULE]
    if len(entries) > MAX_FILES:
        raise _refused(f"it has {len(entries)} files", f"At most {MAX_FILES}.")
    for entry in entries:
        _check(entry)
    folder.mkdir(parents=True)
    size = 0
    links: list[tuple[Path, bytes]] = []
    for entry, data in zip(entries, git.contents([entry.object for entry in entries]), strict=True):
        size += len(data)
        if size > MAX_BYTES:
            raise _refused("its files are too large", f"At most {MAX_BYTES // 1024**2} MiB.")
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == _LINK:
            links.append((path, data))
        else:
            with path.open("xb") as file:
                file.write(data)
    for path, target in links:  # last, so that nothing is written through one
        path.symlink_to(os.fsdecode(target))
    for path, _ in links:
        _check_link(path, folder)


def digest(folder: Path) -> str:
    """A hash of the files below a folder: their names and what they hold."""
    whole = hashlib.sha256()
    for name, path in sorted(_files(folder)):
        kind, data = (
            ("link", os.fsencode(path.readlink())) if path.is_symlink() else ("file", path.read_bytes())
        )
        whole.update(f"{kind} {len(os.fsencode(name))} ".encode() + os.fsencode(name))
        whole.update(hashlib.sha256(data).digest())
    return f"sha256:{whole.hexdigest()}"


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for place, folders, files in os.walk(folder):
        linked = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*files, *linked):
            path = Path(place, name)
            yield path.relative_to(folder).as_posix(), path


def _check(entry: Entry) -> None:
    parts = PurePosixPath(entry.path).parts
    bad = (".", "..", ".git")
    if not parts or entry.path.startswith("/") or any(part.casefold() in bad for part in parts):
        raise _refused(
            f"it has a file `{entry.path}`", "A module's files lie in its repository, outside of .git."
        )


def _check_link(path: Path, folder: Path) -> None:
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        name = path.relative_to(folder).as_posix()
        raise _refused(f"its link `{name}` leads out of it", "Nothing outside of the repository is read.")


def _refused(what: str, advice: str) -> Refused:
    return Refused(codes.MODULE_FETCH, f"the repository of a module is refused: {what}", advice)
