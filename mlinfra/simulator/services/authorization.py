"""Microsoft.Authorization: role assignments on any scope.

Wire facts: the REST specification 2022-04-01; recordings azure-cli test_role_assignment_create_update,
test_role_assignment_audits, test_create_for_rbac_idempotent, test_resource_policy_identity, test_vm_msi.
Documentation: role-based-access-control/troubleshooting. A rule without a source says ``assumed``.

The directory. Managed identities are known as soon as they are made, but for `REPLICATION` seconds only to
requests that name the principal's type. Whom else the directory has the simulator cannot know, so:

- a GUID with a principalType is somebody of that type, from then on (`register`);
- a GUID without one is taken for a user, the specification's default;
- objects of other types can be made known beforehand: ``PUT /providers/Mlinfra.Simulator/principals/{guid}``
  with ``{"type": "Group"}`` (the simulator's own address, not Azure's).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import ArmError, invalid_value
from mlinfra.simulator.ids import GUID, segment
from mlinfra.simulator.kinds import Accept, Kind, Names, Route, Service
from mlinfra.simulator.services.authorization_roles import DEFINITIONS, delete_definition, find_role, role_id
from mlinfra.simulator.services.authorization_scopes import above_or_at, at_scope, read_filter, within
from mlinfra.simulator.shapes import Object, Text
from mlinfra.simulator.store import Principal, Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"

VERSIONS = ("2022-04-01", "2020-10-01-preview", "2020-04-01-preview", "2018-01-01-preview", "2015-07-01")

TYPES = ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")

REPLICATION = 20.0
"""Seconds until the directory's replicas know a new principal (recorded as repeated refusals in
test_resource_policy_identity; how long is assumed)."""

LIMIT = 4000
"""Assignments of one subscription (documentation troubleshooting: RoleAssignmentLimitExceeded)."""

NOBODY = "00000000-0000-0000-0000-000000000000"

_ROLE = re.compile(
    r"(/subscriptions/[^/]+|/providers/Microsoft\.Management/managementGroups/[^/]+)?(/resourceGroups/.+)?"
    r"/providers/Microsoft\.Authorization/roleDefinitions/([^/]+)",
    re.IGNORECASE,
)


def register(world: World, object_id: str, type_: str) -> Principal:
    """Make an object of the directory known, with its type (one of `TYPES`), and old enough to be found."""
    principal = Principal(object_id.lower(), type_, "", world.now - REPLICATION)
    world.store.put_principal(principal)
    return principal


def _invalid_name(call: Call, name: str) -> ArmError:
    """Specification: 'It can be any valid GUID'. The code: gruntwork-io/terragrunt handles it; status 400 is
    assumed."""
    text = f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
    return ArmError(400, "InvalidRoleAssignmentId", text)


def _update_refused() -> ArmError:
    """Status and text: Azure/Azure-Landing-Zones#2040 (same GUID, other content or another scope)."""
    text = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
    return ArmError(400, "RoleAssignmentUpdateNotPermitted", text)


def _missing(call: Call) -> ArmError:
    """The code is assumed: no recording reads an assignment that is gone."""
    return ArmError(404, "RoleAssignmentNotFound", f"The role assignment '{call.path.name}' is not found.")


# -- writing -----------------------------------------------------------------------------------------------


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    role, principal = _required(properties)
    scope = call.path.scope or "/"
    if prior is not None:
        _check_update(properties, prior, role, principal)
        properties["scope"] = prior.properties["scope"]
        properties["roleDefinitionId"] = prior.properties["roleDefinitionId"]
    else:
        definition = find_role(call.world, role)
        if definition is None:
            # text: public reports of azurerm; status 400 to the PUT is assumed (a GET answers 404)
            text = f"The specified role definition with ID '{role}' does not exist."
            raise ArmError(400, "RoleDefinitionDoesNotExist", text)
        _check_assignable(definition, scope)
        properties["scope"] = scope
        properties["roleDefinitionId"] = role_id(call, role)
        for other in at_scope(call.store, ASSIGNMENT, call.path.scope):
            if _about(other) == (role, principal):
                # recorded: test_create_for_rbac_idempotent
                raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.")
        _check_limit(call)
    properties["principalType"] = _principal_type(call, properties, prior, principal)
    properties["principalId"] = principal
    _check_condition(properties)


def _required(properties: dict[str, Any]) -> tuple[str, str]:
    """The GUIDs of role and principal, in lower case. Azure/azure-cli#2458: 400 BadRequestFormat for a role
    that is no id; the same for other malformed values is assumed."""
    match = _ROLE.fullmatch(str(properties.get("roleDefinitionId", "")))
    principal = str(properties.get("principalId", ""))
    if match is None or not GUID.fullmatch(match[3]) or not GUID.fullmatch(principal):
        raise ArmError(400, "BadRequestFormat", "The request was incorrectly formatted.")
    return match[3].lower(), principal.lower()


def _about(assignment: Resource) -> tuple[str, str]:
    properties = assignment.properties
    return properties["roleDefinitionId"].rpartition("/")[2].lower(), properties["principalId"].lower()


def _check_update(properties: dict[str, Any], prior: Resource, role: str, principal: str) -> None:
    if _about(prior) != (role, principal):
        raise _update_refused()
    old = prior.properties.get("delegatedManagedIdentityResourceId")
    new = properties.get("delegatedManagedIdentityResourceId")
    if new is not None and str(old).lower() != new.lower():
        raise _update_refused()
    properties["delegatedManagedIdentityResourceId"] = old


def _check_assignable(definition: Resource, scope: str) -> None:
    """The code is that of public reports of custom roles; status 400 and the text are assumed."""
    scopes = definition.properties["assignableScopes"]
    if not any(within(scope, allowed) for allowed in scopes):
        text = f"The role '{definition.name}' is not assignable at the scope '{scope}'."
        raise ArmError(400, "RoleAssignmentScopeNotAssignableToRoleDefinition", text)


def _check_limit(call: Call) -> None:
    if call.path.subscription and _held(call.world, call.path.subscription) >= LIMIT:
        # documentation troubleshooting has the code; status 400 is assumed
        text = f"No more role assignments can be created: the subscription has {LIMIT}."
        raise ArmError(400, "RoleAssignmentLimitExceeded", text)


def _principal_type(call: Call, properties: dict[str, Any], prior: Resource | None, principal: str) -> str:
    asked = properties.get("principalType")
    if prior is not None:
        held = str(prior.properties["principalType"])
        if asked is not None and asked != held:
            raise _update_refused()  # assumed: azurerm replaces for another type
        return held
    known = call.store.principal(principal)
    if principal == NOBODY or (
        known is not None and asked is None and call.now - known.created < REPLICATION
    ):
        raise _unknown(call, principal)
    if known is None:
        return register(call.world, principal, asked or "User").kind
    if asked is not None and asked != known.kind:
        # code and sense: public reports (Azure/azure-dev#3581); status 400 is assumed
        text = f"The PrincipalId '{principal}' has type '{known.kind}', not the specified '{asked}'."
        raise ArmError(400, "UnmatchedPrincipalType", text)
    return known.kind


def _unknown(call: Call, principal: str) -> ArmError:
    """Recorded: test_resource_policy_identity."""
    plain = principal.replace("-", "")
    text = (
        f"Principal {plain} does not exist in the directory {call.world.tenant}. Check that you have the "
        "correct principal ID. If you are creating this principal and then immediately assigning a role, "
        "this error might be related to a replication delay. In this case, set the role assignment "
        "principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype"
    )
    return ArmError(400, "PrincipalNotFound", text)


def _check_condition(properties: dict[str, Any]) -> None:
    """Documentation conditions-format: both or none. Codes assumed."""
    condition, version = properties.get("condition"), properties.get("conditionVersion")
    if (condition is None) != (version is None):
        raise ArmError(400, "InvalidCondition", "condition and conditionVersion come together.")


# -- counting ----------------------------------------------------------------------------------------------


def _key(subscription: str) -> str:
    return f"roleAssignments|{subscription.lower()}"


def _held(world: World, subscription: str) -> int:
    return int(world.store.meta(_key(subscription)) or 0)


def _count(world: World, resource: Resource, by: int) -> None:
    subscription = segment(resource.id, "subscriptions")
    world.store.set_meta(_key(subscription), _held(world, subscription) + by)


def _created(call: Call, resource: Resource) -> None:
    _count(call.world, resource, 1)


def _deleted(world: World, resource: Resource) -> None:
    _count(world, resource, -1)


# -- answers -----------------------------------------------------------------------------------------------


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """Recorded: the id keeps the casing of the scope that was sent; createdBy is null in the answer to a PUT,
    whose createdOn is the time of that write; a GET says when it was first written."""
    kept = resource.properties
    scope = kept["scope"]
    put = call.request.method.upper() == "PUT"
    written = resource.changed + 1.0
    body["id"] = f"{'' if scope == '/' else scope}/providers/{ASSIGNMENT}/{resource.name}"
    body["properties"] = {
        "roleDefinitionId": kept["roleDefinitionId"],
        "principalId": kept["principalId"],
        "principalType": kept["principalType"],
        "scope": scope,
        "condition": kept.get("condition"),
        "conditionVersion": kept.get("conditionVersion"),
        "createdOn": stamp(resource.changed if put else resource.created + 1.0),
        "updatedOn": stamp(written),
        "createdBy": None if put else call.world.caller,
        "updatedBy": call.world.caller,
        "delegatedManagedIdentityResourceId": kept.get("delegatedManagedIdentityResourceId"),
        "description": kept.get("description"),
    }


def _select(call: Call, beneath: Sequence[Resource]) -> list[Resource]:
    """``atScope()``: at the scope and inherited from above. Without it, also what is below; principalId and
    assignedTo keep one principal's (specification: RoleAssignmentFilterParameter)."""
    wanted = read_filter(call, ("principalid", "assignedto"))
    inherited = above_or_at(call.store, ASSIGNMENT, call.path.scope)
    found = {one.id.lower(): one for one in inherited}
    if not wanted.at_scope:
        found.update((one.id.lower(), one) for one in beneath)
    principal = wanted.values.get("principalid") or wanted.values.get("assignedto")
    return [
        one
        for _, one in sorted(found.items())
        if principal is None or one.properties["principalId"].lower() == principal.lower()
    ]


ASSIGNMENTS = Kind(
    type=ASSIGNMENT,
    api_versions=VERSIONS,
    short={"*": "nobody is refused for want of a role; conditions are kept and not evaluated"},
    scope="any",
    names=Names(pattern=GUID, invalid=_invalid_name, world=True, taken=lambda call, other: _update_refused()),
    shape=Object(
        {
            "properties": Object(
                {
                    "roleDefinitionId": Text(),
                    "principalId": Text(),
                    "principalType": Text(among=TYPES),
                    "description": Text(),
                    "condition": Text(),
                    "conditionVersion": Text(among=("1.0", "2.0")),
                    "delegatedManagedIdentityResourceId": Text(),
                }
            )
        }
    ),
    location="none",
    tags=0,
    state="",
    # recorded: 201 for what is new and for an update (test_role_assignment_create_update)
    create=Accept(status=201),
    put=Accept(status=201),
    patch=None,
    # recorded: 200 with what was deleted
    delete=Accept(status=200),
    missing=_missing,
    page_size=2 * LIMIT,
    prepare=_prepare,
    created=_created,
    deleted=_deleted,
    render=_render,
    select=_select,
)


# -- the simulator's own address ---------------------------------------------------------------------------


def _register(call: Call) -> Answer:
    """Make somebody of the directory known; the module's docstring says why."""
    type_, object_id = call.object().get("type"), call.path.name
    if type_ not in TYPES:
        raise invalid_value("type", type_)
    if not GUID.fullmatch(object_id):
        raise invalid_value("id", object_id)
    principal = register(call.world, object_id, type_)
    return Answer(200, {"id": principal.id, "type": principal.kind})


SERVICE = Service(
    namespace="Microsoft.Authorization",
    kinds=(ASSIGNMENTS, DEFINITIONS),
    routes=(
        # built-in roles are no stored resources: their DELETE must be refused, not find nothing
        Route(
            method="DELETE", type=DEFINITIONS.type, item=True, handler=delete_definition,
            api_versions=DEFINITIONS.api_versions,
        ),
        Route(
            method="PUT", type="Mlinfra.Simulator/principals", item=True, handler=_register,
            api_versions=VERSIONS, short="the simulator's own: somebody is known then",
        ),
    ),
)  # fmt: skip
