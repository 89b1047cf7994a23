from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlinfra.model.codec import decode_state
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.value import Unknown
from mlinfra.state.api import LeaseLost, StoreError
from mlinfra.state.manager import TTL, Session, StateManager
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import at_once, info
from tests.state.conftest import MakeManager
from tests.state.flaky import Flaky
from tests.state.samples import CPU, LAB, entry, record

INTENT, ACCEPTED, DONE, FAILED = EntryKind


@pytest.fixture
def session(manager: StateManager) -> Iterator[Session]:
    with manager.session(command="apply") as session:
        yield session


class TestGuard:
    def test_it_renews_when_a_third_has_passed(
        self, session: Session, clock: HandClock, store: Flaky
    ) -> None:
        clock.advance(TTL / 3 - 1)
        session.guard()
        assert store.renewals == 0
        clock.advance(2)
        session.guard()
        session.guard()
        assert store.renewals == 1
        held = store.holder()
        assert held is not None
        assert (held.expires - clock.now()).total_seconds() == TTL

    def test_it_holds_as_long_as_it_is_called(self, session: Session, clock: HandClock) -> None:
        for _ in range(20):
            clock.advance(TTL * 0.9)
            session.guard()

    def test_it_raises_when_somebody_else_has_the_lock_and_goes_on_doing_so(
        self, session: Session, clock: HandClock, store: Flaky
    ) -> None:
        clock.advance(TTL + 1)
        store.unlock(store.lock(info(clock, "bob"), TTL))
        for _ in range(2):
            with pytest.raises(LeaseLost):
                session.guard()

    def test_what_the_heartbeat_has_found_out_it_knows_at_once(self, session: Session, folder: Path) -> None:
        (folder / "churn.lock").unlink()
        session.guard()
        with pytest.raises(LeaseLost):
            session._keeper.keep(now=True)
        with pytest.raises(LeaseLost):
            session.guard()

    def test_it_sees_that_the_machine_slept(self, session: Session, clock: HandClock, store: Flaky) -> None:
        clock.suspend(TTL + 1)
        store.lock(info(clock, "bob"), TTL)
        with pytest.raises(LeaseLost, match="bob on laptop"):
            session.guard()

    def test_after_a_sleep_in_which_nobody_came_it_goes_on(self, session: Session, clock: HandClock) -> None:
        clock.suspend(8 * 3600)
        session.guard()

    def test_trouble_is_borne_until_the_deadline(
        self, session: Session, clock: HandClock, store: Flaky
    ) -> None:
        store.down = True
        clock.advance(TTL - 1)
        session.guard()
        clock.advance(1)
        with pytest.raises(LeaseLost, match="could not be renewed: the store cannot be reached"):
            session.guard()

    def test_trouble_that_passes_is_forgotten(self, session: Session, clock: HandClock, store: Flaky) -> None:
        store.down = True
        clock.advance(TTL - 1)
        session.guard()
        store.down = False
        clock.advance(TTL / 20 + 1)
        session.guard()
        assert store.renewals == 1

    def test_a_store_in_trouble_is_not_asked_each_time(
        self, session: Session, clock: HandClock, store: Flaky, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[float] = []

        def renew(*arguments: object) -> None:
            asked.append(clock.monotonic())
            raise StoreError("no")

        monkeypatch.setattr(store, "renew", renew)
        clock.advance(TTL / 2)
        for _ in range(10):
            session.guard()
        assert len(asked) == 1


def test_the_heartbeat_renews_by_itself_and_ends_with_the_session(
    make_manager: MakeManager, store: Flaky
) -> None:
    before = threading.active_count()
    with make_manager(heartbeat=True, ttl=0.03).session(command="apply"):
        assert store.renewed.wait(30)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    assert store.holder() is None


def test_the_heartbeat_stops_when_the_lock_is_lost(
    make_manager: MakeManager, store: Flaky, clock: HandClock
) -> None:
    with make_manager(heartbeat=True, ttl=0.03).session(command="apply"):
        assert store.renewed.wait(30)
        (thread,) = (t for t in threading.enumerate() if t.name == "mlinfra-lease")
        clock.advance(1)
        taken = store.lock(info(clock, "bob"), 3600)
        thread.join(30)
        assert not thread.is_alive()
    held = store.holder()
    assert held is not None
    assert held.owner == "bob"
    store.unlock(taken)


class TestRecord:
    def test_the_journal_has_it_at_once(self, session: Session, manager: StateManager) -> None:
        session.record(entry(INTENT))
        assert manager.load().open == (entry(INTENT),)
        session.record(entry(DONE))
        assert manager.load().state.records == {CPU: record()}

    def test_many_threads(self, session: Session, manager: StateManager, store: Flaky) -> None:
        def work(name: int) -> None:
            for count in range(20):
                session.record(entry(INTENT, f"{name}/{count}"))

        at_once(*(lambda name=name: work(name) for name in range(8)))
        found = {e.step for e in manager.load().open}
        assert found == {f"{name}/{count}" for name in range(8) for count in range(20)}

    def test_those_who_wait_share_one_write(self, session: Session, store: Flaky) -> None:
        """While the first append goes on, the entries of all others gather and go in one."""
        inside, go_on = threading.Event(), threading.Event()

        def slow(data: bytes) -> None:
            if not inside.is_set():
                inside.set()
                assert go_on.wait(30)

        store.appending = slow
        first = threading.Thread(target=session.record, args=(entry(INTENT, "first"),))
        first.start()
        assert inside.wait(30)
        others = [threading.Thread(target=session.record, args=(entry(INTENT, f"{n}"),)) for n in range(7)]
        for thread in others:
            thread.start()
        waiting = session._queue
        assert any(len(waiting) == 7 or threading.Event().wait(0.001) for _ in range(30_000))
        go_on.set()
        for thread in (first, *others):
            thread.join(30)
        assert [data.count(b"\n") for data in store.appends] == [1, 7]

    def test_a_failed_write_fails_all_who_shared_it(self, session: Session, store: Flaky) -> None:
        session.record(entry(INTENT, "before"))
        store.appending = lambda data: b""
        failed: list[StoreError] = []

        def attempt(name: int) -> None:
            try:
                session.record(entry(INTENT, f"{name}"))
            except StoreError as wrong:
                failed.append(wrong)

        at_once(*(lambda name=name: attempt(name) for name in range(6)))
        assert len(failed) == 6

    @pytest.mark.parametrize("part", [0.0, 0.3, 0.5, 0.9, 1.0])
    def test_after_a_failed_write_it_goes_on_whatever_was_written(
        self, session: Session, store: Flaky, manager: StateManager, part: float
    ) -> None:
        session.record(entry(INTENT, "a"))
        store.appending = lambda data: data[: round(len(data) * part)]
        with pytest.raises(StoreError, match="went dead"):
            session.record(entry(INTENT, "b", LAB))
        store.appending = lambda data: None
        session.record(entry(INTENT, "b", LAB))
        session.record(entry(DONE, "a"))
        found = manager.load()
        assert found.state.records == {CPU: record()}
        assert found.open == (entry(INTENT, "b", LAB),)

    def test_the_next_session_goes_on_after_a_torn_line(
        self, make_manager: MakeManager, folder: Path
    ) -> None:
        with make_manager().session(command="apply") as session:
            session.record(entry(INTENT, "a"))
            session.record(entry(DONE, "a"))
        path = folder / "churn.0.journal"
        path.write_bytes(path.read_bytes()[:-30])
        with make_manager().session(command="apply") as session:
            assert session.snapshot.open == (entry(INTENT, "a"),)
            session.record(entry(DONE, "a"))
            session.record(entry(INTENT, "b", LAB))
        found = make_manager().load()
        assert found.state.records == {CPU: record()}
        assert found.open == (entry(INTENT, "b", LAB),)

    def test_a_line_that_is_torn_twice_is_written_the_third_time(
        self, make_manager: MakeManager, folder: Path
    ) -> None:
        path = folder / "churn.0.journal"
        for _ in range(2):
            with make_manager().session(command="apply") as session:
                assert session.snapshot.open == ()
                session.record(entry(INTENT, "a"))
            path.write_bytes(path.read_bytes()[:-30])
        with make_manager().session(command="apply") as session:
            session.record(entry(INTENT, "a"))
        assert make_manager().load().open == (entry(INTENT, "a"),)

    def test_who_lost_the_lock_records_nothing(
        self, session: Session, clock: HandClock, store: Flaky, manager: StateManager
    ) -> None:
        session.record(entry(INTENT))
        clock.advance(TTL + 1)
        store.lock(info(clock, "bob"), TTL)
        with pytest.raises(LeaseLost):
            session.record(entry(DONE))
        assert manager.load().open == (entry(INTENT),)

    def test_it_renews_too(self, session: Session, clock: HandClock, store: Flaky) -> None:
        clock.advance(TTL / 2)
        session.record(entry(INTENT))
        assert store.renewals == 1

    def test_what_cannot_be_right_is_not_written(
        self, session: Session, manager: StateManager, folder: Path
    ) -> None:
        with pytest.raises(ValueError, match="needs"):
            session.record(entry(DONE, desired=None))
        with pytest.raises(TypeError, match=r"\$\{x\.y\.z\}"):
            session.record(entry(DONE, desired={"a": Unknown("${x.y.z}")}))
        assert not (folder / "churn.0.journal").exists()
        session.record(entry(INTENT, desired={"a": Unknown("${x.y.z}")}))
        (opened,) = manager.load().open
        assert opened.desired == {"a": Unknown("${x.y.z}")}

    def test_an_interrupt_in_the_middle_of_a_write_loses_nobodys_entry(
        self, session: Session, store: Flaky, manager: StateManager
    ) -> None:
        """The second append carries what seven threads record; the one that makes it is interrupted."""
        inside, go_on = threading.Event(), threading.Event()
        interrupted: list[str] = []
        calls = 0

        def appending(data: bytes) -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                inside.set()
                assert go_on.wait(30)
            elif calls == 2:
                raise KeyboardInterrupt

        def attempt(step: str) -> None:
            try:
                session.record(entry(INTENT, step))
            except KeyboardInterrupt:
                interrupted.append(step)

        store.appending = appending
        steps = [f"s{number}" for number in range(8)]
        threads = [threading.Thread(target=attempt, args=(step,)) for step in steps]
        threads[0].start()
        assert inside.wait(30)
        for thread in threads[1:]:
            thread.start()
        waiting = session._queue
        assert any(len(waiting) == 7 or threading.Event().wait(0.001) for _ in range(30_000))
        go_on.set()
        for thread in threads:
            thread.join(30)
        assert len(interrupted) == 1
        assert {e.step for e in manager.load().open} == set(steps) - set(interrupted)


class TestCommit:
    def test_serials_rise_and_the_journal_is_void(self, session: Session, folder: Path) -> None:
        session.record(entry(DONE))
        first = session.commit(replace(session.snapshot.state, records={CPU: record()}))
        assert first.serial == 1
        session.record(entry(DONE, "s2", LAB))
        second = session.commit(replace(first, records={CPU: record(), LAB: record(LAB)}))
        assert second.serial == 2
        assert [path.name for path in folder.glob("*.journal")] == []

    def test_lineage_and_stack_are_the_sessions_own(self, session: Session) -> None:
        own = session.snapshot.state
        foreign = replace(own, lineage="other", stack="other", folder="other", serial=77)
        written = session.commit(foreign)
        assert replace(written, written=None) == replace(own, serial=1)

    def test_a_journal_that_survived_its_state_does_no_harm(
        self, session: Session, manager: StateManager, folder: Path
    ) -> None:
        session.record(entry(DONE))
        old = (folder / "churn.0.journal").read_bytes()
        session.commit(session.snapshot.state)
        (folder / "churn.0.journal").write_bytes(old)
        assert manager.load().state.records == {}
        assert manager.load().state.serial == 1

    def test_steps_that_are_still_open_stay_open(self, session: Session, manager: StateManager) -> None:
        session.record(entry(INTENT, "a"))
        session.record(entry(ACCEPTED, "a", desired=None, token={"url": "x"}))
        session.record(entry(INTENT, "b", LAB))
        session.record(entry(DONE, "b", LAB))
        session.commit(replace(session.snapshot.state, records={LAB: record(LAB)}))
        assert session.snapshot.open == (entry(ACCEPTED, "a", token={"url": "x"}),)
        assert manager.load() == session.snapshot
        session.record(entry(DONE, "a"))
        assert manager.load().open == ()
        session.commit(manager.load().state)
        assert manager.load().open == ()
        assert set(manager.load().state.records) == {CPU, LAB}

    def test_what_an_earlier_session_left_open_stays_open_too(self, make_manager: MakeManager) -> None:
        with make_manager().session(command="apply") as session:
            session.record(entry(INTENT, op=Op.DELETE))
        with make_manager().session(command="apply") as session:
            session.commit(session.snapshot.state)
        assert make_manager().load().open == (entry(INTENT, op=Op.DELETE),)

    def test_a_state_that_was_changed_meanwhile_is_left_and_ours_put_aside(
        self, session: Session, folder: Path, manager: StateManager
    ) -> None:
        session.commit(session.snapshot.state)
        theirs = (folder / "churn.json").read_text().replace("stacks/churn", "stacks/moved")
        (folder / "churn.json").write_text(theirs)
        with pytest.raises(MlinfraError) as wrong:
            session.commit(replace(session.snapshot.state, records={CPU: record()}))
        assert not wrong.value.untouched
        (found,) = wrong.value.diagnostics
        aside = folder / "churn.recovery-2.json"
        assert found.code == "MLI-STA-008"
        assert str(aside) in found.detail
        assert decode_state(aside.read_bytes()).records == {CPU: record()}
        assert (folder / "churn.json").read_text() == theirs

    def test_a_state_that_was_removed_meanwhile(self, session: Session, folder: Path) -> None:
        session.commit(session.snapshot.state)
        (folder / "churn.json").unlink()
        for name in ("churn.recovery-2.json", "churn.recovery-2-2.json"):
            with pytest.raises(MlinfraError) as wrong:
                session.commit(session.snapshot.state)
            assert str(folder / name) in wrong.value.diagnostics[0].detail
            assert (folder / name).exists()
        assert not (folder / "churn.json").exists()

    def test_putting_the_recovery_file_in_place_heals(
        self, session: Session, folder: Path, manager: StateManager, store: Flaky, clock: HandClock
    ) -> None:
        session.commit(session.snapshot.state)
        clock.advance(TTL + 1)
        store.unlock(store.lock(info(clock, "bob"), TTL))
        with pytest.raises(MlinfraError):
            session.commit(replace(session.snapshot.state, records={CPU: record()}))
        (folder / "churn.recovery-2.json").replace(folder / "churn.json")
        assert manager.load().state.records == {CPU: record()}

    def test_while_the_store_is_down_the_state_goes_where_there_is_room(
        self, session: Session, store: Flaky, folder: Path, manager: StateManager
    ) -> None:
        session.record(entry(DONE))
        store.down = True
        with pytest.raises(MlinfraError) as wrong:
            session.commit(replace(session.snapshot.state, records={CPU: record()}))
        (found,) = wrong.value.diagnostics
        assert "The store cannot be reached. Look at the network." in found.detail
        assert "The journal has all that was done" in found.detail
        assert (folder / "churn.recovery-1.json").exists()
        store.down = False
        assert manager.load().state.records == {CPU: record()}, "as the message promised"

    def test_a_folder_that_takes_nothing_is_passed_over(
        self,
        make_manager: MakeManager,
        store: Flaky,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        with make_manager(aside=tmp_path / "no-such-folder").session(command="apply") as session:
            store.down = True
            with pytest.raises(MlinfraError) as wrong:
                session.commit(session.snapshot.state)
            store.down = False
        assert (tmp_path / "here" / "churn.recovery-1.json").exists()
        assert "churn.recovery-1.json" in wrong.value.diagnostics[0].detail

    def test_when_no_folder_takes_it_that_is_told(
        self, session: Session, store: Flaky, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object) -> None:
            raise OSError(28, "No space left on device")

        store.down = True
        monkeypatch.setattr("mlinfra.state.recovery.create", refuse)
        with pytest.raises(MlinfraError) as wrong:
            session.commit(session.snapshot.state)
        assert "nowhere" in wrong.value.diagnostics[0].detail
        assert "No space left" in wrong.value.diagnostics[0].detail

    def test_an_unknown_that_is_left_is_our_bug_and_nothing_is_written(
        self, session: Session, folder: Path
    ) -> None:
        broken = {CPU: record(observed={"a": Unknown()})}
        with pytest.raises(TypeError):
            session.commit(replace(session.snapshot.state, records=broken))
        assert not (folder / "churn.json").exists()
        session.commit(session.snapshot.state)


def test_entries_are_what_the_engine_imports() -> None:
    from mlinfra.state import journal

    assert journal.Entry is Entry
    assert journal.EntryKind is EntryKind
