"""The table of `workspace`: every key of az ml's workspace YAML, and what may change in place.

Facts: S is the specification 2024-04-01, T hashicorp/terraform-provider-azurerm@69697b7fe6
`internal/services/machinelearning`, P azure-ai-ml 1.35.2, B Azure/bicep-types-az@1f896de2d, R a recording of
that name, D a page of MicrosoftDocs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.providers.azure.types.base import common
from mlinfra.providers.azure.types.ml_identity import identity
from mlinfra.providers.azure.types.ml_words import NOT_SPOKEN, newer, refused, schema_key
from mlinfra.providers.azure.types.schema import OPEN, Property, choice, computed, flag, reference, text
from mlinfra.providers.azure.types.workspace_network import MANAGED_NETWORK

_T = "T/machinelearning/machine_learning_workspace_resource.go"
_S = "S WorkspaceProperties"
_UPDATE = "S WorkspacePropertiesUpdateParameters"
_FIXED = f"{_S}: cannot be changed once the workspace has been created; {_T} ForceNew"
_CMK = "S EncryptionUpdateProperties (only keyIdentifier changes); T"


def _set(value: Any) -> Any:
    """Azure answers '' for what is not set (R)."""
    return value or None


def _write_encryption(value: dict[str, Any]) -> dict[str, Any]:
    return {"status": "Enabled", **value}


def _read_encryption(raw: Any) -> Any:
    return raw if isinstance(raw, Mapping) and str(raw.get("status")).lower() == "enabled" else None


ROWS = (
    *common(
        {
            "pattern": r"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$",
            "description": "Unique in the resource group; a deleted one keeps its name for 14 days.",
            "x-case-insensitive": True,
            "x-hint": "3 to 33 letters, digits, - and _, beginning with a letter or digit.",
        },
        f"B; {_T}",
    ),
    schema_key("workspace", "hub", "project"),
    Property(
        "kind",
        "kind",
        choice(
            "default",
            default="default",
            description="The kind of workspace; hubs, projects and feature stores are not managed here.",
            x_immutable=True,
            x_case_insensitive=True,
        ),
        "P; guessed (azurerm does not mark it, no recording changes it)",
        read=lambda kind: kind.lower(),
        absent="default",
    ),
    Property(
        "display_name",
        "properties.friendlyName",
        text(description="The name that the studio shows."),
        _UPDATE,
        read=_set,
    ),
    Property(
        "description",
        "properties.description",
        text(description="What it is for."),
        _UPDATE,
        read=_set,
    ),
    Property(
        "storage_account",
        "properties.storageAccount",
        reference(
            "storage_account",
            description="The storage account that holds its files and logs.",
            x_immutable=True,
            x_hint="az ml would create one; here the stack declares it: storage_account: "
            "${storage_account.NAME.id}",
        ),
        _FIXED,
        required=True,
    ),
    Property(
        "key_vault",
        "properties.keyVault",
        reference(
            "key_vault",
            description="The key vault that holds its secrets.",
            x_immutable=True,
            x_hint="az ml would create one; here the stack declares it: key_vault: ${key_vault.NAME.id}",
        ),
        _FIXED,
        required=True,
    ),
    Property(
        "application_insights",
        "properties.applicationInsights",
        reference("application_insights", description="Where its endpoints log to."),
        f"{_UPDATE}; P (-u); T/machinelearning/ai_foundry_resource.go updates it in place",
        read=_set,
    ),
    Property(
        "container_registry",
        "properties.containerRegistry",
        reference(
            "container_registry",
            description="Where images are kept; left out, Azure makes one when it first builds an image.",
        ),
        f"{_UPDATE}; P (-u); T/machinelearning/ai_foundry_resource.go updates it in place",
        read=_set,
    ),
    Property(
        "hbi_workspace",
        "properties.hbiWorkspace",
        flag(
            default=False,
            description="Whether the data is of high business impact: Azure collects less diagnostics.",
            x_immutable=True,
        ),
        f"{_S}; {_T}",
        absent=False,
    ),
    Property(
        "customer_managed_key",
        "properties.encryption",
        {"description": "Your own key for encrypting what Azure keeps for the workspace."},
        _CMK,
        fields=(
            Property(
                "key_vault",
                "keyVaultProperties.keyVaultArmId",
                reference("key_vault", description="The vault with the key.", x_immutable=True),
                _CMK,
                required=True,
            ),
            Property(
                "key_uri",
                "keyVaultProperties.keyIdentifier",
                text(
                    description="The address of the key, with its version.",
                    pattern=r"^https://[A-Za-z0-9.-]+/keys/[A-Za-z0-9-]+(/[A-Za-z0-9]+)?$",
                    x_hint="https://VAULT.vault.azure.net/keys/NAME/VERSION: it is printed by "
                    "az keyvault key show --vault-name VAULT --name NAME --query key.kid -o tsv",
                ),
                _CMK,
                required=True,
            ),
            refused("cosmosdb_id", NOT_SPOKEN, "S EncryptionKeyVaultProperties has it not"),
            refused("storage_id", NOT_SPOKEN, "S EncryptionKeyVaultProperties has it not"),
            refused("search_id", NOT_SPOKEN, "S EncryptionKeyVaultProperties has it not"),
        ),
        write=_write_encryption,
        read=_read_encryption,
    ),
    Property(
        "image_build_compute",
        "properties.imageBuildCompute",
        text(description="The name of the compute that builds images, where the registry is private."),
        _UPDATE,
        read=_set,
    ),
    Property(
        "public_network_access",
        "properties.publicNetworkAccess",
        choice(
            "Enabled",
            "Disabled",
            default="Enabled",
            description="Whether it can be reached from the internet.",
            x_case_insensitive=True,
            x_exposes=OPEN,
        ),
        _UPDATE,
        absent="Enabled",
    ),
    identity(
        "D:how-to-identity-based-service-authentication; P/operations; "
        "R:aiml test_update_sai_to_sai_and_uai_workspace_with_uai_deletion",
        default="system_assigned",
    ),
    Property(
        "primary_user_assigned_identity",
        "properties.primaryUserAssignedIdentity",
        reference(
            "user_assigned_identity",
            description="Which of the user-assigned identities the workspace acts as.",
        ),
        f"{_UPDATE}; R:aiml",
        read=_set,
    ),
    MANAGED_NETWORK,
    Property(
        "serverless_compute",
        "properties.serverlessComputeSettings",
        {"description": "Where serverless jobs run."},
        f"{_UPDATE}; P/_schema/workspace/serverless_compute.py",
        fields=(
            Property(
                "custom_subnet",
                "serverlessComputeCustomSubnet",
                {"type": ["string", "null"], "x-id": True, "description": "The id of their subnet."},
                "T, P/_schema",
                read=_set,
            ),
            Property(
                "no_public_ip",
                "serverlessComputeNoPublicIP",
                flag(default=False, description="Whether they have no public address."),
                "T, P/_schema",
            ),
        ),
    ),
    Property(
        "v1_legacy_mode",
        "properties.v1LegacyMode",
        flag(default=False, description="Whether only the old v1 interfaces are served."),
        f"{_UPDATE}; {_T}",
        absent=False,
    ),
    Property(
        "enable_data_isolation",
        "properties.enableDataIsolation",
        flag(
            default=False,
            description="Whether its data lies apart from other workspaces' on the same storage account.",
            x_immutable=True,
        ),
        "P/entities/_workspace (only at creation); D; S lists it in PATCH",
        absent=False,
    ),
    refused("system_datastores_auth_mode", newer("2025-12-01"), "B"),
    refused("provision_network_now", NOT_SPOKEN, "S has it not"),
    refused("network_acls", NOT_SPOKEN, "S has it not; B: gone from 2025-12-01"),
    refused(
        "allow_roleassignment_on_rg",
        f"{NOT_SPOKEN} Azure ignored it without a word, too.",
        "R:mlv2 test_workspace",
    ),
    refused("workspace_hub", "Projects in a hub are not managed here.", "P"),
    Property(
        "workspace_id",
        "properties.workspaceId",
        computed(description="The GUID that Azure ML knows it by."),
        _S,
    ),
    Property(
        "discovery_url",
        "properties.discoveryUrl",
        computed(description="Where clients find its regional services."),
        _S,
    ),
    Property(
        "mlflow_tracking_uri",
        "properties.mlFlowTrackingUri",
        computed(description="What MLFLOW_TRACKING_URI is set to."),
        _S,
    ),
    Property(
        "principal_id",
        "identity.principalId",
        computed(description="The object id of its system-assigned identity.", x_follows=["identity"]),
        "R",
    ),
    Property(
        "tenant_id",
        "properties.tenantId",
        computed(description="The tenant that it belongs to."),
        _S,
    ),
    Property("studio_url", "", computed(description="Its address in the studio."), "D; P"),
)
"""Every key of a workspace."""

WORDS: Mapping[str, Any] = {
    "title": "Workspace",
    "description": "An Azure Machine Learning workspace; the keys are those of az ml's YAML.",
    "x-owner-tag": "tags",
    "x-data": "its jobs, models, data assets and endpoints",
    "x-soft-delete": True,
    "x-seconds": {"create": 120, "update": 60, "delete": 60},
    "x-example": {
        "name": "mlw-example",
        "storage_account": "${storage_account.main.id}",
        "key_vault": "${key_vault.main.id}",
        "application_insights": "${application_insights.main.id}",
        "description": "an example",
        "tags": {"team": "churn"},
    },
    "x-example-update": {"description": "another example", "public_network_access": "Disabled"},
    "x-example-immutable": {"hbi_workspace": True},
    "x-read-one-by-one": True,
}
"""The top of the schema."""

READ_ONLY = (
    "properties.acrSkuTier",
    "properties.agentsEndpointUri",
    "properties.associatedWorkspaces",
    "properties.azureAIContentSafety",
    "properties.azureCognitiveSearch",
    "properties.azureOpenAI",
    "properties.creationTime",
    "properties.endpointResources",
    "properties.isPrivateLinkEnabled",
    "properties.linkedModelInventoryArmId",
    "properties.notebookInfo",
    "properties.privateEndpointConnections",
    "properties.privateLinkCount",
    "properties.sasGetterUri",
    "properties.sdkTelemetryAppInsightsKey",
    "properties.serviceProvisionedResourceGroup",
    "properties.softDeleteEnabled",
    "properties.SoftDeleteUniqueId",
    "properties.storageHnsEnabled",
    # answered (R:mlv2, R:aiml), and unknown to the model of a PUT at 2024-04-01, which drops them (S)
    "properties.allowRoleAssignmentOnRG",
    "properties.EnableSoftwareBillOfMaterials",
    "properties.ipAllowlist",
    "properties.systemDatastoresAuthMode",
)
"""What the service says and does not want back (R, B)."""
