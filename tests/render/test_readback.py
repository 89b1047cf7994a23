"""A plan's JSON read back is the plan again, as far as rules look at it; what is none is refused in words."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mlinfra.model.encoding import Malformed
from mlinfra.model.plan import Change, Plan
from mlinfra.model.policy import Judgement
from mlinfra.model.value import Redacted, Sensitive, Unknown, has_unknown, transform
from mlinfra.render import json, readback
from mlinfra.render.findings import findings
from mlinfra.render.stream import planned
from tests.render.test_plan_schema import PLANS


def text(plan: Plan) -> bytes:
    return msgspec.json.encode(json.plan(plan))


def read(data: bytes) -> Plan:
    found = readback.document(data)
    assert found is not None
    return readback.plan(found)


def known(value: Any) -> Any:
    """The value with marks that say no more than JSON does."""

    def leaf(one: Any) -> Any:
        if isinstance(one, Unknown):
            return Unknown(sensitive=one.sensitive)
        return Redacted("") if isinstance(one, Sensitive | Redacted) else one

    return transform(value, leaf)


def bare(change: Change) -> Change:
    """As far as its JSON tells it."""
    return replace(
        change, before=known(change.before), after=known(change.after), attributes=(), notes=(), retires=()
    )


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_comes_back(name: str) -> None:
    plan = PLANS[name]
    again = read(text(plan))
    assert [replace(one, attributes=()) for one in again.changes] == [bare(one) for one in plan.changes]
    assert (again.stack, again.serial, again.destroy) == (plan.stack, plan.serial, plan.destroy)
    assert [(one.id, one.op, one.after) for one in again.steps] == [
        (one.id, one.op, one.after) for one in plan.steps
    ]
    assert again.joins == plan.joins
    # What was recorded of an output is never unknown.
    recorded = [one for one in plan.outputs if not has_unknown(one.before)]
    assert [one for one in again.outputs if one.name in {each.name for each in recorded}] == [
        replace(one, before=known(one.before), after=known(one.after)) for one in recorded
    ]
    assert text(again).count(b"resource_changes") == 1


def test_what_is_written_again_is_the_same() -> None:
    plan = PLANS["UPDATE"]
    assert json.plan(read(text(plan)))["resource_changes"] == json.plan(plan)["resource_changes"]
    forced = read(text(PLANS["DELETE_CREATE"])).changes[0]
    assert any(attribute.path == ("a",) for attribute in forced.attributes)


def test_a_stream_of_events_has_it_in_one_of_its_lines() -> None:
    lines = [msgspec.json.encode(line) for line in planned(PLANS["UPDATE"], findings(Judgement()), ())]
    assert lines[-1].startswith(b'{"type":"planned",')
    assert read(b"\n".join([*lines, b'{"type":"summary"}'])) == read(text(PLANS["UPDATE"]))


HALF = text(PLANS["empty"])[:-9]


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"no json", b'{"mlinfra_plan":1}', HALF])
def test_what_has_no_plan_has_none(data: bytes) -> None:
    assert readback.document(data) is None


def test_a_plan_of_terraform_is_told_for_what_it_is() -> None:
    with pytest.raises(Malformed, match="a plan of Terraform"):
        read(b'{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": []}')


def test_a_later_format_is_told_as_one() -> None:
    later = msgspec.json.encode({**json.plan(PLANS["empty"]), "format_version": "2.0"})
    with pytest.raises(Malformed, match=r"made in format 2\.0") as wrong:
        read(later)
    assert wrong.value.newer


def alterations(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    if at:
        yield at
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from alterations(item, (*at, key))


@pytest.mark.parametrize("name", ["DELETE_CREATE", "risks", "outputs", "steps", "keys"])
@pytest.mark.parametrize("instead", [None, 7, "x[", [], {"surplus": True}])
def test_whatever_is_altered_it_is_read_or_refused_in_words(name: str, instead: Any) -> None:
    document = msgspec.json.decode(text(PLANS[name]))
    refused = 0
    for place in alterations(document):
        altered = copy.deepcopy(document)
        target = altered
        for part in place[:-1]:
            target = target[part]
        target[place[-1]] = instead
        try:
            readback.plan(altered)
        except Malformed:
            refused += 1
    assert refused > 10
