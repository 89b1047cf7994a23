"""What an apply does when the service is slow, refuses, or the process dies."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlinfra_files import provider

from mlinfra.engine.applier import ATTEMPTS
from mlinfra.model.event import Failed, Retrying, Settled
from mlinfra.model.plan import Op
from mlinfra.providers.api import ProviderError
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider, Killed, trouble

STACK = """
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: one}
    b: {name: b.txt, content: "${text_file.a.size} letters"}
    c: {name: c.txt, content: three}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, FlakyProvider(provider))
    made.write(STACK)
    return made


def test_long_operations_are_polled_side_by_side(bench: Bench) -> None:
    trouble(bench).polls = 3
    assert not bench.apply().failures
    assert bench.clock.seconds == 3 * 30  # the folder, then a and c together, then b
    assert bench.settled_empty()


def test_what_the_service_puts_off_is_tried_again_after_the_time_it_names(bench: Bench) -> None:
    refusals = iter([7.0, 11.0])

    def busy(op: Op, id: str) -> None:
        after = next(refusals, None)
        if after is not None:
            raise ProviderError("BUSY", "slow down", retryable=True, after=after)

    trouble(bench).before = busy
    assert not bench.apply().failures
    assert [e.after for e in bench.events if isinstance(e, Retrying)] == [7.0, 11.0]
    assert bench.clock.seconds == 18


def test_a_service_that_never_has_time_fails_the_step_in_the_end(bench: Bench) -> None:
    def busy(op: Op, id: str) -> None:
        raise ProviderError("BUSY", "slow down", retryable=True)

    trouble(bench).before = busy
    result = bench.apply()
    assert [d.code for d in result.failures] == ["BUSY"]
    assert len([e for e in bench.events if isinstance(e, Retrying)]) == ATTEMPTS
    assert result.skipped


def test_a_failed_step_skips_what_needs_it_and_the_rest_is_saved(bench: Bench) -> None:
    def refuse(op: Op, id: str) -> None:
        if id.endswith("a.txt"):
            raise ProviderError("NO", "not today", path=("content",))

    trouble(bench).before = refuse
    result = bench.apply()
    (failure,) = result.failures
    assert str(failure.address) == "text_file.a"
    assert failure.position is not None
    assert failure.position.source.line(failure.position.line).strip().startswith("a: {")
    assert [s.id for s in result.skipped] == ["create:text_file.b"]
    assert [e.skipped[0].id for e in bench.events if isinstance(e, Failed)] == ["create:text_file.b"]
    assert set(bench.recorded()) == {"folder.main", "text_file.c"}
    trouble(bench).before = lambda op, id: None
    assert not bench.apply().failures
    assert bench.settled_empty()


def test_an_answer_that_was_lost_is_no_second_creation(bench: Bench) -> None:
    lost = iter([True])

    def cut(op: Op, id: str) -> None:
        if id == "/reports" and next(lost, False):
            raise ProviderError("LOST", "the connection was reset", retryable=True)

    trouble(bench).after = cut
    assert not bench.apply().failures
    assert [op for op, id in trouble(bench).writes if id == "/reports"] == [Op.CREATE, Op.UPDATE]


def test_a_refusal_after_an_answer_that_was_lost_forgets_nothing(bench: Bench) -> None:
    def cut(op: Op, id: str) -> None:
        if id == "/reports":
            raise ProviderError("LOST", "the connection was reset", retryable=True)

    def refuse(op: Op, id: str) -> None:
        if op is Op.UPDATE:
            raise ProviderError("NO", "it is being made")

    trouble(bench).after, trouble(bench).before = cut, refuse
    assert [failure.code for failure in bench.apply().failures] == ["NO"]
    trouble(bench).after = trouble(bench).before = lambda op, id: None
    assert not bench.apply().failures
    assert [(e.address, e.found) for e in bench.events if isinstance(e, Settled)] == [
        ("folder.main", "recorded")
    ]
    assert [id for op, id in trouble(bench).writes if op is Op.CREATE].count("/reports") == 1


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("victim", ["/reports", "/reports/a.txt", "/reports/b.txt", "/reports/c.txt"])
@pytest.mark.parametrize("polls", [0, 2])
def test_a_process_that_dies_at_a_write_loses_nothing(
    bench: Bench, moment: str, victim: str, polls: int
) -> None:
    def die(op: Op, id: str) -> None:
        if id == victim:
            raise Killed

    setattr(trouble(bench), moment, die)
    trouble(bench).polls = polls
    with pytest.raises(Killed):
        bench.apply()
    setattr(trouble(bench), moment, lambda op, id: None)
    assert not bench.apply().failures
    assert bench.settled_empty()
    creations = [id for op, id in trouble(bench).writes if op is Op.CREATE]
    assert len(set(creations)) == len(creations), "created twice"


def test_an_operation_that_was_accepted_is_taken_up_again(bench: Bench) -> None:
    def die(id: str) -> None:
        raise Killed

    trouble(bench).polls = 2
    trouble(bench).resumed = die
    with pytest.raises(Killed):
        bench.apply()
    trouble(bench).resumed = lambda id: None
    assert not bench.apply().failures
    assert [(e.address, e.found) for e in bench.events if isinstance(e, Settled)] == [
        ("folder.main", "resumed")
    ]


def test_a_plan_settles_in_memory_and_writes_nothing(bench: Bench) -> None:
    def die(op: Op, id: str) -> None:
        raise Killed

    trouble(bench).after = die
    with pytest.raises(Killed):
        bench.apply()
    files = {p: p.read_bytes() for p in (bench.folder / "state").rglob("*") if p.is_file()}
    planned = bench.plan()
    assert [(s.address, s.found) for s in planned.settled] == [("folder.main", "recorded")]
    assert "folder.main" not in bench.actions()
    assert {p: p.read_bytes() for p in (bench.folder / "state").rglob("*") if p.is_file()} == files


def test_an_operation_that_fails_after_it_was_accepted_leaves_a_broken_record(bench: Bench) -> None:
    def fail(id: str) -> None:
        if id == "/reports/c.txt":
            raise ProviderError("FAILED", "it went wrong over there")

    trouble(bench).polls = 1
    trouble(bench).resumed = fail
    assert [d.code for d in bench.apply().failures] == ["FAILED"]
    assert bench.recorded()["text_file.c"].broken
    trouble(bench).resumed = lambda id: None
    assert set(bench.actions()) == {"text_file.c"}
    assert not bench.apply().failures
    assert bench.settled_empty()


def test_an_operation_that_takes_longer_than_it_may_is_left_open_and_taken_up_later(bench: Bench) -> None:
    trouble(bench).polls = 5
    bench.write(STACK.replace("{name: reports}", "{name: reports, timeouts: {create: 25s}}"))
    result = bench.apply()
    (failure,) = result.failures
    assert (failure.code, bench.clock.seconds >= 25) == ("MLI-PLN-023", True)
    assert "folder.main" not in bench.recorded()
    trouble(bench).polls = 0
    assert not bench.apply().failures
    assert [id for op, id in trouble(bench).writes if op is Op.CREATE].count("/reports") == 1
    assert bench.settled_empty()


def test_an_operation_within_its_time_is_waited_for(bench: Bench) -> None:
    trouble(bench).polls = 2
    bench.write(STACK.replace("{name: reports}", "{name: reports, timeouts: {create: 1h, update: 0.5m}}"))
    assert not bench.apply().failures
