"""What is only read."""

from __future__ import annotations

import pytest
from mlinfra_files import Disk, Folder

from mlinfra.config.loader import load
from mlinfra.engine.validate import validate
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs, Unknown
from mlinfra.providers.api import Progress
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


INSIDE = """
data:
  text_file:
    theirs: {name: theirs.txt}
resources:
  folder:
    main: {name: main}
  text_file:
    ours: {name: ours.txt, content: "${data.text_file.theirs.content}!"}
outputs:
  size: {value: "${data.text_file.theirs.size}"}
"""
"""The folder is the stack's; what is read in it is somebody else's, and is there when the folder is."""


@pytest.fixture
def inside(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Whenever the folder is made, somebody puts a file into it."""
    begin = Folder.begin

    def with_theirs(self: Folder, conn: Disk, op: Op, id: str, *sides: Attrs | None) -> Progress:
        done = begin(self, conn, op, id, *sides)
        if op is Op.CREATE:
            conn.path(f"{id}/theirs.txt").write_text("hello")
        return done

    monkeypatch.setattr(Folder, "begin", with_theirs)
    bench.write(INSIDE)
    return bench


def test_what_lies_in_what_this_stack_makes_is_read_while_it_is_applied(inside: Bench) -> None:
    plan = inside.plan().plan
    (ours,) = (change for change in plan.changes if change.address.name == "ours")
    assert isinstance((ours.after or {})["content"], Unknown)
    assert [step.id for step in plan.steps] == ["create:folder.main", "create:text_file.ours"]
    applied = inside.apply()
    assert not applied.failures
    assert (inside.disk / "main" / "ours.txt").read_text() == "hello!"
    assert applied.state.outputs["size"].value == 5
    assert inside.settled_empty()


def test_where_it_stands_it_is_known_while_planning(inside: Bench) -> None:
    inside.apply()
    (inside.disk / "main" / "theirs.txt").write_text("goodbye")
    (change,) = inside.change("text_file.ours").attributes
    assert change.after == "goodbye!"


def test_what_is_replaced_is_read_anew(inside: Bench) -> None:
    inside.apply()
    (inside.disk / "main" / "theirs.txt").write_text("goodbye")
    inside.write(INSIDE.replace("{name: main}", "{name: other, lifecycle: {allow_unmanaged_loss: true}}"))
    assert isinstance((inside.change("text_file.ours").after or {})["content"], Unknown)
    assert not inside.apply().failures
    assert (inside.disk / "other" / "ours.txt").read_text() == "hello!"
    assert inside.settled_empty()


def test_what_is_made_anew_under_its_own_name_is_read_anew(inside: Bench) -> None:
    inside.write(INSIDE.replace("{name: main}", "{name: main, lifecycle: {allow_unmanaged_loss: true}}"))
    inside.apply()
    (inside.disk / "main" / "theirs.txt").write_text("goodbye")
    inside.apply()
    anew = (Address("folder", "main"),)
    assert isinstance((inside.change("text_file.ours", replace=anew).after or {})["content"], Unknown)
    assert not inside.apply(replace=anew).failures
    assert (inside.disk / "main" / "ours.txt").read_text() == "hello!"
    assert inside.settled_empty()


def test_what_is_not_in_what_stands_is_told(inside: Bench) -> None:
    inside.apply()
    (inside.disk / "main" / "theirs.txt").unlink()
    with pytest.raises(MlinfraError) as told:
        inside.plan()
    (found,) = told.value.diagnostics
    assert (found.code, found.position is not None) == ("MLI-PLN-014", True)


def test_what_is_only_read_tells_nothing_else_that_is(shared: Bench) -> None:
    shared.write(STACK.replace("shared: {name: shared}", 'shared: {name: "${data.text_file.given.content}"}'))
    with pytest.raises(MlinfraError) as told:
        shared.plan()
    assert "MLI-REF-013" in [d.code for d in told.value.diagnostics]


def test_one_without_a_name_is_told(shared: Bench) -> None:
    shared.write(STACK.replace("given: {id: /shared/given.txt}", "given: {name: given.txt}"))
    with pytest.raises(MlinfraError) as told:
        shared.plan()
    assert "MLI-REF-014" in [d.code for d in told.value.diagnostics]
