"""Any order of work, on any budget: lanes, requests in flight, Retry-After, and that everything ends."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.engine.scheduler import run
from mlinfra.model.address import Address
from mlinfra.model.graph import dependants
from mlinfra.model.plan import Op, Step
from mlinfra.providers.azure.budget import LIMITS, Budget
from tests.engine.bench import Clock
from tests.engine.pacing import PacedCrew, Service


def step(name: str, *after: str) -> Step:
    return Step(name, Address("t", name), Op.CREATE, after)


@dataclass(frozen=True)
class Work:
    steps: list[Step]
    seconds: dict[str, float]
    lanes: dict[str, int]
    failing: frozenset[str]
    throttles: frozenset[int]
    limits: dict[str, tuple[float, float]]
    parallelism: int


@st.composite
def works(draw: st.DrawFn) -> Work:
    count = draw(st.integers(1, 25))
    names = [f"s{n}" for n in range(count)]
    steps = [
        step(name, *draw(st.lists(st.sampled_from(names[:n]), max_size=3, unique=True)) if n else ())
        for n, name in enumerate(names)
    ]
    lanes = draw(st.dictionaries(st.sampled_from(names), st.integers(0, 2)))
    buckets = st.tuples(st.integers(2, 10).map(float), st.sampled_from([0.5, 2.0, 25.0]))
    return Work(
        steps=draw(st.permutations(steps)),
        seconds={name: draw(st.sampled_from([0.0, 3.0, 60.0])) for name in names},
        lanes=lanes,
        failing=frozenset(draw(st.sets(st.sampled_from(names), max_size=3))),
        throttles=frozenset(draw(st.sets(st.integers(1, count), max_size=4))),
        limits={"reads": draw(buckets), "writes": draw(buckets), "deletes": (1.0, 1.0)},
        parallelism=draw(st.integers(1, 8)),
    )


@settings(max_examples=150, deadline=None)
@given(works())
def test_any_work_ends_and_keeps_to_every_bound(work: Work) -> None:
    clock = Clock()
    service = Service(clock, Budget(clock, work.limits), work.seconds, work.lanes, work.throttles)
    crew = PacedCrew(service, work.failing)
    skipped = run(work.steps, crew, clock, work.parallelism, work.seconds)
    needs = {s.id: s.after for s in work.steps}
    assert {s.id for s in skipped} == dependants(needs, work.failing & crew.ended.keys())
    assert crew.ended.keys() == needs.keys() - {s.id for s in skipped}
    assert sorted(crew.began) == sorted(crew.ended)
    assert service.most <= work.parallelism
    for verb, method in (("reads", "GET"), ("writes", "PUT")):
        size, rate = work.limits[verb]
        assert service.sent[method] <= size + rate * clock.seconds + 0.001
    for one in work.steps:
        if one.id in crew.ended:
            assert all(crew.ended[need] + work.seconds[one.id] <= crew.ended[one.id] for need in one.after)


def scheduled(
    steps: list[Step], seconds: dict[str, float], lanes: dict[str, int] | None = None
) -> tuple[PacedCrew, Clock]:
    clock = Clock()
    crew = PacedCrew(Service(clock, Budget(clock), seconds, lanes or {}))
    assert run(steps, crew, clock, 32, seconds) == []
    return crew, clock


def test_a_lane_is_held_until_the_operation_has_ended() -> None:
    names = ("a", "b", "c", "d")
    crew, clock = scheduled(
        [step(n) for n in names], dict.fromkeys(names, 20.0), {"a": 1, "b": 1, "c": 1, "d": 2}
    )
    assert clock.seconds == 60
    assert sorted(crew.ended.values()) == [20, 20, 40, 60]


def test_the_most_urgent_has_the_lane_first() -> None:
    crew, _ = scheduled(
        [step("short"), step("long"), step("end", "long"), step("middle")],
        {"short": 5, "long": 5, "end": 60, "middle": 20},
        {"short": 1, "long": 1, "middle": 1},
    )
    assert [name for name in crew.began if name != "end"] == ["long", "middle", "short"]


def test_whoever_waits_for_a_lane_does_not_start_after_a_stop() -> None:
    clock = Clock()
    crew = PacedCrew(Service(clock, Budget(clock), {"a": 20, "b": 20}, {"a": 1, "b": 1}))
    clock_sleep = clock.sleep

    def stopping(seconds: float) -> None:
        crew.stopping = True
        clock_sleep(seconds)

    clock.sleep = stopping  # type: ignore[method-assign]
    skipped = run([step("a"), step("b")], crew, clock, 4, {})
    assert [s.id for s in skipped] == ["b"]
    assert crew.ended == {"a": 20}


def test_scarce_tokens_go_to_the_longest_remaining_path() -> None:
    many = [step(f"leaf{n}") for n in range(400)]
    chain = [step("a"), step("b", "a"), step("c", "b")]
    seconds = {s.id: 0.0 for s in many} | dict.fromkeys("abc", 10.0)
    crew, clock = scheduled([*many, *chain], seconds)
    assert crew.ended["c"] < 30.5  # each of its links waits for a token or two
    assert clock.seconds < 30.5


WRITES, READS = LIMITS["writes"], LIMITS["reads"]


@pytest.mark.parametrize("count", [50, 1_000, 3_000])
def test_many_that_are_done_at_once_end_when_the_bucket_lets_them(count: int) -> None:
    _, clock = scheduled([step(str(n)) for n in range(count)], {str(n): 0.0 for n in range(count)})
    assert clock.seconds <= 1.01 * max(0.0, (count - WRITES[0]) / WRITES[1])


def test_polls_that_outrun_the_reads_are_asked_less_often_and_hold_up_no_write() -> None:
    """1,000 at work for two minutes would be 200 polls a second; there are 25."""
    names = [str(n) for n in range(1_000)]
    crew, clock = scheduled([step(n) for n in names], dict.fromkeys(names, 120.0))
    written = (len(names) - WRITES[0]) / WRITES[1]
    assert clock.seconds <= 1.05 * (written + 120 + 5)
    assert crew.service.sent["GET"] <= READS[0] + READS[1] * clock.seconds
