"""Managed identities of resources: the ``identity`` object that many types share."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.errors import ArmError, invalid_content
from mlinfra.simulator.ids import parse
from mlinfra.simulator.shapes import Object, Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

USER_ASSIGNED = "Microsoft.ManagedIdentity/userAssignedIdentities"

SHAPE = Object({"type": Text(), "userAssignedIdentities": Table(Object({}))}, required=("type",))
"""What a request may say: the type, and ids with empty objects (or null, which takes one away)."""

_WORDS = {"none": "None", "systemassigned": "SystemAssigned", "userassigned": "UserAssigned"}


def attach(call: Call, body: dict[str, Any], prior: Resource | None, id: str, join: str = ",") -> None:
    """Turn the identity of a request into the one that is kept, in ``body["identity"]``.

    ``id`` is the resource that owns it; ``join`` what stands between two types in the answer (``,`` or
    ``", "``). A system-assigned identity becomes a principal of the directory once and keeps it; leaving
    the key out keeps what was. Raises ArmError 400 as ARM does (documentation
    entra/identity/managed-identities, recorded texts of azure-cli's issues).
    """
    sent = body.get("identity")
    before: dict[str, Any] = (prior.body.get("identity") or {}) if prior is not None else {}
    if sent is None:
        if before:
            body["identity"] = before
        return
    words = _types(sent.get("type"))
    if not words:
        call.store.drop_principals(id)
        body["identity"] = {"type": "None"}
        return
    found: dict[str, Any] = {"type": join.join(words)}
    if "SystemAssigned" in words:
        known = before.get("principalId") or call.world.principal("ServicePrincipal", id).id
        found["principalId"], found["tenantId"] = known, call.world.tenant
    else:
        call.store.drop_principals(id)
    chosen = _chosen(call, sent, before, "UserAssigned" in words, id)
    if chosen:
        found["userAssignedIdentities"] = chosen
    body["identity"] = found


def _types(sent: Any) -> list[str]:
    if not isinstance(sent, str):
        raise invalid_content("Error converting value to type 'ResourceIdentityType'. Path 'identity.type'")
    words = []
    for word in sent.split(","):
        known = _WORDS.get(word.strip().lower())
        if known is None:
            raise invalid_content(
                f"Error converting value \"{sent}\" to type 'ResourceIdentityType'. Path 'identity.type'"
            )
        words.append(known)
    if "None" in words:
        if len(words) > 1:
            raise invalid_content(
                f"Error converting value \"{sent}\" to type 'ResourceIdentityType'. Path 'identity.type'"
            )
        return []
    return sorted(set(words))


def _chosen(
    call: Call, sent: dict[str, Any], before: dict[str, Any], wanted: bool, id: str
) -> dict[str, dict[str, str]]:
    asked: dict[str, Any] = sent.get("userAssignedIdentities") or {}
    if not wanted:
        if any(value is not None for value in asked.values()):
            text = "The identity ids should be null or empty for 'SystemAssigned' identity type."
            raise ArmError(400, "InvalidIdentityIds", text)
        return {}
    kept = dict(before.get("userAssignedIdentities") or {}) if None in asked.values() or not asked else {}
    folded = {key.lower(): key for key in kept}
    known = {key.lower(): value for key, value in (before.get("userAssignedIdentities") or {}).items()}
    for name, value in asked.items():
        held = known.get(name.lower())
        kept.pop(folded.get(name.lower(), name), None)
        if value is not None:
            kept[name] = held or _look_up(call, name, id)
    if not kept:
        text = "The identity ids must not be null or empty for 'UserAssigned' identity type."
        raise ArmError(400, "MissingIdentityIds", text)
    return kept


def _look_up(call: Call, name: str, id: str) -> dict[str, str]:
    path = parse(name)
    found = call.store.get(path.text) if path.type == USER_ASSIGNED.lower() else None
    if found is None:
        text = (
            f"Identity operation for resource '{id}' failed with error 'Failed to perform resource identity "
            f"operation. Status: 'BadRequest'. Response: 'Resource '{name}' was not found.''."
        )
        raise ArmError(400, "FailedIdentityOperation", text)
    return {
        "principalId": found.properties["principalId"],
        "clientId": found.properties["clientId"],
    }
