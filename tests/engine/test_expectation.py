"""How long things took is remembered, and expected the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlinfra_files import provider

from mlinfra.engine.expectation import REMEMBERED
from mlinfra.model.event import Started
from mlinfra.model.plan import Op
from mlinfra.model.state import Deed
from mlinfra.providers.api import ProviderError
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider, trouble

STACK = """
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: one}
    b: {name: b.txt, content: "${text_file.a.size} letters"}
"""
FOLDER, FILE = Deed("folder", "", "create"), Deed("text_file", "", "create")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, FlakyProvider(provider))
    made.write(STACK)
    trouble(made).polls = 3
    return made


def grown(bench: Bench, names: str) -> None:
    """The stack with a file more for each letter."""
    bench.write(STACK + "".join(f"    {name}: {{name: {name}.txt, content: {name}}}\n" for name in names))


def test_an_apply_says_how_long_each_step_took_and_which_chain_decided_it(bench: Bench) -> None:
    applied = bench.apply()
    assert [(t.step.id, t.started, t.seconds) for t in applied.timings] == [
        ("create:folder.main", 0, 30),
        ("create:text_file.a", 30, 30),
        ("create:text_file.b", 60, 30),
    ]
    assert applied.chain == applied.timings
    assert all(t.done for t in applied.timings)


def test_what_a_step_took_is_recorded_and_expected_the_next_time(bench: Bench) -> None:
    assert bench.change("text_file.a").seconds is None
    bench.apply()
    assert bench.manager.load().state.durations == {FOLDER: (30.0,), FILE: (30.0, 30.0)}
    grown(bench, "c")
    assert bench.change("text_file.c").seconds == 30
    bench.events.clear()
    bench.apply()
    assert [event.expected for event in bench.events if isinstance(event, Started)] == [30.0]


def test_what_is_expected_is_the_median_of_the_last_few(bench: Bench) -> None:
    bench.apply()
    for name, polls in zip("cdef", (1, 9, 9, 9), strict=True):
        trouble(bench).polls = polls
        grown(bench, "".join(n for n in "cdef" if n <= name))
        bench.apply()
    assert bench.manager.load().state.durations[FILE] == (30.0, 30.0, 10.0, 90.0, 90.0, 90.0)
    grown(bench, "cdefg")
    assert bench.change("text_file.g").seconds == 90
    names = "cdefghijklmno"
    bench.provider.trouble.polls = 2  # type: ignore[attr-defined]
    grown(bench, names)
    bench.apply()
    assert bench.manager.load().state.durations[FILE] == (20.0,) * REMEMBERED


def test_a_step_that_failed_tells_its_time_and_is_no_measure(bench: Bench) -> None:
    def refuse(op: Op, id: str) -> None:
        if id.endswith("a.txt"):
            raise ProviderError("NO", "not this one")

    bench.provider.trouble.before = refuse  # type: ignore[attr-defined]
    applied = bench.apply()
    assert [(t.step.id, t.done) for t in applied.timings] == [
        ("create:folder.main", True),
        ("create:text_file.a", False),
    ]
    assert bench.manager.load().state.durations == {FOLDER: (30.0,)}


def test_what_touches_state_alone_takes_no_time(bench: Bench) -> None:
    bench.apply()
    before = bench.manager.load().state.durations
    bench.write(STACK.replace("    b:", "    #") + "removed:\n  - {from: text_file.b, destroy: false}\n")
    assert bench.change("text_file.b").seconds is None
    assert bench.apply().timings == ()
    assert bench.manager.load().state.durations == before
