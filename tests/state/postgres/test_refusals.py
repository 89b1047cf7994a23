"""What a real server refuses, told so that people know what to do."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from mlinfra.state.api import StoreError
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import info
from tests.servers.postgres import PASSWORD, PostgresServer
from tests.state.postgres.conftest import OpenStore

pytestmark = pytest.mark.full


@pytest.fixture
def role(server: PostgresServer, schema: str) -> str:
    """A role that may connect, and nothing else."""
    name = f"ana_{schema}"
    with server.connect() as admin:
        admin.execute(f"create role {name} login password 'x'")
    return name


def refusal(open_store: OpenStore, **settings: Any) -> StoreError:
    with pytest.raises(StoreError) as wrong:
        open_store(**settings).read()
    assert PASSWORD not in wrong.value.summary + wrong.value.hint
    assert wrong.value.__cause__ is None
    assert wrong.value.__context__ is None or wrong.value.__suppress_context__
    return wrong.value


def test_no_such_database(open_store: OpenStore, server: PostgresServer) -> None:
    found = refusal(open_store, url=server.url(database="nowhere"))
    assert found.summary == f"there is no database nowhere on 127.0.0.1:{server.port}"
    assert found.hint == f"Make it:  createdb -h 127.0.0.1 -p {server.port} nowhere"


def test_a_wrong_password(open_store: OpenStore, server: PostgresServer) -> None:
    found = refusal(open_store, url=server.url(password="wrong"))
    assert found.summary == f"127.0.0.1:{server.port} does not take the password of admin"
    assert "wrong" not in found.hint


def test_no_password_at_all(open_store: OpenStore, server: PostgresServer) -> None:
    found = refusal(open_store, url=f"postgresql://admin@127.0.0.1:{server.port}/infra")
    assert "does not take the password of admin" in found.summary


def test_no_such_role(open_store: OpenStore, server: PostgresServer) -> None:
    # Over TCP the server does not tell it from a wrong password; over its socket nobody asks for one.
    found = refusal(open_store, url=f"host={server.folder} port={server.port} user=eve dbname=infra")
    assert found.summary.startswith("there is no role eve on ")
    assert "createuser" in found.hint


def test_nobody_answers(open_store: OpenStore) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        found = refusal(open_store, url=f"postgresql://admin@127.0.0.1:{port}/infra")
    assert found.summary.startswith(f"the PostgreSQL server 127.0.0.1:{port} cannot be reached: ")
    assert f"pg_isready -h 127.0.0.1 -p {port}" in found.hint


def test_somebody_else_listens_and_says_nothing(open_store: OpenStore) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"postgresql://admin@127.0.0.1:{mute.getsockname()[1]}/infra?connect_timeout=2"
        found = refusal(open_store, url=url)
    assert "cannot be reached" in found.summary


def test_a_server_without_tls(open_store: OpenStore, server: PostgresServer) -> None:
    found = refusal(open_store, url=server.url() + "?sslmode=require")
    assert found.summary.startswith(f"no encrypted connection to 127.0.0.1:{server.port}: ")


def test_no_right_to_connect(open_store: OpenStore, server: PostgresServer, role: str) -> None:
    with server.connect() as admin:
        admin.execute("create database closed")
        admin.execute("revoke connect on database closed from public")
    found = refusal(open_store, url=server.url(role, "x", "closed"))
    assert found.summary == f"{role} may not connect to the database closed"
    assert f'grant connect on database "closed" to "{role}";' in found.hint


def test_no_right_to_the_schema_is_not_taken_for_nothing_recorded(
    open_store: OpenStore, server: PostgresServer, schema: str, role: str
) -> None:
    open_store()._line.prepare()
    found = refusal(open_store, url=server.url(role, "x"))
    assert found.summary == f"{role} may not look into the schema {schema}"
    with server.connect() as admin:
        admin.execute(f"grant usage on schema {schema} to {role}")
    found = refusal(open_store, url=server.url(role, "x"))
    assert (
        found.summary == f"{role} lacks a right in the schema {schema}: permission denied for table version"
    )


def test_what_the_hint_says_is_enough_to_look_and_to_write(
    open_store: OpenStore, server: PostgresServer, schema: str, role: str
) -> None:
    owner = open_store()
    etag = owner.write(b"x", 1, None, owner.lock(info(HandClock()), 0.01))
    reader = open_store(url=server.url(role, "x"))
    hint = refusal(open_store, url=server.url(role, "x")).hint
    look, _, write = hint.removeprefix("To look:").partition("and to apply:")
    with server.connect() as admin:
        admin.execute(look.strip().encode())
    assert reader.read() == (b"x", etag)
    assert (reader.journal_read(1), reader.secret(), reader.history(), reader.holder()) == (
        b"",
        None,
        (),
        None,
    )
    with pytest.raises(StoreError, match="permission denied for table lease") as wrong:
        reader.lock(info(HandClock()), 60)
    assert write in wrong.value.hint
    with server.connect() as admin:
        admin.execute(write.strip().encode())
    writer = open_store(url=server.url(role, "x"))
    lease = writer.lock(info(HandClock()), 60)
    writer.journal_append(1, b"line\n", lease)
    writer.write(b"y", 2, etag, lease)
    assert writer.secret(lease) is not None
    writer.delete(lease)
    writer.unlock(lease)


def test_no_right_to_make_the_tables(
    open_store: OpenStore, server: PostgresServer, schema: str, role: str
) -> None:
    store = open_store(url=server.url(role, "x"))
    assert store.read() is None
    with pytest.raises(StoreError) as wrong:
        store.lock(info(HandClock()), 60)
    assert wrong.value.summary == (
        f"{role} may not make the tables in the schema {schema}: permission denied for database infra"
    )
    command = f'create schema "{schema}" authorization "{role}";'
    assert command in wrong.value.hint
    with server.connect() as admin:
        admin.execute(command.encode())
    store.lock(info(HandClock()), 60)


def test_a_standby_takes_no_changes(open_store: OpenStore, server: PostgresServer, schema: str) -> None:
    open_store()._line.prepare()
    store = open_store(url=server.url() + "?options=-cdefault_transaction_read_only%3Don")
    assert store.read() is None
    with pytest.raises(StoreError, match="takes no changes: cannot execute") as wrong:
        store.lock(info(HandClock()), 60)
    assert "primary server" in wrong.value.hint


def test_tables_that_somebody_dropped(open_store: OpenStore, server: PostgresServer, schema: str) -> None:
    open_store()._line.prepare()
    with server.connect() as admin:
        admin.execute(f"drop table {schema}.journal")
    with pytest.raises(StoreError, match=f"tables are missing in the schema {schema}"):
        open_store().journal_read(0)
