"""What a workspace stands on: storage account, key vault, application insights, container registry.

They must be there when a workspace names them; their ids are answered in the service's own casing
(recording New-AzMLWorkspace; az ml recordings for ``Microsoft.Keyvault`` and ``Microsoft.insights``).
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.bodies import fresh_etag
from mlinfra.simulator.ids import parse, segment
from mlinfra.simulator.services.ml_errors import bad_request, validation_error
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call, World

DEPENDENTS = {
    "storageAccount": "Microsoft.Storage/storageAccounts",
    "keyVault": "Microsoft.Keyvault/vaults",
    "applicationInsights": "Microsoft.insights/components",
    "containerRegistry": "Microsoft.ContainerRegistry/registries",
}
"""Property to type, in the casing that answers have."""

_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_SHARES = "Microsoft.Storage/storageAccounts/fileServices/shares"
_DATASTORES = "Microsoft.MachineLearningServices/workspaces/datastores"


def check_dependents(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """Require and re-case the ids. Only what a request changes is looked up again.

    Raises ArmError 400: ValidationError for one that is left out (Azure/azure-rest-api-specs#15878) or, which
    is assumed, is not there; BadRequest for one that is still being made (Azure/azure-service-operator#3087).
    """
    properties = body["properties"]
    # azurerm asks for application insights too; a recorded hub has none
    for key in ("storageAccount", "keyVault"):
        if not properties.get(key):
            raise validation_error(f"Dependent resources are missing in the workspace's body: {key}.")
    for key, shown in DEPENDENTS.items():
        value = properties.get(key)
        if value is None:
            continue
        old = prior.properties.get(key) if prior is not None else None
        if old is not None and old.lower() == value.lower():
            properties[key] = old
        else:
            properties[key] = _resolve(call, key, value, shown)
    if prior is None and properties.get("encryption"):
        vault = properties["encryption"].get("keyVaultProperties", {}).get("keyVaultArmId", "")
        _resolve(call, "encryption.keyVaultProperties.keyVaultArmId", vault, DEPENDENTS["keyVault"])


def _resolve(call: Call, key: str, value: str, shown: str) -> str:
    path = parse(value)
    found = call.store.get(path.text) if path.type == shown.lower() and path.item else None
    if found is None:
        raise validation_error(f"The dependent resource of {key} does not exist: '{value}'.")
    if found.state not in ("Succeeded", "Updating"):
        word = "StorageAccountIsNotProvisioned" if key == "storageAccount" else "DependencyIsNotProvisioned"
        raise bad_request(f"{word}: '{found.id}' is in state {found.state}, it must be Succeeded.")
    subscription, group = segment(found.id, "subscriptions"), segment(found.id, "resourceGroups")
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{shown}/{found.name}"


def has_hierarchy(world: World, workspace: Resource) -> bool:
    """Whether the workspace's storage account has hierarchical namespaces."""
    account = world.get(workspace.properties.get("storageAccount") or "")
    return bool(account is not None and account.properties.get("isHnsEnabled"))


def check_storage(world: World, workspace: Resource) -> None:
    """What the service finds out while it builds. Raises ArmError, which fails the operation.

    Hierarchical namespaces are for feature stores only (microsoft/AzureTRE#1920; az ml makes them there); a
    vault of an encryption needs purge protection (MicrosoftDocs/azure-docs#108584).
    """
    if workspace.body["kind"] in ("Default", "Hub") and has_hierarchy(world, workspace):
        raise bad_request("A storage account with hierarchical namespaces (HNS) cannot be used.")
    keys = (workspace.properties.get("encryption") or {}).get("keyVaultProperties") or {}
    vault = world.get(keys.get("keyVaultArmId") or "")
    if vault is not None and not vault.properties.get("enablePurgeProtection"):
        raise bad_request("The key vault of an encrypted workspace must have purge protection enabled.")


CODE_SHARE = "code-391ff5ac-6576-460f-ba4d-7e03433c68b6"
"""The share of ``workspaceworkingdirectory``: recorded with this GUID in workspaces that differ."""

_SYSTEM = "WorkspaceSystemAssignedIdentity"


def own_stores(workspace: Resource) -> tuple[tuple[str, str, str, str], ...]:
    """The default datastores, the oldest first: name, kind, container or share, identity.

    Recorded: TestDatastore (blob store, working directory), az ml test_data_datastore_param (artifact store).
    A project keeps its own beside its hub's (documentation ai-studio/concepts/architecture).
    """
    id = workspace.properties["workspaceId"]
    if workspace.body["kind"] == "Project":
        artifacts, files, code, blobs = f"{id}-azureml", f"{id}-code", f"{id}-code", f"{id}-blobstore"
    else:
        artifacts, files, code = "azureml", f"azureml-filestore-{id}", CODE_SHARE
        blobs = f"azureml-blobstore-{id}"
    return (
        ("workspaceartifactstore", "AzureBlob", artifacts, "None"),
        ("workspaceworkingdirectory", "AzureFile", code, "None"),
        ("workspacefilestore", "AzureFile", files, "None"),
        ("workspaceblobstore", "AzureBlob", blobs, _SYSTEM),
    )


def make_own_stores(world: World, workspace: Resource) -> None:
    """The default datastores, and the containers and shares that they are (documentation how-to-access-data).

    The times of the four differ, as recorded: lists are in the order of their making.
    """
    account = world.get(workspace.properties.get("storageAccount") or "")
    if account is None:
        return
    stores = own_stores(workspace)
    for place, (name, kind, inner, identity) in enumerate(stores):
        blob = kind == "AzureBlob"
        type_, middle = (
            (_CONTAINERS, "blobServices/default/containers")
            if blob
            else (_SHARES, "fileServices/default/shares")
        )
        _make(world, type_, f"{account.id}/{middle}/{inner}", inner, {}, world.now)
        properties: dict[str, Any] = {
            "datastoreType": kind,
            "accountName": account.name,
            "containerName" if blob else "fileShareName": inner,
            "endpoint": "core.windows.net",
            "protocol": "https",
            "serviceDataAccessAuthIdentity": identity,
            "credentials": {
                "credentialsType": "AccountKey",
                "secrets": {"secretsType": "AccountKey", "key": account.data["keys"][0]},
            },
        }
        at = round(world.now - 0.2 * (len(stores) - 1 - place), 3)
        made = _make(world, _DATASTORES, f"{workspace.id}/datastores/{name}", name, properties, at)
        if made is not None:
            made.data.update({"system": True, "default": name == "workspaceblobstore"})
            world.store.put(made)


def _make(
    world: World, type_: str, id: str, name: str, properties: dict[str, Any], at: float
) -> Resource | None:
    """A resource that nobody asked for; None when it is there already or not simulated."""
    kind = world.kinds.get(type_.lower())
    if kind is None or world.store.exists(id):
        return None
    made = Resource(id=id, type=type_, name=name, state="Succeeded", body={"properties": properties})
    made.created = made.changed = at
    fresh_etag(world, kind, made)
    world.store.put(made)
    return made
