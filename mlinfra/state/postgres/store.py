"""The rows of one stack, as a Store."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Any

from mlinfra.model.clock import Clock
from mlinfra.model.state import LockInfo
from mlinfra.state.api import Conflict, Held, Lease, LeaseLost, Version
from mlinfra.state.postgres import statements as sql
from mlinfra.state.postgres.line import WHOLE, Bounded, Line, Row
from mlinfra.state.postgres.tables import TABLES, Tables
from mlinfra.state.postgres.target import Target

KEPT = 20
"""How many earlier states the history keeps."""


class PostgresStore:
    """A `Store` of rows: a stack has at most one in ``state``, ``lease`` and ``secret``, and its own in
    ``journal`` and ``history``.

    Leases run by the server's clock. Whatever writes locks the lease's row first, in the same transaction: a
    lease that was taken over cannot write, and one that writes cannot be taken over meanwhile. A lease that
    ran out is still its holder's as long as nobody took it. The etag is the SHA-256 of the state.
    """

    def __init__(self, target: Target, *, clock: Clock | None = None, tables: Tables = TABLES) -> None:
        self._target = target
        self._stack = target.stack
        self._line = Line(target, tables)
        self._monotonic: Callable[[], float] = clock.monotonic if clock else time.monotonic

    def where(self, journal: int | None = None) -> str:
        """Server, database, schema and stack as a URL; never a password."""
        return self._target.where("" if journal is None else f"/journal/{journal}")

    def read(self) -> tuple[bytes, str] | None:
        """The state and the SHA-256 of it."""
        row = self._line.look(lambda c: self._row(c, sql.STATE), None, patience=WHOLE)
        return None if row is None else (row[0], hashlib.sha256(row[0]).hexdigest())

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        """Replace the state, the old one gone to the history, in one transaction."""
        values = {"data": data, "serial": serial, "journal": journal, "kept": KEPT}

        def replacing(connection: Bounded) -> None:
            with connection.transaction():
                self._own(connection, lease)
                found = self._row(connection, sql.ETAG)
                if (found[0] if found else None) != expect:
                    raise Conflict(f"{self.where()} is not what it was when it was read")
                for statement in sql.REPLACE:
                    self._do(connection, statement, **values)
                if journal:
                    self._do(connection, sql.START, **values)

        self._line.change(replacing, patience=WHOLE)
        return hashlib.sha256(data).hexdigest()

    def lock(self, info: LockInfo, ttl: float) -> Lease:
        """Take the lock, from someone whose time is up if need be. The first one makes the tables."""
        self._line.prepare()
        mine = secrets.token_hex(16)
        # Counted from before the server begins to: the earlier of both moments.
        deadline = self._monotonic() + ttl
        values = {
            "id": mine,
            "ttl": ttl,
            "owner": info.owner,
            "host": info.host,
            "command": info.command,
            "since": info.since,
        }

        def taking(connection: Bounded) -> tuple[bool, LockInfo | None]:
            while True:
                with connection.transaction():
                    row = self._row(connection, sql.FENCE)
                    found = None if row is None else _info(row)
                    if self._do(connection, sql.TAKE, **values):
                        return True, found
                    if found is not None:
                        return False, found
                # Somebody took it between the two statements, and is seen in the next round.

        taken, found = self._line.change(taking, repeat=True)
        if found is not None and not taken:
            raise Held(found)
        return Lease(mine, deadline, found if found and found.id != mine else None)

    def renew(self, lease: Lease, ttl: float) -> Lease:
        """Put off the lease's end; one that ran out too, when nobody took the lock since."""
        deadline = self._monotonic() + ttl
        self._line.change(lambda c: self._fenced(c, sql.RENEW, lease, ttl=ttl), repeat=True)
        return replace(lease, deadline=deadline)

    def unlock(self, lease: Lease) -> None:
        """Let go."""
        self._line.change(lambda c: self._do(c, sql.RELEASE, lease=lease.id), repeat=True)

    def holder(self) -> LockInfo | None:
        """Who holds the lock; nobody when its time is up."""
        return self._line.look(self._held, None)

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        """Append in one statement, which the server answers when it is on its disk."""
        self._line.change(lambda c: self._fenced(c, sql.APPEND, lease, serial=serial, data=data))

    def journal_read(self, serial: int) -> bytes:
        """The journal."""
        none: list[Row] = []
        rows = self._line.look(lambda c: self._rows(c, sql.JOURNAL, serial=serial), none, patience=WHOLE)
        return b"".join(row[0] for row in rows)

    def secret(self, lease: Lease | None = None, given: bytes | None = None) -> bytes | None:
        """The key that secrets are traced with."""
        found = self._line.look(lambda c: self._row(c, sql.KEY), None)
        if found is not None or lease is None:
            return found[0] if found else None
        made = given or secrets.token_bytes(32)

        def making(connection: Bounded) -> Row | None:
            with connection.transaction():
                self._own(connection, lease)
                self._do(connection, sql.KEEP_KEY, data=made)
                return self._row(connection, sql.KEY)

        row = self._line.change(making, repeat=True)
        return row[0] if row else None

    def history(self) -> tuple[Version, ...]:
        """The last states."""
        none: list[Row] = []
        rows = self._line.look(lambda c: self._rows(c, sql.HISTORY), none)
        return tuple(
            Version(serial, written.astimezone(UTC), self._target.where(f"/history/{serial}"))
            for serial, written in rows
        )

    def version(self, serial: int) -> bytes | None:
        """One of the last states."""
        row = self._line.look(lambda c: self._row(c, sql.VERSION, serial=serial), None, patience=WHOLE)
        return row[0] if row else None

    def take(self, version: Version, data: bytes, lease: Lease) -> None:
        """Keep a state of another store among the last ones."""
        values = {"serial": version.serial, "written": version.written, "data": data}

        def taking(connection: Bounded) -> None:
            with connection.transaction():
                self._own(connection, lease)
                self._do(connection, sql.TAKE_EARLIER, **values)

        self._line.change(taking, patience=WHOLE, repeat=True)

    def delete(self, lease: Lease) -> None:
        """Remove the state, which goes to the history, and its journals."""

        def deleting(connection: Bounded) -> None:
            with connection.transaction():
                self._own(connection, lease)
                for statement in sql.DELETE:
                    self._do(connection, statement, kept=KEPT)

        self._line.change(deleting, patience=WHOLE, repeat=True)

    def _own(self, connection: Bounded, lease: Lease) -> None:
        """Lock the lease's row for the rest of the transaction. Raises LeaseLost where it is not ours."""
        row = self._row(connection, sql.FENCE)
        if row is None or row[0] != lease.id:
            raise _lost(row)

    def _fenced(self, connection: Bounded, statement: str, lease: Lease, **values: Any) -> None:
        """Carry out a statement that does nothing but under the lease. Raises LeaseLost."""
        if not self._do(connection, statement, lease=lease.id, **values):
            raise _lost(self._row(connection, sql.HOLDER))

    def _held(self, connection: Bounded) -> LockInfo | None:
        row = self._row(connection, sql.HELD)
        return None if row is None else _info(row)

    def _do(self, connection: Bounded, statement: str, **values: Any) -> int:
        """Carry it out; answers how many rows it touched."""
        return connection.execute(statement.encode(), {"stack": self._stack, **values}).rowcount

    def _row(self, connection: Bounded, query: str, **values: Any) -> Row | None:
        return next(iter(self._rows(connection, query, **values)), None)

    def _rows(self, connection: Bounded, query: str, **values: Any) -> list[Row]:
        # Binary: as text each byte would come as two digits.
        found = connection.execute(query.encode(), {"stack": self._stack, **values}, binary=True)
        return found.fetchall()


def _info(row: Row) -> LockInfo:
    id, owner, host, command, since, expires = row
    return LockInfo(id, owner, host, command, since.astimezone(UTC), expires.astimezone(UTC))


def _lost(row: Row | None) -> LeaseLost:
    """Why a lease is worth nothing, by the row that there is now."""
    if row is None:
        return LeaseLost("the lock was let go by someone else", "Run the command again.")
    held = _info(row)
    return LeaseLost(
        f"the lock was taken over by {held.owner} on {held.host} ({held.command})",
        "Wait until that is done, then plan again.",
    )
