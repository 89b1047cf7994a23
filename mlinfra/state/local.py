"""State in a folder of this machine."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from mlinfra.model.clock import Clock
from mlinfra.model.state import LockInfo
from mlinfra.state import durable
from mlinfra.state.api import Conflict, Held, Lease, LeaseLost, Site, StoreError, Version

KEPT = 20
"""How many earlier states the history keeps."""

_lock = msgspec.json.Decoder(LockInfo)


class LocalStore:
    """A `Store` of plain files; of stack ``churn`` in the folder ``state``:

    ==============================  ==========================================================================
    ``churn.json``                  the state
    ``churn.json.backup``           the one before it
    ``.history/churn/7.json``       earlier ones by serial, the last 20
    ``churn.8.journal``             the journal of the state with serial 8
    ``churn.lock``                  who holds the lock, until when (wall time)
    ``churn.<lease>.alive``         locked by the process that holds it, for as long as that lives
    ``churn.guard``                 held for the moment of each change, so that no two of them interleave
    ``churn.secret``                the key that secrets are traced with; readable by its owner alone
    ==============================  ==========================================================================

    The folder is made when the lock is first taken. Time is real, whatever time resources live in: other
    processes live in it too. A lock whose holder on this machine was killed is free at once, any other one
    when its time is up. Needs a POSIX system whose ``flock`` works across all who share the folder; a network
    drive may not do, and Windows does not. A state that is a symbolic link is the state that it points to.
    """

    def __init__(self, folder: Path, stack: str, *, clock: Clock | None = None) -> None:
        if not stack or stack != Path(stack).name:
            raise ValueError(f"{stack!r} is no name of a file")
        self._shown = folder
        self._path = Path(os.path.realpath(folder / f"{stack}.json"))
        self._now: Callable[[], datetime] = clock.now if clock else _utc
        self._monotonic: Callable[[], float] = clock.monotonic if clock else time.monotonic
        self._alive: dict[str, int] = {}
        self._folder = self._path.parent
        self._stem = self._path.name.removesuffix(".json")
        self._lock_path = self._folder / f"{self._stem}.lock"
        self._secret_path = self._folder / f"{self._stem}.secret"
        self._backup = self._path.with_name(f"{self._path.name}.backup")
        self._history = self._folder / ".history" / self._stem

    def where(self, journal: int | None = None) -> str:
        """The path of the state, or of a journal."""
        return self._show(self._path if journal is None else self._journal(journal))

    def read(self) -> tuple[bytes, str] | None:
        """The state and the SHA-256 of it."""
        with self._told():
            data = _read(self._path)
        return None if data is None else (data, _etag(data))

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        """Replace the state, after the old one went to backup and history."""
        with self._told(), self._alone():
            self._own(lease)
            old = _read(self._path)
            if (None if old is None else _etag(old)) != expect:
                raise Conflict(f"{self.where()} is not what it was when it was read")
            if journal:
                durable.replace(self._journal(serial), journal)
            else:
                self._journal(serial).unlink(missing_ok=True)
            if old is not None:
                self._keep(old, serial - 1)
            durable.replace(self._path, data)
            # It is written: a void journal that cannot be removed is no reason to say that it is not.
            with contextlib.suppress(OSError):
                self._remove_journals(but=serial)
        return _etag(data)

    def lock(self, info: LockInfo, ttl: float) -> Lease:
        """Take the lock, from someone whose time is up if need be."""
        with self._told():
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                held = self._holding()
                if held is not None:
                    if held.expires > self._now() and not self._is_dead(held):
                        raise Held(held)
                    self._alive_path(held.id).unlink(missing_ok=True)
                mine = replace(info, id=secrets.token_hex(16))
                claimed = durable.claim(self._alive_path(mine.id))
                try:
                    lease = self._hold(mine, ttl)
                except OSError:
                    self._alive_path(mine.id).unlink(missing_ok=True)
                    os.close(claimed)
                    raise
                self._alive[mine.id] = claimed
                return replace(lease, taken_from=held)

    def renew(self, lease: Lease, ttl: float) -> Lease:
        """Put off the lease's end; one that ran out too, when nobody took the lock since."""
        with self._told(), self._alone():
            return self._hold(self._own(lease), ttl)

    def unlock(self, lease: Lease) -> None:
        """Let go."""
        with contextlib.suppress(LeaseLost), self._told(), self._alone():
            self._alive_path(lease.id).unlink(missing_ok=True)
            if lease.id in self._alive:
                os.close(self._alive.pop(lease.id))
            self._own(lease)
            self._lock_path.unlink(missing_ok=True)

    def holder(self) -> LockInfo | None:
        """Who holds the lock; nobody when its time is up."""
        with self._told():
            held = self._holding()
            return held if held and held.expires > self._now() and not self._is_dead(held) else None

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        """Append, and sync to the disk."""
        with self._told(), self._alone():
            self._own(lease)
            durable.append(self._journal(serial), data)

    def journal_read(self, serial: int) -> bytes:
        """The journal."""
        with self._told():
            return _read(self._journal(serial)) or b""

    def secret(self, lease: Lease | None = None, given: bytes | None = None) -> bytes | None:
        """The key, from a file that only its owner may read."""
        with self._told():
            text = _read(self._secret_path)
            if text is None and lease is not None:
                with self._alone():
                    self._own(lease)
                    text = _read(self._secret_path)
                    if text is None:
                        text = (given or secrets.token_bytes(32)).hex().encode() + b"\n"
                        durable.replace(self._secret_path, text, 0o600)
        if text is None:
            return None
        if not re.fullmatch(rb"[0-9a-f]{64}\s*", text):
            shown = self._show(self._secret_path)
            raise StoreError(
                f"{shown} does not hold 64 hexadecimal digits",
                f"Put back a good copy, or delete {shown}: then every secret counts as changed, once.",
            )
        return bytes.fromhex(text.decode())

    def history(self) -> tuple[Version, ...]:
        """The last states, the newest of which is the backup too."""
        with self._told():
            kept = [
                Version(serial, _written(path), self._show(path)) for serial, path in _numbered(self._history)
            ]
            kept.sort(key=lambda version: version.serial, reverse=True)
            if kept and self._backup.exists():
                kept[0] = replace(kept[0], where=self._show(self._backup))
        return tuple(kept)

    def version(self, serial: int) -> bytes | None:
        """One of the last states."""
        with self._told():
            return _read(self._history / f"{serial}.json")

    def take(self, version: Version, data: bytes, lease: Lease) -> None:
        """Keep a state of another store among the last ones."""
        with self._told(), self._alone():
            self._own(lease)
            self._history.mkdir(parents=True, exist_ok=True)
            path = self._history / f"{version.serial}.json"
            durable.replace(path, data)
            os.utime(path, (version.written.timestamp(), version.written.timestamp()))

    def delete(self, lease: Lease) -> None:
        """Remove the state, which stays as the backup, and its journals."""
        with self._told(), self._alone():
            self._own(lease)
            with contextlib.suppress(FileNotFoundError):
                self._path.replace(self._backup)
            self._remove_journals(but=None)

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        return durable.alone(self._folder / f"{self._stem}.guard")

    def _journal(self, serial: int) -> Path:
        return self._folder / f"{self._stem}.{serial}.journal"

    def _remove_journals(self, but: int | None) -> None:
        for path in self._folder.glob("*.journal"):
            match = re.fullmatch(rf"{re.escape(self._stem)}\.(\d+)\.journal", path.name)
            if match and (but is None or int(match[1]) != but):
                path.unlink(missing_ok=True)

    def _keep(self, old: bytes, serial: int) -> None:
        written = self._path.stat().st_mtime_ns
        self._history.mkdir(parents=True, exist_ok=True)
        for path in (self._backup, self._history / f"{serial}.json"):
            durable.replace(path, old)
            os.utime(path, ns=(written, written))
        for _, path in sorted(_numbered(self._history))[:-KEPT]:
            path.unlink(missing_ok=True)

    def _holding(self) -> LockInfo | None:
        data = _read(self._lock_path)
        if data is None:
            return None
        try:
            return _lock.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            shown = self._show(self._lock_path)
            raise StoreError(
                f"{shown} cannot be understood", f"Delete {shown} when no other mlinfra is running."
            ) from None

    def _alive_path(self, lease: str) -> Path:
        return self._folder / f"{self._stem}.{lease}.alive"

    def _is_dead(self, held: LockInfo) -> bool:
        """Whether the holder was a process of this machine that has ended. Of others it cannot be told."""
        return held.host == platform.node() and durable.is_abandoned(self._alive_path(held.id))

    def _hold(self, info: LockInfo, ttl: float) -> Lease:
        # The deadline is counted from before the file is written, the earlier of both moments.
        deadline = self._monotonic() + ttl
        expires = self._now() + timedelta(seconds=ttl)
        durable.replace(self._lock_path, msgspec.json.encode(replace(info, expires=expires)) + b"\n")
        return Lease(info.id, deadline)

    def _own(self, lease: Lease) -> LockInfo:
        held = self._holding()
        if held is None:
            raise LeaseLost("the lock was let go by someone else", "Run the command again.")
        if held.id != lease.id:
            raise LeaseLost(
                f"the lock was taken over by {held.owner} on {held.host} ({held.command})",
                "Wait until that is done, then plan again.",
            )
        return held

    def _show(self, path: Path) -> str:
        return str(self._shown / path.relative_to(self._folder))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What the operating system says, as a StoreError with what to do."""
        try:
            yield
        except OSError as wrong:
            folder = self._shown
            if wrong.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                hint = f"This user must be allowed to read and write in {folder}."
            elif wrong.errno in (errno.ENOSPC, errno.EDQUOT):
                hint = f"Make room on the disk that holds {folder}."
            else:
                hint = f"Look at the folder {folder}."
            what = wrong.strerror or str(wrong)
            path = Path(os.fsdecode(wrong.filename or folder))
            # Of a temporary file, which is gone, the name tells nothing.
            tells = path.parent == self._folder and path.suffix != ".tmp"
            place = self._show(path) if tells else folder
            raise StoreError(f"{place}: {what[:1].lower()}{what[1:]}", hint) from wrong


@dataclass(frozen=True)
class LocalKind:
    """``backend: {local: {…}}``, which is what a stack has that names none."""

    name: str = "local"
    settings_schema: Mapping[str, Any] = field(default_factory=lambda: _SETTINGS)

    def open(self, settings: Mapping[str, Any], site: Site) -> LocalStore:
        """The files of a stack. Raises StoreError for a folder outside of the repository."""
        written = str(settings["folder"])
        folder = site.root / written
        if not folder.resolve().is_relative_to(site.root.resolve()):
            raise StoreError(
                f"the folder {written} of the local store is outside of the repository",
                "A stack's files stay in its repository. Take a folder beneath it, or another store.",
            )
        here = Path.cwd()
        shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
        return LocalStore(shown, site.stack, clock=site.clock)


_SETTINGS: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "local store",
    "description": "State in a folder of the repository. Others need a file system that they share.",
    "type": "object",
    "properties": {
        "folder": {
            "type": "string",
            "minLength": 1,
            "default": "state",
            "description": "The folder, seen from the root of the repository.",
        },
    },
    "additionalProperties": False,
}

kind = LocalKind()


def _utc() -> datetime:
    return datetime.now(UTC)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    return [(int(path.stem), path) for path in folder.glob("*.json") if path.stem.isdecimal()]
