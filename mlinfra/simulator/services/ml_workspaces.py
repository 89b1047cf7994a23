"""Microsoft.MachineLearningServices/workspaces: what a workspace is made of and how it lives.

Wire facts: the REST specification 2024-04-01; recordings New-AzMLWorkspace (azure-powershell 2022), az ml
test_workspace and test_capability_host_in_project, azure-ai-ml test_workspace and
test_workspace_outbound_rule_operations (2023). A rule without such a source says ``assumed``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mlinfra.simulator.bodies import overlay
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.identities import SHAPE as IDENTITY
from mlinfra.simulator.identities import attach
from mlinfra.simulator.kinds import Accept, Headers, Immutable, Kind, Names, Polling, ResultUrl, StatusUrl
from mlinfra.simulator.services import ml_deleted
from mlinfra.simulator.services.ml_deleted import WORKSPACE
from mlinfra.simulator.services.ml_dependents import check_dependents, check_storage, make_own_stores
from mlinfra.simulator.services.ml_errors import bad_request, validation_error
from mlinfra.simulator.services.ml_networks import PROVISION, check_network, provisioned
from mlinfra.simulator.services.ml_workspace_actions import ACTIONS
from mlinfra.simulator.services.ml_workspace_answers import listed, projects_of, render
from mlinfra.simulator.services.ml_workspace_shape import KINDS, PATCHABLE, PROPERTIES
from mlinfra.simulator.services.ml_workspace_status import PATH, operation_status
from mlinfra.simulator.shapes import Object, Text
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

VERSIONS = (
    "2024-04-01", "2023-10-01", "2023-04-01", "2023-04-01-preview", "2022-12-01-preview", "2022-10-01",
    "2022-10-01-preview", "2022-05-01", "2022-01-01-preview",
)  # fmt: skip
"""The first is the one whose specification the answers are held against; of the older ones the stable and the
recorded are taken, since their models are parts of it. Newer ones are not: their keys would be lost."""

CREATE, UPDATE, PATCH, DELETE = 180.0, 60.0, 45.0, 60.0
"""Seconds. PATCHes are recorded with 30 to 92; no recording dates the others (typical durations, assumed)."""

ATTACH_TAGS = frozenset({"attachkeyvaulttoworkspace", "attachappinsightstoworkspace"})


def _invalid_name(call: Call, name: str) -> ArmError:
    """The pattern is the specification's (WorkspaceNameParameter); the code is assumed."""
    return validation_error(
        f"The workspace name '{name}' is invalid. It has 3 to 33 letters, digits, hyphens and underscores, "
        "and begins with a letter or digit."
    )


def _fixed(what: str) -> Any:
    """The specification: 'This cannot be changed once the workspace has been created' (storageAccount,
    keyVault). Code and sense of the refusal: Azure-Samples/get-started-with-ai-chat#65, where it comes at the
    end of the operation; that it is said to the PUT itself, and for the other keys, is assumed."""

    def refuse(call: Call, old: Any, new: Any) -> ArmError:
        return bad_request(f"An update of the workspace's {what} is not supported ('{old}' to '{new}').")

    return refuse


def _sent(body: Any) -> dict[str, Any]:
    """What a request says at its top or in its properties, by keys in lower case."""
    return {key.lower(): value for key, value in (body or {}).items()}


# -- hooks -------------------------------------------------------------------------------------------------


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    assert call.kind is not None
    id = prior.id if prior is not None else canonical_id(call, call.kind)
    if prior is not None and call.request.method.upper() == "PATCH":
        _narrow_patch(call, body, prior)
    properties = body["properties"]
    properties.pop("allowRecoverSoftDeletedWorkspace", None)
    if prior is not None and prior.properties.get("encryption"):
        properties["encryption"] = overlay(prior.properties["encryption"], properties.get("encryption", {}))
    for key in ("applicationInsights", "containerRegistry", "imageBuildCompute"):
        if properties.get(key) == "":  # the empty text means none (az ml sends it)
            del properties[key]
    if body["kind"] == "Project":
        _join_hub(call, body)
    check_dependents(call, body, prior)
    _attach_identity(call, body, prior, id)
    check_network(call, body, prior)
    _check_rest(body)
    if prior is None:
        properties["workspaceId"] = call.ids.guid("workspace", id)
        properties["tenantId"] = call.world.tenant
    properties.setdefault("enableDataIsolation", body["kind"] in ("Hub", "Project"))


def _revive(call: Call, body: dict[str, Any]) -> Resource | None:
    return ml_deleted.revive(call, body, canonical_id(call, WORKSPACES))


def _purge(call: Call) -> Answer | None:
    assert WORKSPACES.delete is not None
    return ml_deleted.purge(call, WORKSPACES.delete)


def _narrow_patch(call: Call, body: dict[str, Any], prior: Resource) -> None:
    """A PATCH reads what its model has and drops the rest, as recorded for allowRoleAssignmentOnRG."""
    properties = body["properties"]
    for key in [*properties]:
        if key not in PATCHABLE:
            properties.pop(key)
    for key, value in prior.properties.items():
        if key not in PATCHABLE:
            properties[key] = value
    body["kind"] = prior.body["kind"]
    sent = _sent(call.object())
    _check_tags(sent.get("tags") or {})
    if sent.get("identity") is not None:
        body["identity"] = _patched_identity(sent["identity"], prior.body["identity"])


def _check_tags(tags: dict[str, Any]) -> None:
    """azure-ai-ml strips these two tags before it sends a PATCH, since the service refuses them; the code is
    assumed."""
    for tag in tags:
        if tag.lower() in ATTACH_TAGS:
            raise bad_request(f"The tag '{tag}' cannot be set by an update of the workspace.")


def _patched_identity(sent: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """User-assigned identities are merged; a null takes one away (test_update_sai_to_sai_and_uai)."""
    held: dict[str, Any] = {id: {} for id in before.get("userAssignedIdentities") or {}}
    folded = {id.lower(): id for id in held}
    for id, value in (sent.get("userAssignedIdentities") or {}).items():
        own = folded.get(id.lower(), id)
        if value is None:
            held.pop(own, None)
        else:
            held[own] = {}
    type_ = sent.get("type") or before.get("type")
    wanted = isinstance(type_, str) and "userassigned" in type_.lower()
    return {"type": type_, "userAssignedIdentities": held if wanted else {}}


def _attach_identity(call: Call, body: dict[str, Any], prior: Resource | None, id: str) -> None:
    """Documentation how-to-identity-based-service-authentication; the codes are assumed."""
    if prior is None:
        body.setdefault("identity", {"type": "SystemAssigned"})
    attach(call, body, prior, id)
    identity = body.get("identity") or {}
    if identity.get("type", "None") == "None":
        raise validation_error("A workspace needs a managed identity.")
    chosen = {key.lower(): key for key in identity.get("userAssignedIdentities") or {}}
    primary = body["properties"].get("primaryUserAssignedIdentity")
    if identity["type"] == "UserAssigned" and not primary:
        raise validation_error("primaryUserAssignedIdentity is required when the identity is UserAssigned.")
    if primary:
        if primary.lower() not in chosen:
            raise validation_error(
                f"primaryUserAssignedIdentity '{primary}' is no identity of the workspace."
            )
        body["properties"]["primaryUserAssignedIdentity"] = chosen[primary.lower()]
    if prior is not None:
        before = prior.body["identity"]["type"]
        if "UserAssigned" in before and identity["type"] == "SystemAssigned":
            raise bad_request(
                "A workspace with user-assigned identities cannot go back to SystemAssigned alone."
            )


def _join_hub(call: Call, body: dict[str, Any]) -> None:
    """A project takes its dependents from its hub and refuses its own (azurerm ai_foundry_project nulls
    them); the codes are assumed."""
    properties = body["properties"]
    inherited = ("storageAccount", "keyVault", "applicationInsights", "containerRegistry", "encryption")
    sent = _sent(_sent(call.object()).get("properties"))
    hub = call.store.get(properties.get("hubResourceId") or "")
    if hub is None or hub.type != WORKSPACE or hub.body.get("kind") != "Hub":
        raise validation_error(f"The hub '{properties.get('hubResourceId')}' of the project does not exist.")
    for key in (*inherited, "managedNetwork"):
        if sent.get(key.lower()) is not None:
            raise validation_error(f"A project takes {key} from its hub; leave it out.")
    properties["hubResourceId"] = hub.id
    for key in inherited:
        if key in hub.properties:
            properties[key] = hub.properties[key]


def _check_rest(body: dict[str, Any]) -> None:
    """FeatureStore: the specification's featureStoreSettings and azurerm's requirement of it (assumed code).
    An encryption needs its key (specification: EncryptionProperty, required)."""
    properties = body["properties"]
    if body["kind"] == "FeatureStore" and not properties.get("featureStoreSettings"):
        raise validation_error("A feature store needs featureStoreSettings.")
    encryption = properties.get("encryption")
    if encryption is not None:
        keys = encryption.get("keyVaultProperties") or {}
        if not encryption.get("status") or not keys.get("keyVaultArmId") or not keys.get("keyIdentifier"):
            raise validation_error("encryption needs status, keyVaultArmId and keyIdentifier.")


def _deleting(call: Call, resource: Resource) -> None:
    """Computes and role assignments die at once (documentation concept-soft-delete: hard-deleted). A hub
    goes after its projects (fact of azurerm's tests; the code is assumed)."""
    for other in projects_of(call.store, resource):
        raise bad_request(f"The hub '{resource.name}' still has the project '{other.name}'. Delete it first.")
    purge = call.query.get("forcetopurge", "false").lower()
    if purge not in ("true", "false"):
        raise bad_request(f"The value '{purge}' of forceToPurge is neither true nor false.")
    resource.data["purge"] = purge == "true"
    ml_deleted.keep(call.world, resource)
    for one in reversed(call.store.under(resource.id)):
        call.world.remove(one)


def _finished(world: World, operation: Operation, resource: Resource | None) -> None:
    if operation.verb == "purge":
        world.store.forget(operation.resource)
    if resource is not None and operation.verb == "recover":
        ml_deleted.come_back(world, resource)
    if resource is not None and operation.verb == PROVISION:
        provisioned(resource, spark=operation.data["spark"])
    if resource is None or operation.verb not in ("create", "update", "patch"):
        return
    check_storage(world, resource)
    if not resource.data.get("made"):
        resource.data["made"] = True
        make_own_stores(world, resource)


def _busy(call: Call, resource: Resource) -> None:
    """Status and code are assumed: no recording writes to a workspace at work."""
    text = f"The workspace '{resource.name}' is in state {resource.state}; try again when that is over."
    raise ArmError(409, "Conflict", text)


def _select(call: Call, found: Sequence[Resource]) -> list[Resource]:
    """``kind`` of the specification's list operations; several are separated by commas."""
    asked = {word.strip().lower() for word in call.query.get("kind", "").split(",") if word.strip()}
    return [one for one in found if not asked or str(one.body.get("kind")).lower() in asked]


POLLING = Polling(
    name="ml.workspace",
    status=StatusUrl(path=PATH, query={"type": "async"}, render=operation_status),
    result=ResultUrl(path=PATH, query={"type": "location"}),
)

_BOTH: tuple[Headers, ...] = ("async", "location")

REFUSED = (
    "batchEndpoints", "capabilityHosts", "codes", "components", "connections", "featuresets",
    "featurestoreEntities", "jobs", "marketplaceSubscriptions", "models", "onlineEndpoints", "outboundRules",
    "privateEndpointConnections", "privateLinkResources", "schedules", "serverlessEndpoints",
)  # fmt: skip
"""What Azure has in a workspace and the simulator has not."""

WORKSPACES = Kind(
    type=WORKSPACE,
    api_versions=VERSIONS,
    short={"PUT": "durations are typical ones"},
    refused=REFUSED,
    names=Names(pattern=re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}"), invalid=_invalid_name),
    shape=Object(
        {
            "kind": Text(among=KINDS),
            "identity": IDENTITY,
            "sku": Object({"name": Text(), "tier": Text()}),
            "properties": PROPERTIES,
        }
    ),
    envelope=("identity", "kind", "sku"),
    defaults={
        "kind": "Default",
        "sku": {"name": "Basic", "tier": "Basic"},
        "properties": {
            "hbiWorkspace": False,
            "publicNetworkAccess": "Enabled",
            "v1LegacyMode": False,
            "managedNetwork": {"isolationMode": "Disabled"},
        },
    },
    computed=(("properties", "workspaceId"), ("properties", "tenantId")),
    immutable=(
        Immutable(path=("kind",), error=_fixed("kind")),
        Immutable(path=("properties", "storageAccount"), error=_fixed("storageAccount"), strict=True),
        Immutable(path=("properties", "keyVault"), error=_fixed("keyVault"), strict=True),
        Immutable(path=("properties", "hbiWorkspace"), error=_fixed("hbiWorkspace")),
        Immutable(path=("properties", "hubResourceId"), error=_fixed("hubResourceId"), strict=True),
        Immutable(path=("properties", "enableDataIsolation"), error=_fixed("enableDataIsolation")),
        # EncryptionUpdateProperties has the key's identifier only
        Immutable(path=("properties", "encryption", "status"), error=_fixed("encryption"), strict=True),
        Immutable(
            path=("properties", "encryption", "keyVaultProperties", "keyVaultArmId"),
            error=_fixed("encryption"),
            strict=True,
        ),
    ),
    # recorded: New-AzMLWorkspace (PUT), test_workspace (PATCH, DELETE): 202, no body, both headers
    create=Accept(status=202, headers=_BOTH, seconds=CREATE, running="Creating", body=False),
    put=Accept(status=202, headers=_BOTH, seconds=UPDATE, running="Updating", body=False),
    patch=Accept(status=202, headers=_BOTH, seconds=PATCH, running="Updating", body=False),
    delete=Accept(status=202, headers=_BOTH, seconds=DELETE, running="Deleting", body=False),
    polling=POLLING,
    system_data=True,
    prepare=_prepare,
    deleting=_deleting,
    leaving=ml_deleted.keep,
    deleted=ml_deleted.bury,
    revive=_revive,
    purge=_purge,
    finished=_finished,
    render=render,
    listed=listed,
    busy=_busy,
    select=_select,
    actions=ACTIONS,
)
