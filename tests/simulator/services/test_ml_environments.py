from __future__ import annotations

import json
from typing import Any

import pytest

from mlinfra.simulator.services import ml_curated
from tests.simulator.services.ml_door import WORKSPACE, MlDoor, refusal

LIST = f"{WORKSPACE}/environments"
BASIC = f"{LIST}/basic"
FIRST = f"{BASIC}/versions/1"
IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
CONDA = "name: basic\nchannels: [conda-forge]\ndependencies:\n- python=3.10\n- pip\n- pip:\n  - mlflow\n"
CURATED = f"{LIST}/AzureML-lightgbm-3.3"


def image(**more: Any) -> dict[str, Any]:
    """The body of a version with an image; None takes a key out."""
    properties = {"image": IMAGE, "isAnonymous": False, "isArchived": False, **more}
    return {"properties": {key: value for key, value in properties.items() if value is not None}}


def inner(answer: Any) -> str:
    found = {one["type"]: one["info"]["value"] for one in answer.json()["error"]["additionalInfo"]}
    code: str = found["InnerError"]["code"]
    return code


@pytest.fixture
def door() -> MlDoor:
    found = MlDoor().prepare()
    found.workspace()
    return found


# -- versions ----------------------------------------------------------------------------------------------


def test_a_version_is_answered_as_recorded(door: MlDoor) -> None:
    answer = door.put(FIRST, image(condaFile=CONDA, description="d"))
    assert answer.status == 201
    assert answer.headers["location"].startswith(f"https://management.azure.com{FIRST}?")
    body = answer.json()
    conda = body["properties"].pop("condaFile")
    assert conda.startswith('{\n  "channels": [\n    "conda-forge"\n  ],\n  "dependencies": [')
    assert json.loads(conda) == {
        "channels": ["conda-forge"],
        "dependencies": ["python=3.10", "pip", {"pip": ["mlflow"]}],
        "name": "basic",
    }
    assert body["properties"] == {
        "description": "d",
        "tags": {},
        "properties": {},
        "isArchived": False,
        "isAnonymous": False,
        "environmentType": "UserCreated",
        "image": IMAGE,
        "osType": "Linux",
        "autoRebuild": "Disabled",
        "provisioningState": "Succeeded",
        "stage": "Development",
    }
    assert (body["name"], body["type"]) == (
        "1",
        "Microsoft.MachineLearningServices/workspaces/environments/versions",
    )
    got = door.get(FIRST).json()
    assert got["properties"].pop("condaFile") == conda
    assert got == body


def test_a_put_of_the_same_is_201_too_and_leaves_its_times(door: MlDoor) -> None:
    before = door.put(FIRST, image(condaFile=CONDA)).json()
    reordered = "dependencies: ['python=3.10', pip, {pip: [mlflow]}]\nname: basic\nchannels:\n- conda-forge\n"
    for body in (image(condaFile=CONDA), image(condaFile=reordered), {"properties": before["properties"]}):
        again = door.put(FIRST, body)
        assert (again.status, again.json()) == (201, before)


@pytest.mark.parametrize(
    "body",
    [
        image(condaFile=CONDA, image="other"),
        image(condaFile=CONDA.replace("- pip\n", "")),
        image(condaFile=None),
        image(condaFile=CONDA, osType="Windows"),
        image(condaFile=CONDA, isAnonymous=True),
        image(condaFile=CONDA, inferenceConfig={"scoringRoute": {"path": "/", "port": 80}}),
        {"properties": {"build": {"contextUri": "https://stml.blob.core.windows.net/c/x/"}}},
    ],
)
def test_the_content_of_a_version_is_fixed(door: MlDoor, body: dict[str, Any]) -> None:
    before = door.put(FIRST, image(condaFile=CONDA)).json()
    answer = door.put(FIRST, body)
    assert refusal(answer) == (409, "UserError")
    assert "already registered" in answer.json()["error"]["message"]
    assert door.get(FIRST).json() == before


def test_tags_description_and_archiving_change_in_place(door: MlDoor) -> None:
    door.put(FIRST, image(tags={"a": "1"}))
    shown = door.put(FIRST, image(tags={"b": "2"}, description="new", isArchived=True)).json()["properties"]
    assert (shown["tags"], shown["description"], shown["isArchived"]) == ({"b": "2"}, "new", True)
    assert door.put(FIRST, image()).json()["properties"]["tags"] == {}


def test_a_build_context_and_an_anonymous_version(door: MlDoor) -> None:
    uri = "https://stml.blob.core.windows.net/c/LocalUpload/abc/docker/"
    body = {"properties": {"build": {"contextUri": uri}, "isAnonymous": True}}
    shown = door.put(f"{LIST}/CliV2AnonymousEnvironment/versions/abc", body).json()["properties"]
    assert shown["build"] == {"contextUri": uri, "dockerfilePath": "Dockerfile"}
    assert (shown["condaFile"], shown["stage"], shown["isAnonymous"]) == ("", "Logged", True)
    assert "image" not in shown


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (image(image=None), "image"),
        (image(build={"contextUri": "https://x/"}), "image"),
        ({"properties": {"build": {"dockerfilePath": "D"}}}, "contextUri"),
        (image(condaFile="a: [1"), "conda"),
        (image(condaFile="just words"), "conda"),
        (image(inferenceConfig={"livenessRoute": {"path": "/"}}), "livenessRoute"),
    ],
)
def test_what_is_no_environment_is_refused(door: MlDoor, body: dict[str, Any], word: str) -> None:
    answer = door.put(FIRST, body)
    assert refusal(answer) == (400, "UserError")
    assert word in answer.json()["error"]["message"]
    assert door.get(BASIC).status == 404, "no container is left behind"


@pytest.mark.parametrize(
    ("spec", "old"),
    [
        ("python=3.7.6", True),
        ("python==3.6", True),
        ("conda-forge::python 3.7", True),
        ("python>=3.6,<3.8", True),
        ("python<=3.7", True),
        ("python~=3.7.1", True),
        ("python=3.6|3.7", True),
        ("python=3.8", False),
        ("python>=3.6", False),
        ("python~=3.7", False),
        ("python=3.7|3.9", False),
        ("python", False),
        ("python=3", False),
        ("python-dateutil=2.8", False),
        ("pythonnet=3.0", False),
    ],
)
def test_an_old_python_is_refused(door: MlDoor, spec: str, old: bool) -> None:
    answer = door.put(FIRST, image(condaFile=json.dumps({"dependencies": ["pip", spec]})))
    if old:
        assert (refusal(answer), inner(answer)) == ((400, "UserError"), "NewRecommendedPythonVersions")
    else:
        assert answer.status == 201


# -- containers --------------------------------------------------------------------------------------------


def test_a_container_comes_with_its_first_version(door: MlDoor) -> None:
    assert refusal(door.get(BASIC)) == (404, "UserError")
    door.put(FIRST, image())
    door.put(f"{BASIC}/versions/two", image())
    shown = door.get(BASIC).json()
    moving = shown["properties"].pop("nextVersion")
    assert moving != door.get(BASIC).json()["properties"]["nextVersion"], "another at each GET"
    assert shown["properties"] == {
        "description": "",
        "tags": {},
        "properties": {},
        "isArchived": False,
        "latestVersion": "two",
    }


def test_a_container_is_archived_and_its_versions_stay(door: MlDoor) -> None:
    door.put(FIRST, image())
    answer = door.put(BASIC, {"properties": {"description": "", "tags": {}, "isArchived": True}})
    assert (answer.status, answer.json()["properties"]["isArchived"]) == (201, True)
    mine = {
        view: "basic" in names(door, LIST, listViewType=view)
        for view in ("ActiveOnly", "ArchivedOnly", "All")
    }
    assert mine == {"ActiveOnly": False, "ArchivedOnly": True, "All": True}
    assert door.get(FIRST).json()["properties"]["isArchived"] is False
    assert refusal(door.get(LIST, listViewType="some")) == (400, "UserError")


def names(door: MlDoor, path: str, **query: str) -> list[str]:
    return [one["name"] for one in door.get(path, **query).json()["value"]]


def test_a_list_of_versions_is_ordered_filtered_and_cut(door: MlDoor) -> None:
    for version in ("a", "b", "c"):
        door.put(f"{BASIC}/versions/{version}", image())
    listed = f"{BASIC}/versions"
    assert names(door, listed) == ["c", "b", "a"]
    door.put(f"{listed}/b", image(isArchived=True))
    assert names(door, listed) == ["c", "a"]
    assert names(door, listed, listViewType="ArchivedOnly") == ["b"]
    assert names(door, listed, **{"$orderBy": "createdtime asc", "listViewType": "All"}) == ["a", "b", "c"]
    newest = {"$orderBy": "createdtime desc", "$top": "1"}
    assert names(door, listed, **newest) == ["c"]
    assert door.get(f"{listed}/b").status == 200
    assert refusal(door.get(listed, **{"$orderBy": "name"})) == (400, "UserError")


def test_many_containers_are_listed_page_by_page(door: MlDoor) -> None:
    for number in range(101):
        assert door.put(f"{LIST}/env{number:03}/versions/1", image()).status == 201
    first = door.get(LIST).json()
    rest = door.get(first["nextLink"]).json()
    both = [one["name"] for one in (*first["value"], *rest["value"])]
    assert (both[0], len(first["value"]), len(both)) == ("env100", 100, 101 + len(ml_curated.CURATED))


# -- what is missing, what goes ----------------------------------------------------------------------------


def test_what_is_missing_is_said_by_the_front_end(door: MlDoor) -> None:
    for path in (FIRST, BASIC, f"{BASIC}/versions"):
        answer = door.get(path)
        assert (refusal(answer), inner(answer)) == ((404, "UserError"), "NotFoundError")
        assert "No environment exists for name: basic, version: " in answer.json()["error"]["message"]
    nowhere = FIRST.replace("/mlw/", "/mlw-none/")
    assert refusal(door.get(nowhere)) == (404, "ResourceNotFound")
    assert refusal(door.put(nowhere, image())) == (404, "ParentResourceNotFound")


def test_versions_and_containers_are_deleted(door: MlDoor) -> None:
    door.put(FIRST, image())
    door.put(f"{BASIC}/versions/2", image())
    assert (door.delete(FIRST).status, door.delete(FIRST).status) == (200, 204)
    assert door.get(BASIC).json()["properties"]["latestVersion"] == "2"
    assert door.delete(BASIC).status == 200
    assert door.delete(BASIC).status == 204
    assert door.get(f"{BASIC}/versions/2").status == 404


@pytest.mark.parametrize("name", ["-a", "a.b", "a" * 256])
def test_names_are_checked_for_containers_that_come_with_a_version(door: MlDoor, name: str) -> None:
    assert refusal(door.put(f"{LIST}/{name}/versions/1", image())) == (400, "UserError")
    assert refusal(door.put(f"{LIST}/{name}", {"properties": {}})) == (400, "UserError")
    assert door.put(f"{BASIC}/versions/18.04:2022", image()).status == 201
    assert refusal(door.put(f"{BASIC}/versions/{'1' * 256}", image())) == (400, "UserError")


# -- curated -----------------------------------------------------------------------------------------------


def test_curated_environments_are_readable_everywhere(door: MlDoor) -> None:
    shown = door.get(CURATED).json()
    assert shown["properties"]["latestVersion"] == "60"
    assert shown["id"] == CURATED
    assert set(ml_curated.CURATED) <= set(names(door, LIST))
    newest = names(door, f"{CURATED}/versions", **{"$orderBy": "createdtime desc", "$top": "1"})
    assert newest == ["60"]
    version = door.get(f"{CURATED}/versions/60").json()["properties"]
    assert version["environmentType"] == "Curated"
    assert version["image"] == "mcr.microsoft.com/azureml/curated/lightgbm-3.3:60"
    assert door.get(f"{CURATED}/versions/7").status == 200
    for wrong in ("61", "0", "007", "x"):
        assert refusal(door.get(f"{CURATED}/versions/{wrong}")) == (404, "UserError")
    assert refusal(door.get(f"{LIST}/AzureML-none")) == (404, "UserError")


def test_curated_environments_are_never_writable(door: MlDoor) -> None:
    refused = (
        door.put(f"{CURATED}/versions/60", image()),
        door.put(f"{CURATED}/versions/new", image()),
        door.put(f"{LIST}/AzureML-own/versions/1", image()),
        door.put(CURATED, {"properties": {"isArchived": True}}),
        door.put(f"{LIST}/AzureML-own", {"properties": {}}),
        door.delete(f"{CURATED}/versions/60"),
        door.delete(CURATED),
    )
    for answer in refused:
        assert refusal(answer) == (400, "UserError")
        assert "AzureML" in answer.json()["error"]["message"]
    assert not [one for one in door.simulator.resources() if "AzureML" in one["id"]]
    assert door.put(f"{LIST}/azureml-mine/versions/1", image()).status == 201


def test_curated_environments_need_a_workspace(door: MlDoor) -> None:
    nowhere = CURATED.replace("/mlw/", "/mlw-none/")
    for path in (nowhere, f"{nowhere}/versions/1", f"{nowhere}/versions"):
        assert refusal(door.get(path)) == (404, "ResourceNotFound")
