from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from mlinfra.state.api import StoreError
from mlinfra.state.postgres.tables import TABLES, Tables
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import at_once, info
from tests.servers.postgres import PostgresServer
from tests.state.postgres.conftest import OpenStore

pytestmark = pytest.mark.full

SAMPLES = Path(__file__).parent / "samples"
NEXT = Tables((*TABLES.migrations, "alter table state add column about text not null default 'none'"))
"""The tables of a version that is still to come."""


def restore(server: PostgresServer, schema: str, version: int) -> None:
    """Put a stored sample into place, as that version of mlinfra left it."""
    text = (SAMPLES / f"version-{version}.sql").read_text(encoding="utf-8")
    with server.connect() as admin:
        admin.execute(re.sub(r"\bsample\b", schema, text).encode())


def test_there_is_a_sample_of_every_version() -> None:
    assert {path.stem for path in SAMPLES.iterdir()} == {f"version-{n + 1}" for n in range(TABLES.version)}


@pytest.mark.parametrize("version", range(1, TABLES.version + 1))
@pytest.mark.parametrize("tables", [TABLES, NEXT])
def test_what_an_earlier_version_recorded_is_still_there(
    server: PostgresServer, schema: str, open_store: OpenStore, version: int, tables: Tables
) -> None:
    restore(server, schema, version)
    store = open_store(tables=tables)

    def look() -> None:
        found = store.read()
        assert found is not None
        assert found[0] == b'{"serial": 2}\n'
        assert store.journal_read(2) == b"first\nsecond\n"
        assert store.secret() == bytes(range(32))
        assert [(kept.serial, store.version(kept.serial)) for kept in store.history()] == [
            (1, b'{"serial": 1}\n')
        ]

    if version >= tables.readable:
        look()
        assert installed(server, schema) == version, "looking wrote something"
    lease = store.lock(info(HandClock()), 60)
    assert installed(server, schema) == tables.version
    look()
    found = store.read()
    assert found is not None
    store.write(b"new", 3, found[1], lease)


def test_tables_are_made_once_by_eight_at_once(
    server: PostgresServer, schema: str, open_store: OpenStore
) -> None:
    at_once(8, lambda: open_store()._line.prepare())
    with server.connect() as admin:
        assert admin.execute(f"select number from {schema}.version").fetchall() == [
            (n + 1,) for n in range(TABLES.version)
        ]


def test_tables_of_an_earlier_version_are_migrated_once_by_eight_at_once(
    server: PostgresServer, schema: str, open_store: OpenStore
) -> None:
    restore(server, schema, 1)
    at_once(8, lambda: open_store(tables=NEXT)._line.prepare())
    assert installed(server, schema) == NEXT.version


def test_a_migration_that_fails_leaves_the_tables_as_they_were(
    server: PostgresServer, schema: str, open_store: OpenStore
) -> None:
    restore(server, schema, 1)
    broken = Tables((*NEXT.migrations, "alter table nothing add column x text"))
    store = open_store(tables=broken)
    with pytest.raises(StoreError, match="nothing"):
        store.lock(info(HandClock()), 60)
    assert installed(server, schema) == 1
    with server.connect() as admin, pytest.raises(psycopg.errors.UndefinedColumn):
        admin.execute(f"select about from {schema}.state")
    assert open_store().read() is not None


def test_tables_of_a_newer_mlinfra_are_left_alone(
    server: PostgresServer, schema: str, open_store: OpenStore
) -> None:
    before = open_store()
    before.lock(info(HandClock()), 60)
    open_store(tables=NEXT)._line.prepare()
    store = open_store()
    attempts: list[Callable[[], object]] = [
        store.read,
        store.holder,
        lambda: store.lock(info(HandClock()), 60),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError, match="a newer mlinfra made") as wrong:
            attempt()
        assert "pgrade" in wrong.value.hint


def test_a_schema_that_somebody_made_is_taken(
    server: PostgresServer, schema: str, open_store: OpenStore
) -> None:
    with server.connect() as admin:
        admin.execute(f"create schema {schema}")
    store = open_store()
    assert store.read() is None
    store.lock(info(HandClock()), 60)


def installed(server: PostgresServer, schema: str) -> int:
    with server.connect() as admin:
        row = admin.execute(f"select max(number) from {schema}.version").fetchone()
    assert row is not None
    return int(row[0])
