from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import GROUP, INSIGHTS, LOGS, Door, refusal


def component(**properties: Any) -> dict[str, Any]:
    return {"location": "westeurope", "kind": "web", "properties": properties}


@pytest.fixture
def logs(door: Door) -> str:
    made: str = door.make(LOGS, {"location": "westeurope"})["id"]
    return made


def test_a_component_is_there_at_once_under_a_lower_case_id(door: Door, logs: str) -> None:
    answer = door.put(INSIGHTS, component(WorkspaceResourceId=logs))
    assert answer.status == 200
    found = answer.json()
    assert found["id"] == f"{GROUP}/providers/microsoft.insights/components/appi-one"
    assert found["type"] == "microsoft.insights/components"
    properties = found["properties"]
    assert properties["InstrumentationKey"] in properties["ConnectionString"]
    assert properties["SamplingPercentage"] is None
    assert properties["RetentionInDays"] == 90
    assert properties["WorkspaceResourceId"] == logs
    assert "Retention" not in properties
    assert door.put(INSIGHTS, component(WorkspaceResourceId=logs)).json()["properties"]["Retention"] == "P90D"


def test_every_write_has_another_etag(door: Door, logs: str) -> None:
    first = door.put(INSIGHTS, component(WorkspaceResourceId=logs)).json()["etag"]
    assert door.put(INSIGHTS, component(WorkspaceResourceId=logs)).json()["etag"] != first


@pytest.mark.parametrize(
    "change",
    [
        {"kind": None},
        {"properties": {"RetentionInDays": 45}},
        {"properties": {"SamplingPercentage": 101}},
        {"properties": {"Application_Type": "desktop"}},
        {"properties": {"WorkspaceResourceId": LOGS + "x"}},
        {"properties": {"WorkspaceResourceId": GROUP}},
        {"properties": {"IngestionMode": "Pigeon"}},
    ],
)
def test_bodies_that_are_refused(door: Door, logs: str, change: dict[str, Any]) -> None:
    assert refusal(door.put(INSIGHTS, {**component(), **change})) == (400, "BadRequest")


def test_the_application_type_stays(door: Door, logs: str) -> None:
    door.put(INSIGHTS, component(WorkspaceResourceId=logs))
    assert refusal(door.put(INSIGHTS, component(Application_Type="other"))) == (400, "BadRequest")


def test_a_workspace_is_never_taken_away(door: Door, logs: str) -> None:
    door.put(INSIGHTS, component(WorkspaceResourceId=logs))
    assert door.put(INSIGHTS, component()).json()["properties"]["WorkspaceResourceId"] == logs
    other = door.make(LOGS + "2", {"location": "westeurope"})["id"]
    moved = door.put(INSIGHTS, component(WorkspaceResourceId=other)).json()
    assert moved["properties"]["WorkspaceResourceId"] == other


def test_without_a_workspace_the_service_makes_one(door: Door) -> None:
    found = door.put(INSIGHTS, component()).json()["properties"]["WorkspaceResourceId"]
    managed = found.partition("/providers/")[0]
    assert "/resourceGroups/ai_appi-one_" in managed
    assert managed.endswith("_managed")
    assert door.get(found).status == 200
    assert door.get(managed).json()["managedBy"].endswith("/components/appi-one")
    assert door.put(INSIGHTS, component()).json()["properties"]["WorkspaceResourceId"] == found
    door.delete(INSIGHTS)
    assert door.get(managed).status == 404


def test_a_patch_reads_tags_only(door: Door, logs: str) -> None:
    door.put(INSIGHTS, component(WorkspaceResourceId=logs))
    answer = door.patch(INSIGHTS, {"tags": {"a": "b"}, "properties": {"RetentionInDays": 30}})
    assert answer.status == 200
    found = door.get(INSIGHTS).json()
    assert (found["tags"], found["properties"]["RetentionInDays"]) == ({"a": "b"}, 90)


def test_a_component_made_again_has_other_keys(door: Door, logs: str) -> None:
    first = door.put(INSIGHTS, component(WorkspaceResourceId=logs)).json()["properties"]
    door.delete(INSIGHTS)
    second = door.put(INSIGHTS, component(WorkspaceResourceId=logs)).json()["properties"]
    assert first["InstrumentationKey"] != second["InstrumentationKey"]


def test_a_purge_is_taken_and_done_after_a_while(door: Door, logs: str) -> None:
    door.put(INSIGHTS, component(WorkspaceResourceId=logs))
    filters = [{"column": "TimeGenerated", "operator": ">", "value": "2017-09-01T00:00:00"}]
    answer = door.post(f"{INSIGHTS}/purge", {"table": "Heartbeat", "filters": filters})
    assert answer.status == 202
    where = answer.headers["x-ms-status-location"]
    assert f"/operations/{answer.json()['operationId']}?" in where
    assert door.get(where).json() == {"status": "pending"}
    door.simulator.advance(3 * 86400)
    assert door.get(where).status == 404  # kept for a day
    again = door.post(f"{INSIGHTS}/purge", {"table": "Heartbeat", "filters": []})
    door.simulator.advance(2 * 86400 + 60)
    assert door.get(again.headers["x-ms-status-location"]).json() == {"status": "completed"}


def test_a_purge_says_what_and_which(door: Door, logs: str) -> None:
    door.put(INSIGHTS, component(WorkspaceResourceId=logs))
    assert refusal(door.post(f"{INSIGHTS}/purge", {"table": "Heartbeat"})) == (400, "BadRequest")
