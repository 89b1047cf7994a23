"""How one stack stands, whatever is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mlinfra.cli.options import Inputs
from mlinfra.cli.status import _stacks, standing
from mlinfra.cli.wiring import Workplace
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.journal import EntryKind
from tests.state.samples import CPU, entry, record

STACK = "stack: churn\nbackend: {local: {folder: shared}}\n"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "churn"
    folder.mkdir()
    (tmp_path / ".git").mkdir()
    (folder / "mlinfra.yaml").write_text(STACK)
    return folder


def commit(stack: Path, *, open: bool = False, text: str = STACK) -> None:
    """Have a state with one resource recorded, and a step left open."""
    (stack / "mlinfra.yaml").write_text(text)
    with Workplace(stack, {}) as place:
        manager = place.manager(place.head(Inputs()))
        with manager.session(command="apply") as session:
            session.commit(replace(session.snapshot.state, records={CPU: record()}))
            if open:
                session.record(entry(EntryKind.INTENT, step="s2"))


def test_a_stack_that_was_never_applied(stack: Path) -> None:
    told = standing(stack, Inputs())
    assert (told.stack, told.serial, told.resources, told.lock, told.problems) == ("churn", None, 0, None, ())


def test_what_is_recorded_is_told(stack: Path) -> None:
    commit(stack, open=True)
    told = standing(stack, Inputs())
    assert (told.serial, told.resources, told.open_steps, told.drifted, told.problems) == (1, 1, 1, None, ())


def test_who_holds_the_lock_is_told(stack: Path) -> None:
    with Workplace(stack, {}) as place:
        manager = place.manager(place.head(Inputs()))
        with manager.session(command="apply"):
            lock = standing(stack, Inputs()).lock
    assert lock is not None
    assert lock.command == "apply"


def test_a_state_that_cannot_be_read_still_has_the_name_of_its_stack(stack: Path) -> None:
    commit(stack)
    (stack.parent / "shared" / "churn.json").write_text("{")
    told = standing(stack, Inputs())
    assert told.stack == "churn"
    assert [found.code for found in told.problems] == ["MLI-STA-001"]


def test_where_drift_cannot_be_looked_for_the_rest_is_told(stack: Path) -> None:
    commit(stack, text=STACK + "resources: {nosuch: {main: {}}}\n")
    told = standing(stack, Inputs(), drift=True)
    assert (told.serial, told.drifted) == (1, None)
    assert "MLI-TYP-001" in [found.code for found in told.problems]


def test_hidden_folders_hold_no_stacks(stack: Path) -> None:
    for name in (".venv", "churn/eu", "later"):
        (stack.parent / name).mkdir()
        (stack.parent / name / "mlinfra.yaml").write_text("stack: x\n")
    found = [folder.relative_to(stack.parent).as_posix() for folder in _stacks(stack.parent)]
    assert found == ["churn", "churn/eu", "later"]


def test_a_stack_that_was_not_moved_yet_is_not_taken_for_a_new_one(stack: Path) -> None:
    commit(stack, text="stack: churn\n")
    (stack / "mlinfra.yaml").write_text(STACK)
    (found,) = standing(stack, Inputs()).problems
    assert found.code == "MLI-STA-070"
    assert "state/churn.json" in found.summary


def test_another_stack_of_the_same_name_was_not_left_behind(stack: Path) -> None:
    commit(stack, text="stack: churn\n")
    moved = stack.parent / "elsewhere"
    moved.mkdir()
    (moved / "mlinfra.yaml").write_text(STACK)
    assert standing(moved, Inputs()).problems == ()


def test_an_empty_state_was_not_left_behind_and_a_damaged_one_was(stack: Path) -> None:
    (stack / "mlinfra.yaml").write_text("stack: churn\n")
    with Workplace(stack, {}) as place:
        manager = place.manager(place.head(Inputs()))
        with manager.session(command="destroy") as session:
            session.commit(session.snapshot.state)
    (stack / "mlinfra.yaml").write_text(STACK)
    assert standing(stack, Inputs()).problems == ()
    (stack.parent / "state" / "churn.json").write_text("{")
    with Workplace(stack, {}) as place, pytest.raises(MlinfraError, match="MLI-STA-070"):
        place.manager(place.head(Inputs())).load()
