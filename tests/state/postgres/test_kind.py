from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlinfra.engine.settings import backend_settings
from mlinfra.model.configuration import Backend
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.source import Node, Position, SourceFile
from mlinfra.state.api import Site, StoreError
from mlinfra.state.postgres import kind
from mlinfra.state.postgres.store import PostgresStore
from mlinfra.state.registry import kinds, load_kind
from mlinfra.testing.clocks import HandClock

PLACE = Position(SourceFile("mlinfra.yaml", "backend: {postgres: {}}"), 1, 11)


def backend(settings: dict[str, Any]) -> Backend:
    return Backend(
        "postgres", settings, Node({key: Node(value, PLACE) for key, value in settings.items()}, PLACE)
    )


def site(folder: Path) -> Site:
    return Site("churn", folder, folder, HandClock())


def test_it_comes_in_by_the_door_for_all() -> None:
    assert load_kind(backend({})) is kind
    assert kind in kinds()


def test_nothing_needs_to_be_set_and_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.nowhere.invalid")
    monkeypatch.setenv("PGDATABASE", "infra")
    settings = backend_settings(backend({}), kind.settings_schema)
    assert settings == {"schema": "mlinfra"}
    store = kind.open(settings, site(tmp_path))
    assert isinstance(store, PostgresStore)
    assert store.where() == "postgresql://db.nowhere.invalid:5432/infra#mlinfra.churn"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hots": "db"}, "unknown key `hots` in `postgres` of `backend`"),
        ({"port": "5432"}, "`port` of `postgres` of `backend` is text, it should be a whole number"),
        ({"port": 0}, "`port` of `postgres` of `backend` cannot be 0"),
        ({"schema": "My-Schema"}, '`schema` of `postgres` of `backend` cannot be "My-Schema"'),
        ({"sslmode": "always"}, '`sslmode` of `postgres` of `backend` cannot be "always"'),
        ({"url": "postgresql://db/infra", "user": "ana"}, "has `url` and `user`, which exclude each other"),
        ({"password": 12345}, "`password` of `postgres` of `backend` is a whole number, it should be text"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(MlinfraError) as wrong:
        backend_settings(backend(settings), kind.settings_schema)
    (found,) = wrong.value.diagnostics
    assert said in found.summary
    assert "12345" not in found.summary + found.detail


def test_without_psycopg_it_says_how_to_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path\n"
        "from mlinfra.model.configuration import Backend\n"
        "from mlinfra.state.api import Site, StoreError\n"
        "from mlinfra.state.postgres import kind\n"
        "try:\n    kind.open({'schema': 'mlinfra'}, Site('churn', Path(), Path(), None))\n"
        "except StoreError as wrong:\n    print(wrong.summary, wrong.hint, sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "a state in PostgreSQL needs psycopg, which is not installed or finds no libpq",
        "Install it beside mlinfra:  pip install 'mlinfra[postgres]'",
    ]


def test_to_know_the_kind_takes_no_psycopg() -> None:
    code = "import sys, mlinfra.state.postgres; print('psycopg' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"


def test_a_url_that_is_none_is_not_quoted(tmp_path: Path) -> None:
    settings = {"url": "postgresql://ana:geheim@db:notaport:1/infra%zz", "schema": "mlinfra"}
    with pytest.raises(StoreError) as wrong:
        kind.open(settings, site(tmp_path))
    assert wrong.value.summary == "`url` of `postgres` is not a connection URL"
    assert wrong.value.__cause__ is None
    assert "geheim" not in wrong.value.summary + wrong.value.hint
