"""Files that are whole after a crash: created, replaced and appended to so that they survive it.

Temporary names are random and opened exclusively, so nobody can have put a symbolic link there. For POSIX
systems: it needs ``fcntl``, and folders that can be synced.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def create(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that must not exist yet. Raises FileExistsError, OSError; then no file is left."""
    descriptor = os.open(path, _NEW, mode)
    try:
        try:
            _write(descriptor, data)
        finally:
            os.close(descriptor)
    except BaseException:
        # Half a file would be mistaken for the whole.
        path.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def replace(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put a new file in the place of ``path``, at once: a reader sees the old one or the new one whole."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    create(temporary, data, mode)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def append(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Append to a file, which is made if need be. After an error it is as long as before, where it can be."""
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        size = os.fstat(descriptor).st_size
        try:
            _write(descriptor, data)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if not size:
        _sync_folder(path.parent)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the file ``path``, which is made if need be, so that no process or thread is in here besides."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claim(path: Path) -> int:
    """Make a file and lock it for as long as this process lives, or until the descriptor is closed."""
    descriptor = os.open(path, _NEW, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def is_abandoned(path: Path) -> bool:
    """Whether a file that somebody has claimed is there, and nobody holds it: the process has ended."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
