"""Keys that cannot change once the resource is there."""

from __future__ import annotations

from tests.simulator.refusals.row import (
    ACCOUNT,
    ASSIGNMENT,
    BLOBS,
    BY_TYPE,
    COMPUTE,
    CONTAINER,
    CREDENTIAL,
    DATA,
    DATA_VERSION,
    DATASTORE,
    DEFINITION,
    ENVIRONMENT,
    ENVIRONMENT_VERSION,
    FILES,
    GROUP,
    IDENTITY,
    INSIGHTS,
    LOCK,
    LOGS,
    REGISTRY,
    SHARE,
    VAULT,
    WORKSPACE,
    Never,
    Refused,
)  # fmt: skip

_MOVED = (
    "D:azure-resource-manager/troubleshooting/common-deployment-errors (InvalidResourceLocation); "
    "the status is assumed"
)

_PREMIUM = BY_TYPE[ACCOUNT].id.replace("stone", "stfiles")
_PREMIUM_SHARE = BY_TYPE[SHARE].id.replace("stone", "stfiles")
_FILE_STORAGE = {"location": "westeurope", "kind": "FileStorage", "sku": {"name": "Premium_LRS"}}


def _changed(status: int, code: str, source: str, **over: object) -> Refused:
    return Refused(status, code, source, over=over, made=True)


FIXED: dict[str, Refused | Never] = {
    GROUP: _changed(
        409,
        "InvalidResourceGroupLocation",
        "S:resources.json ResourceGroup.location (cannot be changed); the code: "
        "T:terraform-provider-azurerm and others handle it; the status is assumed",
        location="northeurope",
    ),
    ACCOUNT: _changed(
        400,
        "AccountPropertyCannotBeUpdated",
        "D:rest/api/storagerp, error codes of Create (400); that it is said of "
        "isHnsEnabled: T:microsoft/finops-toolkit, its help on errors",
        properties={"isHnsEnabled": True},
    ),
    BLOBS: Never("S:blob.json BlobServiceProperties: no key is create-only"),
    FILES: Never("S:file.json FileServiceProperties: no key is create-only"),
    CONTAINER: Never("S:blob.json ContainerProperties: no key is create-only"),
    SHARE: Refused(
        400,
        "InvalidRequestPropertyValue",
        "S:file.json enabledProtocols, x-ms-mutability create and read; the code is assumed",
        id=_PREMIUM_SHARE,
        over={"properties": {"enabledProtocols": "SMB"}},
        first=((_PREMIUM, _FILE_STORAGE), (_PREMIUM_SHARE, {"properties": {"enabledProtocols": "NFS"}})),
    ),
    VAULT: _changed(
        400,
        "BadRequest",
        "T:azurerm key_vault_resource.go; code and text: public templates that quote it (The "
        "property softDeleteRetentionInDays has been set already)",
        properties={"softDeleteRetentionInDays": 30},
    ),
    LOGS: _changed(409, "InvalidResourceLocation", _MOVED, location="northeurope"),
    INSIGHTS: _changed(
        400,
        "BadRequest",
        "S:components_API.json Application_Type, x-ms-mutability create and read; the code is assumed",
        properties={"Application_Type": "other"},
    ),
    REGISTRY: _changed(
        400,
        "CannotChangeZoneRedundancy",
        "D:container-registry/zone-redundancy (set at creation); the code is assumed",
        properties={"zoneRedundancy": "Enabled"},
        sku={"name": "Premium"},
    ),
    IDENTITY: _changed(409, "InvalidResourceLocation", _MOVED, location="northeurope"),
    CREDENTIAL: Never("S:ManagedIdentity.json: issuer, subject and audiences can be put again"),
    ASSIGNMENT: _changed(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "I:Azure/Azure-Landing-Zones#2040",
        properties={"principalId": "44444444-4444-4444-4444-444444444444"},
    ),
    DEFINITION: _changed(
        400,
        "InvalidRoleDefinitionType",
        "T:Azure/azure-sdk-for-net Authorization.Tests RoleDefinitionTests",
        properties={"type": "BuiltInRole"},
    ),
    LOCK: Never("R:test_group_lock_commands 6: the level changes with a PUT, 200"),
    WORKSPACE: _changed(
        400,
        "BadRequest",
        "S:WorkspaceProperties.keyVault (cannot be changed once created); the code: "
        "I:Azure-Samples/get-started-with-ai-chat#65",
        properties={
            "keyVault": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/other"
        },
    ),
    COMPUTE: _changed(
        400,
        "UserError",
        "T:azurerm machine_learning_compute_cluster_resource.go ForceNew; the code is the compute "
        "service's (R:test_compute_compute_instance_with_no_public_ip 1), assumed here",
        properties={"properties": {"vmSize": "Standard_DS4_v2"}},
    ),
    DATASTORE: _changed(
        400,
        "UserError",
        "S:AzureBlobDatastore.containerName, x-ms-mutability create and read; the code is assumed",
        properties={"containerName": "other"},
    ),
    ENVIRONMENT: Never(
        "S:EnvironmentContainerProperties: description, tags and isArchived, all of them mutable"
    ),
    ENVIRONMENT_VERSION: _changed(
        409,
        "UserError",
        "I:Azure/azure-cli-extensions#5440; the status: T:azure-ai-ml",
        properties={"image": "mcr.microsoft.com/azureml/other"},
    ),
    DATA: _changed(
        400,
        "UserError",
        "S:DataContainerProperties.dataType, x-ms-mutability create and read; the code is assumed",
        properties={"dataType": "mltable"},
    ),
    DATA_VERSION: _changed(
        400,
        "UserError",
        "T:azure-ai-ml's ASSET_PATH_ERROR; the status is assumed",
        properties={"dataUri": "azureml://datastores/workspaceblobstore/paths/other.csv"},
    ),
}
