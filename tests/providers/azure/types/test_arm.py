from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Pending, ProviderError, ReadsWritten
from mlinfra.providers.azure.types.arm import Arm
from tests.providers.azure.fake import GROUP, HOST, SUBSCRIPTION, FakeTransport, Reply, connection, error

ARM = Arm()
SEARCH = f"{GROUP}/providers/Microsoft.Search/searchServices/find"
WRITTEN: Attrs = {
    "type": "Microsoft.Search/searchServices",
    "api_version": "2023-11-01",
    "name": "find",
    "resource_group": "rg",
    "subscription": SUBSCRIPTION,
    "location": "West Europe",
    "body": {"sku": {"name": "basic"}, "properties": {"replicaCount": 1}},
}
NAMESPACE = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Search"


def answer(**properties: Any) -> dict[str, Any]:
    return {
        "id": SEARCH.lower(),
        "name": "find",
        "type": "Microsoft.Search/searchServices",
        "location": "westeurope",
        "tags": {"team": "churn"},
        "etag": "1",
        "sku": {"name": "basic"},
        "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"},
        "properties": {
            "replicaCount": 1,
            "partitionCount": 1,
            "provisioningState": "Succeeded",
            "hostName": None,
            **properties,
        },
    }


# What it is ---------------------------------------------------------------------------------------


def test_the_place_has_one_spelling_however_it_is_written() -> None:
    normal = ARM.normalize(WRITTEN)
    assert normal["parent_id"] == GROUP == normal["resource_group"]
    assert (normal["name"], normal["location"]) == ("find", "westeurope")
    assert ARM.identify(normal) == SEARCH
    assert ARM.normalize(normal) == normal
    elsewhere = {key: value for key, value in WRITTEN.items() if key != "resource_group"}
    assert ARM.normalize({**elsewhere, "parent_id": GROUP}) == normal
    assert ARM.normalize({**elsewhere, "scope": GROUP}) == normal


def test_a_type_within_types_is_told_by_the_whole_name_or_its_parent() -> None:
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    type_ = "Microsoft.Storage/storageAccounts/blobServices/containers"
    whole = ARM.normalize({**WRITTEN, "type": type_, "name": "st/default/raw"})
    below = {key: value for key, value in WRITTEN.items() if key not in ("resource_group", "subscription")}
    assert ARM.normalize({**below, "type": type_, "name": "default/raw", "parent_id": account}) == whole
    assert (whole["parent_id"], whole["name"]) == (f"{account}/blobServices/default", "raw")


@pytest.mark.parametrize("missing", ["type", "name", "resource_group"])
def test_there_is_no_id_while_anything_is_unknown(missing: str) -> None:
    attrs = {key: value for key, value in WRITTEN.items() if key != missing}
    assert ARM.identify(attrs) is None
    assert ARM.normalize(attrs)["api_version"] == "2023-11-01"


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"parent_id": f"{GROUP}-other"}, "parent_id"),
        ({"scope": f"/subscriptions/{SUBSCRIPTION}"}, "scope"),
        ({"parent_id": GROUP, "scope": GROUP}, "parent_id"),
        ({"name": "find/more"}, "name"),
        ({"type": "Microsoft.Resources/resourceGroups"}, "type"),
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ProviderError) as caught:
        ARM.normalize({**WRITTEN, **wrong})
    assert caught.value.path == (key,)


@pytest.mark.parametrize(
    "wrong",
    [{"type": "searchServices"}, {"api_version": "latest"}, {"name": "a?b"}, {"name": "/a"}, {"body": []}],
)
def test_words_of_another_shape_are_refused(wrong: dict[str, Any]) -> None:
    validator = Draft202012Validator(ARM.schema({}))
    assert validator.is_valid(WRITTEN)
    assert not validator.is_valid({**WRITTEN, **wrong})


# Reading ------------------------------------------------------------------------------------------


def test_it_is_read_in_the_version_that_is_written() -> None:
    fake = FakeTransport({f"GET {SEARCH}": Reply(200, answer())})
    assert isinstance(ARM, ReadsWritten)
    found = ARM.read_written(connection(fake), {SEARCH: WRITTEN})[SEARCH]
    assert [asked.query for asked in fake.asked] == [{"api-version": "2023-11-01"}]
    assert found is not None
    assert (found["api_version"], found["id"]) == ("2023-11-01", SEARCH)
    assert found["body"]["sku"] == {"name": "basic"} and "location" not in found["body"]
    assert found["output"] == answer()
    assert ARM.normalize(found) == found


def test_with_nothing_but_ids_the_newest_stable_version_is_asked_for_once() -> None:
    other = f"{SEARCH}2"
    offered = ["2025-02-01-preview", "2024-03-01", "2023-11-01"]
    types = [{"resourceType": "searchServices", "apiVersions": offered}]
    fake = FakeTransport(
        {
            f"GET {NAMESPACE}": Reply(200, {"resourceTypes": types}),
            f"GET {SEARCH}": Reply(200, answer()),
        }
    )
    found = ARM.read_many(connection(fake), [SEARCH, other])
    assert [attrs is not None for attrs in found.values()] == [True, False]
    assert [asked.query["api-version"] for asked in fake.asked[1:]] == ["2024-03-01", "2024-03-01"]


def test_a_type_that_azure_does_not_have_is_said_so() -> None:
    fake = FakeTransport({f"GET {NAMESPACE}": Reply(200, {"resourceTypes": []})})
    with pytest.raises(ProviderError, match=r"no resource type Microsoft\.Search/searchServices"):
        ARM.read_many(connection(fake), [SEARCH])


# Writing ------------------------------------------------------------------------------------------


def test_a_creation_sends_the_body_as_it_is_written() -> None:
    fake = FakeTransport({f"PUT {SEARCH}": Reply(201, answer()), f"GET {SEARCH}": Reply(200, answer())})
    done = ARM.begin(connection(fake), Op.CREATE, SEARCH, None, ARM.normalize(WRITTEN))
    assert fake.asked[0].body == {"location": "westeurope", **WRITTEN["body"]}
    assert {asked.query["api-version"] for asked in fake.asked} == {"2023-11-01"}
    assert isinstance(done, Done) and done.attrs is not None
    assert done.attrs["output"]["properties"]["partitionCount"] == 1


def test_an_update_keeps_what_it_does_not_know_and_null_takes_out() -> None:
    fake = FakeTransport({f"PUT {SEARCH}": Reply(200, answer()), f"GET {SEARCH}": Reply(200, answer())})
    prior = Arm("2023-11-01").attributes(SEARCH, answer())
    body = {**prior["body"], "properties": {**prior["body"]["properties"], "replicaCount": 2}}
    body["properties"]["partitionCount"] = None
    ARM.begin(connection(fake), Op.UPDATE, SEARCH, prior, {**prior, "body": body})
    [put] = fake.of("PUT")
    assert put.body == {
        "location": "westeurope",
        "tags": {"team": "churn"},
        "sku": {"name": "basic"},
        "identity": {"type": "SystemAssigned"},
        "properties": {"replicaCount": 2},
    }


def test_a_refused_update_says_that_it_may_have_to_be_replaced() -> None:
    refused = Reply(400, error("PropertyChangeNotAllowed", "Changing property 'sku' is not allowed."))
    fake = FakeTransport({f"PUT {SEARCH}": refused, f"GET {SEARCH}": Reply(200, answer())})
    prior = Arm("2023-11-01").attributes(SEARCH, answer())
    with pytest.raises(ProviderError) as caught:
        ARM.begin(
            connection(fake), Op.UPDATE, SEARCH, prior, {**prior, "body": {"sku": {"name": "standard"}}}
        )
    assert "--replace" in caught.value.hint and "not allowed" in caught.value.summary


def test_an_operation_is_followed_in_the_version_that_it_was_begun_in() -> None:
    status = f"{NAMESPACE}/operations/1"
    headers = {"Azure-AsyncOperation": f"{HOST}{status}?api-version=2023-11-01"}
    fake = FakeTransport(
        {
            f"PUT {SEARCH}": Reply(201, None, headers),
            f"GET {status}": Reply(200, {"status": "Succeeded"}),
            f"GET {SEARCH}": Reply(200, answer()),
        }
    )
    conn = connection(fake)
    step = ARM.begin(conn, Op.CREATE, SEARCH, None, ARM.normalize(WRITTEN))
    assert isinstance(step, Pending)
    done = ARM.resume(conn, step)
    assert isinstance(done, Done) and done.attrs is not None
    assert done.attrs["api_version"] == "2023-11-01"
    assert {asked.query["api-version"] for asked in fake.asked} == {"2023-11-01"}


def test_a_deletion_speaks_the_version_of_what_was_read() -> None:
    fake = FakeTransport({f"DELETE {SEARCH}": Reply(204)})
    assert ARM.begin(connection(fake), Op.DELETE, SEARCH, {"api_version": "2023-11-01"}, None) == Done()
    assert fake.asked[0].query == {"api-version": "2023-11-01"}
