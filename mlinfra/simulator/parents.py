"""What must be there before a resource can be asked for: its scope, group, parent."""

from __future__ import annotations

from mlinfra.simulator import errors
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Kind
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

GROUPS = "microsoft.resources/resourcegroups"


def check_container(call: Call, *, writing: bool = False) -> None:
    """Raises ArmError when the group or the parent is missing, or the group is being deleted."""
    path, kind = call.path, call.kind
    if path.group:
        group = call.store.get(f"/subscriptions/{path.subscription}/resourceGroups/{path.group}")
        if group is None:
            if writing and path.type == GROUPS:
                return  # it is the group itself that is put
            raise errors.group_not_found(path.group)
        if writing and group.state == "Deleting":
            raise errors.group_being_deleted(group.name)
    if kind is None:
        return
    if kind.nested:
        if kind.parent is not None and writing:
            kind.parent(call)
        elif find_parent(call) is None:
            raise parent_missing(call, writing=writing)
    elif kind.scope == "any" and "/providers/" in path.scope.lower() and not call.store.exists(path.scope):
        raise parent_missing(call, writing=False)


def find_parent(call: Call) -> Resource | None:
    """The resource that the path's item, collection or verb lies under, also one that is there by itself."""
    parent = call.store.get(call.path.parent)
    if parent is None:
        above = call.world.kinds.get(call.path.parent_type)
        if above is not None and above.absent is not None:
            return above.absent(call)
    return parent


def parent_missing(call: Call, *, writing: bool) -> ArmError:
    """The 404 for a missing parent: a PUT has a code of its own, the others name the top one missing."""
    path = call.path
    if call.kind is not None and call.kind.scope == "any" and not call.kind.nested:
        parts = path.scope.split("/providers/")[-1].split("/")
        return errors.not_found("/".join([parts[0], *parts[1::2]]), parts[2::2], path.group)
    orphan = call.kind.orphan if call.kind is not None else None
    if orphan is not None and call.store.exists("/".join(path.parent.split("/")[:-2])):
        return orphan(call)
    names = path.names[:-1] if path.item else path.names
    if writing and path.item:
        return errors.parent_not_found(_shown(call, path.parent_type, names))
    depth = len(names)
    while depth > 1:
        above = path.text.split("/")
        top = "/".join(above[: -2 * (len(path.names) - depth + 1) + (0 if path.item else 1)])
        if call.store.exists(top):
            break
        depth -= 1
    type_ = "/".join(path.parent_type.split("/")[: depth + 1])
    known = call.world.kinds.get(type_)
    return errors.not_found(known.type if known else type_, names[:depth], path.group)


def _shown(call: Call, type_: str, names: tuple[str, ...]) -> str:
    """Types and names in turn, as errors name a resource."""
    known = call.world.kinds.get(type_)
    namespace, *types = (known.type if known else type_).split("/")
    return "/".join([namespace, *(f"{t}/{n}" for t, n in zip(types, names, strict=False))])


def check_scope(call: Call, kind: Kind) -> None:
    """Raises ArmError 404 InvalidResourceType when the type is addressed at a scope it does not live in."""
    path = call.path
    plain = path.scope.lower() == f"/subscriptions/{path.subscription}/resourcegroups/{path.group}".lower()
    right = {
        "group": bool(path.group) and plain,
        "subscription": bool(path.subscription) and path.scope.count("/") == 2,
        "tenant": not path.scope,
        "any": True,
    }[kind.scope]
    if not right:
        raise errors.invalid_resource_type(kind.type.partition("/")[0], call.api_version)


def check_container_of_action(call: Call, kind: Kind) -> None:
    """As `check_container`, for the resource that an action's path names."""
    path = call.path
    group = f"/subscriptions/{path.subscription}/resourceGroups/{path.group}"
    if path.group and not call.store.exists(group):
        raise errors.group_not_found(path.group)
    if kind.nested:
        above = "/".join(path.parent.split("/")[:-2])
        if not call.store.exists(above):
            known = call.world.kinds.get(kind.key.rpartition("/")[0])
            if known is None or known.absent is None or known.absent(call) is None:
                type_ = known.type if known is not None else kind.type.rpartition("/")[0]
                raise errors.not_found(type_, path.names[:-1], path.group)
