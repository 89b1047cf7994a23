from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import (
    GROUP,
    IDENTITY,
    INSIGHTS,
    LOGS,
    OTHER,
    REGISTRY,
    STORAGE,
    SUB,
    VAULT,
    Door,
    account,
    refusal,
    registry,
    vault,
)

NEW = f"/subscriptions/{SUB}/resourceGroups/other"


def test_a_group_lives(door: Door) -> None:
    made = door.put(NEW, {"location": "West Europe", "tags": {"a": "b"}, "managedBy": "me"})
    assert made.status == 201
    assert made.json() == {
        "id": NEW,
        "name": "other",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "tags": {"a": "b"},
        "managedBy": "me",
        "properties": {"provisioningState": "Succeeded"},
    }
    assert door.send("HEAD", NEW).status == 204
    stranger = door.put(NEW, {"location": "westeurope", "properties": {"mine": 1}})
    assert stranger.json()["properties"] == {"provisioningState": "Succeeded"}
    assert door.put(NEW, {"location": "westeurope"}).status == 200
    assert "tags" not in door.get(NEW).json()
    assert door.patch(NEW, {"tags": {"c": "d"}}).json()["tags"] == {"c": "d"}


def test_the_id_says_resource_groups_whatever_was_sent(door: Door) -> None:
    found = door.put(NEW.replace("resourceGroups", "resourcegroups"), {"location": "westeurope"})
    assert found.json()["id"] == NEW


def test_a_group_stays_where_it_is(door: Door) -> None:
    assert refusal(door.put(GROUP, {"location": "eastus"})) == (409, "InvalidResourceGroupLocation")
    bad = (400, "LocationNotAvailableForResourceGroup")
    assert refusal(door.put(NEW, {"location": "nowhere"})) == bad


@pytest.mark.parametrize("name", ["ends.", "a" * 91, "a b", "a*"])
def test_bad_names(door: Door, name: str) -> None:
    answer = door.put(f"/subscriptions/{SUB}/resourceGroups/{name}", {"location": "westeurope"})
    assert answer.status == 400
    assert answer.json()["error"]["code"].startswith("InvalidResourceGroup")


@pytest.mark.parametrize("name", ["ünï", "(a)_.b-c", "a" * 90])
def test_good_names(door: Door, name: str) -> None:
    answer = door.put(f"/subscriptions/{SUB}/resourceGroups/{name}", {"location": "westeurope"})
    assert answer.status == 201


def test_one_name_in_two_subscriptions(door: Door) -> None:
    there = GROUP.replace(SUB, OTHER)
    assert door.put(there, {"location": "eastus"}).status == 201
    listed = door.get(f"/subscriptions/{OTHER}/resourceGroups").json()["value"]
    assert [one["location"] for one in listed] == ["eastus"]


def test_a_deletion_takes_time_and_everything(door: Door) -> None:
    door.make(STORAGE, account())
    door.put(f"{STORAGE}/blobServices/default/containers/abc", {})
    door.make(REGISTRY, registry())
    door.put(IDENTITY, {"location": "westeurope"})
    answer = door.delete(GROUP)
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["retry-after"] == "15"
    assert "azure-asyncoperation" not in answer.headers
    link = answer.headers["location"]
    assert f"/subscriptions/{SUB}/operationresults/" in link
    assert door.get(link).status == 202
    assert door.get(link).headers["location"] == link
    assert door.get(GROUP).json()["properties"]["provisioningState"] == "Deleting"
    assert door.delete(GROUP).headers["location"] == link
    assert refusal(door.put(GROUP, {"location": "westeurope"})) == (409, "ResourceGroupBeingDeleted")
    assert refusal(door.delete(STORAGE)) == (409, "ResourceGroupBeingDeleted")
    assert door.get(STORAGE).status == 200
    door.simulator.advance(120)
    assert (door.get(link).status, door.get(link).body) == (200, b"")
    assert refusal(door.get(GROUP)) == (404, "ResourceGroupNotFound")
    assert refusal(door.delete(GROUP)) == (404, "ResourceGroupNotFound")
    assert door.simulator.resources() == []
    assert door.put(STORAGE.replace("/rg/", "/nowhere/"), account()).status == 404
    door.group()
    assert door.get(STORAGE).status == 404


def test_a_group_leaves_other_groups_alone(door: Door) -> None:
    door.group(GROUP + "-two")
    door.put(IDENTITY.replace("/rg/", "/rg-two/"), {"location": "westeurope"})
    door.delete(GROUP)
    door.simulator.advance(600)
    assert len(door.simulator.resources()) == 2


def test_vaults_and_workspaces_of_a_deleted_group_keep_their_names(door: Door) -> None:
    door.make(VAULT, vault())
    door.make(LOGS, {"location": "westeurope"})
    door.delete(GROUP)
    door.simulator.advance(600)
    door.group()
    assert refusal(door.put(VAULT, vault())) == (409, "ConflictError")
    assert door.put(LOGS, {"location": "westeurope"}).status == 200


def names(answer: Any) -> list[str]:
    return sorted(one["name"] for one in answer.json()["value"])


def test_the_list_of_what_is_in_a_group(door: Door) -> None:
    door.make(STORAGE, account())
    door.put(f"{STORAGE}/blobServices/default/containers/abc", {})
    door.put(INSIGHTS, {"location": "westeurope", "kind": "web", "tags": {"team": "a"}})
    found = door.get(f"{GROUP}/resources")
    assert names(found) == ["appi-one", "stone"]
    assert all("properties" not in one for one in found.json()["value"])
    assert not any("systemData" in one for one in found.json()["value"])
    door.put(REGISTRY, registry())
    (shown,) = door.get(f"{GROUP}/resources", **{"$filter": "name eq 'acrone'"}).json()["value"]
    assert shown["systemData"]["createdByType"] == "Application"
    old = door.get(f"{GROUP}/resources", version="2019-10-01", **{"$filter": "name eq 'acrone'"})
    assert "systemData" not in old.json()["value"][0]
    door.delete(REGISTRY)
    assert names(door.get(f"{GROUP}/resources", **{"$filter": "name eq 'STONE'"})) == ["stone"]
    everywhere = f"/subscriptions/{SUB}/resources"
    assert names(door.get(everywhere)) == ["appi-one", "managed-appi-one-ws", "stone"]
    kind = "resourceType eq 'microsoft.storage/storageaccounts' and location eq 'West Europe'"
    assert names(door.get(everywhere, **{"$filter": kind})) == ["stone"]
    tagged = "tagName eq 'team' and tagValue eq 'a'"
    assert names(door.get(everywhere, **{"$filter": tagged})) == ["appi-one"]
    assert names(door.get(everywhere, **{"$filter": "resourceGroup eq 'RG'", "$top": "5"})) == [
        "appi-one",
        "stone",
    ]
    more = door.get(
        everywhere, **{"$expand": "provisioningState,createdTime,changedTime", "$top": "1"}
    ).json()
    assert more["value"][0]["provisioningState"] == "Succeeded"
    assert "createdTime" in more["value"][0]
    assert "nextLink" in more
    bad = door.get(everywhere, **{"$filter": "substringof('a', name)"})
    assert refusal(bad) == (400, "InvalidFilterInQueryString")
    assert refusal(door.get(f"{NEW}/resources")) == (404, "ResourceGroupNotFound")


def test_subscriptions_tenants_and_providers(door: Door) -> None:
    one = door.get(f"/subscriptions/{SUB}").json()
    assert (one["subscriptionId"], one["state"]) == (SUB, "Enabled")
    assert one["tenantId"] == door.get("/tenants", version="2022-12-01").json()["value"][0]["tenantId"]
    listed = door.get("/subscriptions", version="2022-12-01").json()["value"]
    assert [entry["subscriptionId"] for entry in listed] == [SUB]
    places = door.get(f"/subscriptions/{SUB}/locations", version="2022-12-01").json()["value"]
    assert "westeurope" in [place["name"] for place in places]
    version = "2024-03-01"
    provider = door.get(f"/subscriptions/{SUB}/providers/microsoft.storage", version=version).json()
    assert (provider["namespace"], provider["registrationState"]) == ("Microsoft.Storage", "Registered")
    nobody = door.get(f"/subscriptions/{SUB}/providers/Microsoft.Nobody", version=version)
    assert refusal(nobody) == (404, "InvalidResourceNamespace")


def test_providers_are_listed_for_a_subscription_and_for_the_tenant(door: Door) -> None:
    listed = door.get(f"/subscriptions/{SUB}/providers", version="2024-03-01").json()["value"]
    assert [one["namespace"] for one in listed] == sorted(one["namespace"] for one in listed)
    storage = next(one for one in listed if one["namespace"] == "Microsoft.Storage")
    assert storage == door.get(storage["id"], version="2024-03-01").json()
    tenant = door.get("/providers/Microsoft.Storage", version="2024-03-01").json()
    assert (tenant["id"], "registrationState" in tenant) == ("/providers/Microsoft.Storage", False)
    everywhere = door.get("/providers", version="2024-03-01").json()["value"]
    assert tenant in everywhere


def test_groups_are_filtered_by_their_tags_and_by_nothing_else(door: Door) -> None:
    door.put(f"/subscriptions/{SUB}/resourceGroups/one", {"location": "westeurope", "tags": {"a": "b"}})
    where = f"/subscriptions/{SUB}/resourceGroups"
    found = door.get(where, **{"$filter": "tagName eq 'a' and tagValue eq 'b'"}).json()["value"]
    assert [one["name"] for one in found] == ["one"]
    assert door.get(where, **{"$filter": "tagName eq 'c'"}).json()["value"] == []
    wrong = door.get(where, **{"$filter": "location eq 'westeurope'"})
    assert refusal(wrong) == (400, "InvalidFilterInQueryString")
