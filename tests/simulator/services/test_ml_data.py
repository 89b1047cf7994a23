from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.services.ml_door import WORKSPACE, MlDoor, refusal

LIST = f"{WORKSPACE}/data"
TITANIC = f"{LIST}/titanic"
FIRST = f"{TITANIC}/versions/1"
PATH = "LocalUpload/0123/titanic.csv"
SHORT = f"azureml://datastores/workspaceblobstore/paths/{PATH}"
LONG = (
    "azureml://subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg-ml/workspaces/mlw"
    f"/datastores/workspaceblobstore/paths/{PATH}"
)


def file(uri: str = SHORT, **more: Any) -> dict[str, Any]:
    properties = {"dataType": "uri_file", "dataUri": uri, "isAnonymous": False, "isArchived": False, **more}
    return {"properties": {key: value for key, value in properties.items() if value is not None}}


@pytest.fixture
def door() -> MlDoor:
    found = MlDoor().prepare()
    found.workspace()
    return found


def test_a_version_is_answered_as_recorded(door: MlDoor) -> None:
    answer = door.put(FIRST, file(description="d", tags={}))
    assert answer.status == 201
    assert answer.headers["location"].startswith(f"https://management.azure.com{FIRST}?")
    assert answer.json()["properties"] == {
        "description": "d",
        "tags": {},
        "properties": {},
        "isArchived": False,
        "isAnonymous": False,
        "dataUri": LONG,
        "dataType": "uri_file",
    }
    times = answer.json()["systemData"]
    assert set(times) == {"createdAt", "createdBy", "createdByType", "lastModifiedAt"}
    assert door.get(FIRST).json() == answer.json()
    again = door.put(FIRST, file(LONG, tags={"a": "1"}, isArchived=True))
    assert (again.status, "location" in again.headers) == (200, False)
    assert again.json()["properties"]["tags"] == {"a": "1"}
    assert again.json()["properties"]["isArchived"] is True
    assert again.json()["systemData"]["createdAt"] == times["createdAt"]
    assert "lastModifiedBy" in again.json()["systemData"]


def test_uris_are_answered_long_with_a_slash_for_folders(door: MlDoor) -> None:
    guid = door.get(WORKSPACE).json()["properties"]["workspaceId"]

    def shown(name: str, type_: str, uri: str) -> str:
        answer = door.put(f"{LIST}/{name}/versions/1", file(uri, dataType=type_))
        assert answer.status == 201, answer.json()
        found: str = answer.json()["properties"]["dataUri"]
        return found

    assert shown("a", "uri_folder", SHORT) == LONG + "/"
    assert shown("b", "mltable", SHORT + "/") == LONG + "/"
    assert (
        shown("c", "uri_file", f"azureml://workspaces/{guid}/datastores/WorkspaceBlobStore/paths/{PATH}")
        == LONG
    )
    assert shown("d", "uri_file", LONG.replace("rg-ml", "RG-ML")) == LONG
    away = LONG.replace("/mlw/", "/mlw-other/")
    assert shown("e", "uri_file", away) == away
    assert shown("f", "uri_folder", "https://example.com/x") == "https://example.com/x/"
    assert shown("g", "uri_file", "runs:/r/x") == "runs:/r/x"


def test_a_list_writes_the_workspace_by_its_guid(door: MlDoor) -> None:
    guid = door.get(WORKSPACE).json()["properties"]["workspaceId"]
    door.put(FIRST, file())
    door.put(f"{TITANIC}/versions/2", file("https://example.com/x.csv"))
    two, one = door.get(f"{TITANIC}/versions").json()["value"]
    assert (
        one["properties"]["dataUri"]
        == f"azureml://workspaces/{guid}/datastores/workspaceblobstore/paths/{PATH}"
    )
    assert two["properties"]["dataUri"] == "https://example.com/x.csv"
    assert {**one["properties"], "dataUri": LONG} == door.get(FIRST).json()["properties"]


@pytest.mark.parametrize(
    "body",
    [file(SHORT + "x"), file("https://example.com/x"), file(SHORT.replace("blobstore", "artifactstore"))],
)
def test_the_path_of_a_version_is_fixed(door: MlDoor, body: dict[str, Any]) -> None:
    door.put(FIRST, file())
    answer = door.put(FIRST, body)
    assert refusal(answer) == (400, "UserError")
    assert answer.json()["error"]["message"] == "Asset paths cannot be updated."
    assert door.get(FIRST).json()["properties"]["dataUri"] == LONG


def test_the_files_that_a_table_names_are_fixed_too(door: MlDoor) -> None:
    body = file(dataType="mltable", referencedUris=["./a.csv"])
    assert door.put(FIRST, body).json()["properties"]["referencedUris"] == ["./a.csv"]
    other = file(dataType="mltable", referencedUris=["./b.csv"])
    assert refusal(door.put(FIRST, other)) == (400, "UserError")
    kept = door.put(FIRST, file(dataType="mltable", tags={"a": "1"}))
    assert (kept.status, kept.json()["properties"]["referencedUris"]) == (200, ["./a.csv"])


def test_all_versions_are_of_one_type(door: MlDoor) -> None:
    door.put(FIRST, file())
    for path in (FIRST, f"{TITANIC}/versions/2"):
        assert refusal(door.put(path, file(dataType="uri_folder"))) == (400, "UserError")
    assert refusal(door.put(TITANIC, {"properties": {"dataType": "mltable"}})) == (400, "UserError")


@pytest.mark.parametrize(
    "body",
    [
        file(dataType=None),
        file(dataUri=None),
        file("./titanic.csv"),
        file("azureml://datastores/nowhere/paths/x"),
    ],
)
def test_what_is_no_data_is_refused(door: MlDoor, body: dict[str, Any]) -> None:
    assert refusal(door.put(FIRST, body)) == (400, "UserError")
    assert refusal(door.get(TITANIC)) == (404, "UserError"), "no container is left behind"
    odd = door.put(FIRST, file(dataType="parquet"))
    assert odd.status == 400


def test_nobody_is_anonymous(door: MlDoor) -> None:
    assert door.put(FIRST, file(isAnonymous=True)).json()["properties"]["isAnonymous"] is False


def test_a_container_counts_its_versions(door: MlDoor) -> None:
    door.put(f"{TITANIC}/versions/foo", file())
    shown = door.get(TITANIC).json()
    assert shown["properties"] == {
        "description": None,
        "tags": None,
        "properties": None,
        "isArchived": False,
        "latestVersion": "foo",
        "nextVersion": "1",
        "dataType": "uri_file",
    }
    door.put(f"{TITANIC}/versions/9", file())
    door.put(f"{TITANIC}/versions/10", file())
    shown = door.get(TITANIC).json()["properties"]
    assert (shown["latestVersion"], shown["nextVersion"]) == ("10", "11")


def test_a_container_by_itself(door: MlDoor) -> None:
    assert refusal(door.put(TITANIC, {"properties": {}})) == (400, "UserError")
    body: dict[str, Any] = {"properties": {"dataType": "uri_file", "tags": {"a": "1"}}}
    assert door.put(TITANIC, body).status == 201
    body["properties"]["isArchived"] = True
    again = door.put(TITANIC, body)
    assert (again.status, again.json()["properties"]["tags"]) == (200, {"a": "1"})
    assert again.json()["properties"]["latestVersion"] is None
    assert door.get(LIST).json()["value"] == []
    assert [one["name"] for one in door.get(LIST, listViewType="All").json()["value"]] == ["titanic"]


def test_archived_versions_leave_the_list_and_stay_readable(door: MlDoor) -> None:
    door.put(FIRST, file(tags={"stage": "raw"}))
    door.put(f"{TITANIC}/versions/2", file(tags={"stage": "clean", "x": ""}))
    door.put(FIRST, file(tags={"stage": "raw"}, isArchived=True))

    def names(**query: str) -> list[str]:
        return [one["name"] for one in door.get(f"{TITANIC}/versions", **query).json()["value"]]

    assert names() == ["2"]
    assert names(listViewType="ArchivedOnly") == ["1"]
    assert names(listViewType="All") == ["2", "1"]
    assert names(listViewType="All", **{"$tags": "stage=raw"}) == ["1"]
    assert names(listViewType="All", **{"$tags": "stage,x"}) == ["2"]
    assert door.get(FIRST).status == 200


def test_what_is_missing_is_said_by_the_front_end(door: MlDoor) -> None:
    answer = door.get(TITANIC)
    assert refusal(answer) == (404, "UserError")
    assert answer.json()["error"]["message"] == "titanic container was not found."
    assert door.get(FIRST).json()["error"]["message"] == "titanic container was not found."
    door.put(FIRST, file())
    missing = door.get(f"{TITANIC}/versions/2")
    assert refusal(missing) == (404, "UserError")
    assert "titanic" in missing.json()["error"]["message"]


def test_versions_and_containers_are_deleted(door: MlDoor) -> None:
    door.put(FIRST, file())
    assert (door.delete(FIRST).status, door.delete(FIRST).status) == (200, 204)
    assert door.put(FIRST, file("https://example.com/other")).status == 201
    assert (door.delete(TITANIC).status, door.get(FIRST).status) == (200, 404)


@pytest.mark.parametrize(("sent", "kept"), [("UriFile", "uri_file"), ("UriFolder", "uri_folder")])
def test_the_services_own_names_of_types_are_read_too(door: MlDoor, sent: str, kept: str) -> None:
    assert door.put(TITANIC, {"properties": {"dataType": sent}}).json()["properties"]["dataType"] == kept
    assert door.put(f"{LIST}/other/versions/1", file(LONG, dataType=sent)).status == 201
    assert door.get(f"{LIST}/other").json()["properties"]["dataType"] == kept
