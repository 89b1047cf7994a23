from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from mlinfra.state.postgres.store import PostgresStore
from mlinfra.state.postgres.target import read_target
from tests.servers.postgres import PostgresServer, running

_numbers = itertools.count(1)

OpenStore: TypeAlias = Callable[..., PostgresStore]


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """One that stays up: what stops it uses its own."""
    with running() as server:
        yield server


@pytest.fixture
def schema() -> str:
    """A name that nobody has used before."""
    return f"mlinfra_{next(_numbers)}"


@pytest.fixture
def open_store(server: PostgresServer, schema: str) -> OpenStore:
    """Makes handles on the rows of the stack ``churn``, the administrator's unless settings say otherwise."""

    def make(**other: Any) -> PostgresStore:
        given = {key: other.pop(key) for key in ("clock", "tables") if key in other}
        return PostgresStore(read_target({"url": server.url(), "schema": schema, **other}, "churn"), **given)

    return make
