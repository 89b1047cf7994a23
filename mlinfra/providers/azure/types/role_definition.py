"""``role_definition``: Microsoft.Authorization/roleDefinitions, a role of one's own.

The name of one is a GUID that the client chooses. Ours is made from the scope and the role's name, so that
the role is known by its id before it exists; a role of another name is therefore another role.

Facts: S is the specification 2022-04-01, T hashicorp/terraform-provider-azurerm@69697b7fe6
internal/services/authorization/role_definition_resource.go, D:custom-roles is MicrosoftDocs
role-based-access-control/custom-roles, R recordings of azure-cli.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.facts.roles import built_in_guid
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.ml_words import shaped
from mlinfra.providers.azure.types.schema import Property, computed, pick, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_BENEATH = "/providers/Microsoft.Authorization/roleDefinitions"

_NAMESPACE = uuid.UUID("0d1d3ff4-04a7-45f0-9f0e-2c2b4d4e5b1f")
"""Of the names that we make; never to be changed, or every role would get another id."""

_GROUP = re.compile(r"^/providers/Microsoft\.Management/managementGroups/", re.IGNORECASE)

_LISTS = {
    "actions": ("actions", "What may be done, such as Microsoft.Storage/storageAccounts/read."),
    "not_actions": ("notActions", "What of the actions may not be done."),
    "data_actions": ("dataActions", "What may be done with data in resources."),
    "not_data_actions": ("notDataActions", "What of the data actions may not be done."),
}

_GIVING = ("actions", "data_actions")
"""The lists that give rights (D:custom-roles); the other two take some back."""

_IN_PLACE = "R:az test_role_create_scenario (PUT again); T (no ForceNew)"


def _list(name: str, **words: Any) -> Property:
    schema = {
        "type": "array",
        "items": text(minLength=1, x_case_insensitive=True),
        "description": _LISTS[name][1],
        "x-unordered": True,
        **words,
    }
    return Property(name, "", schema, f"S; {_IN_PLACE}")


_SET = shaped({"description": "One set of permissions."}, "S", *(_list(name) for name in _LISTS))

_ROWS = (
    Property("id", "id", computed(x_id=True, description="The role's id in Azure."), "R"),
    Property(
        "role_id",
        "name",
        computed(description="The GUID in its id.", x_case_insensitive=True),
        "R",
    ),
    Property(
        "role_name",
        "properties.roleName",
        text(
            minLength=1,
            maxLength=512,
            description="Unique in the tenant. Another name is another role.",
            x_immutable=True,
        ),
        "D:custom-roles; Azure changes it in place, and our id is made from it",
        required=True,
    ),
    Property(
        "scope",
        "",
        text(
            minLength=1,
            description="Where it is defined: a subscription, resource group or management group; left out, "
            "the stack's subscription.",
            x_id=True,
            x_immutable=True,
            x_from=["settings.subscription"],
            x_hint="Write an id, such as ${resource_group.main.id}.",
        ),
        "T ForceNew",
    ),
    Property(
        "description",
        "properties.description",
        text(maxLength=2048, description="What it is for."),
        _IN_PLACE,
    ),
    *(_list(name, default=[], **({"x-grants": True} if name in _GIVING else {})) for name in _LISTS),
    Property(
        "permissions",
        "",
        {
            **_SET,
            "type": ["object", "array"],
            "items": _SET,
            "description": "The four lists in one, as Azure groups them.",
        },
        f"S; {_IN_PLACE}",
    ),
    Property(
        "assignable_scopes",
        "properties.assignableScopes",
        {
            "type": "array",
            "items": text(minLength=1, x_id=True),
            "minItems": 1,
            "description": "Where it can be assigned; left out, its scope and all beneath.",
            "x-unordered": True,
        },
        f"D:custom-roles; {_IN_PLACE}",
    ),
)


class RoleDefinition(ArmType):
    """A role that is not among Azure's own."""

    name = "role_definition"
    resource_type = "Microsoft.Authorization/roleDefinitions"
    read_only = (
        "properties.createdBy",
        "properties.createdOn",
        "properties.updatedBy",
        "properties.updatedOn",
    )
    words: Mapping[str, Any] = {
        "title": "Role definition",
        "description": "A role of your own: what whoever has it may do.",
        "x-seconds": {"create": 5, "update": 5, "delete": 5},
        "x-example": {
            "role_name": "Compute Starter of mlinfra's example",
            "description": "starts and stops computes",
            "actions": [
                "Microsoft.MachineLearningServices/workspaces/computes/start/action",
                "Microsoft.MachineLearningServices/workspaces/computes/stop/action",
            ],
        },
        "x-example-update": {
            "actions": ["Microsoft.MachineLearningServices/workspaces/computes/read"],
            "not_actions": ["Microsoft.MachineLearningServices/workspaces/computes/delete"],
        },
        "x-example-immutable": {"role_name": "Compute Operator of mlinfra's example"},
    }
    properties = _ROWS

    def identify(self, attrs: Attrs) -> str | None:
        """The id that scope and name make."""
        scope, name = _scope(attrs.get("scope")), attrs.get("role_name")
        if not scope or not isinstance(name, str):
            return None
        return f"{scope}{_BENEATH}/{uuid.uuid5(_NAMESPACE, f'{scope}|{name}'.lower())}"

    def id_attributes(self, id: str) -> Attrs:
        """The scope."""
        at = id.lower().rfind(_BENEATH.lower())
        return {"scope": id[:at] if at >= 0 else id}

    def normalize(self, attrs: Attrs) -> Attrs:
        """The scope as an id, the permissions as four lists.

        Raises ProviderError for what Azure refuses of a custom role: a name of its own roles, the whole
        tenant as scope, data actions under a management group.
        """
        normal = dict(attrs)
        scope = _scope(normal.get("scope"))
        if scope is not None:
            normal["scope"] = scope
            normal["assignable_scopes"] = normal.get("assignable_scopes") or [scope]
        if "permissions" in normal:
            normal |= _flat(normal.pop("permissions"), normal)
        _refuse(normal)
        return normal

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body, with the four lists where Azure wants them."""
        wanted = self.normalize(desired)
        body = super().to_body(wanted, update=update)
        lists = {arm: list(wanted.get(name) or ()) for name, (arm, _) in _LISTS.items()}
        body["properties"] |= {"type": "CustomRole", "permissions": [lists]}
        return body

    def from_body(self, raw: Mapping[str, Any]) -> Attrs:
        """The table's attributes, and the four lists (of all permissions, should there be several)."""
        attrs = super().from_body(raw)
        found = [each for each in pick(raw, ("properties", "permissions")) or () if isinstance(each, Mapping)]
        for name, (arm, _) in _LISTS.items():
            attrs[name] = [item for each in found for item in each.get(arm) or ()]
        return attrs

    def listing(self, id: str) -> tuple[str, Mapping[str, str]] | None:
        """The custom roles of the scope; without the filter Azure answers its own too, hundreds."""
        return f"{self.id_attributes(id)['scope']}{_BENEATH}", {"$filter": "type eq 'CustomRole'"}

    def _read_list(self, conn: AzureConnection, members: Sequence[str]) -> dict[str, Attrs | None]:
        """By GUID: Azure answers the id below the subscription, whatever scope was asked (R)."""
        listing = self.listing(members[0])
        assert listing is not None
        there = {
            ids.name_of(item["id"]).lower(): item
            for item in conn.arm.list(listing[0], self.api_version, listing[1])
            if isinstance(item.get("id"), str)
        }
        found = {id: there.get(ids.name_of(id).lower()) for id in members}
        return {id: None if raw is None else self.attributes(id, raw) for id, raw in found.items()}


def _scope(scope: Any) -> str | None:
    """A scope as an id: what the settings call a subscription is its GUID."""
    if not isinstance(scope, str) or not scope:
        return None
    return scope.rstrip("/") or "/" if ids.is_id(scope) else f"/subscriptions/{scope}"


def _flat(permissions: Any, attrs: Attrs) -> Attrs:
    """The four lists out of ``permissions``: an object, or as in Azure a list of one.

    Raises ProviderError where the lists stand beside it too, and for several objects: what one of them takes
    away another may give, which four lists cannot say.
    """
    entries = permissions if isinstance(permissions, list) else [permissions]
    if len(entries) > 1:
        raise _wrong(
            "a role has one set of permissions here",
            "permissions",
            "Put the lists together: what one takes away with not_actions it takes away from all.",
        )
    twice = [name for name in _LISTS if attrs.get(name)]
    if twice:
        raise _wrong(
            f"`{twice[0]}` is written beside `permissions`, which has it too",
            twice[0],
            "Write the lists in one of the two places.",
        )
    return {name: value for entry in entries for name, value in entry.items() if value is not None}


def _refuse(attrs: Attrs) -> None:
    """Raises ProviderError for what Azure says no to (D:custom-roles). What was read is let through."""
    if "id" in attrs:
        return
    name, scopes = attrs.get("role_name"), attrs.get("assignable_scopes")
    if isinstance(name, str) and built_in_guid(name):
        raise _wrong(f"`{name}` is one of Azure's own roles", "role_name", "Take a name of your own.")
    if not isinstance(scopes, list):
        return
    scopes = [scope for scope in scopes if isinstance(scope, str)]
    for scope in scopes:
        if not scope.strip("/") or not ids.is_id(scope):
            raise _wrong(
                f"a role of one's own cannot be assigned at `{scope}`",
                "assignable_scopes",
                "Name subscriptions, resource groups or one management group by their ids.",
            )
    groups = [scope for scope in scopes if _GROUP.match(scope)]
    if len(groups) > 1:
        raise _wrong("a role can be assigned in one management group only", "assignable_scopes")
    if groups and (attrs.get("data_actions") or attrs.get("not_data_actions")):
        raise _wrong(
            "a role with data actions cannot be assigned in a management group",
            "data_actions",
            "Make the role assignable in subscriptions instead.",
        )


def _wrong(summary: str, key: str, hint: str = "") -> ProviderError:
    return ProviderError("MLI-AZ-ROLE", summary, path=(key,), hint=hint, sent=False)
