"""The simulator's file: one SQLite database that several processes may open.

Ids compare without case, as in ARM. Bodies are JSON. What changes with every request (clock, counters,
token buckets) is kept in memory and written along with the next write, see `Store.flush`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlinfra.simulator import blob_rows
from mlinfra.simulator.records import Deleted, Operation, Principal, Resource, copy, dump, load
from mlinfra.simulator.wire import decode, encode

__all__ = [
    "FORMAT",
    "Deleted",
    "Operation",
    "Principal",
    "Resource",
    "Store",
    "StoreError",
    "copy",
    "dump",
    "load",
]

FORMAT = 1
"""Version of the tables; a file of another one is refused."""

_TABLES = """
create table if not exists meta (key text primary key, value text not null) without rowid;
create table if not exists counters (about text primary key, n integer not null) without rowid;
create table if not exists resources (
  id text primary key collate nocase, type text not null, name text not null collate nocase,
  state text not null, operation text not null, created real not null, changed real not null,
  body text not null, data text not null) without rowid;
create index if not exists resources_by_type on resources (type, id);
create index if not exists resources_by_name on resources (type, name);
create table if not exists deleted (
  id text primary key collate nocase, type text not null, name text not null collate nocase,
  at real not null, until real not null, resource text not null) without rowid;
create index if not exists deleted_by_name on deleted (type, name);
create index if not exists deleted_by_time on deleted (until);
create table if not exists operations (
  id text primary key, polling text not null, verb text not null, type text not null,
  resource text not null collate nocase, started real not null, due real not null, settled integer not null,
  status text not null, error text not null, data text not null) without rowid;
create index if not exists operations_due on operations (due) where settled = 0;
create table if not exists principals (
  id text primary key collate nocase, kind text not null, owner text not null collate nocase,
  created real not null) without rowid;
"""


class StoreError(ValueError):
    """The file is no simulator file of this version."""


def _resource(row: Any) -> Resource:
    return Resource(
        id=row[0],
        type=row[1],
        name=row[2],
        state=row[3],
        operation=row[4],
        created=row[5],
        changed=row[6],
        body=decode(row[7]),
        data=decode(row[8]),
    )


_RESOURCE = "select id, type, name, state, operation, created, changed, body, data from resources "


class Store:
    """Rows in, rows out. Not locked by itself: the simulator's one lock guards it."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            ":memory:" if path is None else path,
            isolation_level=None,
            check_same_thread=False,
            timeout=30.0,
            cached_statements=256,
        )
        try:
            if path is not None:
                self._db.execute("pragma journal_mode = wal")
                self._db.execute("pragma synchronous = normal")
            self._db.executescript("begin immediate;" + _TABLES + blob_rows.TABLES + "commit;")
            version = self.meta("format")
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise StoreError(f"{path} is no file of the simulator ({error}); move it away") from None
        if version is None:
            self.set_meta("format", FORMAT)
        elif version != FORMAT:
            self._db.close()
            raise StoreError(f"{path} has format {version}, this version of mlinfra reads {FORMAT}")
        self.blobs = blob_rows.Blobs(self._db)
        self._shared = path is not None
        self._version = -1

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Waits up to 30 s for another process."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that may fail alone."""
        self._db.execute("savepoint part")
        try:
            yield
        except BaseException:
            self._db.execute("rollback to part")
            self._db.execute("release part")
            raise
        self._db.execute("release part")

    def moved(self) -> bool:
        """Whether another connection has written since the last call. True at the first call."""
        if not self._shared and self._version != -1:
            return False
        (version,) = self._db.execute("pragma data_version").fetchone()
        before, self._version = self._version, version
        return bool(before != version)

    def clear(self) -> None:
        """Forget everything, clock and counters too."""
        with self.transaction():
            tables = ("meta", "counters", "resources", "deleted", "operations", "principals")
            for table in (*tables, *blob_rows.NAMES):
                self._db.execute(f"delete from {table}")  # noqa: S608 - names of our own tables
            self.set_meta("format", FORMAT)

    def copy_to(self, other: Store) -> None:
        """Make ``other`` what this one is."""
        self._db.backup(other._db)
        other._version = -1

    # -- small things

    def meta(self, key: str) -> Any:
        """A value kept under a key, None when there is none."""
        row = self._db.execute("select value from meta where key = ?", (key,)).fetchone()
        return None if row is None else decode(row[0])

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""
        self._db.execute("insert or replace into meta values (?, ?)", (key, encode(value).decode()))

    def count(self, about: str) -> int:
        """How often this was asked before: 0, 1, 2, …"""
        (n,) = self._db.execute(
            "insert into counters values (?, 1) on conflict (about) do update set n = n + 1 returning n",
            (about,),
        ).fetchone()
        return int(n) - 1

    # -- resources

    def get(self, id: str) -> Resource | None:
        """The resource with this id, in any casing."""
        row = self._db.execute(_RESOURCE + "where id = ?", (id,)).fetchone()
        return None if row is None else _resource(row)

    def exists(self, id: str) -> bool:
        """Whether there is a resource with this id."""
        return self._db.execute("select 1 from resources where id = ?", (id,)).fetchone() is not None

    def put(self, resource: Resource) -> None:
        """Write a resource, new or not."""
        self._db.execute(
            "insert or replace into resources values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                resource.id,
                resource.type,
                resource.name,
                resource.state,
                resource.operation,
                resource.created,
                resource.changed,
                encode(resource.body).decode(),
                encode(resource.data).decode(),
            ),
        )

    def remove(self, id: str) -> None:
        """Remove one resource, nothing beneath it."""
        self._db.execute("delete from resources where id = ?", (id,))

    def under(
        self, prefix: str, kind: str | None = None, *, after: str = "", limit: int = -1
    ) -> list[Resource]:
        """Resources whose ids lie beneath ``prefix``, in the order of their ids.

        ``kind`` keeps one type; ``after`` and ``limit`` page. ``prefix`` itself is not among them.
        """
        low, high = after or prefix + "/", prefix + "0"  # "0" is the character after "/"
        if kind is None:
            rows = self._db.execute(
                _RESOURCE + "where id > ? and id < ? order by id limit ?", (low, high, limit)
            )
        else:
            rows = self._db.execute(
                _RESOURCE + "where type = ? and id > ? and id < ? order by id limit ?",
                (kind, low, high, limit),
            )
        return [_resource(row) for row in rows]

    def named(self, kind: str, name: str) -> list[Resource]:
        """Resources of one type and name anywhere in the world."""
        rows = self._db.execute(_RESOURCE + "where type = ? and name = ?", (kind, name))
        return [_resource(row) for row in rows]

    def all(self) -> list[Resource]:
        """Every resource, sorted by id."""
        return [_resource(row) for row in self._db.execute(_RESOURCE + "order by id")]

    # -- soft-deleted

    def bury(self, deleted: Deleted) -> None:
        """Keep a deleted resource."""
        one = deleted.resource
        self._db.execute(
            "insert or replace into deleted values (?, ?, ?, ?, ?, ?)",
            (
                one.id,
                one.type,
                one.name,
                deleted.at,
                deleted.until,
                encode(dump(one)).decode(),
            ),
        )

    def buried(self, kind: str, name: str | None = None) -> list[Deleted]:
        """Soft-deleted resources of a type, of one name or all, sorted by id."""
        query = "select resource, at, until from deleted where type = ? "
        if name is None:
            rows = self._db.execute(query + "order by id", (kind,))
        else:
            rows = self._db.execute(query + "and name = ? order by id", (kind, name))
        return [Deleted(load(decode(row[0])), row[1], row[2]) for row in rows]

    def forget(self, id: str) -> None:
        """Drop a soft-deleted resource for good."""
        self._db.execute("delete from deleted where id = ?", (id,))

    def expire(self, now: float) -> None:
        """Drop the soft-deleted resources whose time is over."""
        self._db.execute("delete from deleted where until <= ?", (now,))

    # -- operations

    def put_operation(self, operation: Operation) -> None:
        """Write an operation, new or not."""
        self._db.execute(
            "insert or replace into operations values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                operation.id,
                operation.polling,
                operation.verb,
                operation.type,
                operation.resource,
                operation.started,
                operation.due,
                int(operation.settled),
                operation.status,
                encode(operation.error).decode(),
                encode(operation.data).decode(),
            ),
        )

    def _operations(self, where: str, *values: Any) -> list[Operation]:
        rows = self._db.execute(
            "select id, polling, verb, type, resource, started, due, settled, status, error, data "
            "from operations where " + where,
            values,
        )
        return [
            Operation(
                id=row[0],
                polling=row[1],
                verb=row[2],
                type=row[3],
                resource=row[4],
                started=row[5],
                due=row[6],
                settled=bool(row[7]),
                status=row[8],
                error=decode(row[9]),
                data=decode(row[10]),
            )
            for row in rows
        ]

    def operation(self, id: str) -> Operation | None:
        """The operation with this id."""
        found = self._operations("id = ?", id)
        return found[0] if found else None

    def operations(self) -> list[Operation]:
        """Every operation that is kept, in the order in which they began."""
        return self._operations("true order by started, id")

    def due(self, now: float) -> list[Operation]:
        """Operations whose time has come and whose effect is not written yet, the earliest first."""
        return self._operations("settled = 0 and due <= ? order by due, id", now)

    def next_due(self) -> float:
        """When time next changes something: an operation ends, a soft-deleted resource is gone for good."""
        first = self._db.execute("select min(due) from operations where settled = 0").fetchone()
        grave = self._db.execute("select min(until) from deleted").fetchone()
        return min(float("inf") if row[0] is None else float(row[0]) for row in (first, grave))

    def drop_operations(self, before: float) -> None:
        """Forget operations that ended before a moment."""
        self._db.execute("delete from operations where settled = 1 and due < ?", (before,))

    # -- principals

    def put_principal(self, principal: Principal) -> None:
        """Make a principal known to the directory."""
        row = (principal.id, principal.kind, principal.owner, principal.created)
        self._db.execute("insert or replace into principals values (?, ?, ?, ?)", row)

    def principal(self, id: str) -> Principal | None:
        """The principal with this object id."""
        row = self._db.execute(
            "select id, kind, owner, created from principals where id = ?", (id,)
        ).fetchone()
        return None if row is None else Principal(*row)

    def drop_principals(self, owner: str) -> None:
        """Forget the principals of a resource that is gone."""
        self._db.execute("delete from principals where owner = ?", (owner,))
