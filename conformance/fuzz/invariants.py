"""What must hold after any request, and when all that takes time is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlinfra.simulator import Request, Response, Simulator
from mlinfra.simulator.ids import parse
from mlinfra.simulator.locks import LOCK
from mlinfra.simulator.services import SERVICES, blob
from mlinfra.simulator.services.resources import GROUP
from mlinfra.simulator.store import Resource, Store
from mlinfra.simulator.world import DAY

_KINDS = {kind.key: kind for service in SERVICES for kind in service.kinds}

_VERSIONS = {LOCK.lower(): "2020-05-01", GROUP.lower(): "2024-03-01"}

RESTING = frozenset({"Succeeded", "Failed"})
"""The states of a resource on which nobody is at work."""

_VAULT_500 = {"Message": "An error has occurred."}
"""What a recover right after the deletion is answered (recorded: azure-cli test_keyvault_softdelete)."""


def wrong_answer(request: Request, answer: Response) -> Iterator[str]:
    """What is wrong with one answer."""
    status, body = answer.status, answer.body
    head = request.method.upper() == "HEAD"
    if not 200 <= status <= 599 or status == 500:
        recovering = status == 500 and request.method.upper() == "PUT" and answer.json() == _VAULT_500
        if not recovering:
            yield f"status {status}"
    if any(not isinstance(value, str) or "\n" in value or "\r" in value for value in answer.headers.values()):
        yield f"a header that is no single line: {dict(answer.headers)}"
    if not head and answer.headers.get("content-length") != str(len(body)):
        yield f"content-length {answer.headers.get('content-length')} of {len(body)} bytes"
    if (head or status in (204, 304)) and body:
        yield f"a body in an answer {status} to {request.method}"
    if status == 429 and "retry-after" not in answer.headers:
        yield "429 without retry-after"
    if not blob.account_of(request) and body:
        yield from _wrong_json(answer)


def _wrong_json(answer: Response) -> Iterator[str]:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        yield "a body that does not say it is JSON"
    try:
        found = answer.json()
    except ValueError as error:
        yield f"a body that is no JSON: {error}"
        return
    if answer.status >= 400 and found != _VAULT_500:
        inner = found.get("error") if isinstance(found, dict) else None
        if not isinstance(inner, dict) or not inner.get("code") or not isinstance(inner.get("message"), str):
            yield f"a refusal without code and message: {found}"


def wrong_world(simulator: Simulator) -> Iterator[str]:
    """What is wrong with what the simulator keeps. Looks behind the door, where everything stands."""
    store = simulator._store
    resources = store.all()
    ids = {one.id.lower() for one in resources}
    for one in resources:
        yield from _wrong_resource(store, one, ids)
    named = Counter((one.type, one.name.lower()) for one in resources if _KINDS[one.type.lower()].names.world)
    for (type_, name), count in named.items():
        if count > 1:
            yield f"{count} {type_} are called {name}"
    about = Counter(
        tuple(one.properties[key].lower() for key in ("scope", "roleDefinitionId", "principalId"))
        for one in resources
        if one.type == "Microsoft.Authorization/roleAssignments"
    )
    yield from (f"one role is assigned {count} times: {what}" for what, count in about.items() if count > 1)
    for type_ in {one.type for one in resources}:
        kept = {grave.resource.id.lower() for grave in store.buried(type_)}
        yield from (f"{id} is alive and buried" for id in kept & ids)


def _wrong_resource(store: Store, one: Resource, ids: set[str]) -> Iterator[str]:
    kind = _KINDS.get(one.type.lower())
    if kind is None or kind.type != one.type:
        yield f"{one.id} is of no kind: {one.type}"
        return
    path = parse(one.id)
    if path.type != kind.key and path.type != kind.id_type.lower():
        yield f"{one.id} is no id of a {one.type}"
    group = f"/subscriptions/{path.subscription}/resourcegroups/{path.group}".lower()
    if path.group and group not in ids:
        yield f"{one.id} is in no group"
    above = path.parent.lower()
    if kind.nested and above not in ids:
        holder = _KINDS.get(path.parent_type)
        if holder is None or holder.absent is None or "/".join(above.split("/")[:-2]) not in ids:
            yield f"{one.id} lies in nothing"
    if kind.scope == "any" and "/providers/" in path.scope.lower() and path.scope.lower() not in ids:
        yield f"{one.id} extends nothing"
    working = store.operation(one.operation) if one.operation else None
    if one.operation and (working is None or working.settled):
        yield f"{one.id} waits for {one.operation}, which is over"
    if not one.operation and one.state not in RESTING:
        yield f"{one.id} is {one.state}, and nobody is at work"


def wrong_rest(simulator: Simulator) -> Iterator[str]:
    """What is wrong once everything had its time: nothing may go on any more, and all of it can be read."""
    store = simulator._store
    simulator.advance(DAY)
    simulator.resources()
    yield from (f"{one.id} never rests: {one.state}" for one in store.all() if one.state not in RESTING)
    yield from (f"an operation never ends: {one.verb} {one.resource}" for one in store.due(float("inf")))
    yield from wrong_world(simulator)
    for one in store.all():
        kind = _KINDS[one.type.lower()]
        request = Request("GET", one.id, {"api-version": kind.api_versions[0]})
        answer = simulator.handle(request)
        simulator.advance(1.0)  # nobody is throttled here
        yield from wrong_answer(request, answer)
        if answer.status != 200 or parse(str(answer.json()["id"])).names != parse(one.id).names:
            yield f"{one.id} is kept and not answered: {answer.status} {answer.body[:200]!r}"


def wrong_end(simulator: Simulator) -> Iterator[str]:
    """What is wrong when all locks and groups are deleted: nothing may be left in them."""
    store = simulator._store
    doomed = [one.id for one in store.under("", LOCK)] + [one.id for one in store.under("", GROUP)]
    for id in doomed:
        if not store.exists(id):
            continue  # it went with what it was on
        answer = simulator.handle(Request("DELETE", id, {"api-version": _VERSIONS[parse(id).type]}))
        simulator.advance(1.0)
        if answer.status not in (200, 202):
            yield f"{id} cannot be deleted: {answer.status} {answer.body[:200]!r}"
    simulator.advance(DAY)
    simulator.resources()
    yield from (f"{one.id} is left over" for one in store.all() if parse(one.id).group)
