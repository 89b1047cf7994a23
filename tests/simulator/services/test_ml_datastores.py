from __future__ import annotations

from typing import Any

import pytest

from mlinfra.simulator import Response
from mlinfra.simulator.services.ml_dependents import CODE_SHARE
from tests.simulator.services.ml_door import GROUP, STORAGE, WORKSPACE, MlDoor, refusal, workspace_body

LIST = f"{WORKSPACE}/datastores"
STORE = f"{LIST}/training"
CONTAINER = f"{STORAGE}/blobServices/default/containers/training"
KEY = {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": "a-key"}}
PRINCIPAL = {
    "credentialsType": "ServicePrincipal",
    "tenantId": "11111111-0000-0000-0000-000000000000",
    "clientId": "22222222-0000-0000-0000-000000000000",
    "secrets": {"secretsType": "ServicePrincipal", "clientSecret": "a-secret"},
}
IDENTITY = "WorkspaceUserAssignedIdentity"
DEFAULTS = ("workspaceblobstore", "workspacefilestore", "workspaceworkingdirectory", "workspaceartifactstore")


def blob(**more: Any) -> dict[str, Any]:
    """The body of a blob datastore; None takes a key out."""
    properties = {
        "datastoreType": "AzureBlob",
        "accountName": "stml",
        "containerName": "training",
        "credentials": {"credentialsType": "None"},
        **more,
    }
    return {"properties": {key: value for key, value in properties.items() if value is not None}}


def kind(word: str, credentials: Any, **keys: Any) -> dict[str, Any]:
    return {"properties": {"datastoreType": word, "credentials": credentials, **keys}}


def inner(answer: Response) -> str:
    """The front end's inner error, which all its refusals carry."""
    found = {one["type"]: one["info"]["value"] for one in answer.json()["error"]["additionalInfo"]}
    assert found["ComponentName"] == "managementfrontend"
    assert found["Location"] == "westeurope"
    code: str = found["InnerError"]["code"]
    return code


@pytest.fixture
def door() -> MlDoor:
    found = MlDoor().prepare()
    found.workspace()
    return found


# -- the workspace's own -----------------------------------------------------------------------------------


def test_four_datastores_come_with_a_workspace(door: MlDoor) -> None:
    guid = door.get(WORKSPACE).json()["properties"]["workspaceId"]
    found = door.get(LIST).json()
    assert "nextLink" not in found
    assert tuple(one["name"] for one in found["value"]) == DEFAULTS
    stores = {one["name"]: one["properties"] for one in found["value"]}
    assert stores["workspaceblobstore"] == {
        "description": None,
        "tags": None,
        "properties": None,
        "isDefault": True,
        "credentials": {"credentialsType": "AccountKey"},
        "datastoreType": "AzureBlob",
        "subscriptionId": None,
        "resourceGroup": None,
        "accountName": "stml",
        "containerName": f"azureml-blobstore-{guid}",
        "endpoint": "core.windows.net",
        "protocol": "https",
        "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity",
    }
    assert stores["workspacefilestore"]["fileShareName"] == f"azureml-filestore-{guid}"
    assert stores["workspaceworkingdirectory"]["fileShareName"] == CODE_SHARE
    assert stores["workspaceartifactstore"]["containerName"] == "azureml"
    assert [stores[name]["isDefault"] for name in DEFAULTS] == [True, False, False, False]
    assert {stores[name]["serviceDataAccessAuthIdentity"] for name in DEFAULTS[1:]} == {"None"}
    for one in found["value"]:
        assert one["systemData"]["createdByType"] == "Application"
        assert door.get(one["id"]).json() == one


def test_they_are_not_there_before_the_workspace_is(door: MlDoor) -> None:
    other = WORKSPACE + "-two"
    answer = door.put(other, workspace_body())
    assert door.get(f"{other}/datastores").json()["value"] == []
    door.settle(answer)
    assert len(door.get(f"{other}/datastores").json()["value"]) == 4
    door.settle(door.delete(other))
    assert refusal(door.get(f"{other}/datastores")) == (404, "ResourceNotFound")


def test_a_project_has_containers_of_its_own(door: MlDoor) -> None:
    hub, project = WORKSPACE + "-hub", WORKSPACE + "-project"
    door.workspace(hub, kind="Hub")
    body = {"location": "westeurope", "kind": "Project", "properties": {"hubResourceId": hub}}
    door.settle(door.put(project, body))
    guid = door.get(project).json()["properties"]["workspaceId"]
    shown = door.get(f"{project}/datastores/workspaceblobstore").json()["properties"]
    assert shown["containerName"] == f"{guid}-blobstore"
    assert door.get(f"{STORAGE}/blobServices/default/containers/{guid}-blobstore").status == 200


def test_they_cannot_be_deleted_but_described(door: MlDoor) -> None:
    for name in DEFAULTS:
        answer = door.delete(f"{LIST}/{name}")
        assert (refusal(answer), inner(answer)) == ((400, "UserError"), "BadArgumentError")
        assert door.get(f"{LIST}/{name}").status == 200
    path = f"{LIST}/workspaceblobstore"
    shown = door.get(path).json()["properties"]
    secrets = door.post(f"{path}/listSecrets").json()
    body = {"properties": {**shown, "description": "ours", "credentials": {**shown["credentials"]}}}
    assert refusal(door.put(path, body)) == (400, "UserError"), "credentials without their secret"
    body["properties"]["credentials"]["secrets"] = secrets
    answer = door.put(path, body)
    assert (answer.status, answer.json()["properties"]["isDefault"]) == (200, True)
    assert door.get(path).json()["properties"]["description"] == "ours"


def test_the_key_of_the_workspaces_own_is_the_accounts(door: MlDoor) -> None:
    answer = door.post(f"{LIST}/workspaceblobstore/listSecrets")
    keys = door.post(f"{STORAGE}/listKeys").json()["keys"]
    assert (answer.status, answer.json()) == (200, {"secretsType": "AccountKey", "key": keys[0]["value"]})


# -- life --------------------------------------------------------------------------------------------------


def test_a_datastore_is_answered_as_recorded(door: MlDoor) -> None:
    answer = door.put(
        STORE, blob(tags={}, endpoint="core.windows.net", protocol="https"), skipValidation="true"
    )
    assert answer.status == 201
    assert answer.headers["location"].startswith(f"https://management.azure.com{STORE}?")
    assert "azure-asyncoperation" not in answer.headers
    body = answer.json()
    assert body["properties"] == {
        "description": None,
        "tags": {},
        "properties": None,
        "isDefault": False,
        "credentials": {"credentialsType": "None"},
        "datastoreType": "AzureBlob",
        "subscriptionId": None,
        "resourceGroup": None,
        "accountName": "stml",
        "containerName": "training",
        "endpoint": "core.windows.net",
        "protocol": "https",
        "serviceDataAccessAuthIdentity": "None",
    }
    assert (body["name"], body["type"]) == (
        "training",
        "Microsoft.MachineLearningServices/workspaces/datastores",
    )
    assert "createdBy" in body["systemData"]
    again = door.put(STORE, blob())
    assert (again.status, "location" in again.headers) == (200, False)
    assert again.json()["systemData"]["createdAt"] == body["systemData"]["createdAt"]
    assert door.get(STORE).json() == again.json()


def test_a_deleted_datastore_is_missing_in_the_front_ends_words(door: MlDoor) -> None:
    door.put(STORE, blob())
    gone = door.delete(STORE)
    assert (gone.status, gone.body) == (200, b"")
    answer = door.get(STORE)
    assert (refusal(answer), inner(answer)) == ((404, "UserError"), "NotFoundError")
    assert answer.json()["error"]["message"] == "Could not find datastore: training."
    assert answer.json()["error"]["details"] == []
    assert door.delete(STORE).status == 204
    assert refusal(door.post(f"{STORE}/listSecrets")) == (404, "UserError")
    assert door.get(f"{STORAGE}/blobServices/default/containers/azureml").status == 200


def test_what_lies_above_is_missing_in_arms_words(door: MlDoor) -> None:
    nowhere = f"{WORKSPACE}-none/datastores/training"
    assert refusal(door.get(nowhere)) == (404, "ResourceNotFound")
    assert refusal(door.put(nowhere, blob())) == (404, "ParentResourceNotFound")
    assert refusal(door.get(nowhere.rpartition("/")[0])) == (404, "ResourceNotFound")
    assert refusal(door.get(LIST.replace(GROUP, GROUP + "-none"))) == (404, "ResourceGroupNotFound")


@pytest.mark.parametrize("name", ["-a", "a.b", "a" * 256, "a b"])
def test_a_name_has_letters_digits_hyphens_and_underscores(door: MlDoor, name: str) -> None:
    answer = door.put(f"{LIST}/{name}", blob())
    assert (refusal(answer), inner(answer)) == ((400, "UserError"), "BadArgumentError")
    assert door.put(f"{LIST}/a_B-3", blob()).status == 201


# -- kinds and credentials ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        kind("AzureFile", KEY, accountName="stml", fileShareName="s"),
        kind("AzureDataLakeGen1", PRINCIPAL, storeName="lake"),
        kind("AzureDataLakeGen2", PRINCIPAL, accountName="stml", filesystem="f"),
        kind(
            "OneLake",
            {"credentialsType": "None"},
            oneLakeWorkspaceName="w",
            endpoint="onelake.dfs.fabric.microsoft.com",
            artifact={"artifactName": "a", "artifactType": "LakeHouse"},
        ),
    ],
)
def test_every_kind_keeps_its_keys_and_shows_no_secret(door: MlDoor, body: dict[str, Any]) -> None:
    answer = door.put(STORE, body, skipValidation="true")
    assert answer.status == 201, answer.json()
    shown = door.get(STORE).json()["properties"]
    for key, value in body["properties"].items():
        if key != "credentials":
            assert shown[key] == value
    assert b"secret" not in door.get(STORE).body.lower()
    assert "containerName" not in shown
    listed = [one for one in door.simulator.resources() if one["id"] == STORE]
    assert "secret" not in str(listed).lower()


def test_a_service_principal_gets_the_addresses_it_left_out(door: MlDoor) -> None:
    body = kind("AzureDataLakeGen2", PRINCIPAL, accountName="stml", filesystem="f")
    shown = door.put(STORE, body, skipValidation="true").json()["properties"]
    assert shown["credentials"] == {
        "credentialsType": "ServicePrincipal",
        "authorityUrl": "https://login.microsoftonline.com",
        "resourceUrl": "https://storage.azure.com/",
        "tenantId": PRINCIPAL["tenantId"],
        "clientId": PRINCIPAL["clientId"],
    }
    assert door.post(f"{STORE}/listSecrets").json() == PRINCIPAL["secrets"]


def test_a_lake_of_the_first_generation_is_never_without_credentials(door: MlDoor) -> None:
    """azure-ai-ml reads the principal of zeros as none."""
    door.put(STORE, kind("AzureDataLakeGen1", {"credentialsType": "None"}, storeName="lake"))
    shown = door.get(STORE).json()["properties"]["credentials"]
    assert shown["credentialsType"] == "ServicePrincipal"
    assert shown["tenantId"] == shown["clientId"] == "00000000-0000-0000-0000-000000000000"
    assert refusal(door.post(f"{STORE}/listSecrets")) == (400, "UserError")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (blob(datastoreType=None), "datastoreType"),
        (blob(containerName=None), "containerName"),
        (blob(credentials=None), "credentials"),
        (blob(credentials=PRINCIPAL), "ServicePrincipal"),
        (blob(credentials={"credentialsType": "AccountKey"}), "secrets"),
        (blob(credentials={**KEY, "secrets": {"secretsType": "Sas", "key": "k"}}), "secrets"),
        (
            kind("AzureDataLakeGen2", {**PRINCIPAL, "clientId": ""}, accountName="s", filesystem="f"),
            "clientId",
        ),
        (
            kind("OneLake", {"credentialsType": "None"}, oneLakeWorkspaceName="w", artifact={"x": 1}),
            "artifact",
        ),
    ],
)
def test_what_is_incomplete_is_refused(door: MlDoor, body: dict[str, Any], word: str) -> None:
    answer = door.put(STORE, body, skipValidation="true")
    assert refusal(answer) == (400, "UserError")
    assert word in answer.json()["error"]["message"]
    assert door.get(STORE).status == 404


# -- what changes ------------------------------------------------------------------------------------------


def test_credentials_tags_and_description_change_in_place(door: MlDoor) -> None:
    door.put(STORE, blob(tags={"a": "1"}), skipValidation="true")
    changed = blob(credentials=KEY, description="new", serviceDataAccessAuthIdentity=IDENTITY)
    assert door.put(STORE, changed, skipValidation="true").status == 200
    shown = door.get(STORE).json()["properties"]
    assert (shown["tags"], shown["description"]) == ({}, "new")
    assert shown["credentials"] == {"credentialsType": "AccountKey"}
    assert shown["serviceDataAccessAuthIdentity"] == IDENTITY
    assert door.post(f"{STORE}/listSecrets").json()["key"] == "a-key"


@pytest.mark.parametrize(
    "body",
    [
        blob(accountName="other"),
        blob(containerName="other"),
        blob(endpoint="core.chinacloudapi.cn"),
        blob(protocol="http"),
        kind("AzureFile", {"credentialsType": "None"}, accountName="stml", fileShareName="training"),
    ],
)
def test_what_a_datastore_points_to_is_fixed(door: MlDoor, body: dict[str, Any]) -> None:
    door.put(STORE, blob())
    before = door.get(STORE).json()
    assert refusal(door.put(STORE, body)) == (400, "UserError")
    assert door.get(STORE).json() == before


# -- validation --------------------------------------------------------------------------------------------


def test_credentials_are_tried_unless_the_client_says_no(door: MlDoor) -> None:
    assert refusal(door.put(STORE, blob(credentials=KEY))) == (400, "UserError"), "no such container"
    door.put(CONTAINER, {"properties": {}})
    assert refusal(door.put(STORE, blob(credentials=KEY))) == (400, "UserError"), "not the account's key"
    right = door.post(f"{STORAGE}/listKeys").json()["keys"][1]["value"]
    secrets = {"secretsType": "AccountKey", "key": right}
    assert door.put(STORE, blob(credentials={**KEY, "secrets": secrets})).status == 201
    away = blob(accountName="elsewhere", credentials=KEY)
    assert refusal(door.put(f"{LIST}/away", away)) == (400, "UserError")
    assert door.put(f"{LIST}/away", away, skipValidation="true").status == 201
    assert refusal(door.put(f"{LIST}/x", blob(), skipValidation="maybe")) == (400, "UserError")


# -- lists -------------------------------------------------------------------------------------------------


def test_a_list_shows_thirty_and_the_newest_first(door: MlDoor) -> None:
    for number in range(28):
        door.put(f"{LIST}/store{number:02}", blob(containerName=f"c{number}"))
    first = door.get(LIST).json()
    assert [one["name"] for one in first["value"]][:2] == ["store27", "store26"]
    assert len(first["value"]) == 30
    rest = door.get(first["nextLink"]).json()
    assert [one["name"] for one in rest["value"]] == list(DEFAULTS[-2:])
    assert "nextLink" not in rest
    some = door.get(LIST, count="5").json()
    assert (len(some["value"]), "nextLink" in some) == (5, True)
    assert refusal(door.get(LIST, count="none")) == (400, "UserError")


def test_a_list_can_be_narrowed(door: MlDoor) -> None:
    door.put(STORE, blob())

    def names(**query: str) -> list[str]:
        return [one["name"] for one in door.get(LIST, **query).json()["value"]]

    assert names(isDefault="true") == ["workspaceblobstore"]
    assert names(names="training,workspacefilestore") == ["training", "workspacefilestore"]
    assert names(searchText="TRAIN") == ["training"]
    assert names(orderByAsc="true")[0] == "workspaceartifactstore"
    assert names(orderBy="name", orderByAsc="true")[0] == "training"
