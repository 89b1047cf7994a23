"""What ``--json`` of plan, apply and destroy prints a line each, on the way to a plan and after it.

Every line is one JSON object with a ``type``; `event_schema` is their schema. Those of an apply's steps are
`events.as_json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from mlinfra import __version__
from mlinfra.model.diagnostic import Diagnostic, Severity
from mlinfra.model.event import Looked, Settled
from mlinfra.model.plan import Action, Plan
from mlinfra.model.state import LockInfo
from mlinfra.render import json
from mlinfra.render.events import as_json
from mlinfra.render.findings import FindingsView, Told
from mlinfra.render.view import counted, duration

FORMAT_VERSION = "1.0"

Line: TypeAlias = dict[str, Any]


def version(command: str) -> Line:
    """The first line: who speaks, and what the lines are like."""
    return {"type": "version", "format_version": FORMAT_VERSION, "mlinfra": __version__, "command": command}


def reading(folder: str) -> Line:
    """The stack in this folder is being read."""
    return {"type": "reading", "folder": folder}


def taken_over(before: LockInfo) -> Line:
    """The lock of somebody who neither renewed it nor let it go."""
    return {
        "type": "taken_over",
        "owner": before.owner,
        "host": before.host,
        "command": before.command,
        "since": before.since.isoformat(),
    }


def looked(event: Looked) -> Line:
    """What is found while a plan is made: open steps of an earlier command, how far the look is."""
    if isinstance(event, Settled):
        return as_json(event)
    return {"type": "refreshing", "read": event.read, "resources": event.resources}


def planned(plan: Plan, judged: FindingsView, failing: Sequence[Diagnostic]) -> Iterator[Line]:
    """A plan: what it does, a line each; then what is wrong, and the whole as its last line.

    ``failing`` are the checks that refuse it.
    """
    changes = {change.address: change for change in plan.changes}
    for drift in plan.drift:
        found = json.resource_drift(drift, changes.get(drift.address))
        yield {"type": "resource_drift", "drift": found}
    for change in plan.changes:
        if change.action is not Action.NO_OP:
            yield {"type": "planned_change", "change": json.resource_change(change)}
    for output in plan.outputs:
        if output.action is not Action.NO_OP:
            yield {"type": "output_change", "name": output.name, "change": json.output_change(output)}
    for told in judged.findings:
        yield {"type": "finding", "finding": json.finding(told)}
    wrong = [*map(json.diagnostic, [*plan.warnings, *failing]), *map(_refusal, judged.refused)]
    if wrong:
        yield _diagnostics(wrong)
    counts = {**asdict(counted(plan.changes)), "drift": len(plan.drift), "seconds": duration(plan)}
    yield {"type": "planned", "summary": counts, "plan": json.plan(plan, judged)}


def diagnostics(found: Sequence[Diagnostic]) -> Line:
    """Messages: errors and warnings."""
    return _diagnostics([json.diagnostic(each) for each in found])


def _diagnostics(told: Sequence[Mapping[str, Any]]) -> Line:
    return {"type": "diagnostics", **json.messages(told)}


def _refusal(told: Told) -> dict[str, Any]:
    """What refuses a plan, as the message that it is."""
    message = {
        "severity": Severity.ERROR.value,
        "code": told.code,
        "summary": told.summary,
        "detail": told.mend,
    }
    if told.address:
        message["address"] = told.address
    return {**message, "range": json.place(told.position)} if told.position else message
