"""One resource explained, for machines."""

from __future__ import annotations

from typing import Any

from mlinfra.model.explanation import Explanation, Key, Link, Origin
from mlinfra.model.plan import Change
from mlinfra.model.source import Position
from mlinfra.render.json import ACTIONS
from mlinfra.render.marks import bare, sensitive


def explained_json(found: Explanation) -> dict[str, Any]:
    """Plain data; a sensitive leaf is ``None`` in ``value`` and ``True`` in ``sensitive``."""
    return {
        "address": str(found.address),
        "type": found.type,
        "kind": found.kind or None,
        "provider": found.provider,
        "written": _place(found.position),
        "called": [{"module": via.name, **(_place(via.position) or {})} for via in found.via],
        "keys": {key.name: _key(key) for key in found.keys},
        "other_keys": list(found.others),
        "changes": [_change(change) for change in found.changes],
        "origins": [_origin(origin) for origin in found.origins],
        "drifted": found.drift is not None,
        "needs": [
            {"address": str(need.address), "parent": need.parent, "written": _place(need.position)}
            for need in found.needs
        ],
        "longest_chain": [{"address": str(one.address), "seconds": one.seconds} for one in found.chain],
        "needed_by": [str(address) for address in found.readers],
        "needed_through_others": found.behind,
        "outputs": list(found.outputs),
        "lives_in": str(found.container) if found.container is not None else None,
        "dies_with_it": [str(address) for address in found.inside],
        "data_loss": found.data,
        "stops": found.serves,
        "lifecycle": list(found.guarded),
        "usually_takes": {took.op: {"seconds": took.usual, "times": took.times} for took in found.took},
        "recorded": _recorded(found),
    }


def _key(key: Key) -> dict[str, Any]:
    return {
        "value": bare(key.value),
        "sensitive": sensitive(key.value),
        "written": _place(key.position),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "actions": ACTIONS[change.action],
        "reason": change.reason.value,
        "dies_with": str(change.dies_with) if change.dies_with is not None else None,
        "seconds": change.seconds,
        "attributes": [
            {
                "path": list(attribute.path),
                "delta": attribute.delta.value,
                "before": bare(attribute.before),
                "after": bare(attribute.after),
                "forces_replacement": attribute.forces_replacement,
            }
            for attribute in change.attributes
        ],
        "unmanaged": list(change.unmanaged),
    }


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "path": list(origin.path),
        "links": [_link(link) for link in origin.links],
        "otherwise": origin.otherwise or None,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "what": link.what or None,
        "written": _place(link.position),
        "reads": list(link.reads),
        "actions": ACTIONS[link.action] if link.action is not None else None,
    }


def _recorded(found: Explanation) -> dict[str, Any] | None:
    record, stamp = found.record, found.written
    if record is None:
        return None
    return {
        "id": record.id,
        "serial": found.serial,
        "broken": record.broken,
        "versions": list(record.versions),
        "at": stamp.at if stamp is not None else None,
        "owner": stamp.owner if stamp is not None else None,
        "host": stamp.host if stamp is not None else None,
        "command": stamp.command if stamp is not None else None,
        "commit": (stamp.commit or None) if stamp is not None else None,
    }


def _place(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {"filename": position.source.path, "line": position.line, "column": position.column}
