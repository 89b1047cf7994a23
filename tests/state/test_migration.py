"""A state moves whole, or stays whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.journal import EntryKind
from mlinfra.model.value import Sensitive
from mlinfra.state.api import Lease, StoreError, TakesHistory, Version
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import TTL, StateManager, Who
from mlinfra.state.migration import carry, look
from mlinfra.testing.clocks import HandClock
from tests.state.flaky import Flaky
from tests.state.samples import CPU, entry, record

CALLS = ("read", "write", "lock", "unlock", "journal_read", "secret", "history", "version", "take", "delete")


class Dying:
    """A store whose process dies at its ``left``-th call (None: never), before or after the call was done.

    From then on every call fails, as it does for a process that is no more.
    """

    def __init__(self, inner: LocalStore, life: Life) -> None:
        self._inner, self._life = inner, life

    def __getattr__(self, name: str) -> Any:
        whole = getattr(self._inner, name)
        return self._life.guarded(whole) if name in CALLS else whole


class Life:
    """How many calls are left to a process, over both of its stores."""

    def __init__(self, left: int | None = None, *, done: bool = False) -> None:
        self.left, self.done, self.calls = left, done, 0

    def guarded(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.left is not None and self.calls >= self.left:
                if self.done and self.calls == self.left:
                    whole(*args, **kwargs)
                raise StoreError("the process is dead")
            return whole(*args, **kwargs)

        return call


class World:
    """Two folders, and managers on them; the first one has a state with history and an open journal."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.folder = folder
        with self.managers()[0].session(command="apply") as session:
            session.record(entry(EntryKind.INTENT))
            session.record(entry(EntryKind.DONE))
            made = record(desired={"size": "small", "password": Sensitive("s3cret")})
            session.commit(replace(session.snapshot.state, records={CPU: made}))
        with self.managers()[0].session(command="apply") as session:
            session.commit(session.snapshot.state)
            session.record(entry(EntryKind.INTENT, step="s2"))
            session.record(entry(EntryKind.ACCEPTED, step="s2", token={"at": "somewhere"}))

    def store(self, name: str) -> LocalStore:
        return LocalStore(self.folder / name, "churn", clock=self.clock)

    def managers(self, life: Life | None = None) -> tuple[StateManager, StateManager]:
        return self.manager("old", life), self.manager("new", life)

    def manager(self, name: str, life: Life | None = None, **other: Any) -> StateManager:
        given: dict[str, Any] = {
            "stack": "churn",
            "folder": "stacks/churn",
            "clock": self.clock,
            "tool": "mlinfra 0.1.0",
            "who": Who("ana", "laptop"),
            "heartbeat": False,
        }
        return StateManager(**{"store": Dying(self.store(name), life or Life()), **given, **other})

    def move(self, life: Life | None = None) -> bool:
        """Whether there was anything to move."""
        old, new = self.managers(life)
        found = look(old, new)
        if found is not None:
            carry(found, old, new, command="state migrate")
        return found is not None

    def whole(self, name: str, serial: int = 2) -> tuple[bytes, bytes, bytes | None] | None:
        """State, journal and key in one place; None where there is no state."""
        store = self.store(name)
        found = store.read()
        return None if found is None else (found[0], store.journal_read(serial), store.secret())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_all_of_it_goes_along_and_the_serial_stays(world: World) -> None:
    before = world.whole("old")
    earlier = [(v.serial, world.store("old").version(v.serial)) for v in world.store("old").history()]
    assert before is not None
    assert before[1]
    assert world.move()
    assert world.whole("new") == before
    assert world.whole("old") is None
    new = world.store("new")
    assert [(v.serial, new.version(v.serial)) for v in new.history()] == earlier
    assert len(earlier) == 2
    snapshot = world.manager("new").load()
    assert (snapshot.state.serial, [e.step for e in snapshot.open]) == (2, ["s2"])
    assert all(store.holder() is None for store in (world.store("old"), new))
    assert not world.move()


def test_what_moved_is_gone_on_with(world: World) -> None:
    world.move()
    with world.manager("new").session(command="apply") as session:
        session.record(entry(EntryKind.DONE, step="s2", observed={"size": "small"}))
        assert session.commit(session.snapshot.state).serial == 3
    assert [v.serial for v in world.store("new").history()] == [2, 1, 0]


@pytest.mark.parametrize("done", [False, True])
def test_wherever_it_dies_one_state_is_whole_and_the_next_run_finishes(tmp_path: Path, *, done: bool) -> None:
    life = Life()
    World(tmp_path / "count").move(life)
    assert life.calls > 20
    for left in range(1, life.calls + 1):
        world = World(tmp_path / str(left))
        before = world.whole("old")
        try:
            world.move(Life(left, done=done))
        except MlinfraError as wrong:
            assert "the process is dead" in str(wrong.diagnostics)
        places = [world.whole("old"), world.whole("new")]
        assert before in places
        assert [place for place in places if place not in (before, None)] == []
        world.clock.advance(TTL + 1)
        world.move()
        assert (world.whole("old"), world.whole("new")) == (None, before), left


def test_a_place_that_has_another_state_is_refused(world: World) -> None:
    with world.manager("new").session(command="apply") as session:
        session.commit(session.snapshot.state)
    before = world.whole("old"), world.whole("new", 1)
    with pytest.raises(MlinfraError) as wrong:
        world.move()
    (found,) = wrong.value.diagnostics
    assert found.code == "MLI-STA-076"
    assert "(serial 1)" in found.summary
    assert "with serial 2" in found.summary
    assert "different lineages" in found.detail
    assert (world.whole("old"), world.whole("new", 1)) == before


def test_a_copy_that_was_used_since_is_not_taken_for_a_copy(world: World) -> None:
    with pytest.raises(MlinfraError, match="MLI-STA-072"):
        world.move(Life(_call_of("delete", world)))
    world.clock.advance(TTL + 1)
    with world.manager("new").session(command="apply") as session:
        session.commit(session.snapshot.state)
    with pytest.raises(MlinfraError) as wrong:
        world.move()
    assert "of one lineage, and that in" in wrong.value.diagnostics[0].detail
    assert world.whole("old") is not None


def _call_of(name: str, world: World) -> int:
    """Which call of a migration this is: counted in a world of its own."""
    calls: list[str] = []

    class Told(Life):
        def guarded(self, whole: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                calls.append(whole.__name__)
                return whole(*args, **kwargs)

            return call

    World(world.folder / "other").move(Told())
    return calls.index(name) + 1


def test_nothing_to_move_is_told(world: World) -> None:
    with pytest.raises(MlinfraError, match="MLI-STA-071"):
        look(world.manager("nowhere"), world.manager("new"))


def test_who_used_the_stack_meanwhile_stops_it(world: World) -> None:
    old, new = world.managers()
    found = look(old, new)
    assert found is not None
    with world.manager("old").session(command="apply") as session:
        session.commit(session.snapshot.state)
    with pytest.raises(MlinfraError, match="MLI-STA-073"):
        carry(found, old, new, command="state migrate")
    assert world.whole("new") is None


def test_another_key_in_the_new_place_stops_it(world: World) -> None:
    with world.manager("new").hold(command="apply") as keeper:
        world.store("new").secret(keeper.lease, bytes(32))
    with pytest.raises(MlinfraError, match="MLI-STA-074"):
        world.move()
    assert world.whole("new") is None
    assert world.whole("old") is not None


def test_a_store_that_takes_no_history_gets_the_rest(world: World) -> None:
    store = Flaky(world.store("new"))
    assert not isinstance(store, TakesHistory)
    old, new = world.manager("old"), world.manager("new", store=store)
    before = world.whole("old")
    found = look(old, new)
    assert found is not None
    assert (found.history, found.takes_history) == (2, False)
    carry(found, old, new, command="state migrate")
    assert world.whole("new") == before
    assert not store.history()


def test_a_store_that_answers_something_else_keeps_the_old_one(world: World) -> None:
    class Forgetful(Flaky):
        def journal_read(self, serial: int) -> bytes:
            return b""

    old, new = world.manager("old"), world.manager("new", store=Forgetful(world.store("new")))
    found = look(old, new)
    assert found is not None
    with pytest.raises(MlinfraError, match="MLI-STA-075"):
        carry(found, old, new, command="state migrate")
    assert world.whole("old") is not None


def test_a_state_that_was_left_behind_is_told_before_a_key_is_made(world: World) -> None:
    manager = world.manager("new", left_behind=lambda: "state/churn.json")
    with pytest.raises(MlinfraError, match="MLI-STA-070"):
        manager.load()
    with pytest.raises(MlinfraError, match="MLI-STA-070"), manager.session(command="apply"):
        pass
    assert world.store("new").secret() is None
    assert world.move()
    snapshot = manager.load()
    password = snapshot.state.records[CPU].desired["password"]
    assert snapshot.same_secret("s3cret", password)


def test_a_local_store_keeps_what_another_store_had(world: World) -> None:
    store = world.store("new")
    with world.manager("new").hold(command="x") as keeper:
        then = world.clock.now()
        store.take(Version(7, then), b"seven", keeper.lease)
        store.take(Version(7, then), b"seven!", keeper.lease)
        with pytest.raises(StoreError):
            store.take(Version(8, then), b"eight", Lease("another", 0.0))
    assert [(v.serial, v.written) for v in store.history()] == [(7, then)]
    assert store.version(7) == b"seven!"
