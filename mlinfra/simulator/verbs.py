"""GET, PUT, PATCH, DELETE and POST of every kind: ARM's behaviour, once."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator import errors, parents
from mlinfra.simulator.bodies import answer_body, fresh_etag, merged, read_body, stored_body
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Action, Kind
from mlinfra.simulator.store import Operation, Resource, copy
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call


def canonical_id(call: Call, kind: Kind) -> str:
    """The id a new resource gets: the group as it was created, the service's own words for the types."""
    path = call.path
    if kind.key == parents.GROUPS:
        return f"{path.scope}/resourceGroups/{path.name}"
    if kind.nested:
        parent = call.store.get(path.parent)
        base = parent.id if parent is not None else path.parent
        return f"{base}/{(kind.id_type or kind.type).rpartition('/')[2]}/{path.name}"
    scope = path.scope
    if kind.scope == "group":
        group = call.store.get(f"/subscriptions/{path.subscription}/resourceGroups/{path.group}")
        name = group.name if group is not None else path.group
        scope = f"/subscriptions/{path.subscription}/{kind.id_group}/{name}"
    elif kind.scope == "any":
        above = call.store.get(scope)
        scope = above.id if above is not None else scope
    return f"{scope}/providers/{kind.id_type or kind.type}/{path.name}"


def find(call: Call) -> Resource:
    """The resource of an item's path. Raises ArmError 404 in the dialect of the first thing missing."""
    kind = call.kind
    assert kind is not None
    found = call.store.get(call.path.text)
    if found is None:
        parents.check_scope(call, kind)
        parents.check_container(call)
        found = kind.absent(call) if kind.absent is not None else None
        if found is None:
            raise kind.missing(call)
    return found


def get(call: Call) -> Answer:
    """One resource."""
    kind = call.kind
    assert kind is not None
    found = find(call)
    if call.now < found.created + kind.lag:
        raise kind.missing(call)
    body = answer_body(call, kind, found)
    headers = {"etag": body["etag"]} if kind.etag == "honoured" and body.get("etag") else {}
    return Answer(200, body, headers)


def preconditions(call: Call, kind: Kind, prior: Resource | None) -> None:
    """If-Match and If-None-Match, for services that obey them. Raises ArmError 412."""
    if kind.etag != "honoured":
        return
    none = call.headers.get("if-none-match")
    if none is not None and prior is not None and none in ("*", prior.data.get("etag")):
        raise errors.precondition_failed("If-None-Match")
    match = call.headers.get("if-match")
    if match is None:
        return
    if prior is None or (match != "*" and match.strip('"') != str(prior.data.get("etag")).strip('"')):
        raise errors.precondition_failed("If-Match")


def put(call: Call) -> Answer:
    """Create or replace."""
    kind = call.kind
    assert kind is not None
    parents.check_scope(call, kind)
    body = call.object()
    prior = call.store.get(call.path.text)
    if prior is None:
        kind.names.check(call, kind)
    parents.check_container(call, writing=True)
    read = read_body(call, kind, body)
    if prior is None and kind.absent is not None:
        prior = kind.absent(call)
    preconditions(call, kind, prior)
    if prior is None:
        revived = kind.revive(call, read) if kind.revive is not None else None
        if revived is None:
            return _create(call, kind, read)
        if kind.update == "replace":
            return _written(call, kind, revived, kind.put, _write(call, revived, "recover", kind.put))
        call.store.put(revived)
        prior = revived
    return _update(call, kind, read, prior, "update", kind.put)


def _create(call: Call, kind: Kind, read: dict[str, Any]) -> Answer:
    if kind.names.world:
        for other in call.store.named(kind.type, call.path.name):
            if kind.names.taken is not None:
                raise kind.names.taken(call, other)
            raise ArmError(409, "NameNotAvailable", f"The name '{call.path.name}' is already in use.")
    made = Resource(
        id=canonical_id(call, kind),
        type=kind.type,
        name=call.path.name,
        state="",
        body={},
        created=call.now,
        changed=call.now,
    )
    made.body = stored_body(call, kind, read, None)
    if kind.prepare is not None:
        kind.prepare(call, made.body, None)
    fresh_etag(call.world, kind, made)
    accept = kind.create(call) if callable(kind.create) else kind.create
    operation = _write(call, made, "create", accept)
    if kind.created is not None:
        kind.created(call, made)
    return _written(call, kind, made, accept, operation)


def _update(
    call: Call, kind: Kind, read: dict[str, Any], prior: Resource, verb: str, accept: Accept
) -> Answer:
    if prior.operation and kind.busy is not None:
        kind.busy(call, prior)
    if prior.operation and prior.state == "Deleting":
        raise errors.being_deleted(prior.id)
    if prior.operation and kind.busy is None:
        raise errors.another_operation(prior.id)
    after = copy(prior)
    after.body = stored_body(call, kind, read, prior)
    after.changed = call.now
    if kind.prepare is not None:
        kind.prepare(call, after.body, prior)
    fresh_etag(call.world, kind, after)
    operation = _write(call, after, verb, accept)
    if kind.updated is not None:
        kind.updated(call, after, prior)
    return _written(call, kind, after, accept, operation)


def _write(call: Call, resource: Resource, verb: str, accept: Accept) -> Operation | None:
    seconds = accept.seconds(call, resource) if callable(accept.seconds) else accept.seconds
    operation = None
    if seconds > 0:
        operation = call.begin(resource, verb, accept)
    elif not resource.operation:
        # a write that is done at once does not end an operation that still runs (a vault that waits for DNS)
        resource.state = accept.done
    call.store.put(resource)
    return operation


def _written(
    call: Call, kind: Kind, resource: Resource, accept: Accept, operation: Operation | None
) -> Answer:
    headers = call.links(operation, accept, resource.id)
    return Answer(accept.status, answer_body(call, kind, resource) if accept.body else None, headers)


def patch(call: Call) -> Answer:
    """Change some keys; maps of tags are replaced, properties merged."""
    kind = call.kind
    assert kind is not None
    if kind.patch is None:
        raise errors.method_not_allowed("PATCH", kind.type)
    body = call.object()
    if kind.patch_keys:
        body = {key: value for key, value in body.items() if key.lower() in kind.patch_keys}
    prior = find(call)
    parents.check_container(call, writing=True)
    preconditions(call, kind, prior)
    read = read_body(call, kind, body, partial=True)
    accept = kind.patch(call, prior) if callable(kind.patch) else kind.patch
    return _update(call, kind, merged(prior.body, read, kind), prior, "patch", accept)


def delete(call: Call) -> Answer:
    """Remove it, at once or by a long operation; what is not there is 204 in most services."""
    kind = call.kind
    assert kind is not None
    if kind.delete is None:
        raise errors.method_not_allowed("DELETE", kind.type)
    found = call.store.get(call.path.text)
    if found is None:
        parents.check_scope(call, kind)
        parents.check_container(call)
        purged = kind.purge(call) if kind.purge is not None else None
        if purged is not None:
            return purged
        itself = kind.absent(call) if kind.absent is not None else None
        if itself is not None and kind.deleting is not None:
            kind.deleting(call, itself)
        if kind.delete_absent == 404:
            raise kind.missing(call)
        return Answer(kind.delete_absent)
    if found.state == "Deleting" and found.operation:
        # a second DELETE while the first is at work is accepted and leads to the same operation
        first = call.store.operation(found.operation)
        return Answer(kind.delete.status, None, call.links(first, kind.delete, found.id))
    parents.check_container(call, writing=True)
    preconditions(call, kind, found)
    if kind.deleting is not None:
        kind.deleting(call, found)
    accept = kind.delete
    seconds = accept.seconds(call, found) if callable(accept.seconds) else accept.seconds
    body = answer_body(call, kind, found) if accept.body else None
    if seconds <= 0:
        call.world.remove(found)
        return Answer(accept.status, body, call.links(None, accept, found.id))
    operation = call.begin(found, "delete", accept)
    call.store.put(found)
    if accept.body:
        body = answer_body(call, kind, found)
    return Answer(accept.status, body, call.links(operation, accept, found.id))


def action_of(call: Call, kind: Kind) -> Action | None:
    """The action of a kind that the request's method and path name; None when there is none."""
    verb, method = call.path.text.rpartition("/")[2].lower(), call.request.method.upper()
    known = (one for name, one in kind.actions.items() if name.lower() == verb and one.method == method)
    return next(known, None)


def act(call: Call) -> Answer:
    """An action on one resource; ``call.kind`` is the resource's kind, which has it."""
    kind = call.kind
    assert kind is not None
    action = action_of(call, kind)
    assert action is not None
    found = call.store.get(call.path.parent)
    if found is None:
        parents.check_scope(call, kind)
        parents.check_container_of_action(call, kind)
        found = kind.absent(call) if kind.absent is not None else None
        if found is None:
            raise kind.missing(call)
    return action.handler(call, found)
