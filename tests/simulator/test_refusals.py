"""Every row of the tables, sent at the simulator's door; and no kind without a row in every table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from conformance.fuzz.requests import KINDS
from conformance.fuzz.samples import SAMPLES, STANDING, Sample, sample
from mlinfra.simulator import Request, Response, Simulator
from mlinfra.simulator.bodies import overlay
from mlinfra.simulator.ids import parse
from tests.simulator.refusals import TABLES
from tests.simulator.refusals.row import BY_TYPE, Never, Refused

ROWS = [
    pytest.param(type_, row, id=f"{category}-{type_.partition('.')[2]}")
    for category, rows in TABLES.items()
    for type_, row in rows.items()
    if isinstance(row, Refused)
]


class World:
    """A simulator in which every sample can be made."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        for id in STANDING:
            self.make(sample(id))

    def send(
        self, method: str, id: str, version: str, body: bytes = b"", query: Mapping[str, str] | None = None
    ) -> Response:
        media = {"content-type": "application/json"} if body else {}
        words = {"api-version": version, **(query or {})}
        return self.simulator.handle(Request(method, id, words, media, body))

    def put(self, id: str, version: str, body: Mapping[str, Any]) -> None:
        answer = self.send("PUT", id, version, json.dumps(body).encode())
        assert answer.status < 300, answer.body
        self.simulator.advance(300)

    def make(self, one: Sample) -> None:
        self.put(one.id, one.version, one.body)

    def delete(self, one: Sample) -> None:
        assert self.send("DELETE", one.id, one.version, query=one.query).status < 300
        self.simulator.advance(300)


@pytest.fixture
def world() -> Iterator[World]:
    simulator = Simulator()
    yield World(simulator)
    simulator.close()


@pytest.mark.parametrize("category", TABLES)
def test_every_kind_has_a_row(category: str) -> None:
    assert set(TABLES[category]) == set(KINDS)


@pytest.mark.parametrize(("type_", "row"), ROWS)
def test_what_azure_refuses_is_refused(world: World, type_: str, row: Refused) -> None:
    one = BY_TYPE[type_]
    above = [other for other in SAMPLES if one.id.startswith(f"{other.id}/") and other.id not in STANDING]
    for other in [*above, *([one] if row.made else [])]:
        if other.id not in STANDING:
            world.make(other)
    for id, body in row.first:
        version = BY_TYPE[parse(id).type].version
        if body is None:
            world.delete(sample(id))
        else:
            world.put(id, version, body)
    sent = row.raw if row.raw is not None else json.dumps(overlay(dict(one.body), dict(row.over))).encode()
    answer = world.send(
        row.method, row.id or one.id, row.version or one.version, sent if row.method != "GET" else b""
    )
    error = answer.json()["error"]
    assert (answer.status, error["code"]) == (row.status, row.code), error["message"]
    assert error["message"]


@pytest.mark.parametrize(("type_", "row"), ROWS)
def test_a_refusal_says_who_says_so(type_: str, row: Refused) -> None:
    assert any(mark in row.source for mark in ("R:", "S:", "D:", "I:", "T:"))


@pytest.mark.parametrize(
    ("category", "type_", "why"),
    [(c, t, row.why) for c, rows in TABLES.items() for t, row in rows.items() if isinstance(row, Never)],
)
def test_what_is_not_refused_has_a_reason(category: str, type_: str, why: str) -> None:
    assert len(why) > 15
