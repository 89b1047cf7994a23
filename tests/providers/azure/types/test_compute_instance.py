from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.providers.azure.types.compute import Compute
from tests.providers.azure.fake import GROUP

COMPUTE = Compute()
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
ID = f"{WORKSPACE}/computes/lab"
SCHEMA = COMPUTE.schema({"type": "computeinstance"})
MINIMAL = {"name": "lab", "type": "computeinstance", "workspace": WORKSPACE, "location": "eastus"}
FULL: dict[str, Any] = {
    **MINIMAL,
    "description": "for Ana",
    "tags": {"team": "churn"},
    "size": "STANDARD_DS11_V2",
    "network_settings": {"subnet": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"},
    "ssh_public_access_enabled": True,
    "ssh_settings": {"ssh_key_value": "ssh-rsa A"},
    "create_on_behalf_of": {
        "user_tenant_id": "11111111-1111-1111-1111-111111111111",
        "user_object_id": "22222222-2222-2222-2222-222222222222",
    },
    "identity": {"type": "system_assigned"},
    "enable_node_public_ip": True,
    "setup_scripts": {
        "creation_script": {"path": "Users/a/create.sh", "command": "a b", "timeout_minutes": 20},
        "startup_script": {"path": "Users/a/start.sh"},
    },
    "custom_applications": [
        {
            "name": "rstudio",
            "image": {"reference": "ghcr.io/rocker/rstudio"},
            "endpoints": [{"target": 8787, "published": 8788}],
            "environment_variables": {"USER": "rstudio"},
            "bind_mounts": [{"source": "/home/a", "target": "/home/b"}],
        }
    ],
}
SENT: dict[str, Any] = {
    "location": "eastus",
    "tags": {"team": "churn"},
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "computeType": "ComputeInstance",
        "description": "for Ana",
        "disableLocalAuth": False,
        "properties": {
            "vmSize": "STANDARD_DS11_V2",
            "subnet": {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"},
            "sshSettings": {"sshPublicAccess": "Enabled", "adminPublicKey": "ssh-rsa A"},
            "personalComputeInstanceSettings": {
                "assignedUser": {
                    "tenantId": "11111111-1111-1111-1111-111111111111",
                    "objectId": "22222222-2222-2222-2222-222222222222",
                }
            },
            "enableNodePublicIp": True,
            "applicationSharingPolicy": "Shared",
            "computeInstanceAuthorizationType": "personal",
            "setupScripts": {
                "scripts": {
                    "creationScript": {
                        "scriptSource": "workspaceStorage",
                        "scriptData": "Users/a/create.sh",
                        "scriptArguments": "a b",
                        "timeout": "20m",
                    },
                    "startupScript": {
                        "scriptSource": "workspaceStorage",
                        "scriptData": "Users/a/start.sh",
                    },
                }
            },
            "customServices": [
                {
                    "type": "docker",
                    "name": "rstudio",
                    "image": {"type": "docker", "reference": "ghcr.io/rocker/rstudio"},
                    "endpoints": [{"name": "connect", "protocol": "http", "target": 8787, "published": 8788}],
                    "environmentVariables": {"USER": {"type": "local", "value": "rstudio"}},
                    "volumes": [
                        {"type": "bind", "readOnly": False, "source": "/home/a", "target": "/home/b"}
                    ],
                    "docker": {"privileged": True},
                }
            ],
        },
    },
}


def answered(**inner: Any) -> dict[str, Any]:
    raw: dict[str, Any] = copy.deepcopy(SENT)
    raw |= {"id": ID, "name": "lab", "identity": {"type": "SystemAssigned", "principalId": "p-1"}}
    raw["properties"] |= {"provisioningState": "Succeeded"}
    raw["properties"]["properties"] |= {
        "state": "Running",
        "sshSettings": {
            "sshPublicAccess": "Enabled",
            "adminUserName": "azureuser",
            "sshPort": 4000,
            "adminPublicKey": None,
        },
        "connectivityEndpoints": {"publicIpAddress": "20.1.2.3", "privateIpAddress": "10.0.0.4"},
        "applications": [{"displayName": "Jupyter", "endpointUri": "https://lab.example/tree/"}],
        **inner,
    }
    return raw


def test_the_least_that_can_be_written_sends_what_az_ml_sends() -> None:
    """But for keys that the pinned api-version lacks (enableSSO and the like)."""
    assert COMPUTE.to_body(MINIMAL) == {
        "location": "eastus",
        "properties": {
            "computeType": "ComputeInstance",
            "disableLocalAuth": True,
            "properties": {
                "vmSize": "STANDARD_DS3_V2",
                "enableNodePublicIp": True,
                "applicationSharingPolicy": "Shared",
                "computeInstanceAuthorizationType": "personal",
            },
        },
    }


def test_every_other_key_has_its_place_in_the_body() -> None:
    Draft202012Validator(SCHEMA).validate(FULL)
    assert COMPUTE.to_body(FULL) == SENT


def test_an_answer_reads_as_it_was_written() -> None:
    attrs = COMPUTE.attributes(ID, answered())
    for key, value in FULL.items():
        if key != "ssh_settings":  # the key is never answered while the port is closed
            assert attrs[key] == value, key
    assert "ssh_settings" not in attrs


def test_what_only_the_service_says_can_be_referred_to() -> None:
    attrs = COMPUTE.attributes(ID, answered())
    assert attrs["state"] == "Running"
    assert attrs["provisioning_state"] == "Succeeded"
    assert attrs["principal_id"] == "p-1"
    assert attrs["services"] == [{"display_name": "Jupyter", "endpoint_uri": "https://lab.example/tree/"}]
    assert attrs["public_ip_address"] == "20.1.2.3"
    assert set(attrs) <= set(SCHEMA["properties"])


def test_a_key_without_an_open_port_leaves_it_closed() -> None:
    body = COMPUTE.to_body({**MINIMAL, "ssh_settings": {"ssh_key_value": "ssh-rsa A"}})
    assert body["properties"]["properties"]["sshSettings"] == {
        "sshPublicAccess": "Disabled",
        "adminPublicKey": "ssh-rsa A",
    }
    assert body["properties"]["disableLocalAuth"] is True


@pytest.mark.parametrize(
    ("told", "endpoints", "expected"),
    [
        (False, None, False),
        (None, {"publicIpAddress": None, "privateIpAddress": "10.0.0.4"}, False),
        (None, {"publicIpAddress": "20.1.2.3", "privateIpAddress": "10.0.0.4"}, True),
        (None, {"publicIpAddress": None, "privateIpAddress": None}, True),
        (None, None, True),
    ],
)
def test_a_public_address_is_seen_where_it_is_not_told(told: Any, endpoints: Any, expected: bool) -> None:
    raw = answered(enableNodePublicIp=told, connectivityEndpoints=endpoints)
    assert COMPUTE.attributes(ID, raw)["enable_node_public_ip"] is expected


def test_the_type_of_an_application_may_be_written() -> None:
    application = {**FULL["custom_applications"][0], "type": "docker"}
    written = {**FULL, "custom_applications": [application]}
    Draft202012Validator(SCHEMA).validate(written)
    assert COMPUTE.normalize(written)["custom_applications"] == FULL["custom_applications"]
    assert COMPUTE.to_body(written) == SENT


@pytest.mark.parametrize(
    "key",
    [
        "idle_time_before_shutdown_minutes",
        "idle_time_before_shutdown",
        "enable_sso",
        "enable_root_access",
        "release_quota_on_stop",
        "enable_os_patching",
    ],
)
def test_what_the_pinned_version_lacks_is_refused_with_a_reason(key: str) -> None:
    validator = Draft202012Validator(SCHEMA)
    assert validator.is_valid(MINIMAL)
    for value in (True, 15, "PT15M"):
        assert not validator.is_valid({**MINIMAL, key: value})
    assert "api-version" in SCHEMA["properties"][key]["x-hint"]


@pytest.mark.parametrize("port", [80, 1025, 65535])
def test_an_application_takes_ports_that_az_ml_takes(port: int) -> None:
    application = {**FULL["custom_applications"][0], "endpoints": [{"target": port, "published": 8788}]}
    assert not Draft202012Validator(SCHEMA).is_valid({**FULL, "custom_applications": [application]})


def test_nothing_but_its_schedules_may_change_in_place() -> None:
    changeable = {
        name
        for name, part in SCHEMA["properties"].items()
        if not part.get("x-immutable") and not part.get("x-computed") and "not" not in part
    }
    assert changeable == {"$schema", "type", "schedules"}
    assert SCHEMA["x-discriminator"] == "type"


def test_what_is_lost_with_it_is_said() -> None:
    assert SCHEMA["x-data"] == "files on the instance's own disk"
    assert SCHEMA["x-replace-broken"] is True
