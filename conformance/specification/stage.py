"""What must be there before the request of an example can succeed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.door import Door
from conformance.seeds import RECIPES, REGION, Seeds
from conformance.specification.operations import Operation
from conformance.specification.requests import Sent
from mlinfra.simulator.ids import Path, parse

Step = Callable[[Seeds, Path, Sent], Sent | None]
"""Seeds the world; gives the request anew where it must say something that only the world knows."""


def stage(door: Door, operation: Operation, sent: Sent) -> Sent:
    """Seed the world for a request, and give the request as it is sent then. Raises NotSeeded."""
    location = sent.body.get("location") if isinstance(sent.body, dict) else None
    seeds = Seeds(door, location if isinstance(location, str) else REGION)
    path = parse(sent.path)
    if operation.id in STEPS:
        sent = STEPS[operation.id](seeds, path, sent) or sent
    seeds.mentioned(sent.body)
    seeds.ensure(path.text if path.item and sent.method != "PUT" else path.parent)
    return sent


def _properties(sent: Sent) -> dict[str, Any]:
    found: dict[str, Any] = (sent.body or {}).get("properties") or {}
    return found


def _account(seeds: Seeds, path: Path, **more: Any) -> None:
    id = "/".join(path.text.split("/")[:9])
    seeds.make(id, {"location": seeds.region, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", **more})


def _account_that_takes(seeds: Seeds, path: Path, sent: Sent) -> None:
    """An account made such that the update is one it can have: what is fixed when it is made is set then."""
    properties = _properties(sent)
    fixed: dict[str, Any] = {}
    if properties.get("isSftpEnabled"):
        fixed["isHnsEnabled"] = True
    if "immutableStorageWithVersioning" in properties:
        fixed["immutableStorageWithVersioning"] = {"enabled": True}
    _account(seeds, path, kind=sent.body.get("kind", "StorageV2"), properties=fixed)


def _open_account(seeds: Seeds, path: Path, sent: Sent) -> None:
    _account(seeds, path, properties={"allowBlobPublicAccess": True})


def _account_of_share(seeds: Seeds, path: Path, sent: Sent) -> None:
    if _properties(sent).get("enabledProtocols") == "NFS":
        _account(seeds, path, kind="FileStorage", sku={"name": "Premium_LRS"})


def _purging(seeds: Seeds, path: Path, sent: Sent) -> Sent:
    """The purge that is asked about was begun, and its name is the service's to say."""
    component = path.parent
    seeds.ensure(component)
    begun = seeds.door.send(
        "POST", f"{component}/purge", sent.version, {"table": "Heartbeat", "filters": []}
    ).json()
    return replace(sent, path=f"{component}/operations/{begun['operationId']}")


def _paired(seeds: Seeds, path: Path, sent: Sent) -> None:
    _account(seeds, path, sku={"name": "Standard_GRS"})


def _migrating(seeds: Seeds, path: Path, sent: Sent) -> None:
    _account(seeds, path)
    query = {"requestType": "HnsOnHydrationRequest"}
    seeds.door.send("POST", f"{path.parent}/hnsonmigration", sent.version, query=query)


def _leased(seeds: Seeds, path: Path, sent: Sent) -> None:
    """Who breaks a lease knows it: somebody has acquired it under that id."""
    seeds.ensure(path.parent)
    if (sent.body or {}).get("action") == "Break":
        lease = {"action": "Acquire", "leaseDuration": -1, "proposedLeaseId": sent.body["leaseId"]}
        seeds.door.send("POST", path.text, sent.version, lease)


def _deleted_share(seeds: Seeds, path: Path, sent: Sent) -> Sent:
    """The version of a deleted share is the service's to say."""
    seeds.ensure(path.parent)
    shares = path.parent.rpartition("/")[0]
    seeds.door.send("DELETE", path.parent, sent.version)
    listed = seeds.door.send("GET", shares, sent.version, query={"$expand": "deleted"}).json()
    version = listed["value"][0]["properties"]["version"]
    return replace(sent, body={**(sent.body or {}), "deletedShareVersion": version})


def _deleted_account(seeds: Seeds, path: Path, sent: Sent) -> None:
    location, name = path.names
    seeds.region = location
    group = parse(f"/subscriptions/{path.subscription}/resourceGroups/sample")
    seeds.door.send("DELETE", seeds.beside(group, "Microsoft.Storage/storageAccounts", name), sent.version)


def _deleted_vault(seeds: Seeds, path: Path, sent: Sent) -> None:
    location, name = path.names
    seeds.region = location
    id = (
        f"/subscriptions/{path.subscription}/resourceGroups/sample/providers/Microsoft.KeyVault/vaults/{name}"
    )
    seeds.ensure(id)
    seeds.door.send("DELETE", id, sent.version)


def _protected_vault(seeds: Seeds, path: Path, sent: Sent) -> None:
    """A workspace with a key of one's own needs a vault that cannot be purged."""
    vault = _properties(sent).get("keyVault")
    if vault is not None:
        seeds.ensure(vault)
        body = {"properties": {"enablePurgeProtection": True}}
        seeds.door.send("PATCH", vault, seeds.version(parse(vault)), body)


def _networked(seeds: Seeds, path: Path, sent: Sent) -> None:
    body = RECIPES[path.parent_type](seeds, parse(path.parent))
    body["properties"]["managedNetwork"] = {"isolationMode": "AllowInternetOutbound"}
    seeds.make(path.parent, body)


def _instance(seeds: Seeds, path: Path, sent: Sent) -> None:
    made = {"computeType": "ComputeInstance", "properties": {"vmSize": "STANDARD_DS3_V2"}}
    seeds.make(path.parent, {"location": seeds.region, "properties": made})


def _existing(seeds: Seeds, path: Path, sent: Sent) -> None:
    """The example is an update: it leaves out what only a creation needs."""
    if "vmSize" not in (_properties(sent).get("properties") or {}):
        seeds.ensure(path.text)


_STANDS_ON = {
    "containerName": "blobServices/default/containers",
    "filesystem": "blobServices/default/containers",
    "fileShareName": "fileServices/default/shares",
}


def _account_of_datastore(seeds: Seeds, path: Path, sent: Sent) -> Sent:
    """The account is in the workspace's group, what the datastore stands on is in the account, and the key of
    the body is the account's."""
    said = _properties(sent)
    secrets = said.get("credentials", {}).get("secrets", {})
    if "accountName" in said:
        account = seeds.beside(path, "Microsoft.Storage/storageAccounts", said["accountName"])
        for key, below in _STANDS_ON.items():
            if key in said:
                seeds.ensure(f"{account}/{below}/{said[key]}")
        if "key" in secrets:
            keys = seeds.door.send("POST", f"{account}/listKeys", seeds.version(parse(account))).json()
            secrets["key"] = keys["keys"][0]["value"]
    return sent


def _datastore_with_secrets(seeds: Seeds, path: Path, sent: Sent) -> None:
    secrets = {"secretsType": "ServicePrincipal", "clientSecret": "made up"}
    tenant = "00000000-0000-0000-0000-000000000000"
    credentials = {"credentialsType": "ServicePrincipal", "tenantId": tenant, "clientId": tenant}
    store = {"datastoreType": "AzureDataLakeGen1", "storeName": "lake"}
    seeds.make(path.parent, {"properties": {**store, "credentials": {**credentials, "secrets": secrets}}})


def _role_of_the_tenant(seeds: Seeds, path: Path, sent: Sent) -> None:
    """A role that the body names without a subscription, made in that of the path."""
    name = _properties(sent)["roleDefinitionId"].rpartition("/")[2]
    id = f"/subscriptions/{path.subscription}/providers/Microsoft.Authorization/roleDefinitions/{name}"
    seeds.ensure(id)


STEPS: Mapping[str, Step] = {
    "StorageAccounts_Update": _account_that_takes,
    "BlobContainers_Update": _open_account,
    "FileShares_Create": _account_of_share,
    "Components_GetPurgeStatus": _purging,
    "StorageAccounts_Failover": _paired,
    "StorageAccounts_AbortHierarchicalNamespaceMigration": _migrating,
    "DeletedAccounts_Get": _deleted_account,
    "BlobContainers_Lease": _leased,
    "FileShares_Lease": _leased,
    "FileShares_Restore": _deleted_share,
    "Vaults_GetDeleted": _deleted_vault,
    "Vaults_PurgeDeleted": _deleted_vault,
    "Workspaces_CreateOrUpdate": _protected_vault,
    "Compute_CreateOrUpdate": _existing,
    "ManagedNetworkProvisions_ProvisionManagedNetwork": _networked,
    "Compute_Start": _instance,
    "Compute_Stop": _instance,
    "Compute_Restart": _instance,
    "Datastores_CreateOrUpdate": _account_of_datastore,
    "Datastores_ListSecrets": _datastore_with_secrets,
    "RoleAssignments_CreateById": _role_of_the_tenant,
}
"""What an operation needs beyond its parents and what its body points to, by the operation's id."""
