"""One connection, for as long as the server keeps it: made when it is needed, and made again."""

from __future__ import annotations

import select
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen

from mlinfra.state.api import StoreError
from mlinfra.state.postgres.tables import Tables, installed
from mlinfra.state.postgres.target import Target
from mlinfra.state.postgres.trouble import failed, may_not_look, may_not_make, refused

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]
Work: TypeAlias = Callable[["Bounded"], T]

QUICK = 10.0
"""Seconds until a server that says nothing is given up, where a row or two is asked for."""
WHOLE = 60.0
"""The same, where a whole state is on its way."""


class Bounded(psycopg.Connection[Row]):
    """A connection that waits ``patience`` seconds for the server and no longer.

    The server's own timeouts say nothing when it is frozen, or its disk does not answer. What is given up is
    closed: whether the server will have done it is not known, and nothing more is asked on that line.
    """

    patience = QUICK

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server. Raises psycopg.OperationalError when it takes too long."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except errors._WaitTimeout:
            self.close()
            raise psycopg.OperationalError(f"no answer within {self.patience:g} s") from None


class Line:
    """The connection of one handle on a store; threads take turns. Trouble is told as StoreError.

    It is made anew after the server closed it, and never within a transaction: what was begun on one that
    broke has failed.
    """

    def __init__(self, target: Target, tables: Tables) -> None:
        self._target = target
        self._tables = tables
        self._turn = threading.RLock()
        self._connection: Bounded | None = None
        self._version = 0
        self._end: Callable[[], object] = lambda: None

    def look(self, work: Work[T], nothing: T, *, patience: float = QUICK) -> T:
        """Read with ``work``, a second time if the line breaks; ``nothing`` where there are no tables."""

        def looking(connection: Bounded) -> T:
            if self._version == 0:  # somebody else may have made them meanwhile
                self._version = installed(connection)
            self._tables.check_readable(self._version, self._target.schema)
            return work(connection) if self._version else nothing

        return self._run(looking, patience, repeat=True)

    def change(self, work: Work[T], *, patience: float = QUICK, repeat: bool = False) -> T:
        """Write with ``work``; ``repeat``: if the line breaks a second time, since it does no harm."""
        return self._run(work, patience, repeat=repeat)

    def prepare(self) -> None:
        """Bring the tables up to date."""
        self._run(self._migrate, WHOLE, repeat=True)

    def _migrate(self, connection: Bounded) -> None:
        if self._version == self._tables.version:
            return
        try:
            self._tables.migrate(connection, self._target.schema)
        except errors.InsufficientPrivilege as wrong:
            raise may_not_make(wrong, self._target) from None
        self._version = self._tables.version

    def _run(self, work: Work[T], patience: float, *, repeat: bool) -> T:
        with self._turn:
            connection = self._up()
            connection.patience = patience
            try:
                return work(connection)
            except psycopg.Error as wrong:
                if not connection.closed:
                    raise failed(wrong, self._target) from None
                self._down()
                if not repeat:
                    raise failed(wrong, self._target) from None
            return self._run(work, patience, repeat=False)

    def _up(self) -> Bounded:
        """A connection that the server had not closed a moment ago."""
        if self._connection is not None and (self._connection.closed or _spoke(self._connection)):
            self._down()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _down(self) -> None:
        self._end()
        self._connection = None

    def _connect(self) -> Bounded:
        try:
            # Prepared statements save little here, and what pools connections may lose them.
            connection = Bounded.connect(self._target.conninfo, autocommit=True, prepare_threshold=None)
        except psycopg.Error as wrong:
            raise refused(wrong, self._target) from None
        self._end = weakref.finalize(self, connection.close)
        try:
            self._greet(connection)
        except psycopg.Error as wrong:
            self._end()
            raise failed(wrong, self._target) from None
        except StoreError:
            self._end()
            raise
        return connection

    def _greet(self, connection: Bounded) -> None:
        row = connection.execute(_GREETING, {"schema": self._target.schema}).fetchone()
        assert row is not None
        if row[0] is False:
            raise may_not_look(self._target)
        self._version = installed(connection)
        self._tables.check(self._version, self._target.schema)


_GREETING = """
select
    (select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = %(schema)s),
    set_config('search_path', quote_ident(%(schema)s), false),
    set_config('timezone', 'UTC', false),
    set_config('lock_timeout', '5s', false),
    set_config('statement_timeout', '60s', false),
    set_config('idle_in_transaction_session_timeout', '15s', false),
    case current_setting('synchronous_commit')
        when 'off' then set_config('synchronous_commit', 'on', false)
    end
"""
# The right to the schema is asked for: without it a schema on the search path is passed over, and what is
# recorded would look like nothing. What is acknowledged must survive a crash of the server, so a server that
# acknowledges early is told not to. A client that dies within a transaction holds its rows 15 s at most.


def _spoke(connection: Bounded) -> bool:
    """Whether the server has sent something unasked: that it ended the connection, in all likelihood."""
    return bool(select.select([connection.fileno()], [], [], 0)[0])
