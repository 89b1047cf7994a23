"""Bodies of the types that are a table and little else, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.plan import Op
from mlinfra.providers.api import Done
from mlinfra.providers.azure import provider
from mlinfra.providers.azure.types.base import ArmType
from tests.providers.azure.fake import GROUP, SUBSCRIPTION, FakeTransport, Reply, connection

TENANT = "11111111-1111-1111-1111-111111111111"
LOG = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/a"


def type_of(name: str) -> ArmType:
    found = provider.types[name]
    assert isinstance(found, ArmType)
    return found


CREATED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "storage_account",
        {"name": "st", "location": "westeurope"},
        {
            "location": "westeurope",
            "sku": {"name": "Standard_LRS"},
            "kind": "StorageV2",
            "properties": {
                "supportsHttpsTrafficOnly": True,
                "minimumTlsVersion": "TLS1_2",
                "allowBlobPublicAccess": False,
            },
        },
    ),
    (
        "storage_account",
        {
            "name": "st",
            "location": "westeurope",
            "sku": "Premium_LRS",
            "kind": "FileStorage",
            "https_only": True,
            "min_tls_version": "TLS1_3",
            "allow_blob_public_access": False,
            "hierarchical_namespace": False,
            "network_rules": {
                "default_action": "Deny",
                "bypass": ["AzureServices", "Logging"],
                "ip_rules": ["1.2.3.4"],
                "subnets": [SUBNET],
            },
        },
        {
            "location": "westeurope",
            "sku": {"name": "Premium_LRS"},
            "kind": "FileStorage",
            "properties": {
                "supportsHttpsTrafficOnly": True,
                "minimumTlsVersion": "TLS1_3",
                "allowBlobPublicAccess": False,
                "isHnsEnabled": False,
                "networkAcls": {
                    "defaultAction": "Deny",
                    "bypass": "AzureServices, Logging",
                    "ipRules": [{"value": "1.2.3.4"}],
                    "virtualNetworkRules": [{"id": SUBNET}],
                },
            },
        },
    ),
    (
        "key_vault",
        {"name": "kv", "location": "westeurope", "tenant_id": TENANT, "purge_protection": False},
        {
            "location": "westeurope",
            "properties": {
                "sku": {"family": "A", "name": "standard"},
                "tenantId": TENANT,
                "enableRbacAuthorization": True,
                "accessPolicies": [],
            },
        },
    ),
    (
        "key_vault",
        {
            "name": "kv",
            "tenant_id": TENANT,
            "purge_protection": True,
            "soft_delete_retention_days": 7,
            "network_rules": {"default_action": "Deny", "bypass": "None"},
        },
        {
            "properties": {
                "sku": {"family": "A", "name": "standard"},
                "tenantId": TENANT,
                "enableRbacAuthorization": True,
                "enablePurgeProtection": True,
                "softDeleteRetentionInDays": 7,
                "accessPolicies": [],
                "networkAcls": {"defaultAction": "Deny", "bypass": "None"},
            },
        },
    ),
    (
        "log_analytics_workspace",
        {"name": "log", "location": "westeurope", "daily_quota_gb": 5, "disable_local_auth": True},
        {
            "location": "westeurope",
            "properties": {
                "sku": {"name": "PerGB2018"},
                "workspaceCapping": {"dailyQuotaGb": 5},
                "features": {"disableLocalAuth": True},
            },
        },
    ),
    (
        "application_insights",
        {"name": "appi", "location": "westeurope", "log_analytics_workspace": LOG},
        {
            "kind": "web",
            "location": "westeurope",
            "properties": {"Application_Type": "web", "WorkspaceResourceId": LOG},
        },
    ),
    (
        "container_registry",
        {"name": "cr", "location": "westeurope", "sku": "Basic"},
        {"location": "westeurope", "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": False}},
    ),
    (
        "user_assigned_identity",
        {"name": "id", "location": "westeurope", "tags": {"a": "b"}},
        {"location": "westeurope", "tags": {"a": "b"}},
    ),
]


@pytest.mark.parametrize(("name", "desired", "body"), CREATED)
def test_the_body_of_a_creation(name: str, desired: dict[str, Any], body: dict[str, Any]) -> None:
    named = {**desired, "name": NAMES[name][0][0]}
    Draft202012Validator(provider.types[name].schema({})).validate(named)
    assert type_of(name).to_body(desired) == body


READ: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "storage_account",
        {
            "sku": {"name": "Standard_LRS", "tier": "Standard"},
            "kind": "StorageV2",
            "properties": {
                "accessTier": "Hot",
                "allowBlobPublicAccess": None,
                "networkAcls": {
                    "bypass": "None",
                    "defaultAction": "Allow",
                    "ipRules": [{"value": "1.2.3.4/32", "action": "Allow"}],
                    "virtualNetworkRules": [{"id": SUBNET, "state": "Succeeded"}],
                    "ipv6Rules": [],
                },
                "primaryEndpoints": {"blob": "https://st.blob.core.windows.net/", "dfs": None},
                "encryption": {"keySource": "Microsoft.Storage"},
            },
        },
        {
            "sku": "Standard_LRS",
            "kind": "StorageV2",
            "access_tier": "Hot",
            "allow_blob_public_access": False,
            "allow_shared_key_access": True,
            "default_to_oauth_authentication": False,
            "allow_cross_tenant_replication": False,
            "public_network_access": "Enabled",
            "hierarchical_namespace": False,
            "nfs_v3": False,
            "network_rules": {
                "bypass": [],
                "default_action": "Allow",
                "ip_rules": ["1.2.3.4"],
                "subnets": [SUBNET],
            },
            "blob_endpoint": "https://st.blob.core.windows.net/",
        },
    ),
    (
        "key_vault",
        {
            "properties": {
                "sku": {"family": "A", "name": "Standard"},
                "tenantId": TENANT,
                "accessPolicies": [{"objectId": "workspace"}],
                "enableRbacAuthorization": None,
                "vaultUri": "https://kv.vault.azure.net/",
                "publicNetworkAccess": "enabled",
            }
        },
        {
            "sku": "Standard",
            "tenant_id": TENANT,
            "rbac_authorization": False,
            "purge_protection": False,
            "enabled_for_deployment": False,
            "enabled_for_disk_encryption": False,
            "enabled_for_template_deployment": False,
            "public_network_access": "enabled",
            "vault_uri": "https://kv.vault.azure.net/",
        },
    ),
    (
        "log_analytics_workspace",
        {
            "etag": '"x"',
            "properties": {
                "sku": {"name": "pergb2018", "lastSkuUpdate": "today"},
                "retentionInDays": 30,
                "customerId": "c",
                "workspaceCapping": {"dailyQuotaGb": -1.0, "quotaNextResetTime": "soon"},
                "features": {"legacy": 0},
            },
        },
        {
            "sku": "pergb2018",
            "retention_in_days": 30,
            "daily_quota_gb": -1.0,
            "customer_id": "c",
            "disable_local_auth": False,
            "public_network_access_for_ingestion": "Enabled",
            "public_network_access_for_query": "Enabled",
        },
    ),
    (
        "container_registry",
        {
            "sku": {"name": "Premium", "tier": "Premium"},
            "properties": {
                "loginServer": "cr.azurecr.io",
                "networkRuleSet": {"defaultAction": "Allow", "ipRules": []},
            },
        },
        {
            "sku": "Premium",
            "admin_enabled": False,
            "public_network_access": "Enabled",
            "network_rules": {"default_action": "Allow", "ip_rules": []},
            "network_rule_bypass": "AzureServices",
            "zone_redundancy": "Disabled",
            "data_endpoint_enabled": False,
            "login_server": "cr.azurecr.io",
        },
    ),
    (
        "user_assigned_identity",
        {"properties": {"principalId": "p", "clientId": "c", "tenantId": "t"}},
        {"principal_id": "p", "client_id": "c", "tenant_id": "t"},
    ),
]


@pytest.mark.parametrize(("name", "raw", "attrs"), READ)
def test_what_a_body_tells(name: str, raw: dict[str, Any], attrs: dict[str, Any]) -> None:
    assert type_of(name).from_body(raw) == attrs


def test_the_keys_of_application_insights_are_secrets() -> None:
    type_ = type_of("application_insights")
    raw = {"properties": {"InstrumentationKey": "k", "ConnectionString": "c", "AppId": "a"}}
    found = type_.from_body(raw)
    assert (found["instrumentation_key"], found["connection_string"]) == ("k", "c")
    for key in ("instrumentation_key", "connection_string"):
        assert type_.schema({})["properties"][key]["x-sensitive"]


VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"


def test_a_vault_belongs_to_the_tenant_of_its_subscription() -> None:
    vault = {"id": VAULT, "properties": {"provisioningState": "Succeeded", "tenantId": TENANT}}
    transport = FakeTransport(
        {
            f"GET /subscriptions/{SUBSCRIPTION}": Reply(200, {"tenantId": TENANT}),
            f"PUT {VAULT}": Reply(200, vault),
            f"GET {VAULT}": Reply(200, vault),
        }
    )
    wanted = {"name": "kv", "location": "westeurope"}
    found = type_of("key_vault").begin(connection(transport), Op.CREATE, VAULT, None, wanted)
    assert isinstance(found, Done)
    assert transport.of("PUT")[0].body["properties"]["tenantId"] == TENANT


def test_an_update_of_a_vault_keeps_the_policies_of_others_and_sends_no_traps() -> None:
    policy = {"tenantId": TENANT, "objectId": "workspace", "permissions": {"secrets": ["get"]}}
    vault = {
        "id": VAULT,
        "location": "westeurope",
        "properties": {
            "provisioningState": "Succeeded",
            "tenantId": TENANT,
            "sku": {"family": "A", "name": "standard"},
            "accessPolicies": [policy],
            "softDeleteRetentionInDays": 90,
            "vaultUri": "https://kv.vault.azure.net/",
            "privateEndpointConnections": [{"id": "x"}],
        },
    }
    transport = FakeTransport({f"GET {VAULT}": Reply(200, vault), f"PUT {VAULT}": Reply(200, vault)})
    type_ = type_of("key_vault")
    prior = type_.attributes(VAULT, vault)
    type_.begin(connection(transport), Op.UPDATE, VAULT, prior, {**prior, "enabled_for_deployment": True})
    assert transport.of("PUT")[0].body == {
        "location": "westeurope",
        "properties": {
            "tenantId": TENANT,
            "sku": {"family": "A", "name": "standard"},
            "accessPolicies": [policy],
            "softDeleteRetentionInDays": 90,
            "enableRbacAuthorization": False,
            "enabledForDeployment": True,
            "enabledForDiskEncryption": False,
            "enabledForTemplateDeployment": False,
            "publicNetworkAccess": "Enabled",
        },
    }


ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"


def test_an_update_of_an_account_sends_no_key_that_is_set_at_creation() -> None:
    account = {
        "id": ACCOUNT,
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS", "tier": "Standard"},
        "properties": {
            "provisioningState": "Succeeded",
            "supportsHttpsTrafficOnly": True,
            "networkAcls": {
                "defaultAction": "Allow",
                "bypass": "AzureServices",
                "resourceAccessRules": [{"resourceId": "r"}],
                "ipRules": [],
                "virtualNetworkRules": [],
            },
        },
    }
    transport = FakeTransport(
        {f"GET {ACCOUNT}": Reply(200, account), f"PATCH {ACCOUNT}": Reply(200, account)}
    )
    type_ = type_of("storage_account")
    prior = type_.attributes(ACCOUNT, account)
    desired = {
        **prior,
        "location": "northeurope",
        "hierarchical_namespace": True,
        "network_rules": {**prior["network_rules"], "default_action": "Deny"},
        "tags": {"a": "b"},
        "sku": "Standard_GRS",
    }
    type_.begin(connection(transport), Op.UPDATE, ACCOUNT, prior, desired)
    body = transport.of("PATCH")[0].body
    assert body["tags"] == {"a": "b"}
    assert body["sku"] == {"name": "Standard_GRS"}
    assert "location" not in body and "isHnsEnabled" not in body["properties"]
    assert body["properties"]["networkAcls"]["resourceAccessRules"] == [{"resourceId": "r"}]
    assert body["properties"]["networkAcls"]["defaultAction"] == "Deny"


NAMES = {
    "storage_account": (["stml1"], ["ST", "st-1", "ab", "a" * 25]),
    "key_vault": (["kv-1", "Kv1"], ["1kv", "kv-", "k--v", "k" * 25, "kv"]),
    "log_analytics_workspace": (["log-1"], ["-log", "log-", "abc"]),
    "application_insights": (["appi.(x)", "a"], ["appi.", "a b"]),
    "container_registry": (["cr123"], ["cr-12", "cr1"]),
    "user_assigned_identity": (["id_1-a"], ["_id", "id"]),
}


@pytest.mark.parametrize("name", list(NAMES))
def test_names(name: str) -> None:
    good, bad = NAMES[name]
    rule = Draft202012Validator(provider.types[name].schema({})["properties"]["name"])
    assert [text for text in good if not rule.is_valid(text)] == []
    assert [text for text in bad if rule.is_valid(text)] == []


def test_what_cannot_be_taken_back_says_so() -> None:
    vault = provider.types["key_vault"].schema({})["properties"]
    assert "never" in vault["purge_protection"]["x-one-way"]
    assert "never" in vault["soft_delete_retention_days"]["x-one-way"]


def test_types_that_lose_data_say_which() -> None:
    losing = {name for name, type_ in provider.types.items() if "x-data" in type_.schema({})}
    assert {"storage_account", "key_vault", "log_analytics_workspace", "container_registry"} <= losing
    assert not {"resource_group", "user_assigned_identity"} & losing
