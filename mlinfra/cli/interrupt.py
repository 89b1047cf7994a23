"""Ctrl-C and SIGTERM: once to finish well, Ctrl-C twice to stop now."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

ONCE = (
    "Interrupted: nothing new is started. What is in flight is finished and saved; "
    "press Ctrl-C again to stop at once."
)
TWICE = "Stopped at once. The journal has every request that was sent: the next command settles them."


class Stop(Protocol):
    """What an apply looks at between two requests."""

    @property
    def requested(self) -> bool:
        """Whether it should come to an end."""
        ...

    def request(self) -> None:
        """Ask it to."""
        ...


def terminate_as_interrupt() -> None:
    """Let SIGTERM end a command as Ctrl-C does: through the handlers that release the lock."""

    def handler(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, handler)


@contextmanager
def graceful(
    stop: Stop, leave: Callable[[], object], tell: Callable[[str], object] | None = None
) -> Iterator[None]:
    """While requests may be in flight: the first signal asks ``stop``, a Ctrl-C after it calls ``leave``.

    ``leave`` must not come back in real life. ``tell`` gets one line for the user; by default it is written
    past Python's buffers, because a signal may arrive in the middle of a write to them.
    """
    say = tell or _write

    def handler(signum: int, frame: FrameType | None) -> None:
        if not stop.requested:
            stop.request()
            say(ONCE)
        elif signum == signal.SIGINT:
            say(TWICE)
            leave()

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _write(line: str) -> None:
    os.write(2, f"\n{line}\n".encode())
