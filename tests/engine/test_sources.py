"""What is only read."""

from __future__ import annotations

import pytest

from mlinfra.config.loader import load
from mlinfra.engine.planner import validate
from mlinfra.model.diagnostic import MlinfraError
from tests.engine.bench import Bench

STACK = """
data:
  text_file:
    given: {id: /shared/given.txt}
  folder:
    shared: {name: shared}
resources:
  text_file:
    copy: {name: copy.txt, folder: "${data.folder.shared.id}", content: "${data.text_file.given.content}!"}
"""


@pytest.fixture
def shared(bench: Bench) -> Bench:
    bench.write(STACK)
    (bench.disk / "shared").mkdir()
    (bench.disk / "shared" / "given.txt").write_text("hello")
    return bench


def test_what_is_there_is_read_and_never_recorded(shared: Bench) -> None:
    assert not shared.apply().failures
    assert (shared.disk / "shared" / "copy.txt").read_text() == "hello!"
    assert set(shared.recorded()) == {"text_file.copy"}
    assert shared.settled_empty()


def test_it_is_read_anew_for_each_plan(shared: Bench) -> None:
    shared.apply()
    (shared.disk / "shared" / "given.txt").write_text("goodbye")
    (change,) = shared.change("text_file.copy").attributes
    assert change.after == "goodbye!"


def test_validating_asks_nobody(shared: Bench) -> None:
    context = shared.context
    before = shared.connection.requests
    assert validate(load(shared.folder), context) == ()
    assert shared.connection.requests == before


def test_what_is_not_there_is_told_with_its_place(shared: Bench) -> None:
    (shared.disk / "shared" / "given.txt").unlink()
    with pytest.raises(MlinfraError) as told:
        shared.plan()
    (found,) = told.value.diagnostics
    assert found.code == "MLI-PLN-014"
    assert found.position is not None


def test_what_this_stack_makes_cannot_find_it(shared: Bench) -> None:
    shared.write(STACK.replace("shared: {name: shared}", 'shared: {name: "${text_file.copy.name}"}'))
    with pytest.raises(MlinfraError) as told:
        shared.plan()
    assert "MLI-REF-013" in [d.code for d in told.value.diagnostics]


def test_one_without_a_name_is_told(shared: Bench) -> None:
    shared.write(STACK.replace("given: {id: /shared/given.txt}", "given: {name: given.txt}"))
    with pytest.raises(MlinfraError) as told:
        shared.plan()
    assert "MLI-REF-014" in [d.code for d in told.value.diagnostics]
