"""The simulator's own time. It stands still unless a request is made or somebody advances it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""When a new world begins: a fixed date, so that runs are equal."""

TICK = 0.05
"""Seconds that one request takes, as a short round trip to Azure does. Token buckets refill by it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    """Seconds of the clock as a UTC time."""
    return _EPOCH + timedelta(seconds=seconds)


def stamp(seconds: float) -> str:
    """A time as most services write it: ``2026-01-05T08:00:00.0500000Z``."""
    return f"{moment(seconds):%Y-%m-%dT%H:%M:%S.%f}0Z"


@lru_cache(maxsize=64)
def http_date(second: int) -> str:
    """A time as the ``Date`` header writes it."""
    return f"{moment(second):%a, %d %b %Y %H:%M:%S} GMT"


def first() -> float:
    """The clock of a new world, in seconds."""
    return START.timestamp()
