"""Managed identity as az ml writes it (``identity: {type: system_assigned}``) and as ARM has it.

Spellings: azure-ai-ml 1.35.2 `_schema.compute.compute.IdentitySchema`, `_schema.workspace.identity` (a
workspace lists its user identities as a map of id to nothing, a compute as a list of ``resource_id``; we take
both for either). Azure answers the ids with a lower-case ``/resourcegroups/`` (R:aiml
test_update_sai_to_sai_and_uai_workspace_with_uai_deletion), so they are brought to one spelling here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.types.ml_words import shaped
from mlinfra.providers.azure.types.schema import Property, choice, reference

NONE = "none"
"""The word for having no identity."""

_WORDS = {
    "system_assigned": "SystemAssigned",
    "user_assigned": "UserAssigned",
    "system_assigned,user_assigned": "SystemAssigned,UserAssigned",
    NONE: "None",
}
_BY_PARTS = {frozenset(arm.lower().split(",")): word for word, arm in _WORDS.items()}

_SOURCE = "P/_schema/compute/compute.py, _schema/workspace/identity.py"

_USER_IDENTITY = re.compile(
    r"^/?subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/microsoft\.managedidentity"
    r"/userassignedidentities/([^/]+)/?$",
    re.IGNORECASE,
)


def identity(source: str, *, immutable: bool = False, default: str | None = None) -> Property:
    """The row of ``identity``; an update replaces it as one, so that a user identity can be taken out."""
    one = shaped(
        {},
        _SOURCE,
        Property(
            "resource_id",
            "",
            reference("user_assigned_identity", description="The id of the identity."),
            _SOURCE,
            required=True,
        ),
    )
    schema = shaped(
        {"description": "The managed identities that it acts as."},
        source,
        Property(
            "type",
            "",
            choice(
                *_WORDS,
                description="Which kind; `none` takes the identity away.",
                x_case_insensitive=True,
                x_pascal=True,
            ),
            _SOURCE,
            required=True,
        ),
        Property(
            "user_assigned_identities",
            "",
            {
                "type": ["array", "object"],
                "description": "The user-assigned identities: a list of {resource_id: …}, or a map by id.",
                "items": one,
                "additionalProperties": {"type": ["object", "null"]},
                "x-key": "resource_id",
            },
            _SOURCE,
        ),
    )
    if immutable:
        schema["x-immutable"] = True
    if default:
        schema["default"] = {"type": default}
    return Property(
        "identity",
        "identity",
        schema,
        source,
        write=_write,
        read=_read,
        whole=True,
        absent={"type": NONE},
    )


def normal_identity(value: Any) -> Any:
    """One spelling: the type's word, the user identities as a list sorted by id.

    Raises ProviderError for an identity that is neither an id nor, in a list, one of the stack.
    """
    if not isinstance(value, Mapping):
        return value
    kind = _word(value.get("type"))
    result: dict[str, Any] = {**value, "type": kind}
    listed = value.get("user_assigned_identities")
    if isinstance(listed, Mapping):
        listed = [{"resource_id": id} for id in listed]
    if isinstance(listed, list):
        spelled = [
            {**item, "resource_id": _spelled(item["resource_id"])}
            for item in listed
            if isinstance(item, Mapping) and isinstance(item.get("resource_id"), str)
        ]
        result["user_assigned_identities"] = sorted(spelled, key=lambda item: item["resource_id"].lower())
    if not result.get("user_assigned_identities") or "user_assigned" not in str(kind).split(","):
        result.pop("user_assigned_identities", None)
    return result


def without_answers(raw: Mapping[str, Any]) -> dict[str, Any]:
    """An ARM identity without what the directory filled in: fit to be sent back."""
    kept = {key: value for key, value in raw.items() if key not in ("principalId", "tenantId")}
    users = kept.get("userAssignedIdentities")
    if isinstance(users, Mapping):
        kept["userAssignedIdentities"] = {id: {} for id in users}
    return kept


def _write(value: Mapping[str, Any]) -> dict[str, Any]:
    wanted = normal_identity(value)
    body: dict[str, Any] = {"type": _WORDS.get(wanted["type"], wanted["type"])}
    users = wanted.get("user_assigned_identities")
    if users:
        body["userAssignedIdentities"] = {item["resource_id"]: {} for item in users}
    return body


def _read(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    if not raw.get("type"):
        return None
    users = raw.get("userAssignedIdentities") or {}
    read: dict[str, Any] = normal_identity({"type": raw["type"], "user_assigned_identities": dict(users)})
    return read


def _word(kind: Any) -> Any:
    """Our word for a type of either spelling; what is no type stays as it is."""
    if not isinstance(kind, str):
        return kind
    parts = frozenset(re.sub(r"[\s_]", "", part).lower() for part in kind.split(","))
    return _BY_PARTS.get(parts, kind)


def _spelled(id: str) -> str:
    match = _USER_IDENTITY.match(id)
    if not match:
        if id and not ids.is_id(id):
            raise ProviderError(
                "MLI-AZ-REFERENCE",
                f"`{id}` is no id, and in a list of {{resource_id: …}} nothing in this stack has that name",
                path=("identity", "user_assigned_identities"),
                hint=f"Write the id. It is printed by: az identity show --name {id} --resource-group GROUP "
                "--query id -o tsv",
                sent=False,
            )
        return id
    subscription, group, name = match.groups()
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity"
        f"/userAssignedIdentities/{name}"
    )
