"""``storage_account``: Microsoft.Storage/storageAccounts.

An update is a PATCH (as ``az`` sends it, R:az 49 times): a PUT would have to leave out the keys that may only
be set at creation, since Azure refuses even their default there (I:Azure/azure-rest-api-specs#18441).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.network import network_rules
from mlinfra.providers.azure.types.schema import OPEN, Property, choice, computed, flag

_S = "S 2023-05-01"
_T = "T/storage/storage_account_resource.go"
_P = "P/_arm_deployments/arm_templates/workspace_base.json"

_NAME = {
    "pattern": "^[a-z0-9]{3,24}$",
    "description": "Unique in the world; it is part of the account's addresses.",
    "x-hint": "3 to 24 small letters and digits.",
}


_READ_ONLY = (
    "sku.tier",
    "properties.networkAcls.ipv6Rules",
    *(
        f"properties.{name}"
        for name in (
            "accountMigrationInProgress",
            "blobRestoreStatus",
            "creationTime",
            "failoverInProgress",
            "geoReplicationStats",
            "isSkuConversionBlocked",
            "keyCreationTime",
            "lastGeoFailoverTime",
            "primaryEndpoints",
            "primaryLocation",
            "privateEndpointConnections",
            "secondaryEndpoints",
            "secondaryLocation",
            "statusOfPrimary",
            "statusOfSecondary",
            "storageAccountSkuConversionStatus",
        )
    ),
    *(
        f"properties.encryption.services.{name}.lastEnabledTime"
        for name in ("blob", "file", "queue", "table")
    ),
)
"""What answers have beyond StorageAccountPropertiesCreateParameters (S 2023-05-01; ipv6Rules is in recorded
answers of that version, R:az, and in no specification of it). A PUT must not send it back."""


class StorageAccount(ArmType):
    """A storage account. Updated by PATCH; one whose creation failed is put again."""

    name = "storage_account"
    resource_type = "Microsoft.Storage/storageAccounts"
    update_method = "PATCH"
    read_only = _READ_ONLY
    words: Mapping[str, Any] = {
        "title": "Storage account",
        "description": "Where blobs, files, queues and tables are kept.",
        "x-owner-tag": "tags",
        "x-data": "all blobs, files, queues and tables in it",
        "x-seconds": {"create": 18, "update": 3, "delete": 5},
        "x-example": {"name": "stmlinfraexample", "sku": "Standard_LRS", "tags": {"team": "churn"}},
        "x-example-update": {"sku": "Standard_GRS", "allow_shared_key_access": False},
        "x-example-immutable": {"hierarchical_namespace": True},
    }
    properties = (
        *common(_NAME, f"{_S}; {_T}", most_tags=15),
        Property(
            "sku",
            "sku.name",
            choice(
                "Standard_LRS",
                "Standard_GRS",
                "Standard_RAGRS",
                "Standard_ZRS",
                "Standard_GZRS",
                "Standard_RAGZRS",
                "Premium_LRS",
                "Premium_ZRS",
                default="Standard_LRS",
                description="How many copies are kept, and where.",
                x_in_place=[
                    ["Standard_LRS", "Standard_GRS", "Standard_RAGRS"],
                    ["Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS"],
                ],
            ),
            f"{_T} (ForceNewIfChange), {_S}; default {_P}",
        ),
        Property(
            "kind",
            "kind",
            choice(
                "StorageV2",
                "BlockBlobStorage",
                "FileStorage",
                "BlobStorage",
                "Storage",
                default="StorageV2",
                description="What it can hold.",
                x_immutable=True,
            ),
            f"{_T}; {_S}: only Storage to StorageV2 in place, which mlinfra does not do; default {_P}",
        ),
        Property(
            "access_tier",
            "properties.accessTier",
            choice("Hot", "Cool", "Cold", "Premium", description="The tier of blobs that say none."),
            _S,
        ),
        Property(
            "https_only",
            "properties.supportsHttpsTrafficOnly",
            flag(default=True, description="Refuse unencrypted connections."),
            f"{_S} (default true since 2019-04-01); {_P}",
        ),
        Property(
            "min_tls_version",
            "properties.minimumTlsVersion",
            choice("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3", default="TLS1_2", description="The oldest TLS."),
            f"{_S}; left out, TLS1_0 was answered (R:az test_storage_account_with_alw); default {_P}",
        ),
        Property(
            "allow_blob_public_access",
            "properties.allowBlobPublicAccess",
            flag(
                default=False, description="Whether a container may be opened to everybody.", x_exposes=[True]
            ),
            f"{_S} (null means false); default {_P}",
            absent=False,
        ),
        Property(
            "allow_shared_key_access",
            "properties.allowSharedKeyAccess",
            flag(description="Whether the account's keys open it; false leaves Entra ID alone."),
            f"{_S} (null means true)",
            absent=True,
        ),
        Property(
            "default_to_oauth_authentication",
            "properties.defaultToOAuthAuthentication",
            flag(description="Whether the portal signs in with Entra ID rather than with keys."),
            f"{_S} (null means false)",
            absent=False,
        ),
        Property(
            "allow_cross_tenant_replication",
            "properties.allowCrossTenantReplication",
            flag(description="Whether blobs may be copied into accounts of other tenants."),
            f"{_S} (null means false)",
            absent=False,
        ),
        Property(
            "public_network_access",
            "properties.publicNetworkAccess",
            choice(
                "Enabled",
                "Disabled",
                description="Whether it is to be reached from the internet.",
                x_exposes=OPEN,
            ),
            f"{_S}; R:az (absent means Enabled)",
            absent="Enabled",
        ),
        Property(
            "hierarchical_namespace",
            "properties.isHnsEnabled",
            flag(description="Folders as in a file system (Data Lake Gen2).", x_immutable=True),
            f"{_T}, {_S}; I:Azure/azure-rest-api-specs#18441",
            create_only=True,
            absent=False,
        ),
        Property(
            "nfs_v3",
            "properties.isNfsV3Enabled",
            flag(description="Whether containers can be mounted over NFS 3.", x_immutable=True),
            f"{_T} (ForceNew), {_S}",
            create_only=True,
            absent=False,
        ),
        network_rules(_S, several_bypasses=True),
        Property(
            "blob_endpoint",
            "properties.primaryEndpoints.blob",
            computed(description="The address of its blobs."),
            _S,
        ),
        Property(
            "file_endpoint",
            "properties.primaryEndpoints.file",
            computed(description="The address of its file shares."),
            _S,
        ),
        Property(
            "dfs_endpoint",
            "properties.primaryEndpoints.dfs",
            computed(description="The address of its Data Lake."),
            _S,
        ),
    )
