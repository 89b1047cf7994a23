"""Time as a thing that is passed in. Every wait of an apply goes through one `Clock`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, monotonic time and waiting.

    ``virtual`` clocks (the simulator's) move only when somebody sleeps, so whoever waits must first let all
    workers come to rest; a real clock runs by itself.
    """

    @property
    def virtual(self) -> bool:
        """Whether time stands still unless somebody sleeps."""
        ...

    def now(self) -> datetime:
        """The time, UTC, with tzinfo."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Come back ``seconds`` later."""
        ...
