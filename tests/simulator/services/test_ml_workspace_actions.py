from __future__ import annotations

import pytest

from tests.simulator.door import registry
from tests.simulator.services.ml_door import GROUP, INSIGHTS, STORAGE, WORKSPACE, MlDoor, refusal

REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/acrml1"


@pytest.fixture
def door() -> MlDoor:
    found = MlDoor().prepare()
    found.workspace()
    return found


def result(door: MlDoor, link: str, seconds: float) -> object:
    assert door.get(link).status == 202
    door.simulator.advance(seconds)
    answer = door.get(link)
    assert answer.status == 200
    return answer.json()


def test_the_keys_are_those_of_what_the_workspace_stands_on(door: MlDoor) -> None:
    keys = door.post(f"{WORKSPACE}/listKeys").json()
    assert keys["userStorageKey"] == door.post(f"{STORAGE}/listKeys").json()["keys"][0]["value"]
    assert keys["userStorageResourceId"] == STORAGE
    insights = door.get(INSIGHTS).json()["properties"]
    assert keys["appInsightsInstrumentationKey"] == insights["InstrumentationKey"]
    assert keys["containerRegistryCredentials"] is None
    assert keys["notebookAccessKeys"] == door.post(f"{WORKSPACE}/listNotebookKeys").json()
    only = door.post(f"{WORKSPACE}/listStorageAccountKeys").json()
    assert only == {"userStorageKey": keys["userStorageKey"]}


def test_no_key_is_shown_where_the_account_forbids_keys(door: MlDoor) -> None:
    door.patch(STORAGE, {"properties": {"allowSharedKeyAccess": False}})
    assert door.post(f"{WORKSPACE}/listStorageAccountKeys").json() == {"userStorageKey": None}


def test_the_registry_is_shown_with_its_login_where_it_has_one(door: MlDoor) -> None:
    door.make(REGISTRY, registry(adminUserEnabled=True))
    door.settle(door.patch(WORKSPACE, {"properties": {"containerRegistry": REGISTRY}}))
    shown = door.post(f"{WORKSPACE}/listKeys").json()["containerRegistryCredentials"]
    held = door.post(f"{REGISTRY}/listCredentials").json()
    assert (shown["username"], shown["passwords"]) == (held["username"], held["passwords"])


def test_a_diagnosis_is_found_at_its_location_and_tells_what_is_gone(door: MlDoor) -> None:
    door.delete(STORAGE)
    answer = door.post(f"{WORKSPACE}/diagnose", {"value": {}})
    assert (answer.status, answer.body) == (202, b"")
    assert "azure-asyncoperation" not in answer.headers
    found = result(door, answer.headers["location"], 60)
    assert isinstance(found, dict)
    [wrong] = found["value"].pop("storageAccountResults")
    assert wrong["code"] == "DependencyResourceNotExist" and STORAGE in wrong["message"]
    assert all(one == [] for one in found["value"].values())


def test_a_diagnosis_keeps_nobody_from_changing_the_workspace(door: MlDoor) -> None:
    door.post(f"{WORKSPACE}/diagnose", {"value": {}})
    assert door.patch(WORKSPACE, {"tags": {"a": "b"}}).status == 202


def test_a_managed_network_is_provisioned_and_stands_then() -> None:
    door = MlDoor().prepare()
    rules = {"out": {"type": "FQDN", "category": "UserDefined", "destination": "a.org"}}
    network = {"isolationMode": "AllowOnlyApprovedOutbound", "outboundRules": rules}
    before = door.workspace(properties={"managedNetwork": network})["properties"]["managedNetwork"]
    assert before["status"] == {"status": "Inactive", "sparkReady": False}
    answer = door.post(f"{WORKSPACE}/provisionManagedNetwork", {"includeSpark": True})
    assert answer.status == 202
    assert door.settle(answer)["status"] == "Succeeded"
    status = {"status": "Active", "sparkReady": True}
    assert door.get(answer.headers["location"]).json() == status
    after = door.get(WORKSPACE).json()["properties"]["managedNetwork"]
    assert after["status"] == status
    assert {one["status"] for one in after["outboundRules"].values()} == {"Active"}


def test_a_workspace_without_managed_network_has_none_to_provision(door: MlDoor) -> None:
    assert refusal(door.post(f"{WORKSPACE}/provisionManagedNetwork")) == (400, "BadRequest")


def test_keys_are_brought_in_step_and_a_notebook_is_prepared_in_a_while(door: MlDoor) -> None:
    keys = door.post(f"{WORKSPACE}/resyncKeys")
    assert keys.status == 202
    assert result(door, keys.headers["location"], 60) is None
    book = door.post(f"{WORKSPACE}/prepareNotebook")
    info = door.get(WORKSPACE).json()["properties"]["notebookInfo"]
    del info["isPrivateLinkEnabled"]
    assert result(door, book.headers["location"], 60) == info
    token = door.post(f"{WORKSPACE}/listNotebookAccessToken").json()
    assert (token["publicDns"], token["tokenType"]) == (info["fqdn"], "Bearer")


def test_what_is_only_read_is_read(door: MlDoor) -> None:
    assert door.get(f"{WORKSPACE}/features").json() == {"value": []}
    found = door.get(f"{WORKSPACE}/outboundNetworkDependenciesEndpoints").json()["value"]
    assert {
        "domainName": "login.microsoftonline.com",
        "endpointDetails": [{"port": 443}],
    } in found[0]["properties"]["endpoints"]
    assert refusal(door.post(f"{WORKSPACE}/features")) == (501, "NotSimulated")


def test_an_action_on_a_workspace_that_is_missing(door: MlDoor) -> None:
    answer = door.get(f"{WORKSPACE}-two/features")
    assert refusal(answer) == (404, "ResourceNotFound")
