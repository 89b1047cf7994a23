"""Bodies that show keys which no example of a type has, for the schemas that editors read.

No test creates them and nothing is sent of them; each value is held against the schema of its key. Addresses
are those that RFC 5737 keeps for examples; names of service tags, images and sizes are Azure's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-churn"
_SUBNET = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-churn/subnets/ml"
_IDENTITY = "${user_assigned_identity.main.id}"
_PLACE = {
    "subscription": "00000000-0000-0000-0000-000000000001",
    "resource_group": "${resource_group.main.id}",
    "location": "westeurope",
}
_SCHEMA = "https://azuremlschemas.azureedge.net/latest/{}.schema.json"
_IN_WORKSPACE = {"workspace": "${workspace.main.id}"}
_COMPUTE = {**_IN_WORKSPACE, "location": "westeurope", "tags": {"team": "churn"}}
_IDENTITIES = {"type": "user_assigned", "user_assigned_identities": [{"resource_id": _IDENTITY}]}
_FIREWALL = {"default_action": "Deny", "ip_rules": ["203.0.113.0/24"], "subnets": [_SUBNET]}
_ROUTE = {"port": 5001, "path": "/ready"}
_SCRIPT = {"path": "setup/install.sh", "command": "churn", "timeout_minutes": 25}
_PERMISSIONS = {
    "actions": ["Microsoft.Storage/storageAccounts/read"],
    "not_actions": ["Microsoft.Storage/storageAccounts/delete"],
    "data_actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    "not_data_actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete"],
}

MORE: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "resource_group": (
        {
            "subscription": _PLACE["subscription"],
            "managed_by": f"{_GROUP}/providers/Microsoft.Solutions/applications/churn",
        },
    ),
    "storage_account": ({**_PLACE, "network_rules": {**_FIREWALL, "bypass": ["AzureServices"]}},),
    "key_vault": (
        {
            **_PLACE,
            "tenant_id": "00000000-0000-0000-0000-000000000002",
            "soft_delete_retention_days": 30,
            "network_rules": _FIREWALL,
        },
    ),
    "log_analytics_workspace": ({**_PLACE, "daily_quota_gb": 5},),
    "application_insights": (_PLACE,),
    "container_registry": (
        {**_PLACE, "network_rules": {"default_action": "Deny", "ip_rules": ["203.0.113.0/24"]}},
    ),
    "user_assigned_identity": (_PLACE,),
    "role_definition": (
        {
            **_PERMISSIONS,
            "scope": "${resource_group.main.id}",
            "permissions": [_PERMISSIONS],
            "assignable_scopes": ["${resource_group.main.id}"],
        },
        {"permissions": _PERMISSIONS},
    ),
    "role_assignment": (
        {
            "condition": "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] "
            "StringEquals 'churn'"
        },
    ),
    "workspace": (
        {
            **_PLACE,
            "$schema": _SCHEMA.format("workspace"),
            "display_name": "Churn",
            "container_registry": "${container_registry.main.id}",
            "customer_managed_key": {
                "key_vault": "${key_vault.main.id}",
                "key_uri": "https://kv-churn.vault.azure.net/keys/workspace/0123456789abcdef0123456789abcdef",
            },
            "image_build_compute": "cpu-cluster",
            "identity": _IDENTITIES,
            "primary_user_assigned_identity": _IDENTITY,
            "managed_network": {
                "isolation_mode": "allow_only_approved_outbound",
                "outbound_rules": [{"name": "partners", "type": "fqdn", "destination": "api.contoso.com"}],
            },
            "serverless_compute": {"custom_subnet": _SUBNET, "no_public_ip": True},
        },
        {
            "managed_network": {
                "outbound_rules": [
                    {
                        "name": "monitor",
                        "type": "service_tag",
                        "destination": {
                            "service_tag": "AzureMonitor",
                            "protocol": "TCP",
                            "port_ranges": "80, 8080-8089",
                        },
                    },
                    {
                        "name": "data",
                        "type": "private_endpoint",
                        "destination": {
                            "service_resource_id": "${storage_account.main.id}",
                            "subresource_target": "blob",
                        },
                    },
                ]
            }
        },
    ),
    "compute": (
        {
            **_COMPUTE,
            "type": "amlcompute",
            "$schema": _SCHEMA.format("amlCompute"),
            "description": "For training.",
            "enable_node_public_ip": False,
            "ssh_public_access_enabled": False,
            "network_settings": {"subnet": "ml", "vnet_name": "vnet-churn"},
            "ssh_settings": {
                "admin_username": "churn",
                "admin_password": "${var.password}",
                "ssh_key_value": "${var.public_key}",
            },
            "identity": _IDENTITIES,
        },
        {
            **_COMPUTE,
            "type": "computeinstance",
            "$schema": _SCHEMA.format("computeInstance"),
            "description": "For notebooks.",
            "ssh_settings": {"ssh_key_value": "${var.public_key}"},
            "create_on_behalf_of": {
                "user_object_id": "0a1b2c3d-0000-4000-8000-00000000a001",
                "user_tenant_id": "00000000-0000-0000-0000-000000000002",
            },
            "schedules": {
                "compute_start_stop": [
                    {
                        "action": "stop",
                        "trigger": {
                            "type": "recurrence",
                            "frequency": "week",
                            "interval": 1,
                            "start_time": "2026-01-05T18:00:00",
                            "time_zone": "W. Europe Standard Time",
                            "schedule": {"hours": [18], "minutes": [30], "week_days": ["friday"]},
                        },
                    },
                    {"action": "start", "trigger": {"type": "cron", "expression": "0 8 * * 1"}},
                ]
            },
            "setup_scripts": {"creation_script": _SCRIPT, "startup_script": _SCRIPT},
            "custom_applications": [
                {
                    "name": "rstudio",
                    "image": {"reference": "ghcr.io/azure/rocker-rstudio-ml-verse:latest"},
                    "endpoints": [{"target": 8787, "published": 8787}],
                    "environment_variables": {"LANG": "C.UTF-8"},
                    "bind_mounts": [{"source": "/home/azureuser/cloudfiles", "target": "/home/azureuser"}],
                }
            ],
        },
    ),
    "datastore": (
        *({**_IN_WORKSPACE, "$schema": _SCHEMA.format(name)} for name in ("azureBlob", "azureFile")),
        *(
            {"$schema": _SCHEMA.format(name)}
            for name in ("azureDataLakeGen1", "azureDataLakeGen2", "oneLake")
        ),
        {"endpoint": "core.windows.net", "credentials": {"account_key": "${var.account_key}"}},
        {"credentials": {"sas_token": "${var.sas_token}"}},
        {
            "credentials": {
                "tenant_id": "00000000-0000-0000-0000-000000000002",
                "client_id": "00000000-0000-0000-0000-000000000004",
                "client_secret": "${var.client_secret}",
                "authority_url": "https://login.microsoftonline.com",
                "authority_uri": "https://login.microsoftonline.com",
                "resource_url": "https://storage.azure.com/",
            }
        },
        {
            "credentials": {
                "tenant_id": "00000000-0000-0000-0000-000000000002",
                "client_id": "00000000-0000-0000-0000-000000000004",
                "certificate": "${var.certificate}",
                "thumbprint": "${var.thumbprint}",
            }
        },
    ),
    "environment": (
        {
            **_IN_WORKSPACE,
            "$schema": _SCHEMA.format("environment"),
            "datastore": "workspaceblobstore",
            "build": {"path": "docker", "dockerfile_path": "Dockerfile"},
            "conda_file": {"name": "sklearn"},
            "inference_config": {
                "liveness_route": _ROUTE,
                "readiness_route": _ROUTE,
                "scoring_route": {"port": 5001, "path": "/score"},
            },
        },
    ),
    "data_asset": (
        {
            **_IN_WORKSPACE,
            "$schema": _SCHEMA.format("data"),
            "datastore": "workspaceblobstore",
            "local_path": "data/churn.csv",
            "properties": {"rows": "1000"},
        },
    ),
    "arm": (
        {
            **_PLACE,
            "scope": "${workspace.main.id}",
            "tags": {"team": "churn"},
        },
    ),
}
"""By type. What does not fit one of its kinds is an example of the others."""
