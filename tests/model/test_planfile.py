"""A saved plan comes back as it was, but for secrets, which do not come at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.model.address import parse_address
from mlinfra.model.check import CheckResult, Verdict, When
from mlinfra.model.diagnostic import Severity, warning
from mlinfra.model.plan import (
    Action,
    AttributeChange,
    Change,
    Delta,
    Drift,
    Join,
    Op,
    Options,
    OutputChange,
    Plan,
    Reason,
    Step,
)
from mlinfra.model.planfile import Malformed, decode_plan, encode_plan, hidden
from mlinfra.model.savedplan import SavedPlan, Trace
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown
from mlinfra.render import json as as_json
from mlinfra.render.view import view

CANARY = "canary-7f3e"
CPU = parse_address("compute.cpu")
ANA = parse_address('module.ws["a"].role_assignment.team["ana"]')
PLACE = Position(SourceFile("mlinfra.yaml", f"password: {CANARY}\n"), 1, 11, 6)

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(allow_nan=False)
marks = (
    st.builds(Unknown, st.text(), st.booleans())
    | st.builds(LocalPath, st.text(), st.just(""), st.text(), st.booleans())
    | st.just(Redacted(""))
)
values = st.recursive(
    scalars.filter(lambda v: v not in (float("inf"), float("-inf"))) | marks,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def plan(after: Any = None) -> Plan:
    attrs = {"size": "small", "key": Sensitive(CANARY), "$odd": 1, "id": Unknown("${x.y.id}", True)}
    change = Change(
        CPU,
        "compute",
        "azure",
        Action.DELETE_CREATE,
        "/cpu",
        Reason.IMMUTABLE,
        {"size": "large", "key": Redacted("0123abcd")},
        attrs if after is None else after,
        (
            AttributeChange(("size",), Delta.CHANGED, "large", "small", True),
            AttributeChange(("key",), Delta.CHANGED, Redacted("0123abcd"), Sensitive(CANARY)),
            AttributeChange(("wait", 0), Delta.ADDED, None, 30, unit="s"),
        ),
        loses=(ANA,),
        unmanaged=("/cpu/x",),
        data_loss="files",
        position=PLACE,
        seconds=60.0,
    )
    return Plan(
        "churn",
        "lineage",
        4,
        "0.1.0",
        (change, Change(ANA, "role_assignment", "azure", Action.NO_OP)),
        (Step("delete:compute.cpu", CPU, Op.DELETE), Step("create:compute.cpu", CPU, Op.CREATE, ("j",))),
        (Join("j", ("delete:compute.cpu",)),),
        (Drift(CPU, "compute", "/cpu", (AttributeChange(("tags", "a"), Delta.ADDED, None, "b"),)),),
        (OutputChange("url", Action.UPDATE, "a", Sensitive(CANARY)),),
        (warning("MLI-X-001", "odd", "Look.", PLACE, CPU, ("size",)),),
        {"cloud": "simulator"},
        checks=(
            CheckResult(CPU, "", When.AFTER, Verdict.UNKNOWN, Severity.ERROR, PLACE, needs="self.id"),
            CheckResult(None, "small", When.END, Verdict.FAIL, Severity.WARNING, PLACE, "Too large."),
        ),
    )


def saved(of: Plan) -> SavedPlan:
    return SavedPlan(
        of,
        "stacks/churn",
        Options(targets=(CPU,), only=frozenset({CPU})),
        {"compute.cpu": "abc"},
        datetime(2026, 5, 4, 12, tzinfo=UTC),
        "ana on laptop",
        "1a2b3c4",
        {"team": "risk", "sizes": ["a"]},
        ("password",),
        Trace("00ff", "aa"),
    )


def test_what_is_read_shows_what_was_written() -> None:
    before = plan()
    after = decode_plan(encode_plan(saved(before))).plan
    assert view(after) == view(before)
    assert as_json.plan(after) == as_json.plan(before)
    assert list(after.changes[0].after or {}) == ["size", "key", "$odd", "id"]
    assert (after.steps, after.joins, after.context) == (before.steps, before.joins, before.context)


def test_all_else_comes_back_too() -> None:
    given = saved(Plan("churn", "lineage", 4, "0.1.0"))
    found = decode_plan(encode_plan(given))
    assert replace(found, digest="") == given
    assert found.digest == json.loads(encode_plan(given))["checksum"]
    assert encode_plan(found) == encode_plan(given)


def test_no_secret_and_no_line_of_a_file_gets_in() -> None:
    data = encode_plan(saved(plan()))
    assert CANARY.encode() not in data
    assert b"0123abcd" not in data
    position = decode_plan(data).plan.changes[0].position
    assert position is not None
    assert (str(position), position.length, position.source.text) == ("mlinfra.yaml:1:11", 6, "")


@given(st.dictionaries(st.text(), values, max_size=4))
def test_values_come_back_with_their_marks(attrs: dict[str, Any]) -> None:
    found = decode_plan(encode_plan(saved(plan(attrs)))).plan.changes[0].after
    assert found == hidden(attrs)


def test_every_changed_byte_is_noticed() -> None:
    data = encode_plan(saved(Plan("churn", "lineage", 4, "0.1.0")))
    for at in range(len(data) - 1):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            found = decode_plan(other)
        except Malformed:
            continue
        # Only the name of the tool in the head is outside of the checksum: it is for messages.
        assert found == decode_plan(data), at


@pytest.mark.parametrize("keep", [0, 1, 20, 100])
def test_a_file_that_was_cut_off(keep: int) -> None:
    with pytest.raises(Malformed):
        decode_plan(encode_plan(saved(plan()))[:keep])


@pytest.mark.parametrize(("number", "newer"), [(2, True), (0, False)])
def test_another_format(number: int, newer: bool) -> None:
    document = json.loads(encode_plan(saved(plan())))
    document["mlinfra_plan"] = number
    document["unheard"] = "of"
    with pytest.raises(Malformed, match=f"in format {number}") as wrong:
        decode_plan(json.dumps(document).encode())
    assert wrong.value.newer is newer
