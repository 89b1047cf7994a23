from __future__ import annotations

import pytest

from mlinfra.state.api import Held, Lease, LeaseLost, StoreError
from mlinfra.state.blob import journal
from mlinfra.state.blob.store import KEPT, BlobStore
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import MakeStore, TakesHistoryConformance, info
from tests.state.blob.cloud import Cloud

TTL = 30.0


class TestBlobStore(TakesHistoryConformance):
    @pytest.fixture
    def clock(self, clock: HandClock) -> HandClock:
        return clock

    @pytest.fixture
    def make_store(self, cloud: Cloud) -> MakeStore:
        return cloud.store


@pytest.fixture
def store(cloud: Cloud) -> BlobStore:
    return cloud.store()


@pytest.fixture
def lease(store: BlobStore, clock: HandClock) -> Lease:
    return store.lock(info(clock), TTL)


def test_blobs_are_where_they_are_said_to_be(cloud: Cloud, store: BlobStore, lease: Lease) -> None:
    store.secret(lease)
    first = store.write(b"one", 1, None, lease)
    store.write(b"two", 2, first, lease)
    store.journal_append(2, b"line\n", lease)
    names = ["history/1.json", "journal/2/0000", "lock.json", "secret", "state.json"]
    assert cloud.names() == [f"churn/{name}" for name in names]
    assert store.where() == "https://stone.blob.core.windows.net/states/churn/state.json"
    assert store.where(2) == "https://stone.blob.core.windows.net/states/churn/journal/2/0000"
    assert store.history()[0].where == "https://stone.blob.core.windows.net/states/churn/history/1.json"
    store.unlock(lease)
    assert "churn/lock.json" not in cloud.names()


def test_stacks_share_a_container(cloud: Cloud, clock: HandClock) -> None:
    keys = ("churn", "churn/journal", "churn-2", "teams/a/churn")
    stores = [cloud.store(key=key) for key in keys]
    leases = [store.lock(info(clock), TTL) for store in stores]
    for store, lease, key in zip(stores, leases, keys, strict=True):
        store.write(key.encode(), 0, None, lease)
        store.journal_append(0, key.encode(), lease)
    stores[0].delete(leases[0])
    assert stores[0].read() is None
    for store, key in zip(stores[1:], keys[1:], strict=True):
        found = store.read()
        assert found is not None
        assert (found[0], store.journal_read(0)) == (key.encode(), key.encode())


def test_history_is_bounded_and_says_when_a_state_was_written(
    cloud: Cloud, store: BlobStore, lease: Lease
) -> None:
    etag, moments = None, []
    for serial in range(KEPT + 5):
        etag = store.write(b"%d" % serial, serial, etag, lease)
        moments.append(cloud.simulator.now().replace(microsecond=0))
        cloud.simulator.advance(3600)
    kept = store.history()
    assert [version.serial for version in kept] == list(range(KEPT + 3, 3, -1))
    for version in kept:
        assert abs((version.written - moments[version.serial]).total_seconds()) <= 2


def test_a_state_that_is_deleted_goes_into_the_history(store: BlobStore, lease: Lease) -> None:
    store.write(b"seven", 7, None, lease)
    store.delete(lease)
    store.delete(lease)
    assert store.read() is None
    assert store.version(7) == b"seven"


def test_what_was_read_is_not_sent_again(cloud: Cloud, store: BlobStore, lease: Lease) -> None:
    etag = store.write(b"x" * 10_000, 1, None, lease)
    assert store.read() == (b"x" * 10_000, etag)
    assert cloud.wire.sent[-1].headers["If-None-Match"] == etag
    cloud.store().write(b"y", 2, etag, lease)
    assert store.read() != (b"x" * 10_000, etag)


def test_a_journal_goes_on_in_a_further_blob(
    cloud: Cloud, store: BlobStore, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST", 3)
    monkeypatch.setattr(journal, "BLOCK", 4)
    for _ in range(2):
        store.journal_append(0, b"0123456789abcdef", lease)
    assert [name for name in cloud.names() if "/journal/" in name] == [
        f"churn/journal/0/000{part}" for part in range(3)
    ]
    other = cloud.store()
    assert other.journal_read(0) == b"0123456789abcdef" * 2
    other.journal_append(0, b"gh", lease)
    assert store.journal_read(0) == b"0123456789abcdef" * 2 + b"gh"
    etag = store.write(b"x", 0, None, lease, b"start")
    assert store.journal_read(0) == b"start"
    store.write(b"x", 1, etag, lease)
    assert not [name for name in cloud.names() if "/journal/" in name]


def test_a_lease_is_never_longer_than_azure_lets_it_be(cloud: Cloud, clock: HandClock) -> None:
    for ttl, held in ((1.0, 1.0), (30.0, 30.0), (3600.0, 60.0)):
        store = cloud.store()
        before = clock.monotonic()
        lease = store.lock(info(clock), ttl)
        assert lease.deadline == before + held
        assert store.renew(lease, ttl).deadline == before + held
        store.unlock(lease)


def test_whoever_has_not_said_yet_who_they_are_is_somebody(cloud: Cloud, clock: HandClock) -> None:
    store = cloud.store()
    store.lock(info(clock), TTL)
    assert cloud.blob("DELETE", "/states/churn/lock.json").status == 202
    with pytest.raises(Held) as held:
        cloud.store().lock(info(clock), TTL)
    assert (held.value.info.owner, held.value.info.id) == ("somebody", "unknown")
    cloud.store().unlock(Lease("unknown", 0.0))
    assert store.holder() is None


def test_a_lease_is_let_go_by_its_id(cloud: Cloud, store: BlobStore, lease: Lease, clock: HandClock) -> None:
    held = cloud.store().holder()
    assert held is not None
    assert held.id == lease.id
    cloud.store().unlock(Lease(held.id, 0.0))
    assert store.holder() is None
    with pytest.raises(LeaseLost):
        store.renew(lease, TTL)
    assert cloud.store().lock(info(clock), TTL).taken_from is None


def test_whose_lock_was_taken_over_is_told(
    cloud: Cloud, store: BlobStore, lease: Lease, clock: HandClock
) -> None:
    clock.advance(TTL + 1)
    taken = cloud.store().lock(info(clock, "bob"), TTL)
    assert taken.taken_from is not None
    assert (taken.taken_from.owner, taken.taken_from.id) == ("ana", lease.id)


def test_a_lock_that_could_not_be_had_whole_is_let_go(cloud: Cloud, clock: HandClock) -> None:
    cloud.wire.before = lambda said: (403, "AuthorizationFailure") if "lock.json" in said else None
    with pytest.raises(StoreError, match="does not let"):
        cloud.store().lock(info(clock), TTL)
    cloud.wire.before = lambda said: None
    cloud.store().lock(info(clock), TTL)


def test_a_lease_that_is_broken_by_hand_is_lost(cloud: Cloud, store: BlobStore, lease: Lease) -> None:
    etag = store.write(b"one", 1, None, lease)
    cloud.break_lease("states/churn/state.json")
    with pytest.raises(LeaseLost, match="broken or let go"):
        store.renew(lease, TTL)
    with pytest.raises(LeaseLost, match="broken or let go"):
        store.write(b"two", 2, etag, lease)
    store.unlock(lease)


def test_a_journals_lease_alone_is_taken_again(cloud: Cloud, store: BlobStore, lease: Lease) -> None:
    store.journal_append(0, b"one\n", lease)
    cloud.break_lease("states/churn/journal/0/0000")
    store.journal_append(0, b"two\n", lease)
    assert store.journal_read(0) == b"one\ntwo\n"


def test_who_takes_over_breaks_the_lease_of_the_journal(
    cloud: Cloud, store: BlobStore, lease: Lease, clock: HandClock
) -> None:
    """The state's lease may end before the journal's; then the service still lets the old holder append."""
    store.journal_append(0, b"one\n", lease)
    cloud.break_lease("states/churn/state.json")
    store.journal_append(0, b"still\n", lease)
    cloud.store().lock(info(clock, "bob"), TTL)
    with pytest.raises(LeaseLost, match="bob on laptop"):
        store.journal_append(0, b"no more\n", lease)
    assert store.journal_read(0) == b"one\nstill\n"


def test_a_state_that_somebody_removed_takes_the_lock_with_it(
    cloud: Cloud, store: BlobStore, lease: Lease
) -> None:
    cloud.break_lease("states/churn/state.json")
    assert cloud.blob("DELETE", "/states/churn/state.json").status == 202
    with pytest.raises(LeaseLost, match="is gone"):
        store.write(b"one", 1, None, lease)
    with pytest.raises(LeaseLost):
        store.renew(lease, TTL)
    assert store.holder() is None


def test_a_secret_that_is_none_is_told(cloud: Cloud, store: BlobStore, lease: Lease) -> None:
    store._service.put("churn/secret", b"no")
    with pytest.raises(StoreError, match="64 hexadecimal"):
        store.secret(lease)
