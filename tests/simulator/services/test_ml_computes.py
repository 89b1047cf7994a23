from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.simulator.services.ml_sizes import SIZES, size_of
from tests.simulator.services.ml_door import (
    GROUP,
    IDENTITY,
    WORKSPACE,
    MlDoor,
    cluster_body,
    refusal,
    workspace_body,
)

LIST = f"{WORKSPACE}/computes"
CLUSTER = f"{LIST}/cpu-cluster"
LAB = f"{LIST}/lab-ana"


def instance_body(inner: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    properties = {"vmSize": "STANDARD_DS3_V2", **(inner or {})}
    found = {"computeType": "ComputeInstance", "properties": properties, **more.pop("properties", {})}
    return {"location": "westeurope", "properties": found, **more}


@pytest.fixture
def door() -> MlDoor:
    found = MlDoor().prepare()
    found.workspace()
    return found


# -- clusters ----------------------------------------------------------------------------------------------


def test_a_new_cluster_is_answered_young_and_told_by_one_link(door: MlDoor) -> None:
    answer = door.put(CLUSTER, cluster_body())
    assert answer.status == 201
    assert "location" not in answer.headers
    link = answer.headers["azure-asyncoperation"]
    assert "/locations/westeurope/computeOperationsStatus/" in link and "service=new" in link
    body = answer.json()
    assert body["tags"] is None and "systemData" not in body and "identity" not in body
    properties = body["properties"]
    assert properties["provisioningState"] == "Creating"
    assert "computeLocation" not in properties
    inner = properties["properties"]
    assert inner["vmSize"] == "STANDARD_DS3_V2"
    assert inner["remoteLoginPortPublicAccess"] == "NotSpecified"
    for key in ("vmPriority", "currentNodeCount", "allocationState", "subnet", "errors"):
        assert inner[key] is None
    assert inner["scaleSettings"]["nodeIdleTimeBeforeScaleDown"] is None
    assert door.get(link).json() == {"status": "InProgress"}
    assert door.settle(answer, 10) == {"status": "Succeeded", "percentComplete": 100.0}


def test_a_done_cluster_shows_what_the_service_decided(door: MlDoor) -> None:
    found = door.compute(CLUSTER, cluster_body())
    assert (found["tags"], found["location"]) == ({}, "westeurope")
    assert "systemData" not in found
    properties = found["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["computeLocation"] == "westeurope"
    assert properties["disableLocalAuth"] is False and properties["isAttachedCompute"] is False
    assert properties["description"] is None and properties["provisioningErrors"] is None
    assert properties["createdOn"] < properties["modifiedOn"]
    assert properties["properties"] == {
        "vmSize": "STANDARD_DS3_V2",
        "vmPriority": "Dedicated",
        "scaleSettings": {"maxNodeCount": 2, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT2M"},
        "subnet": None,
        "currentNodeCount": 0,
        "targetNodeCount": 0,
        "nodeStateCounts": {
            "preparingNodeCount": 0,
            "runningNodeCount": 0,
            "idleNodeCount": 0,
            "unusableNodeCount": 0,
            "leavingNodeCount": 0,
            "preemptedNodeCount": 0,
        },
        "allocationState": "Steady",
        "allocationStateTransitionTime": properties["properties"]["allocationStateTransitionTime"],
        "errors": None,
        "remoteLoginPortPublicAccess": "Enabled",
        "osType": "Linux",
        "virtualMachineImage": None,
        "isolatedNetwork": False,
        "enableNodePublicIp": True,
        "propertyBag": {},
    }


def test_an_update_is_201_too_and_resizes(door: MlDoor) -> None:
    door.compute(CLUSTER, cluster_body(tags={"a": "1"}))
    scale = {"minNodeCount": 1, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT100S"}
    more = {"scaleSettings": scale, "remoteLoginPortPublicAccess": "NotSpecified"}
    answer = door.put(CLUSTER, cluster_body(more, tags={"b": "2"}, properties={"description": "d"}))
    assert answer.json()["properties"]["properties"]["scaleSettings"] == scale
    assert answer.status == 201 and "location" not in answer.headers
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert answer.json()["tags"] == {"b": "2"}
    assert door.settle(answer, 10)["status"] == "Succeeded"
    found = door.get(CLUSTER).json()
    inner = found["properties"]["properties"]
    assert inner["scaleSettings"] == scale
    assert (inner["currentNodeCount"], inner["targetNodeCount"]) == (0, 1)
    assert inner["allocationState"] == "Resizing"
    assert inner["remoteLoginPortPublicAccess"] == "Enabled"
    assert (found["tags"], found["properties"]["description"]) == ({"b": "2"}, "d")
    door.simulator.advance(200)
    inner = door.get(CLUSTER).json()["properties"]["properties"]
    assert (inner["currentNodeCount"], inner["allocationState"]) == (1, "Steady")
    assert inner["nodeStateCounts"]["idleNodeCount"] == 1


def test_a_patch_changes_the_scale_and_nothing_else(door: MlDoor) -> None:
    door.compute(CLUSTER, cluster_body(tags={"a": "1"}))
    scale = {"maxNodeCount": 9, "nodeIdleTimeBeforeScaleDown": "PT5M"}
    patch = {
        "tags": {"b": "2"},
        "identity": {"type": "SystemAssigned"},
        "properties": {"properties": {"scaleSettings": scale}},
    }
    answer = door.patch(CLUSTER, patch)
    assert answer.status == 200
    assert "azure-asyncoperation" in answer.headers and "location" not in answer.headers
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    assert door.settle(answer, 10)["status"] == "Succeeded"
    found = door.get(CLUSTER).json()
    assert found["tags"] == {"a": "1"} and "identity" not in found
    kept = found["properties"]["properties"]["scaleSettings"]
    assert kept == {"maxNodeCount": 9, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT5M"}


@pytest.mark.parametrize(
    "inner",
    [
        {"vmSize": "STANDARD_DS2_V2"},
        {"vmPriority": "LowPriority"},
        {"subnet": {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"}},
        {"remoteLoginPortPublicAccess": "Disabled"},
        {"osType": "Windows"},
        {"isolatedNetwork": True},
        {"userAccountCredentials": {"adminUserName": "ana", "adminUserPassword": "x"}},
    ],
)
def test_what_a_cluster_never_changes_is_refused(door: MlDoor, inner: dict[str, Any]) -> None:
    before = door.compute(CLUSTER, cluster_body())
    answer = door.put(CLUSTER, cluster_body(inner))
    assert refusal(answer) == (400, "UserError")
    (key,) = inner
    assert key in answer.json()["error"]["message"] or key == "userAccountCredentials"
    assert door.get(CLUSTER).json() == before


def test_keys_outside_the_innermost_do_not_change_either(door: MlDoor) -> None:
    door.compute(CLUSTER, cluster_body())
    for body in (
        cluster_body(properties={"disableLocalAuth": True}),
        cluster_body(properties={"computeType": "ComputeInstance"}),
    ):
        assert refusal(door.put(CLUSTER, body)) == (400, "UserError")
    assert refusal(door.put(CLUSTER, cluster_body(location="eastus"))) == (409, "InvalidResourceLocation")


def test_left_out_and_recased_values_are_no_change(door: MlDoor) -> None:
    user = {"adminUserName": "ana", "adminUserPassword": "secret", "adminUserSshPublicKey": "ssh-rsa A"}
    door.compute(CLUSTER, cluster_body({"userAccountCredentials": user, "vmPriority": "lowpriority"}))
    door.compute(CLUSTER, cluster_body({"vmSize": "standard_ds3_v2"}))
    inner = door.get(CLUSTER).json()["properties"]["properties"]
    assert inner["vmPriority"] == "LowPriority"
    assert inner["userAccountCredentials"] == {**user, "adminUserPassword": None}


def test_a_port_that_was_closed_stays_closed(door: MlDoor) -> None:
    closed = cluster_body({"remoteLoginPortPublicAccess": "disabled"})
    assert (
        door.compute(CLUSTER, closed)["properties"]["properties"]["remoteLoginPortPublicAccess"] == "Disabled"
    )
    found = door.compute(CLUSTER, cluster_body({"remoteLoginPortPublicAccess": "NotSpecified"}))
    assert found["properties"]["properties"]["remoteLoginPortPublicAccess"] == "Disabled"


def test_a_user_account_has_a_name(door: MlDoor) -> None:
    body = cluster_body({"userAccountCredentials": {"adminUserPassword": "secret"}})
    assert refusal(door.put(CLUSTER, body)) == (400, "UserError")


def test_the_ssh_port_closes_with_a_network(door: MlDoor) -> None:
    subnet = {"id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"}
    inner = door.compute(CLUSTER, cluster_body({"subnet": subnet}))["properties"]["properties"]
    assert (inner["subnet"], inner["remoteLoginPortPublicAccess"]) == (subnet, "Disabled")


def test_a_cluster_may_stand_in_another_region(door: MlDoor) -> None:
    answer = door.put(
        CLUSTER, cluster_body(location="Central US", properties={"computeLocation": "centralus"})
    )
    assert "/locations/centralus/" in answer.headers["azure-asyncoperation"]
    door.settle(answer)
    assert door.get(CLUSTER).json()["properties"]["computeLocation"] == "centralus"
    body = cluster_body(properties={"computeLocation": "eastus"})
    assert refusal(door.put(f"{LIST}/other", body)) == (400, "UserError")


def test_the_region_is_the_workspaces_when_left_out(door: MlDoor) -> None:
    body = cluster_body()
    del body["location"]
    assert door.compute(CLUSTER, body)["location"] == "westeurope"


@pytest.mark.parametrize(
    "scale",
    [
        {"minNodeCount": 3, "maxNodeCount": 2},
        {"minNodeCount": -1, "maxNodeCount": 2},
        {"minNodeCount": 1},
        {"maxNodeCount": 2, "nodeIdleTimeBeforeScaleDown": "120"},
        {"maxNodeCount": 2, "nodeIdleTimeBeforeScaleDown": "PT"},
    ],
)
def test_scale_settings_must_make_sense(door: MlDoor, scale: dict[str, Any]) -> None:
    assert refusal(door.put(CLUSTER, cluster_body({"scaleSettings": scale}))) == (400, "UserError")


# -- sizes and quotas --------------------------------------------------------------------------------------


def test_a_size_that_is_none_is_refused(door: MlDoor) -> None:
    answer = door.put(CLUSTER, cluster_body({"vmSize": "STANDARD_D3_V99"}))
    assert refusal(answer) == (400, "InvalidPropertyValue")
    assert "STANDARD_D3_V99" in answer.json()["error"]["message"]
    assert refusal(door.put(CLUSTER, cluster_body({"vmSize": None}))) == (400, "UserError")
    assert refusal(door.put(LAB, instance_body({"vmSize": "STANDARD_B2S"}))) == (400, "InvalidPropertyValue")


def test_sizes_know_their_family_and_cores() -> None:
    size = size_of("Standard_DS3_v2")
    assert size is not None
    assert (size.name, size.family, size.cores) == ("STANDARD_DS3_V2", "Standard DSv2", 4)
    assert all(name == name.upper() and one.cores > 0 for name, one in SIZES.items())
    assert SIZES["STANDARD_NC6"].quota == 0 and SIZES["STANDARD_NC6S_V3"].quota == 0


def test_a_family_without_quota_fails_the_cluster(door: MlDoor) -> None:
    """Recorded: the PUT is taken, the cluster Failed, and its errors say why."""
    answer = door.put(CLUSTER, cluster_body({"vmSize": "STANDARD_ND6S"}))
    assert answer.status == 201
    ended = door.settle(answer, 10)
    assert (ended["status"], ended["error"]["code"]) == ("Failed", "ClusterMinNodesExceedCoreQuota")
    assert "Standard ND family" in ended["error"]["message"] and "6 vCPUs" in ended["error"]["message"]
    found = door.get(CLUSTER).json()["properties"]
    assert found["provisioningState"] == "Failed"
    assert found["provisioningErrors"] == [{"error": ended["error"]}]
    assert found["properties"]["allocationState"] is None
    assert not {"osType", "enableNodePublicIp", "propertyBag"} & set(found["properties"])
    assert found["properties"]["remoteLoginPortPublicAccess"] == "NotSpecified"
    assert door.delete(CLUSTER, underlyingResourceAction="Delete").status == 202
    door.simulator.advance(60)
    assert door.get(CLUSTER).status == 404


def test_low_priority_has_a_quota_of_its_own(door: MlDoor) -> None:
    inner = {"vmSize": "STANDARD_NC6", "vmPriority": "LowPriority"}
    assert door.compute(CLUSTER, cluster_body(inner))["properties"]["provisioningState"] == "Succeeded"


def test_nodes_that_run_count_against_the_family(door: MlDoor) -> None:
    """100 cores of DSv2: 20 nodes of 4 leave room for 5, not for 6; another family is another matter."""
    door.compute(CLUSTER, cluster_body({"scaleSettings": {"minNodeCount": 20, "maxNodeCount": 20}}))

    def second(nodes: int, size: str = "STANDARD_DS3_V2") -> Any:
        scale = {"minNodeCount": nodes, "maxNodeCount": 99}
        return door.put(f"{LIST}/second", cluster_body({"vmSize": size, "scaleSettings": scale}))

    assert door.settle(second(6))["error"]["code"] == "ClusterMinNodesExceedCoreQuota"
    assert door.settle(second(5))["status"] == "Succeeded"
    assert door.get(f"{LIST}/second").json()["properties"]["provisioningErrors"] is None
    door.compute(LAB, instance_body({"vmSize": "STANDARD_D64S_V3"}))
    door.settle(door.post(f"{LAB}/stop"))
    third = door.put(f"{LIST}/lab-cid", instance_body({"vmSize": "STANDARD_D64S_V3"}))
    assert door.settle(third)["error"]["code"] == "ClusterMinNodesExceedCoreQuota", "stopped ones count"
    answer = door.put(f"{LIST}/lab-bob", instance_body({"vmSize": "STANDARD_DS1_V2"}))
    assert door.settle(answer)["error"]["code"] == "ClusterMinNodesExceedCoreQuota"
    found = door.get(f"{LIST}/lab-bob").json()["properties"]
    assert (found["provisioningState"], found["properties"]["state"]) == ("Failed", "CreateFailed")


# -- instances ---------------------------------------------------------------------------------------------


def test_an_instance_comes_up_in_minutes(door: MlDoor) -> None:
    answer = door.put(LAB, instance_body(tags={"owner": "ana"}))
    assert answer.status == 201 and "location" not in answer.headers
    inner = answer.json()["properties"]["properties"]
    for key in ("state", "applications", "connectivityEndpoints", "sshSettings", "applicationSharingPolicy"):
        assert inner[key] is None
    assert inner["enableNodePublicIp"] is True
    for key in ("dataMounts", "dataDisks", "containers", "updateStatus", "versions", "osImageMetadata"):
        assert inner[key] is None
    assert "schedules" not in inner
    assert answer.json()["tags"] == {"owner": "ana"}
    door.simulator.advance(100)
    young = door.get(LAB).json()["properties"]
    assert (young["provisioningState"], young["properties"]["state"]) == ("Creating", "Creating")
    assert young["properties"]["connectivityEndpoints"] == {"publicIpAddress": None, "privateIpAddress": None}
    assert (young["properties"]["applications"], young["properties"]["lastOperation"]) == ([], None)
    assert "schedules" not in young["properties"] and "enableNodePublicIp" not in young["properties"]
    assert door.settle(answer, 100)["status"] == "Succeeded"
    found = door.get(LAB).json()
    inner = found["properties"]["properties"]
    assert (found["properties"]["provisioningState"], inner["state"]) == ("Succeeded", "Running")
    assert inner["sshSettings"] == {
        "sshPublicAccess": "Disabled",
        "adminUserName": "azureuser",
        "sshPort": 4000,
        "adminPublicKey": None,
    }
    assert (inner["applicationSharingPolicy"], inner["computeInstanceAuthorizationType"]) == (
        "Shared",
        "personal",
    )
    assert [one["displayName"] for one in inner["applications"]] == ["Jupyter", "Jupyter Lab"]
    assert inner["applications"][0]["endpointUri"].startswith(
        "https://lab-ana.westeurope.instances.azureml.ms"
    )
    assert inner["connectivityEndpoints"]["publicIpAddress"].startswith("20.")
    assert inner["lastOperation"]["operationName"] == "Create"
    assert inner["schedules"] == {"computeStartStop": []}
    assert inner["errors"] == [] and inner["customServices"] == []
    assert inner["osImageMetadata"]["isLatestOsImageVersion"] is True


def test_a_key_shows_only_where_ssh_is_open(door: MlDoor) -> None:
    closed = door.compute(LAB, instance_body({"sshSettings": {"adminPublicKey": "ssh-rsa A"}}))
    assert closed["properties"]["properties"]["sshSettings"]["adminPublicKey"] is None
    ssh = {"sshPublicAccess": "Enabled", "adminPublicKey": "ssh-rsa A"}
    opened = door.compute(f"{LIST}/lab-bob", instance_body({"sshSettings": ssh}))
    assert opened["properties"]["properties"]["sshSettings"]["adminPublicKey"] == "ssh-rsa A"


def test_an_instance_takes_the_same_again_and_other_schedules(door: MlDoor) -> None:
    body = instance_body({"schedules": {"computeStartStop": [SCHEDULE]}}, tags={"a": "1"})
    body["properties"]["description"] = "d"
    first = door.compute(LAB, body)
    (shown,) = first["properties"]["properties"]["schedules"]["computeStartStop"]
    assert (shown["triggerType"], shown["action"], shown["status"]) == ("Recurrence", "Start", "Enabled")
    assert shown["recurrence"]["frequency"] == "Week"
    assert shown["recurrence"]["schedule"]["weekDays"] == ["Monday", "Tuesday"]
    assert (shown["cron"], shown["provisioningStatus"]) == (None, "Completed")
    assert door.compute(LAB, body)["properties"]["properties"]["schedules"]["computeStartStop"] == [shown]
    assert door.compute(LAB, instance_body())["properties"]["properties"]["schedules"] == {
        "computeStartStop": []
    }
    last = door.get(LAB).json()
    inner = last["properties"]["properties"]
    assert (inner["state"], inner["lastOperation"]["operationName"]) == ("Running", "Create")
    daily = {"action": "stop", "triggerType": "recurrence", "recurrence": {"frequency": "day", "interval": 1}}
    again = door.compute(LAB, instance_body({"schedules": {"computeStartStop": [daily]}}))
    (shown,) = again["properties"]["properties"]["schedules"]["computeStartStop"]
    assert shown["recurrence"] == {"frequency": "Day", "interval": 1}
    assert (last["tags"], last["properties"]["description"]) == ({"a": "1"}, "d")


SCHEDULE = {
    "action": "start",
    "triggerType": "recurrence",
    "recurrence": {
        "frequency": "week",
        "interval": 1,
        "timeZone": "UTC",
        "schedule": {"hours": [8], "minutes": [0], "weekDays": ["monday", "tuesday"]},
    },
}


@pytest.mark.parametrize(
    ("version", "shown"),
    [("2024-04-01", None), ("2022-01-01-preview", None), ("2022-10-01-preview", "PT30M")],
)
def test_the_idle_time_is_for_previews(door: MlDoor, version: str, shown: str | None) -> None:
    door.put(LAB, instance_body({"idleTimeBeforeShutdown": "PT30M"}), version=version)
    door.simulator.advance(200)
    inner = door.get(LAB, version=version).json()["properties"]["properties"]
    assert inner.get("idleTimeBeforeShutdown") == shown


def test_a_version_with_more_keys_is_refused(door: MlDoor) -> None:
    answer = door.put(LAB, instance_body(), version="2025-12-01")
    assert refusal(answer) == (400, "NoRegisteredProviderFound")


def test_a_schedule_needs_its_trigger(door: MlDoor) -> None:
    for one in ({"action": "stop", "triggerType": "Cron"}, {**SCHEDULE, "action": "nap"}):
        answer = door.put(LAB, instance_body({"schedules": {"computeStartStop": [one]}}))
        assert refusal(answer) == (400, "UserError")


@pytest.mark.parametrize(
    "body",
    [
        instance_body({"vmSize": "STANDARD_DS2_V2"}),
        instance_body({"subnet": {"id": "/subscriptions/s/subnets/s"}}),
        instance_body({"sshSettings": {"sshPublicAccess": "Enabled"}}),
        instance_body({"sshSettings": {"adminPublicKey": "ssh-rsa A"}}),
        instance_body({"applicationSharingPolicy": "Personal"}),
        instance_body(
            {"personalComputeInstanceSettings": {"assignedUser": {"objectId": "o", "tenantId": "t"}}}
        ),
        instance_body({"setupScripts": {"scripts": {"creationScript": {"scriptData": "a.sh"}}}}),
        instance_body({"customServices": [{"name": "rstudio"}]}),
        instance_body(tags={"b": "2"}),
        instance_body(properties={"description": "other"}),
        instance_body(identity={"type": "SystemAssigned"}),
    ],
)
def test_nearly_nothing_changes_on_an_instance(door: MlDoor, body: dict[str, Any]) -> None:
    before = door.compute(LAB, instance_body(tags={"a": "1"}, properties={"description": "d"}))
    assert refusal(door.put(LAB, body)) == (400, "UserError")
    assert door.get(LAB).json() == before


def test_an_instance_cannot_be_patched_and_stays_in_the_region(door: MlDoor) -> None:
    assert refusal(door.put(LAB, instance_body(location="eastus"))) == (400, "UserError")
    door.compute(LAB, instance_body())
    patch = {"properties": {"properties": {"scaleSettings": {"maxNodeCount": 1}}}}
    assert refusal(door.patch(LAB, patch)) == (400, "UserError")


def test_an_instance_stops_and_starts(door: MlDoor) -> None:
    door.compute(LAB, instance_body())

    def state() -> tuple[str, str]:
        properties = door.get(LAB).json()["properties"]
        return properties["provisioningState"], properties["properties"]["state"]

    answer = door.post(f"{LAB}/stop")
    assert (answer.status, answer.body) == (202, b"") and "location" not in answer.headers
    assert state() == ("Succeeded", "Stopping")
    assert refusal(door.post(f"{LAB}/start")) == (400, "UserError")
    assert door.settle(answer)["status"] == "Succeeded"
    assert state() == ("Succeeded", "Stopped")
    assert door.get(LAB).json()["properties"]["properties"]["lastOperation"]["operationName"] == "Stop"
    door.settle(door.post(f"{LAB}/start"))
    assert state() == ("Succeeded", "Running")
    door.compute(CLUSTER, cluster_body())
    assert refusal(door.post(f"{CLUSTER}/start")) == (400, "UserError")
    assert door.post(f"{LIST}/nobody/start").status == 404


def test_no_public_address_needs_a_private_way(door: MlDoor) -> None:
    answer = door.put(LAB, instance_body({"enableNodePublicIp": False}))
    assert refusal(answer) == (400, "UserError")
    body = answer.json()
    assert (
        body["error"]["message"] == "Provided EnableNodePublicIp 'False' requires workspace private endpoint."
    )
    assert (body["componentName"], body["environment"]) == ("machinelearningcompute", "westeurope")
    network = {"properties": {"managedNetwork": {"isolationMode": "AllowInternetOutbound"}}}
    door.settle(door.patch(WORKSPACE, network))
    found = door.compute(LAB, instance_body({"enableNodePublicIp": False}))["properties"]["properties"]
    assert found["connectivityEndpoints"]["publicIpAddress"] is None


# -- identity ----------------------------------------------------------------------------------------------


def test_a_compute_has_an_identity_when_it_asks_for_one(door: MlDoor) -> None:
    door.identity()
    system = {"type": "SystemAssigned"}
    first = door.compute(CLUSTER, cluster_body(identity=system))["identity"]
    assert set(first) == {"type", "principalId", "tenantId"}
    assert door.compute(CLUSTER, cluster_body())["identity"] == first
    users = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    second = door.compute(CLUSTER, cluster_body(identity=users))["identity"]
    assert set(second) == {"type", "tenantId", "userAssignedIdentities"}
    assert "identity" not in door.compute(CLUSTER, cluster_body(identity={"type": "None"}))
    door.compute(f"{LIST}/second", cluster_body(identity=users))
    both = {**users, "type": "SystemAssigned,UserAssigned"}
    assert refusal(door.put(CLUSTER, cluster_body(identity=both))) == (400, "UserError")
    wrong = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY + "-2": {}}}
    assert refusal(door.put(CLUSTER, cluster_body(identity=wrong))) == (400, "FailedIdentityOperation")
    door.delete(IDENTITY)
    scale = {"properties": {"properties": {"scaleSettings": {"maxNodeCount": 3}}}}
    door.settle(door.patch(f"{LIST}/second", scale))
    assert door.get(f"{LIST}/second").json()["identity"] == second, "a patch does not look it up again"


# -- names and places --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ab", "a" * 25, "1abc", "cpu-1", "a-b-22", "with_line", "a.b"])
def test_a_bad_name_is_refused(door: MlDoor, name: str) -> None:
    assert refusal(door.put(f"{LIST}/{name}", cluster_body())) == (400, "UserError")


@pytest.mark.parametrize("name", ["abc", "A" * 24, "cpu1", "cpu-1a", "a-1-b"])
def test_a_good_name_is_taken(door: MlDoor, name: str) -> None:
    assert door.put(f"{LIST}/{name}", cluster_body()).status == 201


def test_a_name_is_unique_in_its_region(door: MlDoor) -> None:
    door.compute(CLUSTER, cluster_body())
    other = f"{WORKSPACE}-two"
    door.workspace(other)
    answer = door.put(f"{other}/computes/CPU-cluster", cluster_body())
    assert refusal(answer) == (400, "UserError")
    assert "already in use" in answer.json()["error"]["message"]
    assert door.put(f"{other}/computes/cpu-cluster", cluster_body(location="eastus")).status == 201


def test_the_workspace_must_be_there_and_done(door: MlDoor) -> None:
    missing = f"{WORKSPACE}-x/computes/cpu"
    assert refusal(door.put(missing, cluster_body())) == (404, "ParentResourceNotFound")
    assert refusal(door.get(missing)) == (404, "ResourceNotFound")
    young = f"{WORKSPACE}-two"
    door.put(young, workspace_body())
    assert refusal(door.put(f"{young}/computes/cpu", cluster_body())) == (409, "Conflict")


def test_a_compute_that_is_not_there_is_404_without_a_body(door: MlDoor) -> None:
    answer = door.get(CLUSTER)
    assert (answer.status, answer.body) == (404, b"")
    assert "content-type" not in answer.headers
    assert door.delete(CLUSTER, underlyingResourceAction="Delete").status == 204


def test_kinds_that_are_not_simulated_say_so_aloud(door: MlDoor) -> None:
    body = cluster_body(properties={"computeType": "Kubernetes", "resourceId": "/x"})
    assert refusal(door.put(CLUSTER, body)) == (501, "NotSimulated")
    assert refusal(door.put(CLUSTER, cluster_body(properties={"computeType": "Abacus"}))) == (
        400,
        "UserError",
    )


def test_the_nodes_of_a_cluster_are_listed_and_no_keys(door: MlDoor) -> None:
    scale = {"minNodeCount": 2, "maxNodeCount": 2}
    door.compute(CLUSTER, cluster_body({"scaleSettings": scale}))
    nodes = door.post(f"{CLUSTER}/listNodes").json()["nodes"]
    assert [(one["nodeState"], one["port"], one["publicIpAddress"]) for one in nodes] == [
        ("idle", 50000, "203.0.113.1"),
        ("idle", 50001, "203.0.113.2"),
    ]
    assert len({one["nodeId"] for one in nodes}) == 2
    assert refusal(door.post(f"{CLUSTER}/listKeys")) == (400, "UserError")


def test_an_instance_has_no_nodes_to_list(door: MlDoor) -> None:
    door.compute(LAB, instance_body())
    assert refusal(door.post(f"{LAB}/listNodes")) == (400, "UserError")


def test_a_compute_at_work_takes_no_other_write(door: MlDoor) -> None:
    door.put(CLUSTER, cluster_body())
    assert refusal(door.put(CLUSTER, cluster_body())) == (400, "UserError")


# -- deletion and lists ------------------------------------------------------------------------------------


def test_a_delete_says_what_becomes_of_the_machines(door: MlDoor) -> None:
    door.compute(CLUSTER, cluster_body())
    assert refusal(door.delete(CLUSTER)) == (400, "UserError")
    assert refusal(door.delete(CLUSTER, underlyingResourceAction="Keep")) == (400, "UserError")
    assert refusal(door.delete(CLUSTER, underlyingResourceAction="Detach")) == (400, "UserError")
    answer = door.delete(CLUSTER, underlyingResourceAction="Delete")
    assert (answer.status, answer.body) == (202, b"") and "location" not in answer.headers
    assert door.get(CLUSTER).json()["properties"]["provisioningState"] == "Deleting"
    assert door.settle(answer)["status"] == "Succeeded"
    assert door.get(CLUSTER).status == 404
    assert door.put(CLUSTER, cluster_body({"vmSize": "STANDARD_DS2_V2"})).status == 201
    door.compute(LAB, instance_body())
    door.delete(LAB, underlyingResourceAction="delete")
    assert door.get(LAB).json()["properties"]["properties"]["state"] == "Deleting"


def test_a_compute_can_be_deleted_while_it_is_made(door: MlDoor) -> None:
    door.put(CLUSTER, cluster_body())
    gone = door.delete(CLUSTER, underlyingResourceAction="Delete")
    assert door.settle(gone)["status"] == "Succeeded"
    assert door.get(CLUSTER).status == 404


def test_a_list_shows_whole_computes_page_by_page(door: MlDoor) -> None:
    names = [f"c{number:03}" for number in range(105)]
    for name in names:
        door.simulator.advance(1)
        assert door.put(f"{LIST}/{name}", cluster_body()).status == 201
    door.simulator.advance(600)
    first = door.get(LIST).json()
    second = door.get(first["nextLink"]).json()
    assert [one["name"] for one in first["value"] + second["value"]] == names
    assert "nextLink" not in second
    assert first["value"][0] == door.get(f"{LIST}/c000").json()


def test_a_file_keeps_a_compute_at_work(tmp_path: Path) -> None:
    file = tmp_path / "cloud.db"
    first = MlDoor(file).prepare()
    first.workspace()
    link = first.put(LAB, instance_body()).headers["azure-asyncoperation"]
    first.simulator.close()
    second = MlDoor(file)
    assert second.get(link).json() == {"status": "InProgress"}
    second.simulator.advance(200)
    assert second.get(link).json()["status"] == "Succeeded"
    assert second.get(LAB).json()["properties"]["properties"]["state"] == "Running"


def test_one_seed_makes_one_world() -> None:
    def world(seed: int) -> Any:
        door = MlDoor(seed=seed).prepare()
        door.workspace()
        door.compute(CLUSTER, cluster_body(identity={"type": "SystemAssigned"}))
        door.compute(LAB, instance_body())
        return [door.get(LIST).json(), door.simulator.resources()]

    assert world(3) == world(3)
    assert world(3) != world(4)
