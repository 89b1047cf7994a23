"""Order, parallelism, timers, failure and stopping; on a clock that only moves when everyone rests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from mlinfra.engine.scheduler import End, Gate, Next, Run, run
from mlinfra.model.address import Address
from mlinfra.model.plan import Op, Step
from tests.engine.bench import Clock


def step(name: str, *after: str) -> Step:
    return Step(name, Address("t", name), Op.CREATE, after)


class Crew:
    """Each step runs one job; ``polls`` says how often it is asked again, ten seconds apart."""

    def __init__(self, clock: Clock, *, failing: tuple[str, ...] = (), polls: int = 0) -> None:
        self.clock, self.failing, self.polls = clock, failing, polls
        self.began: list[str] = []
        self.ended: dict[str, float] = {}
        self.stopping = False
        self.left: dict[str, int] = {}
        self.running = 0
        self.most = 0
        self.lock = threading.Lock()
        self.job: Callable[[], Any] = lambda: None

    def gate(self, step: Step) -> Gate:
        return Gate()

    def start(self, step: Step) -> Next:
        self.began.append(step.id)
        self.left[step.id] = self.polls
        return Run(self._work)

    def _work(self) -> None:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.job()
        with self.lock:
            self.running -= 1

    def result(self, step: Step, result: Any) -> Next:
        if self.left[step.id]:
            self.left[step.id] -= 1
            return Run(self._work, 10)
        self.ended[step.id] = self.clock.seconds
        return End(step.id not in self.failing)


def test_each_step_starts_after_what_it_needs() -> None:
    clock = Clock()
    crew = Crew(clock)
    assert run([step("c", "b"), step("b", "a"), step("a")], crew, clock, 4, {}) == []
    assert crew.began == ["a", "b", "c"]


def test_the_longest_remaining_path_goes_first() -> None:
    clock = Clock()
    crew = Crew(clock)
    run(
        [step("short"), step("long"), step("end", "long")], crew, clock, 1, {"short": 5, "long": 1, "end": 50}
    )
    assert crew.began[0] == "long"


def test_what_waits_for_a_failed_step_is_never_started_and_the_rest_goes_on() -> None:
    clock = Clock()
    crew = Crew(clock, failing=("a",))
    skipped = run([step("a"), step("b", "a"), step("c", "b"), step("d")], crew, clock, 4, {})
    assert [s.id for s in skipped] == ["b", "c"]
    assert "d" in crew.ended


def test_operations_that_are_waited_for_take_no_worker_and_pass_side_by_side() -> None:
    clock = Clock()
    crew = Crew(clock, polls=3)
    run([step(str(n)) for n in range(100)], crew, clock, 4, {})
    assert clock.seconds == 30
    assert crew.most <= 4


def test_a_stop_starts_nothing_more_and_brings_what_is_in_flight_to_its_end() -> None:
    clock = Clock()
    crew = Crew(clock, polls=2)

    def stop() -> None:
        crew.stopping = True

    crew.job = stop
    skipped = run([step("a"), step("b", "a")], crew, clock, 1, {})
    assert [s.id for s in skipped] == ["b"]
    assert "a" in crew.ended


def test_an_exception_of_a_worker_ends_it_all() -> None:
    clock = Clock()
    crew = Crew(clock)

    def broken() -> None:
        raise ZeroDivisionError

    crew.job = broken
    with pytest.raises(ZeroDivisionError):
        run([step("a")], crew, clock, 1, {})


def test_ten_thousand_steps_in_one_chain() -> None:
    clock = Clock()
    crew = Crew(clock)
    steps = [step("0"), *(step(str(n), str(n - 1)) for n in range(1, 10_000))]
    assert run(steps, crew, clock, 8, {}) == []
