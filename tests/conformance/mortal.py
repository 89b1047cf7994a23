"""A process that ends at a moment of its life: before or after a request, before, in or after a write.

`Killed` is raised at that moment and at every one after it, so that what unwinds writes nothing any more, as
nothing does of a process that was killed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from azure.core.rest import HttpRequest, HttpResponse

from mlinfra.model.clock import Clock
from mlinfra.model.state import LockInfo
from mlinfra.simulator import Simulator
from mlinfra.simulator.transport import SimulatorTransport
from mlinfra.state.api import Lease
from mlinfra.state.local import LocalStore

Act = Callable[[], HttpResponse]
T = TypeVar("T")
Weather = Callable[[HttpRequest, Act], HttpResponse]
"""What becomes of a request: answers it, calling ``act`` where it gets through to the service."""


class Killed(BaseException):
    """The process ends here."""


class Fate:
    """Every moment of one process, and the one at which it ends.

    ``watch`` answers what is there outside at a moment; ``seen`` has it for each, by the moment's number. A
    death that leaves the same behind as an earlier one is the same death. ``tears`` are the moments that
    leave half-written what they would write.
    """

    def __init__(self, end: int | None = None, watch: Callable[[], Hashable] | None = None) -> None:
        self.end, self.watch = end, watch
        self.moments: list[str] = []
        self.seen: list[Hashable] = []
        self.tears: list[int] = []
        self.over = False
        self._lock = threading.RLock()

    def moment(self, what: str, leaving: Callable[[], Any] | None = None) -> None:
        """Another one; ``leaving`` is what the process still does if it ends here."""
        with self._lock:
            if self.over:
                raise Killed(what)
            number = len(self.moments)
            self.moments.append(what)
            if leaving is not None:
                self.tears.append(number)
            if self.watch is not None:
                self.seen.append(self.watch())
            if number == self.end:
                self.over = True
                if leaving:
                    leaving()
                raise Killed(what)

    def weather(self, request: HttpRequest, act: Act) -> HttpResponse:
        """A `Weather` in which nothing else happens."""
        told = f"{request.method} {request.url.partition('?')[0]}"
        self.moment(f"before {told}")
        answer = act()
        self.moment(f"after {told}")
        return answer


class MortalTransport(SimulatorTransport):
    """A transport with a weather."""

    def __init__(self, simulator: Simulator, weather: Weather) -> None:
        super().__init__(simulator)
        self._weather = weather

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self._weather(request, lambda: super(MortalTransport, self).send(request, **kwargs))


class MortalStore(LocalStore):
    """A store in a folder as one process has it open."""

    def __init__(self, folder: Path, stack: str, clock: Clock, fate: Fate) -> None:
        super().__init__(folder, stack, clock=clock)
        self._fate = fate

    def close_files(self) -> None:
        """What the system does for a process that has ended: its locks on files are gone."""
        for descriptor in self._alive.values():
            os.close(descriptor)
        self._alive.clear()

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        return self._around("write", partial(super().write, data, serial, expect, lease, journal))

    def lock(self, info: LockInfo, ttl: float) -> Lease:
        return self._around("lock", partial(super().lock, info, ttl))

    def renew(self, lease: Lease, ttl: float) -> Lease:
        return self._around("renew", partial(super().renew, lease, ttl))

    def unlock(self, lease: Lease) -> None:
        self._around("unlock", partial(super().unlock, lease))

    def secret(self, lease: Lease | None = None, given: bytes | None = None) -> bytes | None:
        return self._around("secret", partial(super().secret, lease, given))

    def delete(self, lease: Lease) -> None:
        self._around("delete", partial(super().delete, lease))

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        append = super().journal_append
        self._fate.moment("before journal")
        for part in (data[: len(data) // 2], data[:-1]):
            told = f"{len(part)} of {len(data)} bytes into the journal"
            self._fate.moment(told, partial(append, serial, part, lease))
        append(serial, data, lease)
        self._fate.moment("after journal")

    def _around(self, what: str, act: Callable[[], T]) -> T:
        self._fate.moment(f"before {what}")
        answer = act()
        self._fate.moment(f"after {what}")
        return answer
