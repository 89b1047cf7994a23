"""What PostgreSQL and libpq say, in our words: what is missing, and the command that makes it."""

from __future__ import annotations

import re
from typing import TypeAlias

import psycopg
from psycopg import errors

from mlinfra.state.api import StoreError
from mlinfra.state.postgres.target import Target

_Words: TypeAlias = tuple[str, str, str]

# A server's refusal to let someone in has no SQLSTATE in libpq's hands, only words. What is not found here
# (a server may speak another language) is told as it is.
_REFUSALS: tuple[_Words, ...] = (
    (
        r'database ".*" does not exist',
        "there is no database {database} on {server}",
        "Make it:  createdb {options} {database}",
    ),
    (
        r'role ".*" does not exist',
        "there is no role {user} on {server}",
        "Make it:  createuser {options} --login {user}",
    ),
    (
        r"password authentication failed|no password supplied|empty password",
        "{server} does not take the password of {user}",
        "Give the right one in PGPASSWORD, in ~/.pgpass or as `password`; a new one is set in psql with "
        "\\password {user}",
    ),
    (
        r"pg_hba\.conf",
        "{server} lets {user} not connect to {database} from here",
        "The server's pg_hba.conf needs a line for this role, this address and this kind of encryption.",
    ),
    (
        r"permission denied for database",
        "{user} may not connect to the database {database}",
        'Allow it:  grant connect on database "{database}" to "{user}";',
    ),
    (
        r"starting up|shutting down|recovery mode|not accepting connections",
        "the PostgreSQL server {server} is starting or stopping",
        "Wait a moment, then run the command again.",
    ),
    (
        r"too many (clients|connections)|remaining connection slots",
        "the PostgreSQL server {server} has no connection left",
        "End what need not be connected, or raise max_connections.",
    ),
    (
        r"(?i)\bSSL\b|\bTLS\b|certificate",
        "no encrypted connection to {server}: {said}",
        "`sslmode` says what is asked of it; verify-full needs the certificate of its authority in "
        "~/.postgresql/root.crt or PGSSLROOTCERT.",
    ),
    (
        r"(?i)refused|no such file|timeout|timed out|could not translate|to resolve|not known|"
        r"no route|unreachable",
        "the PostgreSQL server {server} cannot be reached: {said}",
        "Is it running, and do host and port name it? Ask it:  pg_isready {options}",
    ),
)


def refused(wrong: psycopg.Error, target: Target) -> StoreError:
    """Why there is no connection."""
    said = _said(wrong, target)
    for pattern, summary, hint in _REFUSALS:
        if re.search(pattern, said):
            return StoreError(_fill(summary, target, said), _fill(hint, target, said))
    return StoreError(f"no connection to {target.server}: {said}", f"Try  psql {target.options}.")


def failed(wrong: psycopg.Error, target: Target) -> StoreError:
    """Why a statement was not carried out."""
    said = _said(wrong, target)
    for kind, summary, hint in _FAILURES:
        if isinstance(wrong, kind):
            return StoreError(_fill(summary, target, said), _fill(hint, target, said))
    return StoreError(f"PostgreSQL on {target.server}: {said}", f"Look at {target.where()}.")


def may_not_look(target: Target) -> StoreError:
    """The role has no right to the schema."""
    summary = f"{target.user} may not look into the schema {target.schema}"
    return StoreError(summary, _fill(_GRANT, target, ""))


def may_not_make(wrong: psycopg.Error, target: Target) -> StoreError:
    """The role has no right to make or to change the tables."""
    return StoreError(
        f"{target.user} may not make the tables in the schema {target.schema}: {_said(wrong, target)}",
        _fill(
            'Have somebody who may run  create schema "{schema}" authorization "{user}";  in the database '
            "{database}. Tables that are there are changed by the role that made them.",
            target,
            "",
        ),
    )


_GRANT = (
    'To look:  grant usage on schema "{schema}" to "{user}"; grant select on all tables in schema "{schema}" '
    'to "{user}";  and to apply:  grant select, insert, update, delete on all tables in schema "{schema}" '
    'to "{user}";'
)

_FAILURES: tuple[tuple[type[psycopg.Error], str, str], ...] = (
    (errors.InsufficientPrivilege, "{user} lacks a right in the schema {schema}: {said}", _GRANT),
    (
        errors.ReadOnlySqlTransaction,
        "{server} takes no changes: {said}",
        "It may be a standby: name the primary server as `host`.",
    ),
    (
        errors.LockNotAvailable,
        "somebody else is changing what is recorded of {stack} this moment",
        "Run the command again.",
    ),
    (
        errors.QueryCanceled,
        "the PostgreSQL server {server} did not answer in time",
        "Look what it is busy with:  select * from pg_stat_activity;",
    ),
    (errors.DiskFull, "the disk of {server} is full", "Make room there."),
    (
        errors.UndefinedTable,
        "tables are missing in the schema {schema}: {said}",
        "Restore them from a backup; or drop the schema, and with it all that was recorded in it.",
    ),
    (
        psycopg.OperationalError,
        "the connection to the PostgreSQL server {server} is lost: {said}",
        "Is it running? Ask it:  pg_isready {options}",
    ),
)


def _said(wrong: psycopg.Error, target: Target) -> str:
    """The one line that tells most, without a secret and without what libpq tried before it."""
    text = wrong.diag.message_primary or str(wrong)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(wrong).__name__]
    line = next((line for line in lines if re.search(r"failed: |FATAL: ", line)), lines[0])
    return target.scrub(re.sub(r"^.*(?:FATAL:\s+|failed: )", "", line))


def _fill(text: str, target: Target, said: str) -> str:
    return target.scrub(
        text.format(
            said=said,
            server=target.server,
            options=target.options,
            database=target.database,
            user=target.user,
            schema=target.schema,
            stack=target.stack,
        )
    )
