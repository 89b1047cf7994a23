"""Microsoft.Authorization: role definitions, built-in and custom.

Wire facts: the REST specification 2022-04-01 and recordings azure-cli test_role_create_scenario,
test_custom_role_definition_scenario, test_built_in_role_definition_scenario (azure-cli asks with
2018-01-01-preview and 2022-05-01-preview). Documentation: role-based-access-control/custom-roles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from mlinfra.simulator import verbs
from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import GUID
from mlinfra.simulator.kinds import Accept, Kind, Names
from mlinfra.simulator.services.authorization_scopes import read_filter, within
from mlinfra.simulator.services.builtin_roles import ROLES, Role
from mlinfra.simulator.shapes import Items, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

DEFINITION = "Microsoft.Authorization/roleDefinitions"

VERSIONS = ("2022-04-01", "2022-05-01-preview", "2018-01-01-preview", "2015-07-01")

LISTS = ("actions", "notActions", "dataActions", "notDataActions")

BEGINNING = datetime(2015, 2, 2, tzinfo=UTC).timestamp()
"""When built-in roles say that they were made; any date would do."""

_SCOPE = re.compile(
    r"/subscriptions/[^/]+(/.+)?|/providers/Microsoft\.Management/managementGroups/[^/]+", re.IGNORECASE
)

EVERYTHING = 10_000
"""All definitions come on one page (recorded: hundreds in one answer)."""


def role_id(call: Call, role: str) -> str:
    """The id of a role as answers write it: under the subscription of the request, else of the tenant."""
    prefix = f"/subscriptions/{call.path.subscription}" if call.path.subscription else ""
    return f"{prefix}/providers/{DEFINITION}/{role}"


def find_role(world: World, role: str) -> Resource | None:
    """The definition with this GUID, built-in or custom."""
    built_in = ROLES.get(role.lower())
    if built_in is not None:
        return _resource(built_in)
    custom = world.store.named(DEFINITION, role)
    return custom[0] if custom else None


def _resource(role: Role) -> Resource:
    permissions = {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": [],
    }
    properties = {
        "roleName": role.name,
        "type": "BuiltInRole",
        "description": role.description,
        "assignableScopes": ["/"],
        "permissions": [permissions],
    }
    return Resource(
        id=f"/providers/{DEFINITION}/{role.id}",
        type=DEFINITION,
        name=role.id,
        state="Succeeded",
        body={"properties": properties},
        created=BEGINNING,
        changed=BEGINNING,
    )


def _absent(call: Call) -> Resource | None:
    """Built-in roles are there at every scope, custom ones wherever they can be assigned."""
    found = find_role(call.world, call.path.name)
    if found is None or found.properties["type"] == "BuiltInRole":
        return found
    scope = call.path.scope
    return found if any(_meet(scope, one) for one in found.properties["assignableScopes"]) else None


def _meet(scope: str, assignable: str) -> bool:
    return within(scope, assignable) or within(assignable, scope)


def _missing(call: Call) -> ArmError:
    """Status and code: Azure/Azure-Landing-Zones#3946 (a GET right after the PUT)."""
    text = f"The specified role definition with ID '{call.path.name}' does not exist."
    return ArmError(404, "RoleDefinitionDoesNotExist", text)


def _invalid_name(call: Call, name: str) -> ArmError:
    """Assumed, as for role assignments."""
    text = f"The role definition ID '{name}' is not valid. The role definition ID must be a GUID."
    return ArmError(400, "InvalidRoleDefinitionId", text)


_TESTS = "Azure/azure-sdk-for-net, Authorization.Tests RoleDefinitionTests"
"""Where status and code of five refusals of a PUT are from: its negative tests."""


def _refuse_deletion(role: str) -> ArmError:
    """Documentation role-definitions: built-in roles cannot be deleted. The code is assumed."""
    return ArmError(400, "InvalidRoleDefinition", f"The role '{role}' is built in and cannot be deleted.")


def _check_scope(place: int, scope: str) -> None:
    """An id of a subscription or what is in it, or of a management group (see `_TESTS`)."""
    if _SCOPE.fullmatch(scope) is None:
        text = (
            f"Property id '{scope}' at path 'properties.assignableScopes[{place}]' is no fully qualified id."
        )
        raise ArmError(400, "LinkedInvalidPropertyId", text)


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    if prior is not None and prior.properties["type"] == "BuiltInRole":
        text = f"The role definition with ID '{prior.name}' already exists."
        raise ArmError(409, "RoleDefinitionExists", text)  # see _TESTS
    properties = body["properties"]
    name, scopes = properties.get("roleName"), properties.get("assignableScopes")
    if str(properties.get("type") or "CustomRole").lower() != "customrole":
        text = f"The type of a role that can be written is CustomRole, not '{properties['type']}'."
        raise ArmError(400, "InvalidRoleDefinitionType", text)  # see _TESTS
    if not name:
        raise ArmError(400, "RoleDefinitionNameNullOrEmpty", "roleName is required.")  # see _TESTS
    if not scopes:
        text = "assignableScopes needs one scope at least."
        raise ArmError(400, "MissingAssignableScopes", text)  # see _TESTS
    if any(scope in ("", "/") for scope in scopes):
        raise _bad("A custom role cannot be assignable at the root scope '/'.")
    for place, scope in enumerate(scopes):
        _check_scope(place, scope)
    properties["type"] = "CustomRole"
    properties["permissions"] = [
        {key: one.get(key) or [] for key in LISTS} for one in properties.get("permissions") or []
    ]
    groups = [one for one in scopes if "/managementgroups/" in one.lower()]
    data = any(one["dataActions"] or one["notDataActions"] for one in properties["permissions"])
    if groups and data:
        raise _bad(
            "You cannot add data action permissions when you have a management group as an assignable scope."
        )
    if len(groups) > 1:
        raise _bad("Only one management group can be an assignable scope of a custom role.")
    _check_name(call, name)


def _bad(text: str) -> ArmError:
    """Limits: documentation custom-roles. The code is assumed."""
    return ArmError(400, "InvalidRoleDefinition", text)


def _check_name(call: Call, name: str) -> None:
    """Names are unique in the tenant. Text: Azure/ARO-RP#1346; status and code: `_TESTS`."""
    taken = [role.id for role in ROLES.values() if role.name.lower() == name.lower()]
    taken += [
        one.name.lower()
        for one in call.store.under("", DEFINITION)
        if one.properties["roleName"].lower() == name.lower()
    ]
    if any(one != call.path.name.lower() for one in taken):
        text = "A role definition cannot be updated with a name that already exists."
        raise ArmError(409, "RoleDefinitionWithSameNameExists", text)


def delete_definition(call: Call) -> Answer:
    """DELETE of any definition, built-in ones too, which no store holds."""
    if call.path.name.lower() in ROLES:
        raise _refuse_deletion(call.path.name)
    call.kind = call.world.kind(DEFINITION)
    return verbs.delete(call)


def _deleting(call: Call, resource: Resource) -> None:
    """Documentation custom-roles has code and text; status 400 is assumed."""
    for one in call.store.under("", "Microsoft.Authorization/roleAssignments"):
        if one.properties["roleDefinitionId"].rpartition("/")[2].lower() == resource.name.lower():
            text = "There are existing role assignments referencing role."
            raise ArmError(400, "RoleDefinitionHasAssignments", text)


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """Recorded: the id is the subscription's at every scope; createdBy is null in the answer to a PUT."""
    kept = resource.properties
    custom = kept["type"] == "CustomRole"
    put = call.request.method.upper() == "PUT"
    body["id"] = role_id(call, resource.name) if call.path.subscription else resource.id
    body["properties"] = {
        "roleName": kept["roleName"],
        "type": kept["type"],
        "description": kept.get("description", ""),
        "assignableScopes": kept["assignableScopes"],
        "permissions": kept["permissions"],
        "createdOn": stamp(resource.changed if put else resource.created),
        "updatedOn": stamp(resource.changed),
        "createdBy": call.world.caller if custom and not put else None,
        "updatedBy": call.world.caller if custom else None,
    }


def _select(call: Call, beneath: Sequence[Resource]) -> list[Resource]:
    """Every definition that can be assigned at the scope; ``roleName eq`` without case, ``type eq``."""
    wanted = read_filter(call, ("rolename", "type")).values
    found = [_resource(role) for role in ROLES.values()]
    found += [
        one
        for one in call.store.under("", DEFINITION)
        if any(_meet(call.path.scope, scope) for scope in one.properties["assignableScopes"])
    ]
    return [
        one
        for one in found
        if wanted.get("rolename", one.properties["roleName"]).lower() == one.properties["roleName"].lower()
        and wanted.get("type", one.properties["type"]).lower() == one.properties["type"].lower()
    ]


_WORDS = Items(Text())

DEFINITIONS = Kind(
    type=DEFINITION,
    api_versions=VERSIONS,
    short={
        "GET": "a part of the built-in roles, most of them without their actions",
        "list": "a part of the built-in roles, most of them without their actions",
    },
    scope="any",
    names=Names(pattern=GUID, invalid=_invalid_name),
    shape=Object(
        {
            "properties": Object(
                {
                    "roleName": Text(size=512),
                    "description": Text(size=2048),
                    "type": Text(),
                    "assignableScopes": _WORDS,
                    "permissions": Items(Object(dict.fromkeys(LISTS, _WORDS))),
                }
            )
        }
    ),
    location="none",
    tags=0,
    state="",
    create=Accept(status=201),
    put=Accept(status=201),
    patch=None,
    delete=Accept(status=200),
    missing=_missing,
    page_size=EVERYTHING,
    prepare=_prepare,
    deleting=_deleting,
    render=_render,
    absent=_absent,
    select=_select,
)
