"""``role_assignment``: Microsoft.Authorization/roleAssignments, on any scope.

The name of one is a GUID that the client chooses. Ours is made from scope, principal and role, so that the
same assignment has the same id everywhere (ARM's own ``guid()`` is the same idea, D:rbac/troubleshooting).

``principal_type`` is left to Azure unless it is written: then Azure looks the principal up in the directory,
which does not know a principal that was made a moment ago. Such a refusal is tried again, and its hint says
that ``principal_type: ServicePrincipal`` (for a managed identity) avoids the wait.

Facts: S is the specification 2022-04-01, T hashicorp/terraform-provider-azurerm@69697b7fe6
internal/services/authorization/role_assignment_resource.go, R recordings of azure-cli.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Progress, ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.errors import AzureError
from mlinfra.providers.azure.facts.roles import built_in_guid, built_in_name, near_roles
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.schema import Property, choice, computed, pick, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_BENEATH = "/providers/Microsoft.Authorization/roleAssignments"
_DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"

_NAMESPACE = uuid.UUID("6015859e-2aef-4663-ae18-996b9f0883ac")
"""Of the names that we make; never to be changed, or every assignment would get another id."""

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

_T = "T/authorization/role_assignment_resource.go ForceNew"
_UPDATED = "R:az test_role_assignment_create_update; T (no ForceNew)"

_ROWS = (
    Property("id", "id", computed(x_id=True, description="The assignment's id in Azure."), "R"),
    Property(
        "assignment_id",
        "id",
        computed(x_id=True, description="The id of an equal assignment that was there before."),
        "R",
    ),
    Property(
        "role",
        "properties.roleDefinitionId",
        text(
            minLength=1,
            description="What may be done: a built-in role's name, or the GUID or id of any role.",
            x_grants=["principal", "scope"],
            x_immutable=True,
            x_case_insensitive=True,
        ),
        f"{_T}; R (answered with the subscription before it)",
        required=True,
    ),
    Property(
        "principal",
        "properties.principalId",
        text(
            minLength=1,
            description="Who may: the object id of a user, group, service principal or managed identity.",
            x_immutable=True,
            x_case_insensitive=True,
        ),
        _T,
        required=True,
    ),
    Property(
        "principal_type",
        "properties.principalType",
        choice(
            "User",
            "Group",
            "ServicePrincipal",
            "ForeignGroup",
            "Device",
            description="What the principal is; a managed identity is a ServicePrincipal. Left out, Azure "
            "looks it up, which takes a while for one that was just made.",
            x_immutable=True,
            x_case_insensitive=True,
        ),
        f"S, B; {_T}",
    ),
    Property(
        "scope",
        "",
        text(
            pattern="^/",
            description="On what: the id of a resource, a resource group or a subscription, and all in it.",
            x_id=True,
            x_immutable=True,
            x_hint="Write an id, such as ${workspace.main.id}.",
        ),
        _T,
        required=True,
    ),
    Property("description", "properties.description", text(description="Why it was given."), _UPDATED),
    Property(
        "condition",
        "properties.condition",
        text(description="When it holds, in Azure's language for conditions."),
        _UPDATED,
    ),
    Property(
        "condition_version",
        "properties.conditionVersion",
        choice("1.0", "2.0", description="The version of that language; left out, 2.0."),
        _UPDATED,
    ),
)


class RoleAssignment(ArmType):
    """A role given to a principal on a scope."""

    name = "role_assignment"
    resource_type = "Microsoft.Authorization/roleAssignments"
    read_only = (
        "properties.createdBy",
        "properties.createdOn",
        "properties.scope",
        "properties.updatedBy",
        "properties.updatedOn",
    )
    words: Mapping[str, Any] = {
        "title": "Role assignment",
        "description": "What a principal may do with a resource and all that is in it.",
        "x-adopts-equal": True,
        "x-seconds": {"create": 3, "update": 3, "delete": 3},
        "x-example": {
            "role": "AzureML Data Scientist",
            "principal": "${user_assigned_identity.main.principal_id}",
            "principal_type": "ServicePrincipal",
            "scope": "${workspace.main.id}",
            "description": "trains the model",
        },
        "x-example-update": {"description": "trains and registers the model"},
        "x-example-immutable": {"role": "Reader"},
    }
    properties = _ROWS

    def identify(self, attrs: Attrs) -> str | None:
        """The id of the equal assignment that was found, else the one that its content makes."""
        known = attrs.get("assignment_id")
        if known:
            return str(known)
        scope, principal, role = attrs.get("scope"), attrs.get("principal"), attrs.get("role")
        if not scope or not principal or not role:
            return None
        content = f"{scope.rstrip('/')}|{principal}|{_role_guid(role)}".lower()
        return f"{scope.rstrip('/')}{_BENEATH}/{uuid.uuid5(_NAMESPACE, content)}"

    def id_attributes(self, id: str) -> Attrs:
        """The scope."""
        return {"scope": _scope_of(id)}

    def normalize(self, attrs: Attrs) -> Attrs:
        """The role by its name where it is a built-in one, else by its GUID.

        Raises ProviderError for a role that nobody knows by that name, and for a principal that is no
        object id.
        """
        normal = dict(attrs)
        if isinstance(normal.get("role"), str):
            guid = _role_guid(normal["role"])
            normal["role"] = built_in_name(guid) or guid
        if isinstance(normal.get("principal"), str):
            normal["principal"] = _object_id(normal["principal"])
        if isinstance(normal.get("scope"), str) and normal["scope"] != "/":
            normal["scope"] = normal["scope"].rstrip("/")
        return normal

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body, with the role as a definition's id."""
        wanted = self.normalize(desired)
        if wanted.get("condition") and not wanted.get("condition_version"):
            wanted["condition_version"] = "2.0"
        body = super().to_body(wanted, update=update)
        if isinstance(wanted.get("role"), str):
            subscription = ids.subscription_of(str(wanted.get("scope", "")))
            above = f"/subscriptions/{subscription}" if subscription else ""
            body["properties"]["roleDefinitionId"] = f"{above}{_DEFINITIONS}/{_role_guid(wanted['role'])}"
        return body

    def listing(self, id: str) -> tuple[str, Mapping[str, str]] | None:
        """All assignments on the scope. What is inherited from above is listed too, and told by its id."""
        return f"{_scope_of(id).rstrip('/')}{_BENEATH}", {"$filter": "atScope()"}

    def resolve(self, conn: AzureConnection, wanted: Sequence[Attrs]) -> Sequence[Attrs]:
        """The same attributes; where an equal assignment exists under another GUID, with its id in
        ``assignment_id``. One list for each scope. Raises ProviderError."""
        listed: dict[str, list[Attrs]] = {}
        answered: list[Attrs] = []
        for attrs in wanted:
            own = self.identify(attrs)
            if own is None:
                answered.append(attrs)
                continue
            key = ids.key(attrs["scope"])
            if key not in listed:
                listed[key] = self._on_scope(conn, attrs["scope"])
            equal = _equal(listed[key], self.normalize(attrs), own)
            other = equal is not None and not ids.same(equal["id"], own)
            answered.append({**attrs, "assignment_id": equal["id"]} if equal and other else attrs)
        return answered

    def begin(
        self, conn: AzureConnection, op: Op, id: str, prior: Attrs | None, desired: Attrs | None
    ) -> Progress:
        """As the base does; an equal assignment under another GUID is taken as it is, and answered with
        its id. Raises ProviderError."""
        try:
            return super().begin(conn, op, id, prior, desired)
        except AzureError as wrong:
            if op is Op.CREATE and desired is not None:
                if "RoleAssignmentExists" in wrong.reasons:
                    found = _equal(self._on_scope(conn, desired["scope"]), self.normalize(desired), id)
                    if found is not None:
                        return Done(found, found["id"])
                if "PrincipalNotFound" in wrong.reasons and not desired.get("principal_type"):
                    wrong.hint += (
                        " Write `principal_type` beside it (ServicePrincipal for a managed identity), and "
                        "Azure does not look it up."
                    )
            raise

    def _on_scope(self, conn: AzureConnection, scope: str) -> list[Attrs]:
        """Every assignment that is made on this scope itself."""
        listing = self.listing(f"{scope.rstrip('/')}{_BENEATH}/any")
        assert listing is not None
        path, query = listing
        return [
            self.attributes(item["id"], item)
            for item in conn.arm.list(path, self.api_version, query)
            if isinstance(item.get("id"), str)
            and ids.key(str(pick(item, ("properties", "scope")) or "")) == ids.key(scope)
        ]


def _equal(there: Sequence[Attrs], wanted: Attrs, own: str) -> Attrs | None:
    """What has the same role and principal; the one of our own name first."""
    same = [
        attrs
        for attrs in there
        if str(attrs.get("role")).lower() == str(wanted["role"]).lower()
        and str(attrs.get("principal")).lower() == str(wanted["principal"]).lower()
    ]
    return next((attrs for attrs in same if ids.same(attrs["id"], own)), same[0] if same else None)


def _scope_of(id: str) -> str:
    """The scope that an assignment's id begins with; ``/`` for one of the whole tenant."""
    at = id.lower().rfind(_BENEATH.lower())
    return (id[:at] if at >= 0 else id) or "/"


def _role_guid(role: str) -> str:
    """The GUID of a role given by built-in name, GUID or definition id.

    Raises ProviderError for any other word.
    """
    guid = role.rstrip("/").rpartition("/")[2]
    if _GUID.fullmatch(guid):
        return guid.lower()
    known = built_in_guid(role)
    if known is not None:
        return known
    near = near_roles(role)
    raise ProviderError(
        "MLI-AZ-ROLE",
        f"no built-in role that mlinfra knows is called `{role}`",
        path=("role",),
        hint=(f"Did you mean `{near[0]}`? " if near else "")
        + "One of this stack is ${role_definition.NAME.id}; any other is given by its GUID: "
        f'az role definition list --name "{role}" --query "[].name" -o tsv',
        sent=False,
    )


def _object_id(principal: str) -> str:
    """A principal's object id in lower case. Raises ProviderError for what is none."""
    if _GUID.fullmatch(principal):
        return principal.lower()
    if "@" in principal:
        how = f"az ad user show --id {principal} --query id -o tsv"
    else:
        how = (
            f'az ad group show --group "{principal}" --query id -o tsv   (a group), or   '
            f'az ad sp list --display-name "{principal}" --query "[].id" -o tsv   (a service principal)'
        )
    raise ProviderError(
        "MLI-AZ-PRINCIPAL",
        f"`{principal}` is no object id",
        path=("principal",),
        hint=f"A role is given to an object id. It is printed by: {how}",
        sent=False,
    )
