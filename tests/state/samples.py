"""Entries and records that tests of this room share."""

from __future__ import annotations

from typing import Any

from mlinfra.model.address import Address, parse_address
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.state import Record

CPU = parse_address("compute.cpu")
LAB = parse_address("compute.lab")
ANA = parse_address('module.ws.role_assignment.team["ana"]')


def entry(
    kind: EntryKind, step: str = "s1", address: Address = CPU, op: Op = Op.CREATE, **more: Any
) -> Entry:
    """An entry that is complete for its kind."""
    given: dict[str, Any] = {"id": f"/{address}", "type": "compute", "provider": "azure"}
    if op not in (Op.DELETE, Op.FORGET):
        given["desired"] = {"size": "small"}
        if kind is EntryKind.DONE:
            given["observed"] = {"size": "small", "state": "ready"}
    return Entry(kind, step, address, op, **{**given, **more})


def record(address: Address = CPU, **more: Any) -> Record:
    """A record of what `entry` describes."""
    given: dict[str, Any] = {
        "id": f"/{address}",
        "type": "compute",
        "provider": "azure",
        "desired": {"size": "small"},
        "observed": {"size": "small", "state": "ready"},
    }
    return Record(address, **{**given, **more})
