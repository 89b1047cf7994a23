from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.journal import EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.state import OutputValue
from mlinfra.model.value import Redacted, Sensitive
from mlinfra.state.api import StoreError
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import Locked, StateManager, Who
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import info
from tests.state.conftest import MakeManager
from tests.state.flaky import Flaky
from tests.state.samples import CPU, LAB, entry, record

INTENT, ACCEPTED, DONE, FAILED = EntryKind


def told(wrong: pytest.ExceptionInfo[MlinfraError]) -> str:
    (found,) = wrong.value.diagnostics
    return f"{found.code} {found.summary}\n{found.detail}"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_new_stack(manager: StateManager, folder: Path) -> None:
    snapshot = manager.load()
    assert snapshot.state.records == {}
    assert (snapshot.state.serial, snapshot.state.stack, snapshot.state.folder) == (
        0,
        "churn",
        "stacks/churn",
    )
    assert len(snapshot.state.lineage) == 36
    assert snapshot.etag is None
    assert files(folder) == [], "looking writes nothing"


def test_two_new_stacks_have_two_lineages(manager: StateManager) -> None:
    assert manager.load().state.lineage != manager.load().state.lineage


def test_what_is_committed_is_loaded(manager: StateManager, make_manager: MakeManager) -> None:
    with manager.session(command="apply") as session:
        lineage = session.snapshot.state.lineage
        state = session.commit(replace(session.snapshot.state, records={CPU: record()}))
        assert session.snapshot.state == state
    assert (state.serial, state.lineage) == (1, lineage)
    found = make_manager().load()
    assert found.state == state
    assert found.open == ()


def test_the_state_of_a_saved_plan_gets_the_lineage_that_the_plan_was_made_for(manager: StateManager) -> None:
    planned = manager.load().state.lineage
    with manager.session(command="apply", lineage=planned) as session:
        assert session.commit(session.snapshot.state).lineage == planned
    with manager.session(command="apply", lineage="another") as session:
        assert session.snapshot.state.lineage == planned, "a state that is there keeps its own"


def test_the_lineage_is_on_disk_before_the_first_request(
    manager: StateManager, make_manager: MakeManager
) -> None:
    with manager.session(command="apply") as session:
        lineage = session.snapshot.state.lineage
        session.record(entry(INTENT))
        found = make_manager().load()
    assert found.state.lineage == lineage
    assert found.state.serial == 0
    assert found.open == (entry(INTENT),)


def test_what_a_killed_apply_had_done_is_folded_in(manager: StateManager, make_manager: MakeManager) -> None:
    with manager.session(command="apply") as session:
        session.commit(replace(session.snapshot.state, records={LAB: record(LAB)}))
        session.record(entry(INTENT))
        session.record(entry(DONE))
        session.record(entry(INTENT, "s2", LAB, Op.DELETE))
        session.record(entry(ACCEPTED, "s2", LAB, Op.DELETE, token={"url": "x"}))
    found = make_manager().load()
    assert found.state.serial == 1
    assert found.state.records == {CPU: record(), LAB: record(LAB)}
    assert found.open == (entry(ACCEPTED, "s2", LAB, Op.DELETE, token={"url": "x"}),)
    with make_manager().session(command="apply") as session:
        assert session.snapshot == found


def test_secrets_come_back_as_traces_that_can_be_compared(
    manager: StateManager, make_manager: MakeManager, folder: Path
) -> None:
    secret = Sensitive("hunter2 is the password")
    with manager.session(command="apply") as session:
        records = {CPU: record(desired={"password": secret})}
        outputs = {"password": OutputValue(secret, sensitive=True)}
        session.commit(replace(session.snapshot.state, records=records, outputs=outputs))
        session.record(entry(INTENT, "s2", desired={"password": secret}))
    assert not any(b"hunter2" in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    found = make_manager().load()
    trace = found.state.records[CPU].desired["password"]
    assert isinstance(trace, Redacted)
    assert found.state.outputs["password"].value == trace
    (opened,) = found.open
    assert opened.desired == {"password": trace}
    assert found.same_secret(secret, trace)
    assert found.same_secret("hunter2 is the password", trace)
    assert not found.same_secret(Sensitive("another"), trace)
    assert found.key.hex() not in repr(found)


def test_a_lost_key_makes_each_secret_a_changed_one(
    manager: StateManager, make_manager: MakeManager, folder: Path
) -> None:
    with manager.session(command="apply") as session:
        records = {CPU: record(desired={"password": Sensitive("x")})}
        session.commit(replace(session.snapshot.state, records=records))
    (folder / "churn.secret").unlink()
    found = make_manager().load()
    assert not found.same_secret("x", found.state.records[CPU].desired["password"])
    assert not (folder / "churn.secret").exists()


class TestLock:
    def test_the_lock_is_let_go_always(self, manager: StateManager, store: Flaky) -> None:
        with manager.session(command="apply"):
            assert store.holder() is not None
        assert store.holder() is None
        with pytest.raises(KeyboardInterrupt), manager.session(command="apply"):
            raise KeyboardInterrupt
        assert store.holder() is None

    def test_a_state_that_cannot_be_read_does_not_stay_locked(
        self, manager: StateManager, store: Flaky, folder: Path
    ) -> None:
        folder.mkdir()
        (folder / "churn.json").write_text("{")
        with pytest.raises(MlinfraError), manager.session(command="apply"):
            pass
        assert store.holder() is None

    def test_a_lock_that_cannot_be_let_go_does_not_hide_what_went_wrong(
        self, manager: StateManager, store: Flaky
    ) -> None:
        with pytest.raises(ZeroDivisionError), manager.session(command="apply"):
            store.down = True
            raise ZeroDivisionError

    def test_locked_says_who_since_when_and_what_to_do(
        self, make_manager: MakeManager, clock: HandClock
    ) -> None:
        with make_manager().session(command="apply"):
            clock.advance(15)
            with (
                pytest.raises(Locked) as wrong,
                make_manager(who=Who("bob", "ci")).session(command="destroy"),
            ):
                pass
        assert wrong.value.exit_code == 4
        assert wrong.value.untouched
        assert (wrong.value.info.owner, wrong.value.info.command) == ("ana", "apply")
        text = told(wrong)
        assert text.startswith('MLI-STA-005 the stack "churn" is locked by ana on laptop (mlinfra apply)')
        for part in ("Locked since 2026-05-04 12:00:00 UTC", "in 15 s, at 12:00:30 UTC", "--lock-timeout"):
            assert part in text

    def test_waiting_for_the_lock(self, make_manager: MakeManager, clock: HandClock, store: Flaky) -> None:
        lease = store.lock(info(clock), 2.5)
        with make_manager().session(command="apply", lock_timeout=10):
            assert clock.slept == [1.0, 1.0, 1.0]
        assert store.holder() is None
        store.unlock(lease)

    def test_waiting_ends(self, make_manager: MakeManager, clock: HandClock, store: Flaky) -> None:
        store.lock(info(clock), 600)
        with pytest.raises(Locked), make_manager().session(command="apply", lock_timeout=2.5):
            pass
        assert clock.slept == [1.0, 1.0, 0.5]

    def test_looking_needs_no_lock(self, manager: StateManager, clock: HandClock, store: Flaky) -> None:
        store.lock(info(clock), 600)
        manager.load()


def test_who_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ana")
    assert Who.here().owner == "ana"

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setattr(os, "getuid", lambda: 1234)
    assert Who.here().owner == "user 1234"


class TestUnreadable:
    @pytest.fixture
    def text(self, manager: StateManager, folder: Path) -> str:
        """A good state, the second of the stack."""
        with manager.session(command="apply") as session:
            session.commit(session.snapshot.state)
            session.commit(replace(session.snapshot.state, records={CPU: record(), LAB: record(LAB)}))
        return (folder / "churn.json").read_text()

    @pytest.fixture
    def refusal(self, manager: StateManager, folder: Path) -> Callable[[str | bytes], str]:
        """What is said of a state file with this content."""

        def refuse(content: str | bytes) -> str:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / "churn.json").write_bytes(data)
            with pytest.raises(MlinfraError) as wrong:
                manager.load()
            assert wrong.value.untouched
            assert wrong.value.exit_code == 1
            assert (folder / "churn.json").read_bytes() == data
            return told(wrong)

        return refuse

    def test_json_that_breaks(
        self, text: str, refusal: Callable[[str | bytes], str], manager: StateManager, folder: Path
    ) -> None:
        broken = text.replace('"serial": 2,', '"serial" 2,')
        found = refusal(broken)
        path = folder / "churn.json"
        assert found.startswith(f"MLI-STA-001 {path} is damaged at 5:12: not JSON: expected ':'")
        assert f"cp {path}.backup {path}" in found
        assert "serial 1" in found
        with pytest.raises(MlinfraError) as wrong:
            manager.load()
        position = wrong.value.diagnostics[0].position
        assert position is not None
        assert str(position) == f"{path}:5:12"
        assert position.source.line(5) == '  "serial" 2,'

    def test_the_advice_works(
        self, text: str, refusal: Callable[[str | bytes], str], manager: StateManager, folder: Path
    ) -> None:
        refusal(text[:50])
        (folder / "churn.json").write_bytes((folder / "churn.json.backup").read_bytes())
        assert manager.load().state.serial == 1

    def test_truncated(self, text: str, refusal: Callable[[str | bytes], str]) -> None:
        found = refusal(text[: text.index('"records"') + 4])
        assert "not JSON: it ends in the middle" in found

    def test_empty(self, text: str, refusal: Callable[[str | bytes], str]) -> None:
        assert "at 1:1: not JSON: it is empty" in refusal("")

    def test_no_text(self, text: str, refusal: Callable[[str | bytes], str]) -> None:
        assert "is damaged at 1:12: not JSON" in refusal(b'{"stack": "\xff"}')

    def test_a_wrong_type(self, text: str, refusal: Callable[[str | bytes], str]) -> None:
        document = json.loads(text)
        document["records"][1]["id"] = 7
        found = refusal(json.dumps(document))
        assert found.startswith("MLI-STA-002")
        assert "is damaged: records[1].id: expected a string, found a whole number" in found
        assert "churn.json.backup" in found

    @pytest.mark.parametrize("version", [2, 10])
    def test_a_newer_format_whatever_its_shape(
        self, text: str, refusal: Callable[[str | bytes], str], version: int
    ) -> None:
        newer = {"format_version": version, "tool": "mlinfra 9.0", "resources": {}}
        found = refusal(json.dumps(newer))
        assert found.startswith("MLI-STA-003")
        assert f"written by a newer mlinfra (mlinfra 9.0): its format is {version}, this one knows 1" in found
        assert "pip install --upgrade mlinfra" in found
        assert "backup" not in found
        assert "MLI-STA-003" in refusal(json.dumps({**json.loads(text), "format_version": version}))

    def test_without_an_earlier_one(self, manager: StateManager, folder: Path) -> None:
        folder.mkdir()
        (folder / "churn.json").write_text("nonsense")
        with pytest.raises(MlinfraError) as wrong:
            manager.load()
        assert "no earlier one" in told(wrong)

    def test_a_journal_that_is_damaged(self, manager: StateManager, folder: Path) -> None:
        with manager.session(command="apply") as session:
            for step in "ab":
                session.record(entry(INTENT, step))
        path = folder / "churn.0.journal"
        path.write_bytes(path.read_bytes().replace(b"small", b"large", 1))
        with pytest.raises(MlinfraError) as wrong:
            manager.load()
        assert f"line 1 of {path} is damaged" in told(wrong)


def test_two_stacks_of_one_name_cannot_share_a_state(
    make_manager: MakeManager, manager: StateManager
) -> None:
    with manager.session(command="apply") as session:
        session.commit(session.snapshot.state)
    with pytest.raises(MlinfraError) as wrong:
        make_manager(folder="stacks/other").load()
    text = told(wrong)
    assert text.startswith("MLI-STA-004")
    assert '"stacks/churn"' in text
    assert '"stacks/other"' in text


def test_a_state_of_another_stack_is_refused(make_manager: MakeManager, manager: StateManager) -> None:
    with manager.session(command="apply") as session:
        session.commit(session.snapshot.state)
    with pytest.raises(MlinfraError) as wrong:
        make_manager(stack="sales").load()
    assert 'is of the stack "churn", not of "sales"' in told(wrong)


def test_a_store_that_fails_is_a_message(manager: StateManager, store: Flaky) -> None:
    store.down = True
    attempts: list[Callable[[], Any]] = [
        manager.load,
        lambda: manager.session(command="apply").__enter__(),
    ]
    for attempt in attempts:
        with pytest.raises(MlinfraError) as wrong:
            attempt()
        assert told(wrong) == "MLI-STA-007 the store cannot be reached\nLook at the network."


def test_a_store_that_fails_after_the_lock_was_taken_is_a_message_too(
    manager: StateManager, store: Flaky
) -> None:
    with manager.session(command="apply") as session:
        session.commit(session.snapshot.state)

    def fail() -> None:
        raise StoreError("the store cannot be reached", "Look at the network.")

    store.before_journal_read = fail
    with pytest.raises(MlinfraError) as wrong, manager.session(command="apply"):
        pass
    assert told(wrong).startswith("MLI-STA-007")
    assert store.holder() is None


def test_what_a_command_raises_inside_of_a_session_comes_out_as_it_is(manager: StateManager) -> None:
    with pytest.raises(StoreError, match="mine"), manager.session(command="apply"):
        raise StoreError("mine")


def test_looking_while_somebody_commits_gives_one_state_and_its_own_journal(
    manager: StateManager, make_manager: MakeManager, store: Flaky, clock: HandClock, folder: Path
) -> None:
    with manager.session(command="apply") as session:
        session.record(entry(DONE))
        plain = make_manager(store=LocalStore(folder, "churn", clock=clock))
        assert plain.load().state.records == {CPU: record()}

        def meanwhile() -> None:
            store.before_journal_read = lambda: None
            session.commit(replace(session.snapshot.state, records={CPU: record(), LAB: record(LAB)}))

        store.before_journal_read = meanwhile
        found = manager.load()
    assert found.state.serial == 1
    assert set(found.state.records) == {CPU, LAB}
