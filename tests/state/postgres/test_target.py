from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from mlinfra.state.postgres.target import Target, read_target


def target(**settings: object) -> Target:
    return read_target({"schema": "mlinfra", **settings}, "churn")


@pytest.fixture(autouse=True)
def no_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", "ana")


def test_settings_are_what_libpq_is_told() -> None:
    found = target(host="db", port=5433, database="infra", user="bob", password="p w'", sslmode="verify-full")
    said = conninfo_to_dict(found.conninfo)
    assert {key: said[key] for key in ("host", "port", "dbname", "user", "password", "sslmode")} == {
        "host": "db",
        "port": "5433",
        "dbname": "infra",
        "user": "bob",
        "password": "p w'",
        "sslmode": "verify-full",
    }


def test_what_is_left_out_is_left_to_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "from-environment")
    monkeypatch.setenv("PGPASSWORD", "geheim")
    found = target(database="infra")
    assert not conninfo_to_dict(found.conninfo).keys() & {"host", "password", "user", "port"}
    assert (found.host, found.port, found.user) == ("from-environment", "5432", "ana")
    assert found.secrets == ("geheim",)


@pytest.mark.parametrize(
    ("settings", "where", "options"),
    [
        ({}, "postgresql:///ana", "-p 5432"),
        ({"host": "db"}, "postgresql://db:5432/ana", "-h db -p 5432"),
        (
            {"url": "postgresql://eve:x@db.example:6432/infra?sslmode=require"},
            "postgresql://db.example:6432/infra",
            "-h db.example -p 6432",
        ),
        (
            {"url": "host=/run/pg dbname='my data'"},
            "postgresql://%2Frun%2Fpg:5432/my%20data",
            "-h /run/pg -p 5432",
        ),
        ({"url": "postgresql://a:1,b:2/infra"}, "postgresql://a,b/infra", "-h a,b -p 1,2"),
        ({"url": "postgresql://[::1]/infra"}, "postgresql://[::1]:5432/infra", "-h ::1 -p 5432"),
    ],
)
def test_places_are_named_without_who_and_how(settings: dict[str, str], where: str, options: str) -> None:
    found = target(**settings)
    hash_of = f"{where}#mlinfra.churn"
    assert (found.where(), found.where("/journal/3")) == (hash_of, f"{hash_of}/journal/3")
    assert found.options == options


def test_a_stack_may_have_another_name_there() -> None:
    assert target(name="team/churn", schema="infra").where().endswith("#infra.team/churn")


def test_nobody_waits_long_unless_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = "connect_timeout"
    assert conninfo_to_dict(target().conninfo)[wait] == "5"
    assert conninfo_to_dict(target(url="postgresql://db?connect_timeout=30").conninfo)[wait] == "30"
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "60")
    assert wait not in conninfo_to_dict(target().conninfo)


@pytest.mark.parametrize(
    "settings",
    [
        {"password": "p@ss/wört"},
        {"url": "postgresql://ana:p%40ss%2Fw%C3%B6rt@db/infra"},
    ],
)
def test_secrets_are_in_nothing_that_is_said(settings: dict[str, str]) -> None:
    found = target(**settings)
    assert "p@ss" not in repr(found)
    assert "p%40ss" not in repr(found)
    said = found.scrub('could not parse "postgresql://ana:p%40ss%2Fw%C3%B6rt@db" (p@ss/wört)')
    assert said == 'could not parse "postgresql://ana:(sensitive)@db" ((sensitive))'
