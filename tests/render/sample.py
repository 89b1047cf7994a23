"""Small plans made by hand."""

from __future__ import annotations

from typing import Any

from mlinfra.model.address import parse_address
from mlinfra.model.plan import Action, AttributeChange, Change, Delta, Op, Plan, RefreshInfo, Step
from mlinfra.render import terminal
from mlinfra.render.view import view

CANARY = "hunter2-canary"


def changed(key: str, before: Any, after: Any, **more: Any) -> AttributeChange:
    return AttributeChange(tuple(key.split(".")), Delta.CHANGED, before, after, **more)


def added(key: str, after: Any) -> AttributeChange:
    return AttributeChange(tuple(key.split(".")), Delta.ADDED, None, after)


def removed(key: str, before: Any) -> AttributeChange:
    return AttributeChange(tuple(key.split(".")), Delta.REMOVED, before, None)


def released(key: str, before: Any) -> AttributeChange:
    return AttributeChange(tuple(key.split(".")), Delta.RELEASED, before, None)


def change(address: str, action: Action, *attributes: AttributeChange, **more: Any) -> Change:
    where = parse_address(address)
    if action not in (Action.CREATE, Action.FORGET):
        more.setdefault("before", {})
    return Change(where, where.type, "azure", action, attributes=attributes, **more)


def step(address: str, op: Op, *after: str, **more: Any) -> Step:
    return Step(f"{op.value}:{address}", parse_address(address), op, after, **more)


def plan(*changes: Change, **more: Any) -> Plan:
    more.setdefault(
        "steps", tuple(Step(str(c.address), c.address, Op.UPDATE, seconds=c.seconds) for c in changes)
    )
    more.setdefault("context", {"cloud": "simulator", "location": "westeurope"})
    more.setdefault("refresh", RefreshInfo(9, 0.3, 17))
    return Plan("churn-dev", "a-lineage", 4, "0.1.0", changes, **more)


def shown(plan: Plan, width: int = 100) -> str:
    """The plan as it is printed."""
    return terminal.plan(view(plan)).plain(width)


def body(*changes: Change, width: int = 100, **more: Any) -> str:
    """What is printed of the resources: without heading and footer."""
    text = shown(plan(*changes, **more), width)
    return text.split("\n\n", 1)[1].rsplit("\n\n", 1)[0] + "\n"


def attribute(*attributes: AttributeChange, width: int = 100) -> str:
    """The lines of these attributes in an update, less the indentation that all of them have."""
    lines = body(change("compute.cpu", Action.UPDATE, *attributes), width=width).splitlines()[1:]
    assert all(line.startswith("      ") for line in lines)
    return "".join(line[6:] + "\n" for line in lines)


def golden(text: str) -> str:
    """Expected text, less the eight columns that it is indented by in a test."""
    lines = text.removesuffix(" " * 8).splitlines()
    assert all(not line or line.startswith(" " * 8) for line in lines)
    return "".join(line[8:] + "\n" for line in lines)
