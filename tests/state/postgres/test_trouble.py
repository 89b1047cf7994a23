from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from mlinfra.state.postgres.target import read_target
from mlinfra.state.postgres.trouble import failed, refused

TARGET = read_target(
    {"host": "db", "database": "infra", "user": "ana", "password": "geheim", "schema": "mlinfra"}, "churn"
)
HEAD = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "summary", "hint"),
    [
        (
            'FATAL:  database "infra" does not exist',
            "there is no database infra on db:5432",
            "createdb -h db -p 5432",
        ),
        ('FATAL:  role "ana" does not exist', "there is no role ana on db:5432", "createuser -h db -p 5432"),
        (
            'FATAL:  password authentication failed for user "ana"',
            "db:5432 does not take the password of ana",
            "PGPASSWORD",
        ),
        ("fe_sendauth: no password supplied", "db:5432 does not take the password of ana", "PGPASSWORD"),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "ana", database "infra", no encryption',
            "db:5432 lets ana not connect to infra from here",
            "pg_hba.conf",
        ),
        (
            'FATAL:  permission denied for database "infra"',
            "ana may not connect to the database infra",
            'grant connect on database "infra" to "ana";',
        ),
        (
            "FATAL:  the database system is starting up",
            "the PostgreSQL server db:5432 is starting or stopping",
            "Wait",
        ),
        (
            "FATAL:  sorry, too many clients already",
            "the PostgreSQL server db:5432 has no connection left",
            "max_connections",
        ),
        (
            "server does not support SSL, but SSL was required",
            "no encrypted connection to db:5432: server does not support SSL, but SSL was required",
            "sslmode",
        ),
        (
            "Connection refused",
            "the PostgreSQL server db:5432 cannot be reached: Connection refused",
            "pg_isready -h db -p 5432",
        ),
        (
            "FATAL:  was weiß ich geheim",
            "no connection to db:5432: was weiß ich (sensitive)",
            "psql -h db -p 5432",
        ),
    ],
)
def test_a_refusal_says_what_is_missing_and_what_makes_it(said: str, summary: str, hint: str) -> None:
    found = refused(psycopg.OperationalError(f"{HEAD}{said}\n\tIs the server running?"), TARGET)
    assert found.summary == summary
    assert hint in found.hint


def test_a_name_that_leads_nowhere() -> None:
    found = refused(psycopg.OperationalError("[Errno -2] Name or service not known"), TARGET)
    assert "cannot be reached: [Errno -2] Name or service not known" in found.summary


@pytest.mark.parametrize(
    ("wrong", "summary", "hint"),
    [
        (
            errors.InsufficientPrivilege("permission denied for table state"),
            "ana lacks a right",
            "grant usage",
        ),
        (errors.ReadOnlySqlTransaction("cannot execute INSERT"), "db:5432 takes no changes", "primary"),
        (errors.LockNotAvailable(""), "somebody else is changing what is recorded of churn", "again"),
        (errors.QueryCanceled("canceling statement"), "did not answer in time", "pg_stat_activity"),
        (errors.DiskFull("could not extend file"), "the disk of db:5432 is full", "room"),
        (errors.UndefinedTable('relation "state"'), "tables are missing in the schema mlinfra", "backup"),
        (
            psycopg.OperationalError("server closed the connection"),
            "is lost: server closed the connection",
            "pg_isready",
        ),
        (
            errors.DivisionByZero("division by zero, geheim"),
            "division by zero, (sensitive)",
            "postgresql://db:5432/infra",
        ),
    ],
)
def test_a_failure_says_what_to_do(wrong: psycopg.Error, summary: str, hint: str) -> None:
    found = failed(wrong, TARGET)
    assert summary in found.summary
    assert hint in found.hint
    assert "geheim" not in found.summary + found.hint
