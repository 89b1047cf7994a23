"""The clock of a command: real time, or the simulator's when nothing but the simulator is spoken to.

A ten-minute creation in the simulator must not take ten minutes, and one in Azure must. Which of the two
a stack speaks to is known when its settings have been evaluated, so the clock learns it from each
connection that is made.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Protocol

from mlinfra.engine.clock import SystemClock
from mlinfra.model.clock import Clock


class Movable(Protocol):
    """A clock that moves when told to."""

    def now(self) -> datetime:
        """The time, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds since some moment, at once; never goes back."""
        ...

    def advance(self, seconds: float) -> object:
        """Move it forward."""
        ...


class CommandClock:
    """A `Clock` that follows the simulator from the first connection to it, and no more once a real one is.

    ``monotonic`` goes on without a jump across a switch.
    """

    def __init__(self, real: Clock | None = None) -> None:
        self._real = real or SystemClock()
        self._simulated: Movable | None = None
        self._insisted = False
        self._offset = 0.0
        self._lock = threading.Lock()

    def follow(self, simulated: Movable) -> None:
        """A connection to the simulator was made: this is its clock."""
        with self._lock:
            before = self.monotonic()
            self._simulated = self._simulated or simulated
            self._offset += before - self.monotonic()

    def insist(self) -> None:
        """A connection to something real was made: its operations take the time they take."""
        with self._lock:
            before = self.monotonic()
            self._insisted = True
            self._offset += before - self.monotonic()

    @property
    def virtual(self) -> bool:
        """Whether time stands still unless somebody sleeps."""
        return self._followed is not None

    @property
    def _followed(self) -> Movable | None:
        return None if self._insisted else self._simulated

    def now(self) -> datetime:
        """The time, UTC."""
        return self._followed.now() if self._followed else self._real.now()

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        base = self._followed.elapsed() if self._followed else self._real.monotonic()
        return base + self._offset

    def sleep(self, seconds: float) -> None:
        """Wait; the simulator's clock moves along even in real time, so that its operations end as well."""
        if self._simulated is not None:
            self._simulated.advance(seconds)
        if not self.virtual:
            self._real.sleep(seconds)
