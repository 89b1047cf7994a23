"""What ARM itself refuses, whatever the type."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.simulator import Request, Simulator
from tests.simulator.door import (
    GROUP,
    IDENTITY,
    INSIGHTS,
    LOGS,
    REGISTRY,
    STORAGE,
    SUB,
    VAULT,
    VERSIONS,
    Door,
    account,
    refusal,
    registry,
    vault,
)


def test_every_request_names_a_known_api_version(door: Door) -> None:
    missing = door.simulator.handle(Request("GET", GROUP))
    assert refusal(missing) == (400, "MissingApiVersionParameter")
    assert refusal(door.get(GROUP, version="2001-01-01")) == (400, "InvalidApiVersionParameter")
    unknown = door.get(STORAGE, version="2001-01-01")
    assert refusal(unknown) == (400, "NoRegisteredProviderFound")
    assert "2023-05-01" in unknown.json()["error"]["message"]


def test_what_is_not_simulated_is_refused_aloud(door: Door) -> None:
    for method, path in (
        ("GET", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"),
        ("PUT", f"{GROUP}/providers/Microsoft.Unknown/things/t"),
        ("POST", f"{GROUP}/exportTemplate"),
        ("GET", "/providers/Microsoft.Storage/operations"),
        ("OPTIONS", GROUP),
    ):
        answer = door.send(method, path, version="2024-03-01")
        assert refusal(answer) == (501, "NotSimulated"), path
    assert refusal(door.post(f"{STORAGE}/restoreBlobRanges")) == (501, "NotSimulated")


def test_a_verb_that_the_type_does_not_have(door: Door) -> None:
    door.make(STORAGE, account())
    answer = door.delete(f"{STORAGE}/blobServices/default")
    assert refusal(answer) == (405, "MethodNotAllowed")


def test_a_subscription_is_any_guid_and_nothing_else(door: Door) -> None:
    assert refusal(door.get("/subscriptions/mine/resourceGroups/g")) == (400, "InvalidSubscriptionId")


def test_a_type_lives_in_its_scope_only(door: Door) -> None:
    path = f"/subscriptions/{SUB}/providers/Microsoft.Storage/storageAccounts/stone"
    assert refusal(door.put(path, account())) == (404, "InvalidResourceType")


@pytest.mark.parametrize(
    ("data", "media", "expected"),
    [
        (b"{", "application/json", (400, "InvalidRequestContent")),
        (b"[]", "application/json", (400, "InvalidRequestContent")),
        (b"", "application/json", (400, "InvalidRequestContent")),
        (b"\xff\xfe", "application/json", (400, "InvalidRequestContent")),
        (b"[" * 5000, "application/json", (400, "InvalidRequestContent")),
        (b"{}", "text/plain", (415, "UnsupportedMediaType")),
    ],
)
def test_a_body_is_a_json_object(door: Door, data: bytes, media: str, expected: tuple[int, str]) -> None:
    query = {"api-version": VERSIONS["microsoft.storage"]}
    answer = door.simulator.handle(Request("PUT", STORAGE, query, {"Content-Type": media}, data))
    assert refusal(answer) == expected


@pytest.mark.parametrize("tail", ["\ud800", "\0", "%00%ff", "\u00e9", "%2e%2e", "?x=y#z"])
def test_strange_paths_are_answered(door: Door, tail: str) -> None:
    answer = door.simulator.handle(Request("GET", GROUP + tail, {"api-version": "2024-03-01"}))
    assert refusal(answer) == (404, "ResourceGroupNotFound")


def test_media_types_may_have_parameters(door: Door) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    query = {"api-version": "2024-03-01"}
    body = b'{"location": "westeurope"}'
    assert door.simulator.handle(Request("PUT", GROUP, query, headers, body)).status == 200


BODIES: list[tuple[str, dict[str, Any]]] = [
    (STORAGE, account()),
    (VAULT, vault()),
    (LOGS, {"location": "westeurope"}),
    (INSIGHTS, {"location": "westeurope", "kind": "web"}),
    (REGISTRY, registry()),
    (IDENTITY, {"location": "westeurope"}),
]
TYPES = pytest.mark.parametrize(("path", "body"), BODIES, ids=[path.split("/")[-2] for path, _ in BODIES])


@TYPES
def test_the_group_must_exist(door: Door, path: str, body: dict[str, Any]) -> None:
    elsewhere = path.replace("/rg/", "/nowhere/")
    for method in ("PUT", "GET", "DELETE"):
        answer = door.send(method, elsewhere, body if method == "PUT" else None)
        assert refusal(answer) == (404, "ResourceGroupNotFound")


@TYPES
def test_what_is_not_there(door: Door, path: str, body: dict[str, Any]) -> None:
    answer = door.get(path)
    assert refusal(answer) == (404, "ResourceNotFound")
    name = path.rpartition("/")[2]
    assert f"/{name}' under resource group 'rg' was not found" in answer.json()["error"]["message"]
    assert door.delete(path).status == 204
    assert door.patch(path, {"tags": {}}).status == 404


@TYPES
def test_a_resource_is_made_read_changed_listed_and_deleted(
    door: Door, path: str, body: dict[str, Any]
) -> None:
    made = door.make(path, body)
    assert made["location"] == "westeurope"
    assert made["properties"].get("provisioningState", "Succeeded") == "Succeeded"
    assert made["id"].lower() == path.lower()
    again = door.put(path, {**made, "tags": {"a": "b"}})
    assert again.status == 200
    assert door.get(path).json()["tags"] == {"a": "b"}
    patched = door.patch(path, {"tags": {"c": "d"}})
    assert (patched.status, patched.json()["tags"]) == (200, {"c": "d"})
    collection = path.rpartition("/")[0]
    whole = f"/subscriptions/{SUB}/providers/{collection.rpartition('/providers/')[2]}"
    for where in (collection, whole):
        assert [one["id"] for one in door.get(where).json()["value"]] == [made["id"]]
    assert door.delete(path).status == 200
    assert door.get(path).status == 404
    assert door.delete(path).status == 204


@TYPES
def test_a_body_read_can_be_written_back(door: Door, path: str, body: dict[str, Any]) -> None:
    made = door.make(path, body)
    assert door.put(path, made).status == 200
    after = door.get(path).json()
    for moving in ("etag", "systemData"):
        made.pop(moving, None)
        after.pop(moving, None)
    for moving in ("modifiedDate", "Retention"):
        made["properties"].pop(moving, None)
        after["properties"].pop(moving, None)
    assert after == made


@TYPES
def test_casing_of_paths_does_not_matter(door: Door, path: str, body: dict[str, Any]) -> None:
    made = door.make(path, body)
    shouting = "/subscriptions/" + path.split("/", 2)[2].upper()
    assert door.get(shouting, version=VERSIONS[path.split("/")[6].lower()]).json() == made


@TYPES
def test_locations_are_regions_and_never_change(door: Door, path: str, body: dict[str, Any]) -> None:
    assert refusal(door.put(path, {**body, "location": "atlantis"})) == (
        400,
        "LocationNotAvailableForResourceType",
    )
    nowhere = {key: value for key, value in body.items() if key != "location"}
    assert refusal(door.put(path, nowhere)) == (400, "LocationRequired")
    assert refusal(door.put(path, {**body, "location": 3})) == (400, "InvalidRequestContent")
    door.make(path, {**body, "location": "West Europe"})
    assert door.put(path, {**body, "location": "WestEurope"}).status == 200
    assert refusal(door.put(path, {**body, "location": "eastus"})) == (409, "InvalidResourceLocation")


@TYPES
def test_tags_have_rules(door: Door, path: str, body: dict[str, Any]) -> None:
    many = {f"t{number}": "" for number in range(60)}
    assert refusal(door.put(path, {**body, "tags": many})) == (400, "InvalidTags")
    assert refusal(door.put(path, {**body, "tags": {"a": 1}})) == (400, "InvalidRequestContent")
    assert refusal(door.put(path, {**body, "tags": {"a<": ""}})) == (400, "InvalidTagNameCharacters")
    assert refusal(door.put(path, {**body, "tags": {"a": "", "A": ""}})) == (400, "InvalidTags")
    assert refusal(door.put(path, {**body, "tags": []})) == (400, "InvalidRequestContent")


@TYPES
def test_a_key_that_no_resource_has(door: Door, path: str, body: dict[str, Any]) -> None:
    assert refusal(door.put(path, {**body, "propertiess": {}})) == (400, "InvalidRequestContent")
    assert refusal(door.put(path, {**body, "properties": "x"})) == (400, "InvalidRequestContent")


@TYPES
def test_names_have_rules(door: Door, path: str, body: dict[str, Any]) -> None:
    answer = door.put(path.rpartition("/")[0] + "/a*b", body)
    assert answer.status == 400
    codes = {"AccountNameInvalid", "VaultNameNotValid", "InvalidResourceName"}
    assert answer.json()["error"]["code"] in codes


@TYPES
def test_nothing_is_made_in_a_group_that_is_being_deleted(
    door: Door, path: str, body: dict[str, Any]
) -> None:
    door.delete(GROUP)
    assert refusal(door.put(path, body)) == (409, "ResourceGroupBeingDeleted")


def test_lists_come_in_pages(door: Door) -> None:
    for number in range(105):
        door.put(f"{IDENTITY}-{number:03}", {"location": "westeurope"})
    first = door.get(IDENTITY.rpartition("/")[0]).json()
    assert len(first["value"]) == 100
    assert first["nextLink"].startswith("https://management.azure.com/subscriptions/")
    second = door.get(first["nextLink"]).json()
    assert "nextLink" not in second
    names = [one["name"] for one in first["value"] + second["value"]]
    assert names == [f"id-one-{number:03}" for number in range(105)]


def test_a_page_survives_that_its_last_resource_is_deleted(door: Door) -> None:
    for number in range(105):
        door.put(f"{IDENTITY}-{number:03}", {"location": "westeurope"})
    first = door.get(IDENTITY.rpartition("/")[0]).json()
    door.delete(first["value"][-1]["id"])
    assert len(door.get(first["nextLink"]).json()["value"]) == 5


def test_top_is_obeyed_where_the_type_takes_it(door: Door) -> None:
    for name in "abc":
        door.put(f"{VAULT}{name}", vault())
    collection = VAULT.rpartition("/")[0]
    first = door.get(collection, **{"$top": "2"}).json()
    assert len(first["value"]) == 2
    assert len(door.get(first["nextLink"]).json()["value"]) == 1
    for bad in ("0", "-1", "x"):
        assert door.get(collection, **{"$top": bad}).status == 400
    assert door.get(collection, **{"$skipToken": "%%%"}).status == 400


def test_links_carry_the_host_that_was_asked(door: Door) -> None:
    answer = door.put(STORAGE, account(), headers={"Host": "localhost:8443"})
    assert answer.headers["location"].startswith("https://localhost:8443/subscriptions/")


def test_an_operation_that_nobody_started(door: Door) -> None:
    path = f"/subscriptions/{SUB}/providers/Microsoft.Storage/locations/westeurope/asyncoperations/x"
    assert refusal(door.get(path)) == (404, "OperationNotFound")
    link = door.put(STORAGE, account()).headers["location"]
    assert refusal(door.get(link.replace("/westeurope/", "/eastus/"))) == (404, "OperationNotFound")


PATHS = st.sampled_from(
    [
        GROUP,
        *(path for path, _ in BODIES),
        *(path.rpartition("/")[0] for path, _ in BODIES),
        f"{STORAGE}/listKeys",
        f"{STORAGE}/blobServices/default",
        f"{STORAGE}/blobServices/default/containers/abc",
        f"{STORAGE}/fileServices/default/shares/abc",
        f"{REGISTRY}/listCredentials",
        f"{LOGS}/sharedKeys",
        f"{VAULT}/accessPolicies/add",
        f"/subscriptions/{SUB}/providers/Microsoft.KeyVault/deletedVaults",
        f"/subscriptions/{SUB}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-one/purge",
        f"/subscriptions/{SUB}/providers/Microsoft.Storage/checkNameAvailability",
        f"{IDENTITY}/federatedIdentityCredentials/abc",
        f"{GROUP}/resources",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 400) | st.text(max_size=5) | st.just(f"{LOGS}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "sku", "kind", "identity", "tags", "location", "properties", "name", "family", "tenantId", "type",
        "accessPolicies", "networkAcls", "ipRules", "value", "encryption", "services", "keySource",
        "policies", "retentionPolicy", "exportPolicy", "features", "workspaceCapping", "dailyQuotaGb",
        "WorkspaceResourceId", "userAssignedIdentities", "createMode", "isHnsEnabled", "networkRuleSet",
        "retentionInDays", "issuer",
        "enabledProtocols", "publicAccess", "restorePolicy", "bypass", "keyName",
    ]
)  # fmt: skip
KNOWN = st.recursive(
    JSON, lambda inner: st.dictionaries(KEYS, inner, max_size=6) | st.lists(inner, max_size=2), max_leaves=20
)


def mixed(base: Any, extra: Any) -> Any:
    if isinstance(base, dict) and isinstance(extra, dict):
        return {**base, **{key: mixed(base.get(key), value) for key, value in extra.items()}}
    return extra


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.sampled_from(["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"]), PATHS, KNOWN),
        min_size=1,
        max_size=12,
    )
)
def test_no_request_breaks_the_simulator(requests: list[tuple[str, str, Any]]) -> None:
    """Whatever is sent, the answer is an answer: never a traceback, never a 500 of our own."""
    door = Door(Simulator())
    door.group()
    right = dict(BODIES)
    for method, path, extra in requests:
        body = mixed(right.get(path, {}), extra) if method in ("PUT", "PATCH", "POST") else None
        answer = door.send(method, path, body)
        assert (
            answer.status < 500
            or answer.status == 501
            or answer.json() == {"Message": "An error has occurred."}
        )
        if answer.body:
            json.loads(answer.body)
        if answer.status >= 400 and answer.status not in (500,) and answer.body:
            assert answer.json()["error"]["code"]
        door.simulator.advance(5)
    door.simulator.resources()
    door.simulator.close()
