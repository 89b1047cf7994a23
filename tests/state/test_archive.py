"""The states that are kept: who wrote them, which is which, and what is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.journal import EntryKind
from mlinfra.state.archive import Finding
from mlinfra.state.manager import StateManager
from mlinfra.testing.clocks import HandClock
from tests.state.conftest import MakeManager
from tests.state.flaky import Flaky
from tests.state.samples import CPU, LAB, entry, record


@pytest.fixture
def manager(make_manager: MakeManager, clock: HandClock) -> StateManager:
    """Two applies an hour apart, then the journal of a third."""
    made = make_manager(commit=lambda: "1a2b3c4")
    with made.session(command="apply") as session:
        session.record(entry(EntryKind.INTENT))
        session.commit(replace(session.snapshot.state, records={CPU: record()}), "1 added")
        clock.advance(3600)
        session.commit(replace(session.snapshot.state, records={LAB: record(LAB)}), "1 added, 1 destroyed")
        session.record(entry(EntryKind.DONE))
    return made


def test_each_state_says_who_when_and_why(manager: StateManager, clock: HandClock, folder: Path) -> None:
    found = manager.archive.history()
    assert [(one.serial, one.current) for one in found] == [(2, True), (1, False), (0, False)]
    assert [one.by.summary for one in found if one.by] == ["1 added, 1 destroyed", "1 added", "begun"]
    by = found[0].by
    assert by is not None
    assert (by.owner, by.host, by.command, by.commit) == ("ana", "laptop", "apply", "1a2b3c4")
    assert (found[0].at, found[0].where) == (clock.now(), str(folder / "churn.json"))
    assert found[1].at is not None
    assert (clock.now() - found[1].at).total_seconds() == 3600


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_the_last_few(manager: StateManager, limit: int) -> None:
    assert [one.serial for one in manager.archive.history(limit)] == [2, 1, 0][:limit]


def test_one_that_says_nothing_is_listed_all_the_same(manager: StateManager, folder: Path) -> None:
    path = folder / ".history" / "churn" / "1.json"
    document = json.loads(path.read_text())
    del document["written"]
    path.write_text(json.dumps(document))
    (folder / ".history" / "churn" / "0.json").write_text("{")
    _, silent, damaged = manager.archive.history()
    assert (silent.serial, silent.by, silent.problem) == (1, None, "")
    assert silent.at is not None
    assert damaged.serial == 0
    assert "not JSON" in damaged.problem


def test_a_state_by_its_serial(manager: StateManager) -> None:
    assert manager.archive.state(1).records == {CPU: record()}
    assert manager.archive.state(2) == manager.archive.state() != manager.archive.state(1)
    with pytest.raises(MlinfraError, match="no state of serial 3 is kept") as wrong:
        manager.archive.state(3)
    assert wrong.value.diagnostics[0].detail == "There are: 0, 1, 2."


def test_of_a_new_stack_there_is_nothing(make_manager: MakeManager) -> None:
    archive = make_manager().archive
    assert archive.history() == ()
    assert archive.verify() == ()
    with pytest.raises(MlinfraError, match="nothing is recorded"):
        archive.state()
    with pytest.raises(MlinfraError, match="no state of serial 0 is kept"):
        archive.state(0)


class TestVerify:
    def problems(self, manager: StateManager) -> dict[str, str]:
        return {one.part: one.problem for one in manager.archive.verify() if one.problem}

    def test_what_is_whole(self, manager: StateManager) -> None:
        found = manager.archive.verify()
        assert [one.part for one in found] == [
            "state of serial 2",
            "its journal",
            "state of serial 1",
            "state of serial 0",
        ]
        assert not any(one.problem or one.note for one in found)

    def test_an_empty_journal_is_none(self, manager: StateManager, folder: Path) -> None:
        with manager.session(command="refresh") as session:
            session.commit(session.snapshot.state)
        empty = Finding("its journal", str(folder / "churn.3.journal"), note="empty")
        assert empty in manager.archive.verify()

    def test_a_state_that_is_cut_off(self, manager: StateManager, folder: Path) -> None:
        path = folder / "churn.json"
        path.write_bytes(path.read_bytes()[:-40])
        assert "is damaged" in self.problems(manager)["state"]

    def test_a_journal_line_with_another_checksum(self, manager: StateManager, folder: Path) -> None:
        path = folder / "churn.2.journal"
        path.write_bytes(path.read_bytes().replace(b"small", b"large"))
        assert self.problems(manager) == {"its journal": f"line 1 of {path} is damaged"}

    def test_a_journal_of_another_serial(self, manager: StateManager, folder: Path) -> None:
        path = folder / "churn.2.journal"
        path.write_bytes(path.read_bytes().replace(b'"serial":2', b'"serial":1'))
        assert "is damaged" in self.problems(manager)["its journal"], "the checksum has the serial in it"

    def test_an_earlier_state_that_is_another_one(self, manager: StateManager, folder: Path) -> None:
        history = folder / ".history" / "churn"
        (history / "1.json").write_bytes((history / "0.json").read_bytes())
        assert "says that it is of serial 0" in self.problems(manager)["state of serial 1"]

    def test_another_lineage_is_no_damage(self, manager: StateManager, folder: Path) -> None:
        path = folder / ".history" / "churn" / "1.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "lineage": "other"}))
        (noted,) = (one for one in manager.archive.verify() if one.note)
        assert (noted.part, noted.problem) == ("state of serial 1", "")
        assert noted.note == "of another lineage, other"

    def test_a_store_that_is_down(self, manager: StateManager, store: Flaky) -> None:
        store.down = True
        with pytest.raises(MlinfraError, match="cannot be reached"):
            manager.archive.verify()
