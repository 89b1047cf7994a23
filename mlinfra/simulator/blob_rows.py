"""Blobs, blocks and leases in the simulator's file: rows in, rows out, as `store` does for resources.

A container is named by its resource's id, without case; a blob's name has case. Bytes stay in the file and
are read by range. The bytes of an append blob are rows of their own, so that appending costs what is
appended and not what is there. ``blocks`` of a blob is a list of blocks, or the number of appends.
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
create table if not exists blob_leases (
  container text not null collate nocase, name text not null, lease text not null);
create unique index if not exists blob_leases_by_name on blob_leases (container, name);
create table if not exists appended (
  container text not null collate nocase, name text not null, start integer not null, content blob not null);
create unique index if not exists appended_by_name on appended (container, name, start);
"""

NAMES = ("blobs", "blocks", "blob_leases", "appended")
"""The tables, for who empties the file."""

_COLUMNS = "container, name, etag, created, changed, size, headers, metadata, blocks"
_READ = (
    f"select {_COLUMNS}, (select lease from blob_leases as held "  # noqa: S608 - own names
    "where held.container = blobs.container and held.name = blobs.name) from blobs "
)

APPENDED = "AppendBlob"
WHOLE = "BlockBlob"


@dataclass(slots=True)
class Blob:
    """One blob without its bytes. ``headers`` are its own (content-type, content-md5, …), lower case.

    ``blocks`` are a block blob's committed blocks in order, each with its size; ``appends`` how often an
    append blob was appended to, None for a block blob. ``lease`` is as `services.blob_leases` keeps it. Times
    are the simulator's seconds, those in the lease excepted.
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
    appends: int | None = None
    lease: dict[str, Any] | None = None

    @property
    def type(self) -> str:
        """``BlockBlob`` or ``AppendBlob``."""
        return WHOLE if self.appends is None else APPENDED


class Blobs:
    """The two tables. Not locked by itself: the simulator's one lock guards it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @staticmethod
    def _blob(row: Any) -> Blob:
        container, name, etag, created, changed, size, headers, metadata, kept, lease = row
        made = decode(kept)
        return Blob(
            container=container,
            name=name,
            etag=etag,
            created=created,
            changed=changed,
            size=size,
            headers=decode(headers),
            metadata=decode(metadata),
            blocks=[] if isinstance(made, int) else [(id, length) for id, length in made],
            appends=made if isinstance(made, int) else None,
            lease=None if lease is None else decode(lease),
        )

    def get(self, container: str, name: str) -> Blob | None:
        """A blob without its bytes."""
        row = self._db.execute(f"{_READ}where container = ? and name = ?", (container, name)).fetchone()
        return None if row is None else self._blob(row)

    def read(self, blob: Blob, start: int, size: int) -> bytes:
        """Bytes of a blob from ``start``, ``size`` of them."""
        key = (blob.container, blob.name)
        if blob.appends is not None:
            query = (
                "select start, content from appended where container = ? and name = ? and start < ? "
                "and start + length(content) > ? order by start"
            )
            rows = self._db.execute(query, (*key, start + size, start)).fetchall()
            found = b"".join(content for _, content in rows)
            skipped = start - rows[0][0] if rows else 0
            return found[skipped : skipped + size]
        query = "select substr(content, ?, ?) from blobs where container = ? and name = ?"
        row = self._db.execute(query, (start + 1, size, *key)).fetchone()
        return bytes(row[0] or b"")  # sqlite gives null for a part of nothing

    def put(self, blob: Blob, content: bytes) -> None:
        """Write a blob with its bytes, new or not; ``content`` of an append blob is empty."""
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
                _blocks(blob),
                content,
            ),
        )
        self.keep_lease(blob)

    def append(self, blob: Blob, content: bytes) -> None:
        """Add to the end of an append blob, whose size and appends are those from before."""
        assert blob.appends is not None
        row = (blob.container, blob.name, blob.size, content)
        self._db.execute("insert into appended values (?, ?, ?, ?)", row)
        blob.size += len(content)
        blob.appends += 1
        self.update(blob)

    def update(self, blob: Blob) -> None:
        """Write what is not bytes."""
        self._db.execute(
            "update blobs set etag = ?, changed = ?, size = ?, headers = ?, metadata = ?, blocks = ? "
            "where container = ? and name = ?",
            (
                blob.etag,
                blob.changed,
                blob.size,
                encode(blob.headers).decode(),
                encode(blob.metadata).decode(),
                _blocks(blob),
                blob.container,
                blob.name,
            ),
        )

    def keep_lease(self, blob: Blob) -> None:
        """Write the lease alone."""
        key = (blob.container, blob.name)
        self._db.execute("delete from blob_leases where container = ? and name = ?", key)
        if blob.lease is not None:
            row = (*key, encode(blob.lease).decode())
            self._db.execute("insert into blob_leases values (?, ?, ?)", row)

    def remove(self, container: str, name: str) -> None:
        """Remove a blob, its lease, and the blocks that wait for it."""
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
            f"{_READ}where container = ? and name > ? and name >= ? "
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


def _blocks(blob: Blob) -> str:
    return encode(blob.blocks if blob.appends is None else blob.appends).decode()
