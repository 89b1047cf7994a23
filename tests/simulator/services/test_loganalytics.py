from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import GROUP, LOGS, SUB, Door, refusal

BODY = {"location": "westeurope"}
DELETED = f"/subscriptions/{SUB}/providers/Microsoft.OperationalInsights/deletedWorkspaces"


def workspace(**properties: Any) -> dict[str, Any]:
    return {"location": "westeurope", "properties": properties}


def test_a_workspace_is_its_own_operation(door: Door) -> None:
    answer = door.put(LOGS, BODY)
    assert answer.status == 201
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert answer.headers["location"].startswith(f"https://management.azure.com{LOGS}?")
    assert "azure-asyncoperation" not in answer.headers
    door.simulator.advance(10)
    assert door.get(answer.headers["location"]).json()["properties"]["provisioningState"] == "Succeeded"


def test_versions_before_2022_name_no_place_to_look(door: Door) -> None:
    answer = door.put(LOGS, workspace(source="Azure"), version="2015-11-01-preview")
    assert (answer.status, "location" in answer.headers) == (201, False)
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert answer.json()["properties"]["source"] == "Azure"
    assert "source" not in door.get(LOGS).json()["properties"]


def test_what_the_service_fills_in(door: Door) -> None:
    found = door.make(LOGS, BODY)
    properties = found["properties"]
    assert properties["sku"]["name"] == "PerGB2018"
    assert properties["retentionInDays"] == 30
    assert properties["workspaceCapping"]["dailyQuotaGb"] == -1.0
    assert properties["workspaceCapping"]["quotaNextResetTime"] == "2026-01-06T00:00:00Z"
    assert properties["features"]["searchVersion"] == 1
    assert "tags" not in found
    assert found["etag"].startswith('"')


def test_the_resource_permission_feature_needs_a_second_put(door: Door) -> None:
    body = workspace(features={"enableLogAccessUsingOnlyResourcePermissions": False})
    assert door.make(LOGS, body)["properties"]["features"]["enableLogAccessUsingOnlyResourcePermissions"]
    door.put(LOGS, body)
    features = door.get(LOGS).json()["properties"]["features"]
    assert features["enableLogAccessUsingOnlyResourcePermissions"] is False


@pytest.mark.parametrize("name", ["abc", "-abcd", "abcd-", "a_bcd", "a" * 64])
def test_bad_names(door: Door, name: str) -> None:
    assert refusal(door.put(LOGS.replace("log-one", name), BODY)) == (400, "InvalidResourceName")


@pytest.mark.parametrize(
    "properties",
    [
        {"retentionInDays": 20},
        {"retentionInDays": 731},
        {"sku": {"name": "Gold"}},
        {"sku": {"name": "Standard"}},
        {"sku": {"name": "Free"}, "retentionInDays": 30},
        {"sku": {"name": "CapacityReservation"}},
        {"sku": {"name": "CapacityReservation", "capacityReservationLevel": 150}},
        {"publicNetworkAccessForQuery": "Maybe"},
    ],
)
def test_bodies_that_are_refused(door: Door, properties: dict[str, Any]) -> None:
    assert refusal(door.put(LOGS, workspace(**properties))) == (400, "InvalidParameter")


def test_some_values_are_echoed_and_some_strings_read(door: Door) -> None:
    found = door.make(LOGS, workspace(sku={"name": "pergb2018"}, retentionInDays="60"))["properties"]
    assert (found["sku"]["name"], found["retentionInDays"]) == ("pergb2018", 60)


def test_a_tier_changes_between_the_paid_ones_only(door: Door) -> None:
    door.make(LOGS, BODY)
    reserved = workspace(sku={"name": "CapacityReservation", "capacityReservationLevel": 100})
    assert door.put(LOGS, reserved).status == 200
    assert door.put(LOGS, workspace(sku={"name": "PerGB2018"})).status == 200
    assert refusal(door.put(LOGS, workspace(sku={"name": "PerNode"}))) == (400, "InvalidParameter")


def test_a_collection_rule_comes_later(door: Door) -> None:
    body = workspace(defaultDataCollectionRuleResourceId=f"{GROUP}/providers/x/y/z")
    assert refusal(door.put(LOGS, body)) == (400, "BadRequest")
    door.make(LOGS, BODY)
    assert door.put(LOGS, body).status == 200
    (listed,) = door.get(LOGS.rpartition("/")[0]).json()["value"]
    assert "defaultDataCollectionRuleResourceId" not in listed["properties"]


def test_shared_keys(door: Door) -> None:
    door.make(LOGS, BODY)
    found = door.post(f"{LOGS}/sharedKeys").json()
    assert found["primarySharedKey"] != found["secondarySharedKey"]


def test_a_put_brings_a_deleted_workspace_back(door: Door) -> None:
    made = door.make(LOGS, workspace(retentionInDays=60))
    assert door.delete(LOGS).status == 200
    assert [one["name"] for one in door.get(DELETED).json()["value"]] == ["log-one"]
    here = DELETED.replace(f"/subscriptions/{SUB}", GROUP)
    assert len(door.get(here).json()["value"]) == 1
    door.simulator.advance(86400)
    back = door.put(LOGS, BODY)
    assert back.status == 200
    found = back.json()["properties"]
    assert found["customerId"] == made["properties"]["customerId"]
    assert found["retentionInDays"] == 60
    assert door.get(DELETED).json()["value"] == []


def test_a_deleted_name_is_blocked_elsewhere_and_free_after_two_weeks(door: Door) -> None:
    made = door.make(LOGS, BODY)
    door.delete(LOGS)
    door.group(GROUP + "2")
    assert refusal(door.put(LOGS.replace("/rg/", "/rg2/"), BODY)) == (409, "Conflict")
    assert refusal(door.put(LOGS, {"location": "eastus"})) == (409, "Conflict")
    door.simulator.advance(14 * 86400)
    again = door.put(LOGS, BODY)
    assert again.status == 201
    assert again.json()["properties"]["customerId"] != made["properties"]["customerId"]


def test_force_deletes_for_good(door: Door) -> None:
    made = door.make(LOGS, BODY)
    assert door.delete(LOGS, force="true").status == 200
    assert door.get(DELETED).json()["value"] == []
    assert door.put(LOGS, BODY).status == 201
    assert door.get(LOGS).json()["properties"]["customerId"] != made["properties"]["customerId"]
