"""One moment of an apply at which something happens: a crash, a torn write, a refusal.

Every call that changes or reads something outside (of the store, of the service) is a *point*, counted from
one. Whoever is told to strike at the n-th does so there, before or after the call has had its effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Pending, Progress, Provider, ProviderError
from mlinfra.state.api import Lease, Store, StoreError


class Killed(BaseException):
    """The process ends here."""


class Kind(Enum):
    """What happens at the point."""

    CRASH = "crash"
    BUSY = "busy"
    """The service puts it off, or the store cannot be reached, for as many calls as there are `times`."""
    REFUSED = "refused"
    """The service says no, and means it."""


@dataclass
class Trouble:
    """``at`` is the number of the point, None for a quiet day; ``points`` counts those that have passed."""

    at: int | None = None
    kind: Kind = Kind.CRASH
    after: bool = False
    times: int = 1
    points: int = 0
    left: int = 0
    struck: bool = False
    creations: list[str] = field(default_factory=list)
    """Ids that were created although they were there."""

    def strike(self, at: int | None, kind: Kind = Kind.CRASH, *, after: bool = False, times: int = 1) -> None:
        """Be ready for the next command; None: let it be."""
        self.at, self.kind, self.after, self.times = at, kind, after, times
        self.points, self.left, self.struck = 0, times, False

    def service(self, act: Callable[[], Any]) -> Any:
        """A call of the service."""
        if not self._now():
            return act()
        if self.kind is Kind.REFUSED:
            raise ProviderError("TEST-REFUSED", "the service says no")
        if self.after:
            act()
        if self.kind is Kind.BUSY:
            raise ProviderError("TEST-BUSY", "not now", retryable=True, sent=self.after)
        raise Killed

    def store(self, act: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        """A call of the store; ``half`` does the first part of it alone."""
        if not self._now():
            return act()
        if self.after:
            act()
        elif half is not None:
            half()
        if self.kind is Kind.CRASH:
            raise Killed
        raise StoreError("the store cannot be reached", "Look at the network.")

    def _now(self) -> bool:
        self.points += 1
        if self.at is None or self.points < self.at or not self.left:
            return False
        self.left -= 1
        self.struck = True
        return True


class TroubledStore:
    """A store whose changes are points; the rest goes on to ``real``."""

    def __init__(self, real: Store, trouble: Trouble) -> None:
        self._real, self._trouble = real, trouble

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        written: str = self._trouble.store(
            lambda: self._real.write(data, serial, expect, lease, journal),
        )
        return written

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        self._trouble.store(
            lambda: self._real.journal_append(serial, data, lease),
            lambda: self._real.journal_append(serial, data[: len(data) // 2], lease),
        )


class TroubledType:
    """A type whose requests are points. With ``polls`` each write takes so many questions to end."""

    def __init__(self, real: Any, trouble: Trouble, exists: Callable[[str], bool], polls: int) -> None:
        self._real, self._trouble, self._exists, self._polls = real, trouble, exists, polls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def read_many(self, conn: Any, ids: Any) -> Mapping[str, Attrs | None]:
        found: Mapping[str, Attrs | None] = self._trouble.service(lambda: self._real.read_many(conn, ids))
        return found

    def begin(self, conn: Any, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        def act() -> Progress:
            if op is Op.CREATE and self._exists(id):
                self._trouble.creations.append(id)
            progress: Progress = self._real.begin(conn, op, id, prior, desired)
            if self._polls and not isinstance(progress, Pending):
                # What was done is kept by the service, as the answer to the last question.
                return Pending({"left": self._polls, "id": id, "op": op.value}, 10)
            return progress

        progress: Progress = self._trouble.service(act)
        return progress

    def resume(self, conn: Any, pending: Pending) -> Progress:
        def act() -> Progress:
            token = pending.token
            if not self._polls:
                real: Progress = self._real.resume(conn, pending)
                return real
            if token["left"] > 1:
                return Pending({**token, "left": token["left"] - 1}, 10)
            if token["op"] == Op.DELETE.value:
                return Done()
            return Done(self._real.read_many(conn, [token["id"]])[token["id"]])

        progress: Progress = self._trouble.service(act)
        return progress


class TroubledProvider:
    """All types of ``real``, each troubled."""

    def __init__(
        self, real: Provider[Any], trouble: Trouble, exists: Callable[[str], bool], polls: int = 0
    ) -> None:
        self._real = real
        self.types: Mapping[str, Any] = {
            name: TroubledType(type_, trouble, exists, polls) for name, type_ in real.types.items()
        }

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
