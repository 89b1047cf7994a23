"""A clock that tests move by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from mlinfra.model.clock import Clock


class MovableClock(Clock, Protocol):
    """A clock in whose time a test can wait for something to be over."""

    def advance(self, seconds: float) -> None:
        """Time passes."""
        ...


class HandClock:
    """Stands still until it is moved; ``slept`` are the waits that were asked for."""

    virtual = False

    def __init__(self) -> None:
        self.wall = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
        self.seconds = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)

    def suspend(self, seconds: float) -> None:
        """The machine sleeps: wall time passes, the monotonic clock stands still."""
        self.wall += timedelta(seconds=seconds)
