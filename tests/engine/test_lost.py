"""The lock is lost in the middle of an apply; several applies want one stack; what all of it costs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mlinfra_files import provider

from mlinfra.config.loader import load
from mlinfra.engine.applier import StopSignal, apply
from mlinfra.engine.clock import SystemClock
from mlinfra.engine.planner import make_plan
from mlinfra.model.codec import decode_state
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Op
from mlinfra.state.api import Lease
from mlinfra.state.local import LocalStore
from mlinfra.testing.stores import at_once
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


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, FlakyProvider(provider))
    made.write(STACK)
    return made


@pytest.mark.parametrize("polls", [0, 2])
def test_who_loses_the_lock_sends_nothing_more_and_what_was_in_flight_is_kept(
    bench: Bench, polls: int
) -> None:
    store = LocalStore(bench.folder / "state", "bench", clock=bench.clock)

    def break_lock(op: Op, id: str) -> None:
        held = store.holder()
        assert held is not None
        store.unlock(Lease(held.id, 0.0))

    trouble(bench).polls = polls
    trouble(bench).after = break_lock
    with pytest.raises(MlinfraError) as wrong:
        bench.apply()
    trouble(bench).after = lambda op, id: None
    (found,) = wrong.value.diagnostics
    assert (found.code, wrong.value.exit_code, wrong.value.untouched) == ("MLI-STA-008", 1, False)
    assert trouble(bench).writes == [(Op.CREATE, "/reports")]

    kept = decode_state((bench.folder / "state" / "bench.recovery-1.json").read_bytes())
    assert {str(address) for address in kept.records} == ({"folder.main"} if not polls else set())
    assert not bench.apply().failures
    assert [id for op, id in trouble(bench).writes if op is Op.CREATE].count("/reports") == 1
    assert bench.settled_empty()


def test_what_is_written_grows_with_the_steps_and_the_state_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, list[int]] = {"state": [], "journal": []}
    write, append = LocalStore.write, LocalStore.journal_append

    def counted_write(store: LocalStore, data: bytes, *rest: Any) -> str:
        written["state"].append(len(data))
        return write(store, data, *rest)

    def counted_append(store: LocalStore, serial: int, data: bytes, lease: Lease) -> None:
        written["journal"].append(len(data))
        append(store, serial, data, lease)

    monkeypatch.setattr(LocalStore, "write", counted_write)
    monkeypatch.setattr(LocalStore, "journal_append", counted_append)
    journals, states = [], []
    for count in (100, 200, 400):
        folder = tmp_path / str(count)
        folder.mkdir()
        bench = Bench(folder, provider)
        each = [f"{number:03}" for number in range(count)]
        bench.write(
            "resources:\n  folder:\n    main: {name: reports}\n"
            f'  text_file:\n    many: {{for_each: {each}, name: "${{each.value}}", content: text}}\n'
        )
        assert not bench.apply().failures
        assert len(written["state"]) == 2, "empty at first, so that its lineage is on disk; then at the end"
        journals.append(sum(written["journal"]))
        states.append(sum(written["state"]))
        for sizes in written.values():
            sizes.clear()
    for small, middle, large in (journals, states):
        assert (large - middle) / (middle - small) == pytest.approx(2, rel=0.02)


class Hasty(SystemClock):
    """Real time; who waits for a lock asks again at once."""

    def sleep(self, seconds: float) -> None:
        os.sched_yield()


@dataclass
class Contender(Bench):
    """One of several who apply one stack."""

    clock: Any = field(default_factory=Hasty)

    def compete(self) -> None:
        with self.manager.session(command="apply", lock_timeout=3600) as session:
            config = load(self.folder, values=self.values)
            planned = make_plan(config, session.snapshot, self.context)
            assert not apply(planned, session, self.context, self.events.append, StopSignal()).failures


def test_of_several_who_apply_at_once_each_waits_and_none_overwrites_the_other(tmp_path: Path) -> None:
    first = Contender(tmp_path, provider, values={"who": "0"})
    first.write(
        "variables: {who: {type: string}}\n"
        'resources:\n  folder:\n    main: {name: reports}\n  text_file:\n    a: {content: "${var.who}"}\n'
    )
    many = [first, *(Contender(tmp_path, provider, values={"who": str(number)}) for number in range(1, 5))]
    at_once(*(contender.compete for contender in many))
    state = first.manager.load().state
    assert state.serial == len(many), "one more for each"
    last = (first.disk / "reports" / "a").read_text()
    assert many[int(last)].settled_empty()
    assert len(list(first.disk.rglob("*"))) == 2
