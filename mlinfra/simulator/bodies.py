"""Request body → what is kept → what is answered."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator import errors
from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Immutable, Kind
from mlinfra.simulator.regions import PHYSICAL, available, fold
from mlinfra.simulator.shapes import Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call, World

ENVELOPE = frozenset(
    {"id", "name", "type", "location", "tags", "properties", "kind", "sku", "identity", "plan", "managedby",
     "managedbyextended", "zones", "etag", "extendedlocation", "systemdata", "scale", "comments",
     "apiversion"}
)  # fmt: skip
"""Top keys of ARM's resource definition; on tracked types ARM itself refuses any other."""

_TAGS = Table(Text(size=256))


def read_body(call: Call, kind: Kind, body: dict[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """The body with known keys in their own casing and checked types. ``partial``: a PATCH, needs nothing.

    Raises ArmError 400 for what ARM or the service refuses to read.
    """
    folded = {key.lower(): key for key in body}
    for low, key in folded.items():
        if low not in ENVELOPE and not kind.nested:
            problem = f"Could not find member '{key}' on object of type 'ResourceDefinition'. Path '{key}'"
            raise errors.invalid_content(problem)
    found: dict[str, Any] = {}
    sent = {low: body[key] for low, key in folded.items()}
    if kind.location != "none":
        location = sent.get("location")
        if location is not None:
            found["location"] = _location(call, kind, location)
        elif kind.location == "required" and not partial:
            raise errors.location_required()
    if kind.tags and "tags" in sent:
        found["tags"] = _tags(kind, sent["tags"])
    for key in kind.envelope:
        if key.lower() in sent:
            found[key] = sent[key.lower()]
    properties = sent.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise errors.invalid_content("Error converting value to type 'Object'. Path 'properties'")
    if properties is not None or not partial:
        found["properties"] = {} if properties is None else dict(properties)
    if kind.shape is not None:
        known = kind.shape.read(found, "", partial)
        for key in (*kind.envelope, "properties"):
            if key in known:
                found[key] = known[key]
    for path in kind.computed:
        _drop(found, path)
    return found


def _location(call: Call, kind: Kind, location: Any) -> str:
    if not isinstance(location, str):
        raise errors.invalid_content("Error converting value to type 'System.String'. Path 'location'")
    folded = fold(location)
    if not folded:
        raise errors.location_required()
    if not available(folded):
        raise errors.location_unavailable(location, kind.type, PHYSICAL)
    return folded


def _tags(kind: Kind, tags: Any) -> dict[str, str]:
    """Limits: documentation azure-resource-manager/management/tag-resources."""
    if tags is None:
        return {}
    read: dict[str, Any] = _TAGS.read(tags, "tags")
    if len(read) > kind.tags:
        text = f"The number of tags is {len(read)}, the resource type takes {kind.tags} at most."
        raise ArmError(400, "InvalidTags", text)
    lowered: set[str] = set()
    for name in read:
        if not name or len(name) > 512 or any(letter in "<>%&\\?/" for letter in name):
            text = f"The tag name '{name}' is empty, too long, or has one of the characters <>%&\\?/."
            raise ArmError(400, "InvalidTagNameCharacters", text)
        if name.lower() in lowered:
            raise ArmError(400, "InvalidTags", f"The tag '{name}' is given twice; names ignore case.")
        lowered.add(name.lower())
    return {name: "" if value is None else value for name, value in read.items()}


def stored_body(call: Call, kind: Kind, read: dict[str, Any], prior: Resource | None) -> dict[str, Any]:
    """What is kept of a body that was read: nulls out, defaults in, what cannot change carried over.

    Raises ArmError for a changed immutable key.
    """
    if prior is not None:
        _refuse_changes(call, kind, read, prior)
    body = dict(read)
    if kind.location != "none" and prior is not None:
        body["location"] = prior.body.get("location")
    properties = without_nulls(body.get("properties") or {})
    if prior is not None and kind.update == "merge":
        properties = overlay(prior.properties, properties)
        for key in (*kind.envelope, "tags"):
            if body.get(key) is None and prior.body.get(key) is not None:
                body[key] = prior.body[key]
    body["properties"] = properties
    if kind.tags and kind.empty_tags:
        body.setdefault("tags", {})
    for key in kind.envelope:
        if body.get(key) is None:
            body.pop(key, None)
    if prior is not None:
        for rule in kind.immutable:
            _carry(body, prior.body, rule.path)
        for path in kind.computed:
            _carry(body, prior.body, path, force=True)
    return fill(body, kind.defaults)


def _refuse_changes(call: Call, kind: Kind, read: dict[str, Any], prior: Resource) -> None:
    old = prior.body.get("location")
    new = read.get("location")
    if old and new and fold(old) != fold(new):
        if kind.key == "microsoft.resources/resourcegroups":
            raise errors.group_location_changed(old, new)
        raise errors.location_changed(prior.name, call.path.group, old, new)
    for rule in kind.immutable:
        _refuse(call, rule, read, prior)


def _refuse(call: Call, rule: Immutable, read: dict[str, Any], prior: Resource) -> None:
    new = at(read, rule.path)
    if new is None:
        return
    old = at(prior.body, rule.path)
    if old is None and not rule.strict:
        return
    same = rule.same(old, new) if rule.same is not None else _same(old, new)
    if not same:
        raise rule.error(call, old, new)


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return old.lower() == new.lower()
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def at(body: Any, path: tuple[str, ...]) -> Any:
    """The value at a path, None when the path leads nowhere."""
    for key in path:
        if not isinstance(body, dict):
            return None
        body = body.get(key)
    return body


def _drop(body: dict[str, Any], path: tuple[str, ...]) -> None:
    holder = at(body, path[:-1])
    if isinstance(holder, dict):
        holder.pop(path[-1], None)


def _carry(
    body: dict[str, Any], prior: dict[str, Any], path: tuple[str, ...], *, force: bool = False
) -> None:
    old = at(prior, path)
    if old is None or (at(body, path) is not None and not force):
        return
    for key in path[:-1]:
        inner = body.get(key)
        if not isinstance(inner, dict):
            inner = body[key] = {}
        body = inner
    body[path[-1]] = old


def without_nulls(value: Any) -> Any:
    """The same object without keys that are null, at any depth; lists keep theirs."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


def overlay(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """``below`` with ``above`` laid over it, objects key by key; a null takes a key away (RFC 7396)."""
    found = dict(below)
    for key, value in above.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = overlay(found[key], value)
        else:
            found[key] = value
    return found


def fill(body: dict[str, Any], defaults: Any) -> dict[str, Any]:
    """``defaults`` where ``body`` has nothing, objects key by key."""
    for key, value in defaults.items():
        if isinstance(value, dict):
            inner = body.get(key)
            if inner is None:
                inner = body[key] = {}
            if isinstance(inner, dict):
                fill(inner, value)
        elif body.get(key) is None:
            body[key] = list(value) if isinstance(value, list) else value
    return body


def merged(prior: dict[str, Any], patch: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The body a PATCH means: properties and envelope objects merged, tags and lists replaced."""
    found = dict(prior)
    for key, value in patch.items():
        if key == "tags":
            found[key] = value
        elif isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = overlay(found[key], value)
        elif value is not None:
            found[key] = value
    for path in kind.computed:
        holder = at(found, path[:-1])
        if isinstance(holder, dict) and path[-1] in holder and len(path) > 1:
            _shed(found, path)
    return found


def _shed(body: dict[str, Any], path: tuple[str, ...]) -> None:
    for key in path[:-1]:
        body[key] = dict(body[key])
        body = body[key]
    body.pop(path[-1], None)


def fresh_etag(world: World, kind: Kind, resource: Resource) -> None:
    """A new etag, for kinds that have one; every write gives another."""
    if kind.etag != "none":
        resource.data["etag"] = f'"{world.ids.guid("etag", resource.id)}"'


def answer_body(call: Call, kind: Kind, resource: Resource) -> dict[str, Any]:
    """The resource as ARM answers it."""
    body: dict[str, Any] = {"id": resource.id, "name": resource.name, "type": kind.id_type or kind.type}
    body.update(resource.body)
    if kind.state:
        body["properties"] = {**resource.body.get("properties", {}), kind.state: resource.state}
    if kind.etag != "none":
        body["etag"] = resource.data.get("etag")
    if kind.system_data:
        body["systemData"] = system_data(call, resource)
    if kind.render is not None:
        kind.render(call, resource, body)
    return body


def system_data(call: Call, resource: Resource) -> dict[str, Any]:
    """Who made a resource and who changed it last."""
    return {
        "createdBy": call.world.caller,
        "createdByType": "Application",
        "createdAt": stamp(resource.created),
        "lastModifiedBy": call.world.caller,
        "lastModifiedByType": "Application",
        "lastModifiedAt": stamp(resource.changed),
    }
