from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.plan import Op
from mlinfra.providers.api import Done, Pending, ProviderError
from mlinfra.providers.azure.types.compute import Compute
from tests.providers.azure.fake import (
    GROUP,
    HOST,
    SUBSCRIPTION,
    FakeTransport,
    Reply,
    connection,
)
from tests.providers.azure.types.test_compute_cluster import ANSWERED, ID, MINIMAL, WORKSPACE

COMPUTE = Compute()
LAB = f"{WORKSPACE}/computes/lab"
STATUS = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/locations/eastus"
    "/computeOperationsStatus/1"
)
OPERATION = {"Azure-AsyncOperation": f"{HOST}{STATUS}?api-version=2024-04-01&service=new"}


def answered(**properties: Any) -> dict[str, Any]:
    raw = copy.deepcopy(ANSWERED)
    raw["properties"].update(properties)
    return raw


def finished(progress: Any, conn: Any) -> Done:
    while isinstance(progress, Pending):
        progress = COMPUTE.resume(conn, progress)
    assert isinstance(progress, Done)
    return progress


def test_the_type_chooses_the_schema_in_any_casing() -> None:
    cluster, instance = COMPUTE.schema({"type": "AmlCompute"}), COMPUTE.schema({"type": "ComputeInstance"})
    assert "max_instances" in cluster["properties"] and "max_instances" not in instance["properties"]
    assert "schedules" in instance["properties"] and "schedules" not in cluster["properties"]
    assert COMPUTE.schema({}) is cluster
    assert COMPUTE.schema({"type": "computeinstance"}) is instance


def test_a_type_that_is_not_managed_is_refused() -> None:
    schema = COMPUTE.schema({"type": "kubernetes"})
    assert not Draft202012Validator(schema).is_valid({"name": "aks", "type": "kubernetes"})
    assert schema["properties"]["type"]["enum"] == ["amlcompute", "computeinstance"]


def test_the_id_lies_in_the_workspace() -> None:
    assert COMPUTE.identify(MINIMAL) == ID
    assert COMPUTE.identify({**MINIMAL, "workspace": f"{WORKSPACE}/"}) == ID
    assert COMPUTE.identify({"name": "cpu"}) is None
    assert COMPUTE.identify({"workspace": WORKSPACE}) is None
    assert COMPUTE.identify({"name": "cpu", "workspace": "mlw"}) is None


@pytest.mark.parametrize("name", ["c", "ab", "1ab", "a_b", "cluster-1", "a" * 25])
def test_names_that_azure_refuses_are_refused(name: str) -> None:
    validator = Draft202012Validator(COMPUTE.schema({}))
    assert all(
        validator.is_valid({**MINIMAL, "name": good}) for good in ("cpu", "testCompute", "a-1b", "gpu4")
    )
    assert not validator.is_valid({**MINIMAL, "name": name})


def test_a_workspace_that_names_nothing_is_refused() -> None:
    with pytest.raises(ProviderError) as caught:
        COMPUTE.normalize({**MINIMAL, "workspace": "elsewhere"})
    assert caught.value.path == ("workspace",)
    assert "az ml workspace show --name elsewhere" in caught.value.hint


def test_a_subnet_is_expanded_in_the_group_of_the_workspace() -> None:
    full = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    for written in ({"vnet_name": "v", "subnet": "s"}, {"subnet": full}, {"vnet_name": "v", "subnet": full}):
        normal = COMPUTE.normalize({**MINIMAL, "network_settings": written})
        assert normal["network_settings"] == {"subnet": full}
    with pytest.raises(ProviderError) as caught:
        COMPUTE.normalize({**MINIMAL, "network_settings": {"subnet": "s"}})
    assert caught.value.path == ("network_settings", "subnet")


def test_a_subnet_waits_for_a_workspace_that_is_not_known_yet() -> None:
    written = {"vnet_name": "v", "subnet": "s"}
    normal = COMPUTE.normalize({"name": "cpu", "type": "amlcompute", "network_settings": written})
    assert normal["network_settings"] == written


def test_normalising_is_idempotent() -> None:
    written = {
        **MINIMAL,
        "$schema": "https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json",
        "type": "AmlCompute",
        "location": "East US",
        "tier": "Dedicated",
        "identity": {"type": "SystemAssigned"},
        "idle_time_before_scale_down": "PT2M",
    }
    normal = COMPUTE.normalize(written)
    assert normal == {
        **MINIMAL,
        "tier": "dedicated",
        "identity": {"type": "system_assigned"},
        "idle_time_before_scale_down": 120,
    }
    assert COMPUTE.normalize(normal) == normal


def test_a_creation_is_polled_and_then_read() -> None:
    transport = FakeTransport(
        {
            f"PUT {ID}": Reply(201, answered(provisioningState="Creating"), OPERATION),
            f"GET {STATUS}": [Reply(200, {"status": "InProgress"}), Reply(200, {"status": "Succeeded"})],
            f"GET {ID}": Reply(200, ANSWERED),
        }
    )
    conn = connection(transport)
    done = finished(COMPUTE.begin(conn, Op.CREATE, ID, None, MINIMAL), conn)
    assert done == Done(COMPUTE.attributes(ID, ANSWERED), ID)
    assert transport.of("PUT")[0].body == COMPUTE.to_body(MINIMAL)
    assert transport.of("PUT")[0].query == {"api-version": "2024-04-01"}


def test_a_location_that_nobody_wrote_is_the_workspaces() -> None:
    transport = FakeTransport(
        {
            f"GET {WORKSPACE}": Reply(200, {"id": WORKSPACE, "location": "northeurope"}),
            f"PUT {ID}": Reply(201, answered(provisioningState="Creating"), OPERATION),
        }
    )
    desired = {key: value for key, value in MINIMAL.items() if key != "location"}
    COMPUTE.begin(connection(transport), Op.CREATE, ID, None, desired)
    assert transport.of("PUT")[0].body["location"] == "northeurope"


def test_without_its_workspace_nothing_is_sent() -> None:
    transport = FakeTransport({})
    desired = {key: value for key, value in MINIMAL.items() if key != "location"}
    with pytest.raises(ProviderError) as caught:
        COMPUTE.begin(connection(transport), Op.CREATE, ID, None, desired)
    assert caught.value.code == "MLI-AZ-PARENT" and caught.value.path == ("workspace",)
    assert transport.of("PUT") == []


def test_an_update_sends_what_is_there_with_the_change_and_reads_it_back() -> None:
    """The 201 of an update shows the old values: only the GET after it counts (R)."""
    new = copy.deepcopy(ANSWERED)
    new["properties"]["properties"]["scaleSettings"]["maxNodeCount"] = 8
    transport = FakeTransport(
        {
            f"GET {ID}": [Reply(200, ANSWERED), Reply(200, new)],
            f"PUT {ID}": Reply(201, ANSWERED, OPERATION),
            f"GET {STATUS}": Reply(200, {"status": "Succeeded"}),
        }
    )
    conn = connection(transport)
    done = finished(COMPUTE.begin(conn, Op.UPDATE, ID, {}, {"type": "amlcompute", "max_instances": 8}), conn)
    assert done.attrs is not None and done.attrs["max_instances"] == 8
    assert transport.of("PUT")[0].body == {
        "location": "eastus",
        "tags": {},
        "properties": {
            "computeType": "AmlCompute",
            "disableLocalAuth": True,
            "properties": {
                "vmSize": "STANDARD_DS3_V2",
                "vmPriority": "Dedicated",
                "scaleSettings": {
                    "maxNodeCount": 8,
                    "minNodeCount": 0,
                    "nodeIdleTimeBeforeScaleDown": "PT120S",
                },
                "remoteLoginPortPublicAccess": "Enabled",
                "osType": "Linux",
                "enableNodePublicIp": True,
            },
        },
    }


def test_an_identity_is_taken_away_in_so_many_words() -> None:
    raw = {**ANSWERED, "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"}}
    transport = FakeTransport({f"GET {ID}": Reply(200, raw), f"PUT {ID}": Reply(201, raw, OPERATION)})
    COMPUTE.begin(
        connection(transport), Op.UPDATE, ID, {}, {"type": "amlcompute", "identity": {"type": "none"}}
    )
    assert transport.of("PUT")[0].body["identity"] == {"type": "None"}
    assert "identity" not in COMPUTE.to_body({**MINIMAL, "identity": {"type": "none"}})


def test_a_deletion_takes_the_machines_too() -> None:
    transport = FakeTransport(
        {f"DELETE {ID}": Reply(202, None, OPERATION), f"GET {STATUS}": Reply(200, {"status": "Succeeded"})}
    )
    conn = connection(transport)
    assert finished(COMPUTE.begin(conn, Op.DELETE, ID, MINIMAL, None), conn) == Done()
    assert transport.of("DELETE")[0].query["underlyingResourceAction"] == "Delete"


def test_deleting_what_is_gone_is_done() -> None:
    """The compute service answers 404 without a body (R)."""
    transport = FakeTransport({f"DELETE {ID}": Reply(404)})
    assert COMPUTE.begin(connection(transport), Op.DELETE, ID, MINIMAL, None) == Done()


def test_many_computes_of_a_workspace_are_read_with_one_list() -> None:
    lab = {"id": LAB, "name": "lab", "properties": {"computeType": "ComputeInstance", "properties": {}}}
    transport = FakeTransport({f"GET {WORKSPACE}/computes": Reply(200, {"value": [ANSWERED, lab]})})
    gone = f"{WORKSPACE}/computes/gone"
    found = COMPUTE.read_many(connection(transport), [ID, LAB, gone])
    assert len(transport.asked) == 1
    assert found[ID] == COMPUTE.attributes(ID, ANSWERED)
    lab_found = found[LAB] or {}
    assert lab_found["type"] == "computeinstance"
    assert lab_found["workspace"] == WORKSPACE
    assert found[gone] is None


def test_one_compute_is_read_by_itself() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(404)})
    assert COMPUTE.read_many(connection(transport), [ID]) == {ID: None}


def test_a_compute_that_failed_says_why() -> None:
    told = {"code": "ClusterMinNodesExceedCoreQuota", "message": "a Standard ND family vCPU quota of 0"}
    failed = answered(provisioningState="Failed", provisioningErrors=[{"error": told}])
    transport = FakeTransport(
        {
            f"PUT {ID}": Reply(201, answered(provisioningState="Creating"), OPERATION),
            f"GET {STATUS}": Reply(200, {"status": "Succeeded"}),
            f"GET {ID}": Reply(200, failed),
        }
    )
    conn = connection(transport)
    with pytest.raises(ProviderError) as caught:
        finished(COMPUTE.begin(conn, Op.CREATE, ID, None, MINIMAL), conn)
    assert caught.value.code == "MLI-AZ-QUOTA"
    assert caught.value.path == ("size",)
    assert "quota of 0" in caught.value.summary


def test_a_compute_that_failed_without_a_reason_says_that() -> None:
    transport = FakeTransport(
        {
            f"PUT {ID}": Reply(201, answered(provisioningState="Creating"), OPERATION),
            f"GET {STATUS}": Reply(200, {"status": "Succeeded"}),
            f"GET {ID}": Reply(200, answered(provisioningState="Failed")),
        }
    )
    conn = connection(transport)
    with pytest.raises(ProviderError) as caught:
        finished(COMPUTE.begin(conn, Op.CREATE, ID, None, MINIMAL), conn)
    assert caught.value.code == "MLI-AZ-FAILED"


def test_both_kinds_have_an_example_and_its_changes() -> None:
    shown = COMPUTE.schema({})["x-examples"]
    assert shown["cluster"]["type"] == "amlcompute"
    assert shown["instance"]["type"] == "computeinstance"
    for kind in ("amlcompute", "computeinstance"):
        schema = COMPUTE.schema({"type": kind})
        assert schema["x-example"]["type"] == kind
        assert schema["x-example-update"] and schema["x-example-immutable"]
