"""Purging telemetry of a component: taken, and done after a while. There is no telemetry here.

Wire facts: the REST specification 2020-02-02 (an ``operationId``, and a status that is pending or
completed); documentation personal-data-mgmt: a purge may take days.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Action, Polling, StatusUrl
from mlinfra.simulator.shapes import Anything, Items, Object, Text
from mlinfra.simulator.store import Operation, Resource, copy
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import DAY, Call, operation_path


def _lacking(path: str) -> ArmError:
    """Status and code are assumed; that the keys are required is the specification's."""
    return ArmError(400, "BadRequest", f"The purge needs '{path}'.", target=path)


_FILTER = Object({"column": Text(), "operator": Text(), "value": Anything(), "key": Text()})

_BODY = Object({"table": Text(), "filters": Items(_FILTER)}, required=("table", "filters"), refuse=_lacking)


def _status(operation: Operation, status: str) -> dict[str, Any]:
    return {"status": "completed" if status == "Succeeded" else "pending"}


_STATUS = StatusUrl(path="{resource}/operations/{operation}", render=_status)

POLLING = Polling(name="insights.purge", status=_STATUS, operation="purge-{guid}")


def _purge(call: Call, component: Resource) -> Answer:
    """202 with the operation's name; where to ask is a header of its own."""
    _BODY.read(call.object(), "")
    accept = Accept(status=202, seconds=2 * DAY)
    operation = call.begin(copy(component), "purge", accept, polling=POLLING)
    where = call.url(operation_path(_STATUS.path, operation))
    return Answer(202, {"operationId": operation.id}, {"x-ms-status-location": where})


PURGE = Action(handler=_purge, polling=POLLING, short="there is no telemetry that could go")
