"""Blobs and blocks in the simulator's file: rows in, rows out, as `store` does for resources.

A container is named by its resource's id, without case; a blob's name has case. Bytes stay in the file and
are read by range.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from mlinfra.simulator.wire import decode, encode

TABLES = """
create table if not exists blobs (
  container text not null collate nocase, name text not null, etag text not null, created real not null,
  changed real not null, size integer not null, headers text not null, metadata text not null,
  blocks text not null, content blob not null);
create unique index if not exists blobs_by_name on blobs (container, name);
create table if not exists blocks (
  container text not null collate nocase, name text not null, id text not null, content blob not null);
create unique index if not exists blocks_by_name on blocks (container, name, id);
"""

NAMES = ("blobs", "blocks")
"""The tables, for who empties the file."""

_COLUMNS = "container, name, etag, created, changed, size, headers, metadata, blocks"


@dataclass(slots=True)
class Blob:
    """One block blob without its bytes. ``headers`` are its own (content-type, content-md5, …), lower case.

    ``blocks`` are the committed blocks in order, each with its size. Times are the simulator's seconds.
    """

    container: str
    name: str
    etag: str
    created: float
    changed: float
    size: int
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    blocks: list[tuple[str, int]] = field(default_factory=list)


class Blobs:
    """The two tables. Not locked by itself: the simulator's one lock guards it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @staticmethod
    def _blob(row: Any) -> Blob:
        blocks = [(id, size) for id, size in decode(row[8])]
        container, name, etag, created, changed, size, headers, metadata, _ = row
        own, described = decode(headers), decode(metadata)
        return Blob(container, name, etag, created, changed, size, own, described, blocks)

    def get(self, container: str, name: str) -> Blob | None:
        """A blob without its bytes."""
        query = f"select {_COLUMNS} from blobs where container = ? and name = ?"  # noqa: S608 - own names
        row = self._db.execute(query, (container, name)).fetchone()
        return None if row is None else self._blob(row)

    def read(self, blob: Blob, start: int, size: int) -> bytes:
        """Bytes of a blob from ``start``, ``size`` of them."""
        query = "select substr(content, ?, ?) from blobs where container = ? and name = ?"
        row = self._db.execute(query, (start + 1, size, blob.container, blob.name)).fetchone()
        return bytes(row[0] or b"")  # sqlite gives null for a part of nothing

    def put(self, blob: Blob, content: bytes) -> None:
        """Write a blob with its bytes, new or not."""
        self.remove(blob.container, blob.name)
        self._db.execute(
            f"insert into blobs ({_COLUMNS}, content) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                blob.container,
                blob.name,
                blob.etag,
                blob.created,
                blob.changed,
                blob.size,
                encode(blob.headers).decode(),
                encode(blob.metadata).decode(),
                encode(blob.blocks).decode(),
                content,
            ),
        )

    def update(self, blob: Blob) -> None:
        """Write what is not bytes."""
        self._db.execute(
            "update blobs set etag = ?, changed = ?, headers = ?, metadata = ? "
            "where container = ? and name = ?",
            (
                blob.etag,
                blob.changed,
                encode(blob.headers).decode(),
                encode(blob.metadata).decode(),
                blob.container,
                blob.name,
            ),
        )

    def remove(self, container: str, name: str) -> None:
        """Remove a blob and the blocks that wait for it."""
        for table in NAMES:
            query = f"delete from {table} where container = ? and name = ?"  # noqa: S608 - names of our own
            self._db.execute(query, (container, name))

    def empty(self, container: str) -> None:
        """Remove all that lies in a container."""
        for table in NAMES:
            self._db.execute(f"delete from {table} where container = ?", (container,))  # noqa: S608

    def listed(self, container: str, prefix: str, after: str, limit: int) -> list[Blob]:
        """Blobs whose names begin with ``prefix`` and come after ``after``, in the order of their names."""
        query = (
            f"select {_COLUMNS} from blobs where container = ? and name > ? and name >= ? "  # noqa: S608
            "and substr(name, 1, ?) = ? order by name limit ?"
        )
        rows = self._db.execute(query, (container, after, prefix, len(prefix), prefix, limit))
        return [self._blob(row) for row in rows]

    # -- blocks that are not committed

    def stage(self, container: str, name: str, id: str, content: bytes) -> None:
        """Keep a block until it is committed."""
        row = (container, name, id, content)
        self._db.execute("insert or replace into blocks values (?, ?, ?, ?)", row)

    def staged(self, container: str, name: str) -> dict[str, int]:
        """The blocks that wait, each with its size, in the order of their ids."""
        query = "select id, length(content) from blocks where container = ? and name = ? order by id"
        return dict(self._db.execute(query, (container, name)).fetchall())

    def block(self, container: str, name: str, id: str) -> bytes:
        """The bytes of a block that waits. Raises KeyError."""
        query = "select content from blocks where container = ? and name = ? and id = ?"
        row = self._db.execute(query, (container, name, id)).fetchone()
        if row is None:
            raise KeyError(id)
        return bytes(row[0])
