"""The published schema of plans: what we write is valid by it, and nothing is that we do not write."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.address import Address
from mlinfra.model.check import CheckResult, Verdict, When
from mlinfra.model.diagnostic import Severity, Via, warning
from mlinfra.model.plan import (
    Action,
    AttributeChange,
    Delta,
    Drift,
    Join,
    Op,
    OutputChange,
    Plan,
    Reason,
    Risk,
    Step,
    Threat,
)
from mlinfra.model.policy import Exemption, Finding, Judgement, Level
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Redacted, Sensitive, Unknown
from mlinfra.render import json
from mlinfra.render.findings import findings
from mlinfra.render.plan_schema import plan_schema
from tests.render.sample import added, change, changed, plan

SCHEMA = plan_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
AT = Position(SourceFile("mlinfra.yaml", ""), 3, 5)
MIXED = {"a": Unknown("x.y"), "b": [Sensitive("s"), {"c": Unknown("z", sensitive=True)}], "d": Redacted("h")}


def plans() -> Iterator[tuple[str, Plan]]:
    for action in Action:
        made = change(
            "t.n", action, changed("k", 1, 2, forces_replacement=action.replaces), after=MIXED, id="/x"
        )
        yield action.name, plan(made)
    for reason in Reason:
        gone = change("t.n", Action.DELETE, reason=reason, loses=(Address("a", "b"),), unmanaged=("/y",))
        yield f"reason {reason.name}", plan(gone)
    yield "empty", plan(steps=())
    yield "nowhere", plan(change("module.a.t.n", Action.CREATE, added("k", 1), id=None, after={}, seconds=3))
    yield "keys", plan(change('t.n["a"]', Action.CREATE, after={}), change("t.m[0]", Action.CREATE, after={}))
    risks = tuple(Risk(threat, ("a", 0), certain=False) for threat in Threat)
    yield "risks", plan(change("t.n", Action.UPDATE, risks=risks))
    missing = Drift(Address("t", "m"), "t", "/m", deleted=True)
    drifted = (AttributeChange(("k", "l"), Delta.CHANGED, 1, Sensitive(2)),)
    yield "drift", plan(drift=(Drift(Address("t", "n"), "t", "/n", drifted), missing))
    values = (None, 1, "x", [1], MIXED, Sensitive("x"), Unknown("u"))
    actions = (Action.CREATE, Action.UPDATE, Action.DELETE, Action.NO_OP)
    outputs = [OutputChange(f"{a.name}{n}", a, v, v) for a in actions for n, v in enumerate(values)]
    yield "outputs", plan(outputs=tuple(outputs))
    steps = tuple(Step(op.value, Address("t", "n"), op, ("join",), "delete") for op in Op)
    yield "steps", plan(steps=steps, joins=(Join("join", ()),), destroy=True)
    told = warning("W-1", "x", "y", AT, Address("t", "n"), ("a", 0))
    yield "warnings", plan(warnings=(told, replace(told, via=(Via("module.a", AT),))))
    checks = [
        CheckResult(address, name, When.END, verdict, Severity.ERROR, AT, "m", "")
        for verdict in Verdict
        for address, name in ((None, verdict.value), (Address("t", verdict.value, 1), ""))
    ]
    yield "checks", plan(checks=tuple(checks))


PLANS = dict(plans())


def written(made: Plan, judged: Judgement | None = None) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(json.plan(made, findings(judged) if judged else None))
    )
    return found


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_is_valid(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(written(PLANS[name]))] == []


def test_what_rules_find_is_valid() -> None:
    let = Exemption("X-1", Address("t", "n"), "ana", "soon", date(2026, 12, 1), AT)
    told = (
        Finding("X-1", Level.ERROR, "s", Address("t", "n"), ("a",), AT, refuses=True),
        Finding("X-1", Level.ERROR, "s", exemption=let),
        *(Finding("X-2", level, "s") for level in Level),
        Finding("X-3", Level.WARNING, "s", unsure=True),
    )
    document = written(PLANS["CREATE"], Judgement(told))
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    assert len(document["mlinfra"]["policy"]["findings"]) == len(told)


def ours(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where objects stand whose keys are ours: none within values of users and services."""
    open_ = {
        "before",
        "after",
        "values",
        "sensitive_values",
        "before_sensitive",
        "after_sensitive",
        "after_unknown",
    }
    if isinstance(value, dict):
        if at[-1:] not in (("context",), ("joins",), ("outputs",), ("output_changes",)):
            yield at
        for key, item in value.items():
            if key not in open_ and key != "value":
                yield from ours(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ours(item, (*at, index))


@pytest.mark.parametrize("name", ["CREATE", "checks", "steps", "drift", "warnings", "risks"])
def test_a_key_too_many_is_refused_wherever_keys_are_ours(name: str) -> None:
    document = written(PLANS[name])
    places = list(ours(document))
    assert len(places) > 5
    for place in places:
        altered = copy.deepcopy(document)
        target = altered
        for part in place:
            target = target[part]
        target["surplus"] = 1
        assert not VALIDATOR.is_valid(altered), place
