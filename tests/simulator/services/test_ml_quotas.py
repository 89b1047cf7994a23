from __future__ import annotations

from typing import Any

import pytest

from mlinfra.simulator.services.ml_sizes import GENERAL
from tests.simulator.services.ml_door import SUBSCRIPTION, WORKSPACE, MlDoor, cluster_body, refusal

PLACE = f"{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/locations/westeurope"
FAMILY = "Standard_DSv2_Family_Cluster_Dedicated_vCPUs"


@pytest.fixture
def door() -> MlDoor:
    found = MlDoor().prepare()
    found.workspace()
    return found


def named(answer: Any) -> dict[str, Any]:
    return {one["id"].rpartition("/")[2] + one["type"]: one for one in answer.json()["value"]}


def test_usages_count_the_cores_that_computes_hold_in_the_region(door: MlDoor) -> None:
    body = cluster_body({"scaleSettings": {"minNodeCount": 2, "maxNodeCount": 2}})
    door.compute(f"{WORKSPACE}/computes/cpu-cluster", body)
    key = f"{FAMILY}Microsoft.MachineLearningServices/vmFamily/usages"
    here = named(door.get(f"{PLACE}/usages"))
    assert (here[key]["currentValue"], here[key]["limit"]) == (8, GENERAL)
    assert here["usagesMicrosoft.MachineLearningServices/totalCores/usages"]["currentValue"] == 1
    there = named(door.get(f"{PLACE.replace('westeurope', 'northeurope')}/usages"))
    assert there[key]["currentValue"] == 0


def quota(limit: int, family: str = FAMILY, workspace: str = WORKSPACE) -> dict[str, Any]:
    type_ = "Microsoft.MachineLearningServices/workspaces/quotas"
    return {"id": f"{workspace}/quotas/{family}", "type": type_, "limit": limit, "unit": "Count"}


def update(door: MlDoor, *quotas: dict[str, Any]) -> list[str]:
    answer = door.post(f"{PLACE}/updateQuotas", {"value": list(quotas)})
    assert answer.status == 200
    return [one["status"] for one in answer.json()["value"]]


def test_a_workspace_gets_a_quota_of_its_own_and_loses_it(door: MlDoor) -> None:
    key = f"{FAMILY}Microsoft.MachineLearningServices/workspaces/quotas"
    assert key not in named(door.get(f"{PLACE}/quotas"))
    assert update(door, quota(12)) == ["Success"]
    assert named(door.get(f"{PLACE}/quotas"))[key]["limit"] == 12
    assert update(door, quota(-1)) == ["Success"]
    assert key not in named(door.get(f"{PLACE}/quotas"))


def test_each_quota_says_by_itself_why_it_is_not_set(door: MlDoor) -> None:
    assert update(
        door, quota(GENERAL + 1), quota(1, "Standard_Nothing"), quota(1, workspace=f"{WORKSPACE}2"), quota(1)
    ) == ["InvalidQuotaExceedsSubscriptionLimit", "InvalidVMFamilyName", "Failure", "Success"]


def test_sizes_are_listed_as_they_are_spelled(door: MlDoor) -> None:
    sizes = {one["name"]: one for one in door.get(f"{PLACE}/vmSizes").json()["value"]}
    assert sizes["Standard_DS3_v2"]["vCPUs"] == 4
    assert sizes["Standard_DS3_v2"]["family"] == "standardDSv2Family"
    assert {"Standard_NC4as_T4_v3", "Standard_NC24ads_A100_v4", "Standard_D2s_v3"} <= sizes.keys()


def test_a_place_that_is_none_is_refused(door: MlDoor) -> None:
    assert refusal(door.get(f"{PLACE.replace('westeurope', 'atlantis')}/usages"))[0] == 400
