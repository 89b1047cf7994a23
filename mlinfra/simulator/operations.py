"""Long operations: what is due is settled, what is asked for is answered."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.bodies import answer_body, fresh_etag
from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import ResultUrl, StatusUrl
from mlinfra.simulator.store import Operation
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import DAY, Call, World, operation_path

KEPT = DAY
"""Seconds for which a finished operation can still be asked for."""


def settle(world: World) -> None:
    """Write the effect of every operation whose time has come, in the order of their times."""
    for operation in world.store.due(world.now):
        now, world.now = world.now, operation.due
        try:
            _finish(world, operation)
        finally:
            world.now = now
    world.store.drop_operations(world.now - KEPT)


def _finish(world: World, operation: Operation) -> None:
    resource = world.store.get(operation.resource)
    if resource is not None and resource.operation != operation.id:
        resource = None  # a later write, or another resource of the same id: no longer ours
    kind = world.kinds.get(operation.type.lower())
    operation.settled = True
    if kind is not None and kind.finished is not None:
        try:
            kind.finished(world, operation, resource)
        except ArmError as error:
            operation.status, operation.error = "Failed", error.error()
    if resource is not None:
        if operation.verb == "delete" and operation.status == "Succeeded":
            world.remove(resource)
        else:
            resource.operation = ""
            resource.state = operation.data["done"] if operation.status == "Succeeded" else "Failed"
            if kind is not None:
                fresh_etag(world, kind, resource)
            world.store.put(resource)
    world.store.put_operation(operation)


def poll(call: Call, role: str) -> Answer:
    """Answer a status URL (``role`` status) or a result URL. Raises ArmError 404 for one nobody started."""
    operation = call.store.operation(call.path.name)
    polling = call.world.pollings.get(operation.polling) if operation is not None else None
    if operation is None or polling is None:
        raise _unknown(call)
    if (
        polling.status is not None
        and polling.result is not None
        and polling.status.path == polling.result.path
    ):
        # one path for both (ML workspaces, registries): the query says which is meant
        asked = all(call.query.get(key.lower()) == value for key, value in polling.status.query.items())
        role = "status" if asked else "result"
    where = polling.status if role == "status" else polling.result
    if where is None or operation_path(where.path, operation).lower() != call.path.text.lower():
        raise _unknown(call)
    if isinstance(where, StatusUrl):
        return _status(call, where, operation)
    answer = _result(call, where, operation)
    if answer.status == 202 and polling.status is not None and polling.status.path == where.path:
        # R: test_workspace_diagnosis, where one path is both and each leads to the other
        answer.headers["azure-asyncoperation"] = call.url(
            operation_path(where.path, operation), polling.status.query
        )
    return answer


def _unknown(call: Call) -> ArmError:
    """A code that no recording has: clients only ask for what they were given."""
    return ArmError(404, "OperationNotFound", f"The operation '{call.path.name}' could not be found.")


def _status(call: Call, where: StatusUrl, operation: Operation) -> Answer:
    word = where.status.get(operation.verb, where.status.get("*", "InProgress"))
    status = operation.status if operation.settled else word
    make = where.render or status_body
    body = make(operation, status)
    if operation.error is not None and operation.settled:
        body["error"] = operation.error
    headers = _again(operation)
    if where.repeat:
        headers["azure-asyncoperation"] = call.url(operation_path(where.path, operation), where.query)
    return Answer(200 if operation.settled else where.running_code, body, headers)


def status_body(operation: Operation, status: str) -> dict[str, Any]:
    """The usual status object; times are the simulator's."""
    body: dict[str, Any] = {
        "id": operation.data.get("path", ""),
        "name": operation.id,
        "status": status,
        "startTime": stamp(operation.started),
    }
    if not body["id"]:
        del body["id"]
    if operation.settled:
        body["endTime"] = stamp(operation.due)
    return body


def _again(operation: Operation) -> dict[str, str]:
    """When to ask again, where the service said so at first and the operation still runs."""
    after = operation.data.get("retry_after")
    return {"retry-after": str(after)} if after is not None and not operation.settled else {}


def _result(call: Call, where: ResultUrl, operation: Operation) -> Answer:
    if not operation.settled:
        body = where.running(operation) if where.running is not None else None
        headers = {"location": call.url(operation_path(where.path, operation), where.query)}
        headers.update(_again(operation))
        return Answer(202, body, headers)
    if operation.error is not None:
        return Answer(400, {"error": operation.error})
    if where.finished is not None:
        return where.finished(call.world, operation)
    resource = call.store.get(operation.resource)
    if resource is None:
        return Answer(200 if operation.verb == "delete" else 204)
    kind = call.world.kinds.get(operation.type.lower())
    return Answer(200, answer_body(call, kind, resource) if kind is not None else None)
