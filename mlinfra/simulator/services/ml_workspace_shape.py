"""What a workspace's body may hold: the model of the REST specification 2024-04-01."""

from __future__ import annotations

from mlinfra.simulator.shapes import Anything, Bool, Items, Number, Object, Table, Text

KINDS = ("Default", "Hub", "Project", "FeatureStore")

PATCHABLE = frozenset({
    "description", "friendlyName", "imageBuildCompute", "serviceManagedResourcesSettings", "encryption",
    "primaryUserAssignedIdentity", "serverlessComputeSettings", "publicNetworkAccess", "applicationInsights",
    "containerRegistry", "featureStoreSettings", "managedNetwork", "enableDataIsolation", "v1LegacyMode",
})  # fmt: skip
"""What a PATCH may change: WorkspacePropertiesUpdateParameters of the specification."""

PROPERTIES = Object(
    {
        "description": Text(),
        "friendlyName": Text(),
        "storageAccount": Text(),
        "keyVault": Text(),
        "applicationInsights": Text(),
        "containerRegistry": Text(),
        "hbiWorkspace": Bool(),
        "imageBuildCompute": Text(),
        "allowPublicAccessWhenBehindVnet": Bool(),
        "publicNetworkAccess": Text(among=("Enabled", "Disabled")),
        "primaryUserAssignedIdentity": Text(),
        "allowRecoverSoftDeletedWorkspace": Text(among=("True", "False")),  # B, 2022-01-01-preview
        "v1LegacyMode": Bool(),
        "enableDataIsolation": Bool(),
        "hubResourceId": Text(),
        "encryption": Object(
            {
                "status": Text(among=("Enabled", "Disabled")),
                "identity": Object({"userAssignedIdentity": Text()}),
                "keyVaultProperties": Object(
                    {"keyVaultArmId": Text(), "keyIdentifier": Text(), "identityClientId": Text()}
                ),
            }
        ),
        "managedNetwork": Object(
            {
                "isolationMode": Text(
                    among=("Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound")
                ),
                "outboundRules": Table(Object({"type": Text(), "category": Text()}, open=True)),
            }
        ),
        "serverlessComputeSettings": Object(
            {"serverlessComputeCustomSubnet": Text(), "serverlessComputeNoPublicIP": Bool()}
        ),
        "featureStoreSettings": Object(
            {
                "computeRuntime": Object({"sparkRuntimeVersion": Text()}),
                "offlineStoreConnectionName": Text(),
                "onlineStoreConnectionName": Text(),
            }
        ),
        "serviceManagedResourcesSettings": Object(
            {"cosmosDb": Object({"collectionsThroughput": Number(low=400)})}
        ),
        "sharedPrivateLinkResources": Items(Anything()),
        "workspaceHubConfig": Object(
            {
                "defaultWorkspaceResourceGroup": Text(),
                "additionalWorkspaceStorageAccounts": Items(Text()),
            }
        ),
    }
)
