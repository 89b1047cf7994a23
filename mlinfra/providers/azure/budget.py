"""How many requests Azure Resource Manager takes, and leave to send them.

Token buckets by subscription and verb: reads 250 and 25 a second, writes and deletes 200 and 10 a second
(D:azure-resource-manager/management/request-limits-and-throttling, the limits since 2024). They count per
region and principal. The region is that of Resource Manager, which serves whoever calls from near it, not
that of the resource; so one process meets one, behind its endpoint. What the documentation leaves open: that
a POST counts as a write, and that operations' addresses count as reads, is assumed.

Others may sign in as the same principal: what an answer says is left (``x-ms-ratelimit-remaining-*``) lowers
the bucket, and the Retry-After of a 429 closes it.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from math import ceil, inf
from typing import TypeAlias

from mlinfra.model.clock import Clock
from mlinfra.model.plan import Op

LIMITS: Mapping[str, tuple[float, float]] = {
    "reads": (250.0, 25.0),
    "writes": (200.0, 10.0),
    "deletes": (200.0, 10.0),
}
"""Verb to the size of its bucket and its tokens a second; the same for a subscription and the tenant."""

VERBS: Mapping[str, str] = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
"""Which bucket a method draws on; the others are writes."""

NEEDS: Mapping[Op | None, Mapping[str, int]] = {
    None: {"reads": 2},
    Op.CREATE: {"writes": 1, "reads": 2},
    Op.UPDATE: {"writes": 1, "reads": 2},
    Op.RECOVER: {"writes": 1, "reads": 2},
    Op.PURGE: {"writes": 1, "deletes": 1, "reads": 2},
    Op.DELETE: {"deletes": 1},
}
"""What one ``begin`` may send at most, as a rule; None: one ``resume``, a poll and the read at the end."""

_SLACK = 1e-6
"""Of a token: what adding up floats may be wrong by."""

Place: TypeAlias = tuple[str, str]
"""An endpoint and a subscription in lower case (empty: the tenant's own requests)."""


@dataclass(slots=True)
class _Bucket:
    """``level`` tokens at the time ``at``, those not counted that were ``promised`` and are not spent yet.

    Nothing leaves before ``closed``.
    """

    size: float
    rate: float
    level: float
    at: float
    closed: float = -inf
    promised: int = 0

    def fill(self, now: float) -> None:
        self.level = min(self.size - self.promised, self.level + max(0.0, now - self.at) * self.rate)
        self.at = max(self.at, now)

    def wait(self, count: int, now: float) -> float:
        """Seconds until there are so many tokens; in whole milliseconds, which every clock can tell apart."""
        lacking = (count + _SLACK - self.level) / self.rate
        wait = max(0.0 if self.level >= count else lacking, self.closed - now)
        return ceil(wait * 1000) / 1000 if wait > 0 else 0.0


class Budget:
    """The buckets of one principal. Thread-safe; time is the clock's."""

    def __init__(self, clock: Clock, limits: Mapping[str, tuple[float, float]] = LIMITS) -> None:
        self.clock = clock
        self._limits = limits
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._buckets: dict[tuple[Place, str], _Bucket] = {}
        self._within = threading.local()

    def admission(self, place: Place, op: Op | None) -> Leave:
        """Leave for what ``op`` sends (None: a poll) in a subscription."""
        return Leave(self, place, op)

    def spend(self, place: Place, method: str) -> float:
        """Count a request that is about to be sent. Not 0: it must not be, Azure wants none for so long.

        One that nobody asked leave for waits for its token. Those that do wait one behind the other, so that
        a virtual clock moves by what the last of them waits.
        """
        verb = verb_of(method)
        leave: Leave | None = getattr(self._within, "leave", None)
        if leave is not None and leave.place == place and leave.has(verb):
            closed = self._closed(place, verb)
            if closed <= 0:
                leave.use(verb)
            return closed
        with self._turn:
            while (wait := self.take(place, {verb: 1})) > 0:
                closed = self._closed(place, verb)
                if closed > 0:
                    return closed
                self.clock.sleep(wait)
        self.spent(place, verb)
        return 0.0

    def within(self, leave: Leave | None) -> None:
        """From now on what this thread sends draws on ``leave``."""
        self._within.leave = leave

    def heard(self, place: Place, method: str, left: int | None, retry_after: float | None) -> None:
        """What an answer says of the bucket: ``left`` tokens in it, or that it is closed for some seconds."""
        with self._lock:
            now = self.clock.monotonic()
            bucket = self._bucket(place, verb_of(method), now)
            if left is not None and bucket.level >= left + 1 - bucket.promised:
                bucket.level = left - bucket.promised
            if retry_after is not None:
                bucket.level = min(bucket.level, 0.0)
                bucket.closed = max(bucket.closed, now + retry_after)

    def take(self, place: Place, wanted: Mapping[str, int]) -> float:
        """Promise so many tokens by verb, all or none; 0 when that was done, else seconds to wait."""
        with self._lock:
            now = self.clock.monotonic()
            wait = max(self._bucket(place, verb, now).wait(count, now) for verb, count in wanted.items())
            if wait <= 0:
                self._promise(place, wanted, 1, now)
            return wait

    def give_back(self, place: Place, rest: Mapping[str, int]) -> None:
        """What was promised and not spent."""
        with self._lock:
            self._promise(place, rest, -1, self.clock.monotonic())

    def spent(self, place: Place, verb: str) -> None:
        """One of the promised tokens is used up."""
        with self._lock:
            self._bucket(place, verb, self.clock.monotonic()).promised -= 1

    def _closed(self, place: Place, verb: str) -> float:
        with self._lock:
            now = self.clock.monotonic()
            return max(0.0, self._bucket(place, verb, now).closed - now)

    def _promise(self, place: Place, counts: Mapping[str, int], sign: int, now: float) -> None:
        for verb, count in counts.items():
            bucket = self._bucket(place, verb, now)
            bucket.level -= sign * count
            bucket.promised += sign * count

    def _bucket(self, place: Place, verb: str, now: float) -> _Bucket:
        """The bucket, filled up to now; a new one is full. The clock may be another thread's to answer, so
        whoever needs several buckets asks it once."""
        found = self._buckets.get((place, verb))
        if found is None:
            size, rate = self._limits[verb]
            found = self._buckets[place, verb] = _Bucket(size, rate, size, now)
        found.fill(now)
        return found


@dataclass(slots=True)
class Leave:
    """An `Admission`: what one call needs, taken at once, and used up request by request in its thread."""

    budget: Budget
    place: Place
    op: Op | None
    left: dict[str, int] = field(default_factory=dict)

    @property
    def queue(self) -> Hashable:
        """One for each kind of call in a subscription."""
        return self.place, self.op

    def take(self) -> float:
        """0 when all that the call needs was taken, else seconds to wait."""
        wanted = NEEDS[self.op]
        wait = self.budget.take(self.place, wanted)
        if wait <= 0:
            self.left = dict(wanted)
        return wait

    def has(self, verb: str) -> bool:
        """Whether there is a token of that verb left."""
        return self.left.get(verb, 0) > 0

    def use(self, verb: str) -> None:
        """Use one of the tokens."""
        self.left[verb] -= 1
        self.budget.spent(self.place, verb)

    def __enter__(self) -> Leave:
        self.budget.within(self)
        return self

    def __exit__(self, *exception: object) -> None:
        self.budget.within(None)
        self.budget.give_back(self.place, self.left)
        self.left = {}


def verb_of(method: str) -> str:
    """The bucket that a method draws on."""
    return VERBS.get(method.upper(), "writes")
