"""``state pull``, ``push``, ``mv``, ``rm``, ``restore``, ``verify``: what they take, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlinfra.engine.clock import SystemClock
from mlinfra.model.address import Address, parse_address
from mlinfra.model.journal import EntryKind
from mlinfra.model.state import State
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import StateManager
from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage
from tests.state.samples import CPU, LAB, entry, record

STACK = "stack: small\nazure: {cloud: simulator, location: westeurope}\n"
TEAM = parse_address("role_assignment.team")
ANA, BEN = TEAM.instance("ana"), TEAM.instance("ben")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("1a2b3c4d" * 5)
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    with Stage(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def manager(stage: Stage) -> StateManager:
    clock = SystemClock()
    store = LocalStore(stage.folder / "state", "small", clock=clock)
    return StateManager(store, stack="small", folder=".", clock=clock, tool="mlinfra 0.1.0", heartbeat=False)


@pytest.fixture
def recorded(manager: StateManager) -> State:
    """Serial 1: a compute, and two role assignments that need it."""
    records = {CPU: record()} | {
        a: record(a, type="role_assignment", dependencies=(CPU,)) for a in (ANA, BEN)
    }
    with manager.session(command="apply") as session:
        return session.commit(replace(session.snapshot.state, records=records), "3 added")


def run(stage: Stage, command: str, answer: str | None = None) -> Result:
    return stage.run(Run(f"mlinfra {command}", 1, answer=answer))


def told(result: Result) -> str:
    """What was printed, as one line."""
    return " ".join((result.stdout + result.stderr).split())


def pulled(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(stage, "state pull").stdout)
    return found


def push(stage: Stage, document: object, options: str = "") -> Result:
    text = document if isinstance(document, str) else json.dumps(document)
    (stage.folder / "file.json").write_text(text)
    return run(stage, f"state push file.json {options}")


def addresses(manager: StateManager) -> set[Address]:
    return set(manager.load().state.records)


class TestPush:
    def test_what_was_pulled_and_edited_is_taken_back(
        self, stage: Stage, manager: StateManager, recorded: State
    ) -> None:
        document = pulled(stage)
        document["serial"] += 1
        document["records"] = [r for r in document["records"] if r["address"] == "compute.cpu"]
        result = push(stage, document)
        assert result.code == 0, told(result)
        assert "Difference: 2 removed." in told(result)
        assert told(result).endswith("Pushed; the state has serial 2.")
        assert manager.load().state.records == {CPU: record()}
        by = manager.load().state.written
        assert by is not None
        assert (by.command, by.summary, by.commit) == ("state push", "file.json, serial 2", "1a2b3c4d" * 5)

    def test_a_new_place_takes_the_lineage_too(
        self, stage: Stage, manager: StateManager, recorded: State
    ) -> None:
        document = pulled(stage)
        (stage.folder / "state" / "small.json").unlink()
        assert push(stage, document).code == 0
        assert manager.load().state.lineage == recorded.lineage

    @pytest.mark.parametrize("serial", [0, 1])
    def test_an_older_serial_and_the_same_one_are_refused(
        self, stage: Stage, manager: StateManager, recorded: State, serial: int
    ) -> None:
        document = {**pulled(stage), "serial": serial, "records": []}
        result = push(stage, document)
        assert result.code == 1
        assert f"MLI-STA-057: the file has serial {serial}, and serial 1 is recorded already" in told(result)
        assert manager.load().state == recorded
        assert push(stage, document, "--force").code == 0
        assert (addresses(manager), manager.load().state.serial) == (set(), 2)

    def test_another_lineage_is_refused(self, stage: Stage, manager: StateManager, recorded: State) -> None:
        document = {**pulled(stage), "serial": 9, "lineage": "another"}
        result = push(stage, document)
        assert result.code == 1
        assert "MLI-STA-056: the file is of another lineage, another;" in told(result)
        assert manager.load().state == recorded
        assert push(stage, document, "--force").code == 0
        after = manager.load().state
        assert (after.lineage, after.serial) == ("another", 2)
        assert run(stage, "state verify").code == 0, "what was before is of another lineage, and no damage"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"stack": "other"}, 'MLI-STA-004: file.json is of the stack "other", not of "small"'),
            ({"folder": "elsewhere"}, 'MLI-STA-004: file.json belongs to the stack in "elsewhere"'),
            ({"format_version": 9}, "MLI-STA-003: file.json was written by a newer mlinfra"),
            ({"serial": -1}, "MLI-STA-002: file.json is damaged: serial"),
        ],
    )
    @pytest.mark.parametrize("options", ["", "--force"])
    def test_what_no_force_makes_right(
        self,
        stage: Stage,
        manager: StateManager,
        recorded: State,
        change: dict[str, Any],
        words: str,
        options: str,
    ) -> None:
        result = push(stage, {**pulled(stage), "serial": 9, **change}, options)
        assert result.code == 1
        assert words in told(result)
        assert manager.load().state == recorded

    @pytest.mark.parametrize("keep", [0, 1, 100])
    def test_a_file_that_is_cut_off(
        self, stage: Stage, manager: StateManager, recorded: State, keep: int
    ) -> None:
        result = push(stage, run(stage, "state pull").stdout[:keep], "--force")
        assert result.code == 1
        assert "MLI-STA-001: file.json is damaged" in told(result)
        assert manager.load().state == recorded

    def test_no_file(self, stage: Stage) -> None:
        result = run(stage, "state push none.json")
        assert result.code == 1
        assert "MLI-STA-054: none.json cannot be read: no such file" in told(result)

    def test_a_file_without_end(self, stage: Stage, recorded: State, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mlinfra.cli.state.push.LARGEST", 100)
        assert "MLI-STA-055: file.json is too large" in told(push(stage, pulled(stage)))


@pytest.mark.parametrize("command", ["push file.json --force", "mv compute.cpu compute.x", "rm compute.cpu"])
def test_a_lock_that_somebody_has_is_waited_for_or_told(stage: Stage, recorded: State, command: str) -> None:
    (stage.folder / "file.json").write_text(run(stage, "state pull").stdout)
    stage.run(Run("lock small", 1))
    result = run(stage, f"state {command}")
    assert result.code == 4
    assert "is locked by maria" in told(result)


@pytest.mark.parametrize(
    "command",
    ["push file.json --force", "mv compute.cpu compute.x", "rm compute.cpu", "restore 0 --auto-approve"],
)
def test_while_a_step_is_open_nothing_is_changed_by_hand(
    stage: Stage, manager: StateManager, recorded: State, command: str
) -> None:
    (stage.folder / "file.json").write_text(run(stage, "state pull").stdout)
    with manager.session(command="apply") as session:
        session.record(entry(EntryKind.INTENT, address=LAB))
    result = run(stage, f"state {command}")
    assert result.code == 1
    assert "MLI-STA-052: an earlier command ended in the middle of its work on compute.lab" in told(result)
    assert manager.load().state == recorded


class TestMv:
    def test_who_depends_on_it_is_told(self, stage: Stage, manager: StateManager, recorded: State) -> None:
        result = run(stage, "state mv compute.cpu compute.main")
        assert result.code == 0
        assert "`moved: [{from: compute.cpu, to: compute.main}]`" in told(result)
        main = parse_address("compute.main")
        records = manager.load().state.records
        assert records[main] == record(main, id="/compute.cpu")
        assert records[ANA].dependencies == (main,)

    def test_a_block_goes_with_its_instances(
        self, stage: Stage, manager: StateManager, recorded: State
    ) -> None:
        assert run(stage, "state mv role_assignment.team role_assignment.all").code == 0
        all_ = parse_address("role_assignment.all")
        assert addresses(manager) == {CPU, all_.instance("ana"), all_.instance("ben")}

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("compute.cpu", "role_assignment.cpu", "MLI-STA-060"),
            ('role_assignment.team["ana"]', 'role_assignment.team["ben"]', "MLI-STA-061"),
            ("role_assignment.team", 'role_assignment.all["x"]', "MLI-STA-031"),
            ("compute.gpu", "compute.x", "MLI-STA-031"),
            ("compute.cpu", "compute.cpu", "MLI-STA-061"),
            ("module.a", "module.b", "MLI-STA-031"),
            ("module.a", "compute.cpu", "MLI-STA-060"),
            ("compute.cpu", "module.a", "MLI-STA-060"),
        ],
    )
    def test_what_cannot_be_moved(
        self, stage: Stage, manager: StateManager, recorded: State, old: str, new: str, words: str
    ) -> None:
        result = stage.run(Run(f"mlinfra state mv '{old}' '{new}'", 1))
        assert result.code == 1
        assert words in told(result)
        assert manager.load().state == recorded


class TestRm:
    def test_nothing_depends_on_it_any_more(
        self, stage: Stage, manager: StateManager, recorded: State
    ) -> None:
        result = run(stage, "state rm compute.cpu")
        assert result.code == 0
        assert "compute.cpu is forgotten; it stays: /compute.cpu" in told(result)
        records = manager.load().state.records
        assert records.keys() == {ANA, BEN}
        assert records[ANA].dependencies == ()

    def test_several_at_once_a_block_for_its_instances(
        self, stage: Stage, manager: StateManager, recorded: State
    ) -> None:
        assert "3 resources forgotten" in told(run(stage, "state rm role_assignment.team compute.cpu"))
        assert addresses(manager) == set()

    def test_all_or_nothing(self, stage: Stage, manager: StateManager, recorded: State) -> None:
        result = run(stage, "state rm compute.cpu compute.gpu")
        assert "MLI-STA-031: nothing is recorded at compute.gpu" in told(result)
        assert manager.load().state == recorded


def test_restore_writes_the_earlier_one_as_a_new_serial(
    stage: Stage, manager: StateManager, recorded: State
) -> None:
    run(stage, "state rm compute.cpu role_assignment.team")
    assert run(stage, "state restore 1 --auto-approve").code == 0
    after = manager.load().state
    assert (after.serial, after.records) == (3, recorded.records)
    assert after.written is not None
    assert after.written.summary == "serial 1 again"


def test_verify_tells_what_is_damaged_and_exits_1(stage: Stage, recorded: State) -> None:
    run(stage, "state rm compute.cpu")
    path = stage.folder / "state" / ".history" / "small" / "1.json"
    path.write_bytes(path.read_bytes()[:50])
    result = run(stage, "state verify")
    assert result.code == 1
    assert "small.json.backup is damaged at" in told(result)
    assert told(result).endswith("3 parts read: 1 damaged.")
    answer = json.loads(run(stage, "state verify --json").stdout)
    assert answer["valid"] is False
    assert [bool(part["problem"]) for part in answer["parts"]] == [False, False, True]


def test_history_knows_the_commit(stage: Stage, recorded: State) -> None:
    run(stage, "state mv compute.cpu compute.main")
    first, *_ = json.loads(run(stage, "state history --json").stdout)
    assert (first["commit"], first["command"]) == ("1a2b3c4d" * 5, "state mv")
    assert first["summary"] == "compute.cpu → compute.main"
