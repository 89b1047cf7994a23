"""A service for schedules: operations that take time, lanes it insists on, buckets, and a 429 now and then.

It counts and refuses; the crew walks steps through it as the applier does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.engine.scheduler import End, Gate, Next, Run
from mlinfra.model.plan import Op, Step
from mlinfra.providers.azure.budget import Budget, Place
from tests.engine.bench import Clock

PLACE: Place = ("endpoint", "subscription")
POLL = 5.0
RETRY_AFTER = 7.0


@dataclass
class Service:
    """``seconds`` by step: how long its operation takes; ``throttles`` are the writes, counted from 1, that
    are answered with 429."""

    clock: Clock
    budget: Budget
    seconds: Mapping[str, float]
    lanes: Mapping[str, Hashable] = field(default_factory=dict)
    throttles: frozenset[int] = frozenset()
    lock: threading.Lock = field(default_factory=threading.Lock)
    closed: dict[str, float] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=lambda: {"GET": 0, "PUT": 0})
    over: dict[str, float] = field(default_factory=dict)
    inside: dict[Hashable, str] = field(default_factory=dict)
    flying: int = 0
    most: int = 0

    def request(self, method: str) -> bool:
        """Send one; whether it was answered with 429."""
        held = self.budget.spend(PLACE, method)
        if held:
            return True
        assert self.clock.seconds >= self.closed.get(method, 0.0), "sent during a Retry-After"
        self.sent[method] += 1
        if method == "PUT" and self.sent[method] in self.throttles:
            self.closed[method] = self.clock.seconds + RETRY_AFTER
            self.budget.heard(PLACE, method, None, RETRY_AFTER)
            return True
        return False

    def begin(self, id: str) -> str:
        """Write, and read back what is there at once."""
        with self.lock:
            lane = self.lanes.get(id)
            assert self.inside.get(lane, id) == id, f"{id} beside {self.inside[lane]} in {lane}"
            if self.request("PUT"):
                return "again"
            if lane is not None:
                self.inside[lane] = id
            self.over[id] = self.clock.seconds + self.seconds[id]
            return self._state(id)

    def poll(self, id: str) -> str:
        """Ask whether the operation is over, and read it when it is."""
        with self.lock:
            if self.request("GET"):
                return "running"
            return self._state(id)

    def _state(self, id: str) -> str:
        if self.clock.seconds < self.over[id] or self.request("GET"):
            return "running"
        return "over"

    def counted(self, job: Callable[[], str]) -> Callable[[], str]:
        """The job, counted while it is in flight."""

        def run() -> str:
            with self.lock:
                self.flying += 1
                self.most = max(self.most, self.flying)
            try:
                return job()
            finally:
                with self.lock:
                    self.flying -= 1

        return run


@dataclass
class PacedCrew:
    """Walks each step through the service; ``failing`` steps end badly."""

    service: Service
    failing: frozenset[str] = frozenset()
    stopping: bool = False
    began: list[str] = field(default_factory=list)
    ended: dict[str, float] = field(default_factory=dict)

    def gate(self, step: Step) -> Gate:
        return Gate(self.service.lanes.get(step.id), self.service.budget.admission(PLACE, Op.CREATE))

    def start(self, step: Step) -> Next:
        self.began.append(step.id)
        return self._begin(step)

    def _begin(self, step: Step, after: float = 0.0) -> Run:
        leave = self.service.budget.admission(PLACE, Op.CREATE)
        return Run(self.service.counted(lambda: self.service.begin(step.id)), after, leave)

    def result(self, step: Step, result: Any) -> Next:
        if result == "again":
            return self._begin(step, RETRY_AFTER)
        if result == "running":
            leave = self.service.budget.admission(PLACE, None)
            return Run(self.service.counted(lambda: self.service.poll(step.id)), POLL, leave, asks=True)
        assert step.id not in self.ended
        self.ended[step.id] = self.service.clock.seconds
        with self.service.lock:
            self.service.inside.pop(self.service.lanes.get(step.id), None)
        return End(step.id not in self.failing)
