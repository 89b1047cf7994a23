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


def make_own_stores(world: World, workspace: Resource) -> None:
    """The container and the shares that the service makes for its default datastores (documentation
    how-to-access-data: ``azureml-blobstore-…``, ``azureml-filestore-…``, ``code-…``)."""
    account = world.get(workspace.properties.get("storageAccount") or "")
    if account is None or workspace.body["kind"] == "Project":
        return
    id = workspace.properties["workspaceId"]
    own = (
        (_CONTAINERS, "blobServices/default/containers", f"azureml-blobstore-{id}"),
        (_SHARES, "fileServices/default/shares", f"azureml-filestore-{id}"),
        (_SHARES, "fileServices/default/shares", f"code-{id}"),
    )
    for type_, middle, name in own:
        where = f"{account.id}/{middle}/{name}"
        made = Resource(id=where, type=type_, name=name, state="Succeeded", body={"properties": {}})
        made.created = made.changed = world.now
        fresh_etag(world, world.kind(type_), made)
        world.store.put(made)
