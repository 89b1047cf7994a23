from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.engine.schema import comparable
from mlinfra.providers.azure.types.compute import Compute
from mlinfra.providers.azure.types.compute_cluster import iso, seconds
from tests.providers.azure.fake import GROUP

COMPUTE = Compute()
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
ID = f"{WORKSPACE}/computes/cpu"
SCHEMA = COMPUTE.schema({"type": "amlcompute"})
MINIMAL = {"name": "cpu", "type": "amlcompute", "workspace": WORKSPACE, "location": "eastus"}

ANSWERED: dict[str, Any] = {
    "id": ID,
    "name": "cpu",
    "type": "Microsoft.MachineLearningServices/workspaces/computes",
    "location": "eastus",
    "tags": {},
    "properties": {
        "createdOn": "2023-01-25T22:55:02Z",
        "modifiedOn": "2023-01-25T22:55:09Z",
        "disableLocalAuth": True,
        "description": None,
        "resourceId": None,
        "computeType": "AmlCompute",
        "computeLocation": "eastus",
        "provisioningState": "Succeeded",
        "provisioningErrors": None,
        "isAttachedCompute": False,
        "properties": {
            "vmSize": "STANDARD_DS3_V2",
            "vmPriority": "Dedicated",
            "scaleSettings": {"maxNodeCount": 4, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT120S"},
            "subnet": None,
            "currentNodeCount": 2,
            "targetNodeCount": 2,
            "nodeStateCounts": {"idleNodeCount": 2},
            "allocationState": "Resizing",
            "errors": None,
            "remoteLoginPortPublicAccess": "Enabled",
            "osType": "Linux",
            "isolatedNetwork": False,
            "enableNodePublicIp": True,
            "propertyBag": {},
        },
    },
}


def inner(attrs: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = COMPUTE.to_body({**MINIMAL, **attrs})["properties"]["properties"]
    return found


def test_the_least_that_can_be_written_sends_what_az_ml_sends() -> None:
    assert COMPUTE.to_body(MINIMAL) == {
        "location": "eastus",
        "properties": {
            "computeType": "AmlCompute",
            "disableLocalAuth": True,
            "properties": {
                "osType": "Linux",
                "vmSize": "STANDARD_DS3_V2",
                "scaleSettings": {
                    "minNodeCount": 0,
                    "maxNodeCount": 4,
                    "nodeIdleTimeBeforeScaleDown": "PT2M",
                },
                "remoteLoginPortPublicAccess": "NotSpecified",
                "enableNodePublicIp": True,
            },
        },
    }


def test_every_other_key_has_its_place_in_the_body() -> None:
    body = COMPUTE.to_body(
        {
            **MINIMAL,
            "type": "AmlCompute",
            "description": "for training",
            "tags": {"team": "churn"},
            "size": "Standard_NC6s_v3",
            "tier": "low_priority",
            "min_instances": 1,
            "max_instances": 3,
            "idle_time_before_scale_down": 3700,
            "ssh_public_access_enabled": False,
            "ssh_settings": {"admin_username": "u", "admin_password": "secret", "ssh_key_value": "ssh-rsa A"},
            "network_settings": {"vnet_name": "v", "subnet": "s"},
            "identity": {"type": "system_assigned"},
            "enable_node_public_ip": False,
        }
    )
    assert body == {
        "location": "eastus",
        "tags": {"team": "churn"},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "computeType": "AmlCompute",
            "description": "for training",
            "disableLocalAuth": False,
            "properties": {
                "osType": "Linux",
                "vmSize": "Standard_NC6s_v3",
                "vmPriority": "LowPriority",
                "scaleSettings": {
                    "minNodeCount": 1,
                    "maxNodeCount": 3,
                    "nodeIdleTimeBeforeScaleDown": "PT1H1M40S",
                },
                "remoteLoginPortPublicAccess": "Disabled",
                "userAccountCredentials": {
                    "adminUserName": "u",
                    "adminUserPassword": "secret",
                    "adminUserSshPublicKey": "ssh-rsa A",
                },
                "subnet": {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"},
                "enableNodePublicIp": False,
            },
        },
    }


def test_an_answer_is_equal_to_what_was_written() -> None:
    written = COMPUTE.normalize({**MINIMAL, "size": "standard_ds3_v2", "idle_time_before_scale_down": "PT2M"})
    live = COMPUTE.attributes(ID, ANSWERED)
    for key, value in written.items():
        assert comparable({key: live[key]}, SCHEMA) == comparable({key: value}, SCHEMA), key


def test_what_moves_by_itself_is_no_attribute() -> None:
    attrs = COMPUTE.attributes(ID, ANSWERED)
    assert set(attrs) <= set(SCHEMA["properties"])
    assert not any("node" in key and key != "enable_node_public_ip" for key in attrs)
    assert "description" not in attrs


def test_a_password_is_never_read_and_always_secret() -> None:
    raw = {"adminUserName": "u", "adminUserPassword": None, "adminUserSshPublicKey": "ssh-rsa A"}
    answered = {**ANSWERED, "properties": {**ANSWERED["properties"]}}
    answered["properties"]["properties"] = {
        **ANSWERED["properties"]["properties"],
        "userAccountCredentials": raw,
    }
    attrs = COMPUTE.attributes(ID, answered)
    assert attrs["ssh_settings"] == {"admin_username": "u", "ssh_key_value": "ssh-rsa A"}
    password = SCHEMA["properties"]["ssh_settings"]["properties"]["admin_password"]
    assert password["x-sensitive"] and password["x-write-only"]


@pytest.mark.parametrize(
    ("access", "enabled"), [("Enabled", True), ("Disabled", False), ("NotSpecified", None)]
)
def test_an_ssh_port_is_open_closed_or_not_decided_yet(access: str, enabled: bool | None) -> None:
    answered = {**ANSWERED, "properties": {**ANSWERED["properties"]}}
    answered["properties"]["properties"] = {"vmSize": "A", "remoteLoginPortPublicAccess": access}
    assert COMPUTE.attributes(ID, answered).get("ssh_public_access_enabled") is enabled


def test_what_older_answers_leave_out_has_its_default() -> None:
    answered = {**ANSWERED, "properties": {**ANSWERED["properties"], "properties": {"vmSize": "A"}}}
    attrs = COMPUTE.attributes(ID, answered)
    assert attrs["enable_node_public_ip"] is True
    assert attrs["tier"] == "dedicated"


def test_the_default_tier_is_left_to_the_service() -> None:
    assert "vmPriority" not in inner({"tier": "dedicated"})
    assert inner({"tier": "Low_Priority"})["vmPriority"] == "LowPriority"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (1, "PT1S"),
        (100, "PT1M40S"),
        (3600, "PT1H"),
        (86400, "P1D"),
        (90061, "P1DT1H1M1S"),
        ("PT120S", "PT2M"),
    ],
)
def test_seconds_become_a_duration(given: int | str, sent: str) -> None:
    assert iso(given) == sent
    assert seconds(sent) == (given if isinstance(given, int) else 120)


def test_what_is_no_duration_stays_as_it_is() -> None:
    assert seconds("P1M") == "P1M"
    assert seconds("P") == "P"
    assert iso("soon") == "soon"
    assert iso(0) == "PT0S"


@pytest.mark.parametrize("value", [0, -1, "2 minutes", "P1M", "PT", 1.5])
def test_an_idle_time_is_seconds_or_a_duration(value: Any) -> None:
    validator = Draft202012Validator(SCHEMA)
    assert validator.is_valid({**MINIMAL, "idle_time_before_scale_down": "PT2M"})
    assert not validator.is_valid({**MINIMAL, "idle_time_before_scale_down": value})


@pytest.mark.parametrize(
    ("key", "immutable"),
    [
        ("size", True),
        ("tier", True),
        ("location", True),
        ("description", True),
        ("network_settings", True),
        ("ssh_settings", True),
        ("ssh_public_access_enabled", True),
        ("enable_node_public_ip", True),
        ("workspace", True),
        ("min_instances", False),
        ("max_instances", False),
        ("idle_time_before_scale_down", False),
        ("identity", False),
        ("tags", False),
    ],
)
def test_the_table_says_what_may_change_in_place(key: str, immutable: bool) -> None:
    assert bool(SCHEMA["properties"][key].get("x-immutable")) is immutable
