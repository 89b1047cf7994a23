from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from mlinfra.model.state import LockInfo
from mlinfra.state.api import Held, Lease, LeaseLost, StoreError
from mlinfra.state.postgres import line
from mlinfra.state.postgres.store import KEPT, PostgresStore
from mlinfra.testing.clocks import MovableClock
from mlinfra.testing.stores import MakeStore, TakesHistoryConformance, at_once, info
from tests.servers.postgres import PASSWORD, PostgresServer
from tests.state.postgres.conftest import OpenStore

pytestmark = pytest.mark.full


class WaitingClock:
    """Real time, which passes by waiting: the server has no other."""

    virtual = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    advance = sleep


class TestPostgresStore(TakesHistoryConformance):
    ttl: ClassVar[float] = 2.0
    slack: ClassVar[float] = 1.0

    @pytest.fixture
    def clock(self) -> MovableClock:
        return WaitingClock()

    @pytest.fixture
    def make_store(self, open_store: OpenStore, clock: MovableClock) -> MakeStore:
        return lambda: open_store(clock=clock)


@pytest.fixture
def store(open_store: OpenStore) -> PostgresStore:
    return open_store()


@pytest.fixture
def lease(store: PostgresStore) -> Lease:
    return store.lock(info(WaitingClock()), 60)


def test_looking_makes_nothing(store: PostgresStore, server: PostgresServer, schema: str) -> None:
    assert store.read() is None
    assert store.journal_read(0) == b""
    assert store.secret() is None
    assert store.history() == ()
    assert store.version(1) is None
    assert store.holder() is None
    with server.connect() as admin:
        assert admin.execute("select to_regnamespace(%s)", (schema,)).fetchone() == (None,)


def test_what_another_made_meanwhile_is_seen(store: PostgresStore, open_store: OpenStore) -> None:
    assert store.read() is None
    other = open_store()
    etag = other.write(b"x", 1, None, other.lock(info(WaitingClock()), 60))
    assert store.read() == (b"x", etag)


def test_stacks_share_tables_and_nothing_else(open_store: OpenStore) -> None:
    one, two = open_store(name="team/one"), open_store(name="team/two")
    first, second = (handle.lock(info(WaitingClock()), 60) for handle in (one, two))
    one.journal_append(0, b"one\n", first)
    two.write(b"two", 1, None, second)
    one.secret(first)
    assert (one.read(), one.journal_read(0)) == (None, b"one\n")
    assert (two.journal_read(0), two.secret()) == (b"", None)
    two.delete(second)
    assert one.journal_read(0) == b"one\n"


def test_the_history_keeps_the_last_ones(store: PostgresStore, lease: Lease) -> None:
    etag = None
    for serial in range(KEPT + 5):
        etag = store.write(b"%d" % serial, serial, etag, lease)
    kept = store.history()
    assert [version.serial for version in kept] == list(range(KEPT + 3, 3, -1))
    assert store.version(3) is None
    now = datetime.now(UTC)
    assert all(now - timedelta(minutes=1) < v.written < now + timedelta(minutes=1) for v in kept)


def test_a_deleted_state_is_in_the_history_and_so_is_what_came_after(
    store: PostgresStore, lease: Lease
) -> None:
    etag = None
    for serial in range(40, 42):
        etag = store.write(b"first life, %d" % serial, serial, etag, lease)
    store.delete(lease)
    etag = None
    for serial in range(KEPT + 1):
        etag = store.write(b"second life, %d" % serial, serial, etag, lease)
    assert [version.serial for version in store.history()] == list(range(KEPT - 1, -1, -1))


def test_a_state_that_was_changed_by_hand_is_not_overwritten(
    store: PostgresStore, lease: Lease, server: PostgresServer, schema: str
) -> None:
    etag = store.write(b"one", 1, None, lease)
    with server.connect() as admin:
        admin.execute(f"update {schema}.state set data = 'by hand'")
    with pytest.raises(StoreError, match="is not what it was when it was read"):
        store.write(b"two", 2, etag, lease)
    assert store.read() != (b"one", etag)


def test_a_state_of_ten_megabytes_comes_back(store: PostgresStore, lease: Lease) -> None:
    data = os.urandom(10_000_000)
    etag = store.write(data, 1, None, lease)
    assert store.read() == (data, etag)


def test_a_lease_that_was_deleted_by_hand_is_lost(
    store: PostgresStore, lease: Lease, server: PostgresServer, schema: str
) -> None:
    with server.connect() as admin:
        admin.execute(f"delete from {schema}.lease")
    with pytest.raises(LeaseLost, match="let go by someone else"):
        store.journal_append(0, b"line\n", lease)
    assert store.journal_read(0) == b""


def test_who_takes_a_lock_over_is_told_whose_it_was(store: PostgresStore, open_store: OpenStore) -> None:
    assert store.lock(info(WaitingClock(), "ana"), 0.01).taken_from is None
    time.sleep(0.02)
    lease = open_store().lock(info(WaitingClock(), "bob"), 60)
    assert lease.taken_from is not None
    assert lease.taken_from.owner == "ana"


def test_while_a_write_is_under_way_nobody_takes_the_lock_over(
    store: PostgresStore, open_store: OpenStore, server: PostgresServer, schema: str
) -> None:
    store.lock(info(WaitingClock()), 0.01)
    with server.connect() as admin, admin.transaction():
        admin.execute(f"select from {schema}.lease for update")  # what each write begins with
        with pytest.raises(StoreError, match="somebody else is changing what is recorded of churn"):
            open_store().lock(info(WaitingClock(), "bob"), 60)
    open_store().lock(info(WaitingClock(), "bob"), 60)


HOLDER = """
import sys
from datetime import UTC, datetime
from mlinfra.model.state import LockInfo
from mlinfra.state.postgres.store import PostgresStore
from mlinfra.state.postgres.target import read_target

url, schema = sys.argv[1:]
store = PostgresStore(read_target({"url": url, "schema": schema}, "churn"))
now = datetime.now(UTC)
lease = store.lock(LockInfo("", "ana", "laptop", "apply", now, now), 2)
store.write(b"{}", 1, None, lease)
store.journal_append(1, b"acknowledged\\n", lease)
print("ready", flush=True)
sys.stdin.read()
"""


def test_the_lease_of_a_holder_that_was_killed_ends_by_itself(
    open_store: OpenStore, server: PostgresServer, schema: str
) -> None:
    command = [sys.executable, "-c", HOLDER, server.url(), schema]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        holder.send_signal(signal.SIGKILL)
    store = open_store()
    with pytest.raises(Held) as held:
        store.lock(info(WaitingClock(), "bob"), 60)
    assert held.value.info.owner == "ana"
    time.sleep(2.1)
    store.lock(info(WaitingClock(), "bob"), 60)
    assert store.journal_read(1) == b"acknowledged\n"


def test_what_is_acknowledged_is_on_the_disk_even_where_the_server_is_told_not_to_wait(
    server: PostgresServer, open_store: OpenStore
) -> None:
    with server.connect() as admin:
        admin.execute("create role hasty superuser login password 'x'")
        admin.execute("alter role hasty set synchronous_commit = off")
    store = open_store(url=server.url("hasty", "x"))
    setting = store._line.change(lambda c: c.execute("show synchronous_commit").fetchone())
    assert setting == ("on",)


def test_a_line_that_the_server_closed_is_made_anew(
    store: PostgresStore, lease: Lease, server: PostgresServer
) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: store.journal_append(0, b"line\n", lease),
        lambda: store.renew(lease, 60),
        lambda: store.write(b"x", 1, None, lease),
        store.read,
    ]
    for attempt in attempts:
        with server.connect() as admin:
            admin.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where application_name = 'mlinfra'"
            )
        attempt()
    assert store.read() is not None


def test_a_transaction_that_breaks_leaves_nothing_and_is_not_tried_again(
    store: PostgresStore, lease: Lease
) -> None:
    begun: list[int] = []

    def work(connection: line.Bounded) -> None:
        with connection.transaction():
            begun.append(1)
            connection.execute("insert into journal (stack, serial, data) values ('churn', 0, 'half')")
            connection.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StoreError, match=r"the connection to the PostgreSQL server .* is lost"):
        store._line.change(work)
    assert begun == [1]
    assert store.journal_read(0) == b""
    store.journal_append(0, b"line\n", lease)


def test_reading_is_tried_again_once(store: PostgresStore, lease: Lease) -> None:
    begun: list[int] = []

    def work(connection: line.Bounded) -> str:
        begun.append(1)
        if len(begun) == 1:
            connection.execute("select pg_terminate_backend(pg_backend_pid())")
        return "found"

    assert store._line.look(work, "nothing") == "found"
    assert begun == [1, 1]


def test_a_server_that_froze_is_given_up(store: PostgresStore, server: PostgresServer, lease: Lease) -> None:
    row = store._line.look(lambda c: c.execute("select pg_backend_pid()").fetchone(), None)
    assert row is not None
    os.kill(row[0], signal.SIGSTOP)
    try:
        with pytest.raises(StoreError, match=r"no answer within 0\.5 s"):
            store._line.change(lambda c: c.execute("select 1"), patience=0.5)
    finally:
        os.kill(row[0], signal.SIGCONT)
    store.journal_append(0, b"line\n", lease)


def test_threads_share_a_handle(store: PostgresStore, lease: Lease) -> None:
    def work() -> None:
        for _ in range(20):
            store.journal_append(0, b"line\n", lease)
            store.renew(lease, 60)
            store.read()

    at_once(8, work)
    assert store.journal_read(0) == b"line\n" * 160


def test_no_handle_stays_connected_longer_than_it_is_held(
    open_store: OpenStore, server: PostgresServer
) -> None:
    open_store(url=server.url() + "?application_name=shortlived").read()
    with server.connect() as admin:
        query = "select count(*) from pg_stat_activity where application_name = 'shortlived'"
        until = time.monotonic() + 10
        while admin.execute(query).fetchone() != (0,):  # the server takes a moment to notice
            assert time.monotonic() < until


def test_a_password_is_in_nothing_that_is_shown(open_store: OpenStore, server: PostgresServer) -> None:
    store = open_store()
    assert server.url().split("@")[0] not in repr(store._target)
    assert PASSWORD not in repr(store._target)
    assert store.where() == f"postgresql://127.0.0.1:{server.port}/infra#{store._target.schema}.churn"
    assert store.where(3) == f"{store.where()}/journal/3"


def test_names_of_people_may_hold_anything_but_nul(store: PostgresStore) -> None:
    since = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
    given = LockInfo("", "o'neill; drop table lease;--", "büro-1", 'apply "%s"', since, since)
    store.lock(given, 60)
    held = store.holder()
    assert held is not None
    assert (held.owner, held.host, held.command, held.since) == (
        given.owner,
        given.host,
        given.command,
        since,
    )
