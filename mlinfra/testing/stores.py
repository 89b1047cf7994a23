"""What every store must do: a store's own test derives from `StoreConformance`, or, where it can, from
`TakesHistoryConformance`.

For assertions that say what they compared, put  pytest.register_assert_rewrite("mlinfra.testing")  into your
``conftest.py``, before this is imported.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ClassVar, TypeAlias

import pytest

from mlinfra.model.state import LockInfo
from mlinfra.state.api import Conflict, Held, Lease, LeaseLost, Store, TakesHistory, Version
from mlinfra.testing.clocks import HandClock, MovableClock

MakeStore: TypeAlias = Callable[[], Store]

TTL = 60.0


class StoreConformance:
    """Derive, and add a fixture ``make_store(self, clock, …) -> MakeStore``.

    Each call of what it answers gives another handle, as another process would have, on one and the same
    place, which is empty at first. The store must live in the time of ``clock``: of a store whose time is a
    server's, override it with one whose ``advance`` waits, and make ``ttl`` as short as the server takes.
    """

    ttl: ClassVar[float] = TTL
    """Seconds that a lease of these tests holds."""
    slack: ClassVar[float] = 0.0
    """Seconds by which the store's clock and ``clock`` may differ."""

    @pytest.fixture
    def clock(self) -> MovableClock:
        return HandClock()

    @pytest.fixture
    def store(self, make_store: MakeStore) -> Store:
        return make_store()

    @pytest.fixture
    def other(self, store: Store, make_store: MakeStore) -> Store:
        return make_store()

    @pytest.fixture
    def lease(self, store: Store, clock: MovableClock) -> Lease:
        return store.lock(info(clock), self.ttl)

    def test_a_new_place_is_empty(self, store: Store) -> None:
        assert store.read() is None
        assert store.holder() is None
        assert store.secret() is None
        assert store.journal_read(0) == b""
        assert list(store.history()) == []

    def test_what_is_written_is_read_by_others(self, store: Store, other: Store, lease: Lease) -> None:
        data = "{}\n ä€\x00".encode()
        etag = store.write(data, 1, None, lease)
        assert other.read() == (data, etag)

    def test_another_content_has_another_etag(self, store: Store, lease: Lease) -> None:
        first = store.write(b"one", 1, None, lease)
        second = store.write(b"two", 2, first, lease)
        assert first != second
        assert store.read() == (b"two", second)

    def test_a_write_that_expects_something_else_changes_nothing(self, store: Store, lease: Lease) -> None:
        with pytest.raises(Conflict):
            store.write(b"x", 1, "an etag of old", lease)
        assert store.read() is None
        first = store.write(b"one", 1, None, lease)
        second = store.write(b"two", 2, first, lease)
        store.journal_append(2, b"line\n", lease)
        for expect in (None, first):
            with pytest.raises(Conflict):
                store.write(b"three", 3, expect, lease)
        assert store.read() == (b"two", second)
        assert store.journal_read(2) == b"line\n"

    def test_the_lock_tells_who_holds_it(self, store: Store, other: Store, clock: MovableClock) -> None:
        given = info(clock, "ana")
        lease = store.lock(given, self.ttl)
        assert clock.monotonic() < lease.deadline <= clock.monotonic() + self.ttl
        for handle in (store, other):
            held = handle.holder()
            assert held is not None
            assert (held.owner, held.host, held.command) == ("ana", "laptop", "apply")
            assert held.since == given.since
            off = (held.expires - clock.now()).total_seconds() - self.ttl
            assert abs(off) <= self.slack

    def test_a_lock_that_is_held_is_refused(self, store: Store, other: Store, clock: MovableClock) -> None:
        store.lock(info(clock, "ana"), self.ttl)
        for handle in (store, other):
            with pytest.raises(Held) as held:
                handle.lock(info(clock, "bob"), self.ttl)
            assert held.value.info.owner == "ana"

    def test_unlocking_lets_the_next_one_in(self, store: Store, other: Store, clock: MovableClock) -> None:
        lease = store.lock(info(clock), self.ttl)
        store.unlock(lease)
        assert store.holder() is None
        again = other.lock(info(clock), self.ttl)
        assert again.id != lease.id

    def test_a_lease_that_is_renewed_goes_on(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        for _ in range(5):
            clock.advance(self.ttl * 0.8)
            lease = store.renew(lease, self.ttl)
            assert clock.monotonic() < lease.deadline <= clock.monotonic() + self.ttl
            with pytest.raises(Held):
                other.lock(info(clock), self.ttl)
        store.write(b"x", 1, None, lease)

    def test_a_lease_that_ran_out_is_taken_over(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        clock.advance(self.ttl * 0.5)
        with pytest.raises(Held):
            other.lock(info(clock, "bob"), self.ttl)
        clock.advance(self.ttl * 0.5 + 1)
        assert other.holder() is None
        other.lock(info(clock, "bob"), self.ttl)
        held = store.holder()
        assert held is not None
        assert held.owner == "bob"

    def test_who_lost_the_lease_can_change_nothing(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        etag = store.write(b"one", 1, None, lease)
        store.journal_append(1, b"line\n", lease)
        clock.advance(self.ttl + 1)
        other.lock(info(clock, "bob"), self.ttl)
        attempts: list[Callable[[], object]] = [
            lambda: store.renew(lease, self.ttl),
            lambda: store.write(b"two", 2, etag, lease),
            lambda: store.journal_append(1, b"more\n", lease),
            lambda: store.secret(lease),
            lambda: store.delete(lease),
        ]
        for attempt in attempts:
            with pytest.raises(LeaseLost):
                attempt()
        store.unlock(lease)
        held = store.holder()
        assert held is not None
        assert held.owner == "bob"
        assert store.read() == (b"one", etag)
        assert store.journal_read(1) == b"line\n"
        assert store.secret() is None

    def test_after_unlocking_a_lease_is_worth_nothing(self, store: Store, lease: Lease) -> None:
        store.unlock(lease)
        store.unlock(lease)
        with pytest.raises(LeaseLost):
            store.journal_append(0, b"line\n", lease)
        with pytest.raises(LeaseLost):
            store.renew(lease, self.ttl)

    def test_a_lease_that_ran_out_is_renewed_when_nobody_took_it(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        clock.advance(2 * self.ttl)
        lease = store.renew(lease, self.ttl)
        with pytest.raises(Held):
            other.lock(info(clock), self.ttl)
        store.write(b"x", 1, None, lease)

    def test_a_lease_is_of_no_use_once_taken_and_let_go_by_another(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        clock.advance(self.ttl + 1)
        other.unlock(other.lock(info(clock), self.ttl))
        with pytest.raises(LeaseLost):
            store.renew(lease, self.ttl)

    def test_the_journal_grows(self, store: Store, other: Store, lease: Lease) -> None:
        store.journal_append(0, b"one\n", lease)
        store.journal_append(0, b"two\nthr", lease)
        store.journal_append(0, b"\nfour\n", lease)
        assert other.journal_read(0) == b"one\ntwo\nthr\nfour\n"
        assert other.journal_read(1) == b""

    def test_a_write_voids_the_journal_before_it(self, store: Store, other: Store, lease: Lease) -> None:
        store.journal_append(0, b"old\n", lease)
        store.write(b"x", 1, None, lease)
        assert other.journal_read(0) == b""
        assert other.journal_read(1) == b""

    def test_a_write_may_start_the_next_journal(self, store: Store, lease: Lease) -> None:
        store.journal_append(0, b"old\n", lease)
        store.write(b"x", 1, None, lease, b"still open\n")
        assert store.journal_read(1) == b"still open\n"
        store.journal_append(1, b"more\n", lease)
        assert store.journal_read(1) == b"still open\nmore\n"

    @pytest.mark.parametrize("start", [b"", b"start\n"])
    def test_what_an_interrupted_write_left_is_not_taken_for_the_journal(
        self, store: Store, lease: Lease, start: bytes
    ) -> None:
        store.journal_append(1, b"of a write that never came\n", lease)
        store.write(b"x", 1, None, lease, start)
        assert store.journal_read(1) == start

    def test_the_secret_is_made_once(self, store: Store, other: Store, lease: Lease) -> None:
        made = store.secret(lease)
        assert made is not None
        assert len(made) == 32
        assert store.secret() == store.secret(lease) == other.secret() == made

    def test_a_secret_may_come_from_another_store(self, store: Store, other: Store, lease: Lease) -> None:
        brought = bytes(range(32))
        assert store.secret(lease, brought) == other.secret() == brought
        assert store.secret(lease, bytes(32)) == brought

    def test_the_history_has_what_was_replaced(self, store: Store, other: Store, lease: Lease) -> None:
        etag = None
        for serial in range(1, 5):
            etag = store.write(b"%d" % serial, serial, etag, lease)
        assert [version.serial for version in store.history()] == [3, 2, 1]
        assert all(version.where for version in store.history())
        assert [other.version(serial) for serial in (1, 2, 3, 9)] == [b"1", b"2", b"3", None]

    def test_delete_leaves_no_state_and_no_journal(self, store: Store, other: Store, lease: Lease) -> None:
        store.write(b"x", 1, None, lease)
        store.journal_append(1, b"line\n", lease)
        store.delete(lease)
        assert other.read() is None
        assert other.journal_read(1) == b""
        store.write(b"again", 1, None, lease)

    def test_places_have_names(self, store: Store) -> None:
        assert store.where()
        assert store.where(3) not in ("", store.where(), store.where(4))

    def test_of_many_one_gets_the_lock(self, make_store: MakeStore, clock: MovableClock) -> None:
        won: list[Lease] = []

        def attempt() -> None:
            try:
                won.append(make_store().lock(info(clock), self.ttl))
            except Held:
                return

        at_once(8, attempt)
        assert len(won) == 1

    def test_no_update_is_lost(self, make_store: MakeStore, store: Store, lease: Lease) -> None:
        """Eight writers add one to a number ten times each; who comes too late reads again."""
        store.write(b"0", 1, None, lease)

        def add() -> None:
            handle = make_store()
            left = 10
            while left:
                found = handle.read()
                assert found is not None
                number = int(found[0]) + 1
                try:
                    handle.write(b"%d" % number, number + 1, found[1], lease)
                except Conflict:
                    continue
                left -= 1

        at_once(8, add)
        found = store.read()
        assert found is not None
        assert found[0] == b"80"

    def test_lines_of_many_do_not_mix(self, make_store: MakeStore, store: Store, lease: Lease) -> None:
        def add(name: int) -> None:
            handle = make_store()
            for count in range(10):
                handle.journal_append(0, b"%d/%d:" % (name, count) + b"x" * 5000 + b"\n", lease)

        at_once(*(lambda name=name: add(name) for name in range(8)))
        lines = store.journal_read(0).splitlines()
        wanted = {(name, count) for name in range(8) for count in range(10)}
        found = [line.removesuffix(b":" + b"x" * 5000).split(b"/") for line in lines]
        assert sorted((int(name), int(count)) for name, count in found) == sorted(wanted)


class TakesHistoryConformance(StoreConformance):
    """Derive from this one for a store that takes earlier states of another store: `TakesHistory`."""

    def test_what_another_store_kept_is_taken_into_the_history(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        assert isinstance(store, TakesHistory)
        for serial in (3, 4, 4):
            store.take(Version(serial, clock.now()), b"of another store: %d" % serial, lease)
        assert other.read() is None
        assert [version.serial for version in other.history()] == [4, 3]
        store.write(b"five", 5, None, lease)
        assert other.version(4) == b"of another store: 4"
        assert [version.serial for version in other.history()] == [4, 3]

    def test_who_lost_the_lease_adds_nothing_to_the_history(
        self, store: Store, other: Store, clock: MovableClock, lease: Lease
    ) -> None:
        assert isinstance(store, TakesHistory)
        clock.advance(self.ttl + 1)
        other.lock(info(clock, "bob"), self.ttl)
        with pytest.raises(LeaseLost):
            store.take(Version(3, clock.now()), b"three", lease)
        assert list(other.history()) == []


def info(clock: MovableClock, owner: str = "ana") -> LockInfo:
    """What somebody says who wants the lock."""
    return LockInfo("", owner, "laptop", "apply", clock.now(), clock.now())


def at_once(*jobs: Callable[[], None] | int) -> None:
    """Run the jobs (or, after a number, one job so many times) in threads; raises what one of them raised."""
    if isinstance(jobs[0], int):
        job = jobs[1]
        assert not isinstance(job, int)
        todo: list[Callable[[], None]] = [job] * jobs[0]
    else:
        todo = [job for job in jobs if not isinstance(job, int)]
    barrier = threading.Barrier(len(todo))
    trouble: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        try:
            barrier.wait(30)
            job()
        except BaseException as wrong:
            trouble.append(wrong)

    threads = [threading.Thread(target=run, args=(job,)) for job in todo]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if trouble:
        raise trouble[0]
