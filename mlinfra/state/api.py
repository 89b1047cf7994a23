"""The seam to where state is kept: bytes of one stack. Formats are the manager's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from mlinfra.model.clock import Clock
from mlinfra.model.state import LockInfo


@dataclass(frozen=True, slots=True)
class Lease:
    """A lock that is held: ``id`` proves it to the store; ``deadline`` is on the monotonic clock, seconds.

    ``taken_from`` is whose lock had run out and was taken over, if there was one.
    """

    id: str
    deadline: float
    taken_from: LockInfo | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One earlier state: its serial, when it was written, and where people find it."""

    serial: int
    written: datetime
    where: str = ""


class StoreError(Exception):
    """The store cannot do it now; ``summary`` says what, ``hint`` what to do."""

    def __init__(self, summary: str, hint: str = "") -> None:
        self.summary = summary
        self.hint = hint
        super().__init__(summary)


class Conflict(StoreError):
    """Someone else wrote in between: the state's etag is not the expected one."""


class Held(StoreError):
    """Someone else holds the lock."""

    def __init__(self, info: LockInfo) -> None:
        self.info = info
        super().__init__(f"locked by {info.owner} on {info.host}")


class LeaseLost(StoreError):
    """The lease ran out, or was taken over: whoever held it must send nothing more."""


class Store(Protocol):
    """Where one stack's state lives. Every method may raise StoreError.

    A journal belongs to the state with its serial: one whose serial is not the state's own is void, so the
    state and its journal need not be written in one go.
    """

    def where(self, journal: int | None = None) -> str:
        """How people find the state, or the journal of that serial: a path or a URL, for messages."""
        ...

    def read(self) -> tuple[bytes, str] | None:
        """The state and its etag; None when there is none yet."""
        ...

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        """Replace the state atomically; ``expect`` is the etag read before, None for the first one.

        ``serial`` is the new state's, one more than that of the state it replaces. Its journal starts as
        ``journal``, whatever an interrupted write left under that serial; older journals are removed. The
        state that is replaced goes into the history. Answers the new etag. Raises Conflict, LeaseLost.
        """
        ...

    def lock(self, info: LockInfo, ttl: float) -> Lease:
        """Take the lock for ``ttl`` seconds. One that ran out is taken over. Raises Held.

        The store chooses the lease's id and fills in ``id`` and ``expires`` of what others see.
        """
        ...

    def renew(self, lease: Lease, ttl: float) -> Lease:
        """Hold it ``ttl`` seconds from now. One that ran out can be renewed as long as nobody took it since.

        Raises LeaseLost.
        """
        ...

    def unlock(self, lease: Lease) -> None:
        """Let go; of a lease that is no longer held, quietly. Its id is all that counts."""
        ...

    def holder(self) -> LockInfo | None:
        """Who holds the lock now, if anyone does."""
        ...

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        """Append to the journal of the state with this serial; on return it survives a crash.

        After an error any first part of ``data`` may be there. Raises LeaseLost.
        """
        ...

    def journal_read(self, serial: int) -> bytes:
        """The journal of the state with this serial; empty when there is none."""
        ...

    def secret(self, lease: Lease | None = None, given: bytes | None = None) -> bytes | None:
        """32 random bytes that belong to the stack and are kept beside the state, never in it.

        Made by the first call that shows a lease, which may bring along those that it had in another store;
        None while there are none. Raises LeaseLost.
        """
        ...

    def history(self) -> Sequence[Version]:
        """The earlier states that are kept, newest first."""
        ...

    def version(self, serial: int) -> bytes | None:
        """The earlier state with this serial; None when it is not kept."""
        ...

    def delete(self, lease: Lease) -> None:
        """Remove the state and its journals; history and secret stay. Raises LeaseLost."""
        ...


@runtime_checkable
class TakesHistory(Protocol):
    """A store into whose history earlier states of another store can be put, when a stack moves there."""

    def take(self, version: Version, data: bytes, lease: Lease) -> None:
        """Keep ``data`` under the version's serial, in place of one that is there. Raises LeaseLost."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """Whose state it is: the stack's name and folder, the repository around it, and the time it lives in."""

    stack: str
    folder: Path
    root: Path
    clock: Clock


class StoreKind(Protocol):
    """A kind of store that stacks name under ``backend:``; by entry point, group ``mlinfra.stores``."""

    @property
    def name(self) -> str:
        """What it is called under ``backend:``."""
        ...

    @property
    def settings_schema(self) -> Mapping[str, Any]:
        """JSON Schema of its settings, with our words (``x-sensitive``, ``default``)."""
        ...

    def open(self, settings: Mapping[str, Any], site: Site) -> Store:
        """The store of one stack; nobody is asked anything yet. Settings are whole and plain.

        Raises StoreError for settings that cannot be.
        """
        ...
