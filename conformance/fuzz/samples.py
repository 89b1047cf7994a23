"""One right body for each kind of resource that the simulator has, and the id it has in this small world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.simulator.ids import parse

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
TENANT = "11111111-1111-1111-1111-111111111111"

STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stone"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-one"
LOGS = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-one"
INSIGHTS = f"{GROUP}/providers/Microsoft.Insights/components/appi-one"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/acrone"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-one"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw-one"

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
USER = "22222222-2222-2222-2222-222222222222"
GUID = "33333333-3333-3333-3333-333333333333"


@dataclass(frozen=True, slots=True)
class Sample:
    """A resource that a simulator with `STANDING` takes. ``query`` is what a DELETE of it needs."""

    id: str
    version: str
    body: Mapping[str, Any]
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type in lower case."""
        return parse(self.id).type


_LOCATED = {"location": "westeurope"}

SAMPLES: tuple[Sample, ...] = (
    Sample(GROUP, "2024-03-01", _LOCATED),
    Sample(
        STORAGE,
        "2023-05-01",
        {**_LOCATED, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}},
    ),
    Sample(f"{STORAGE}/blobServices/default", "2023-05-01", {"properties": {}}),
    Sample(f"{STORAGE}/fileServices/default", "2023-05-01", {"properties": {}}),
    Sample(
        f"{STORAGE}/blobServices/default/containers/data",
        "2023-05-01",
        {"properties": {"publicAccess": "None", "metadata": {"team": "churn"}}},
    ),
    Sample(f"{STORAGE}/fileServices/default/shares/files", "2023-05-01", {"properties": {"shareQuota": 100}}),
    Sample(
        VAULT,
        "2023-07-01",
        {
            **_LOCATED,
            "properties": {
                "tenantId": TENANT,
                "sku": {"family": "A", "name": "standard"},
                "accessPolicies": [],
                "softDeleteRetentionInDays": 7,
            },
        },
    ),
    Sample(LOGS, "2023-09-01", {**_LOCATED, "properties": {"sku": {"name": "PerGB2018"}}}),
    Sample(INSIGHTS, "2020-02-02", {**_LOCATED, "kind": "web", "properties": {"Application_Type": "web"}}),
    Sample(
        REGISTRY,
        "2023-07-01",
        {**_LOCATED, "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": True}},
    ),
    Sample(IDENTITY, "2023-01-31", _LOCATED),
    Sample(
        f"{IDENTITY}/federatedIdentityCredentials/github",
        "2023-01-31",
        {
            "properties": {
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:org/repo:ref:refs/heads/main",
                "audiences": ["api://AzureADTokenExchange"],
            }
        },
    ),
    Sample(
        f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments/{GUID}",
        "2022-04-01",
        {
            "properties": {
                "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
                "principalId": USER,
                "principalType": "User",
            }
        },
    ),
    Sample(
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{GUID}",
        "2022-04-01",
        {
            "properties": {
                "roleName": "Reader of nothing",
                "type": "CustomRole",
                "assignableScopes": [GROUP],
                "permissions": [{"actions": ["Microsoft.Storage/storageAccounts/read"], "notActions": []}],
            }
        },
    ),
    Sample(
        f"{GROUP}/providers/Microsoft.Authorization/locks/hold",
        "2020-05-01",
        {"properties": {"level": "CanNotDelete"}},
    ),
    Sample(
        WORKSPACE,
        "2024-04-01",
        {
            **_LOCATED,
            "identity": {"type": "SystemAssigned"},
            "properties": {"storageAccount": STORAGE, "keyVault": VAULT, "applicationInsights": INSIGHTS},
        },
    ),
    Sample(
        f"{WORKSPACE}/computes/cpu",
        "2024-04-01",
        {
            **_LOCATED,
            "properties": {
                "computeType": "AmlCompute",
                "properties": {
                    "vmSize": "Standard_DS3_v2",
                    "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 2},
                },
            },
        },
        {"underlyingResourceAction": "Delete"},
    ),
    Sample(
        f"{WORKSPACE}/datastores/blobs",
        "2024-04-01",
        {
            "properties": {
                "datastoreType": "AzureBlob",
                "accountName": "stone",
                "containerName": "data",
                "credentials": {"credentialsType": "None"},
            }
        },
    ),
    Sample(f"{WORKSPACE}/environments/sk", "2024-04-01", {"properties": {"description": "sklearn"}}),
    Sample(
        f"{WORKSPACE}/environments/sk/versions/1",
        "2024-04-01",
        {"properties": {"image": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04"}},
    ),
    Sample(f"{WORKSPACE}/data/churn", "2024-04-01", {"properties": {"dataType": "uri_file"}}),
    Sample(
        f"{WORKSPACE}/data/churn/versions/1",
        "2024-04-01",
        {
            "properties": {
                "dataType": "uri_file",
                "dataUri": "azureml://datastores/workspaceblobstore/paths/churn.csv",
            }
        },
    ),
)

STANDING: tuple[str, ...] = (GROUP, STORAGE, VAULT, INSIGHTS, IDENTITY, WORKSPACE)
"""What a world has in which every sample can be made."""


def sample(id: str) -> Sample:
    """The sample with this id. Raises KeyError."""
    return {one.id: one for one in SAMPLES}[id]
