"""Versions of environments: their bodies, and their lives against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from mlinfra.localfiles import survey
from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, ProviderError
from mlinfra.providers.azure.types.environment import Environment
from mlinfra.simulator import Simulator
from tests.providers.azure.fake import GROUP, FakeTransport, Reply, connection, error
from tests.providers.azure.types.test_ml_lifecycles import Lab, differing

TYPE = Environment()
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
ID = f"{WORKSPACE}/environments/sk/versions/1"
IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04:20240709.v1"
CONDA = {
    "name": "mine",
    "dependencies": ["python=3.10", {"pip": ["numpy==1.26.4"]}],
    "channels": ["conda-forge"],
}


def attrs(**body: Any) -> Attrs:
    return TYPE.normalize({"name": "sk", "version": "1", "workspace": WORKSPACE, **body})


def refused(body: Attrs) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        TYPE.normalize({"name": "sk", "workspace": WORKSPACE, **body})
    return caught.value


# Bodies -------------------------------------------------------------------------------------------


def test_an_image_with_packages() -> None:
    wanted = attrs(image=IMAGE, conda_file=CONDA, description="d", tags={"a": "b"}, os_type="linux")
    body = TYPE.to_body(wanted)["properties"]
    text = body.pop("condaFile")
    assert yaml.safe_load(text) == CONDA
    assert text.index("channels") < text.index("dependencies") < text.index("name"), "keys are sorted"
    assert body == {
        "image": IMAGE,
        "description": "d",
        "tags": {"a": "b"},
        "osType": "Linux",
        "isAnonymous": False,
        "isArchived": False,
    }


def test_a_folder_and_how_a_server_in_it_is_asked() -> None:
    route = {"port": 5001, "path": "/x"}
    names = ("liveness_route", "readiness_route", "scoring_route")
    build = {"path": "https://st.blob.core.windows.net/c/ctx/", "dockerfile_path": "docker/File"}
    wanted = attrs(build=build, inference_config=dict.fromkeys(names, route))
    assert TYPE.to_body(wanted)["properties"] == {
        "build": {"contextUri": build["path"], "dockerfilePath": "docker/File"},
        "inferenceConfig": dict.fromkeys(("livenessRoute", "readinessRoute", "scoringRoute"), route),
        "isAnonymous": False,
        "isArchived": False,
    }


def test_the_content_is_never_part_of_an_update() -> None:
    wanted = attrs(image=IMAGE, conda_file=CONDA, os_type="Linux", description="d")
    assert TYPE.to_body(wanted, update=True) == {"properties": {"description": "d", "isArchived": False}}


@pytest.mark.parametrize(
    "answer",
    [
        '{\n  "channels": ["conda-forge"],\n  "name": "azureml_8f1d",\n  "dependencies": ["pip"]\n}',
        "channels: [conda-forge]\nname: mine\ndependencies: [pip]\n",
    ],
)
def test_packages_are_read_from_json_and_yaml_without_the_name(answer: str) -> None:
    read = TYPE.from_body({"properties": {"image": IMAGE, "condaFile": answer, "osType": "Linux"}})
    assert read["conda_file"] == {"channels": ["conda-forge"], "dependencies": ["pip"]}


@pytest.mark.parametrize("answer", ["", None, "  "])
def test_no_packages(answer: Any) -> None:
    assert "conda_file" not in TYPE.from_body({"properties": {"image": IMAGE, "condaFile": answer}})


def test_a_number_is_a_version_too() -> None:
    assert (attrs(version=7)["version"], attrs(version=1.5)["version"]) == ("7", "1.5")
    assert TYPE.identify(attrs(version="18.04:2022")) == f"{WORKSPACE}/environments/sk/versions/18.04:2022"
    assert TYPE.identify({"name": "sk", "workspace": WORKSPACE}) is None
    assert TYPE.id_attributes(ID) == {"workspace": WORKSPACE, "name": "sk", "version": "1"}


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        ({"image": IMAGE, "workspace": "mlw"}, ("workspace",), "is no id"),
        (
            {"image": IMAGE, "datastore": f"{WORKSPACE}2/datastores/d"},
            ("datastore",),
            "of another workspace",
        ),
    ],
)
def test_what_is_refused(body: Attrs, path: tuple[str, ...], words: str) -> None:
    wrong = refused(body)
    assert wrong.path == path and words in wrong.summary and not wrong.sent


@pytest.mark.parametrize("name", ["d", "azureml:d", f"{WORKSPACE}/datastores/d"])
def test_a_datastore_is_named_by_its_name(name: str) -> None:
    assert attrs(image=IMAGE, datastore=name)["datastore"] == "d"


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"image": IMAGE}, True),
        ({"build": {"path": "."}}, True),
        ({"$schema": "https://x", "image": IMAGE, "version": 1}, True),
        ({}, False),
        ({"build": {"dockerfile_path": "x"}}, False),
        ({"image": IMAGE, "version": 1.5}, True),
        ({"image": IMAGE, "version": True}, False),
        ({"image": IMAGE, "version": "a/b"}, False),
        ({"image": IMAGE, "version": ".."}, False),
        ({"image": IMAGE, "conda_file": ["pip"]}, False),
        ({"image": IMAGE, "environment_variables": {"A": "b"}}, False),
        ({"channels": ["conda-forge"], "image": IMAGE}, False),
        ({"image": IMAGE, "inference_config": {"scoring_route": {"port": 1, "path": "/"}}}, False),
    ],
)
def test_the_schema(body: Attrs, valid: bool) -> None:
    assert Draft202012Validator(dict(TYPE.schema(body))).is_valid(body) == valid


# Lives --------------------------------------------------------------------------------------------


@pytest.fixture
def lab() -> Iterator[Lab]:
    simulator = Simulator()
    yield Lab(simulator)
    simulator.close()


def wanted_in(lab: Lab, **body: Any) -> Attrs:
    workspace = lab.read("workspace", lab.workspace()["id"])
    assert workspace is not None
    return TYPE.normalize({"name": "sk", "version": "1", "workspace": workspace["id"], **body})


def test_a_version_through_its_life(lab: Lab) -> None:
    wanted = wanted_in(lab, image=IMAGE, conda_file=CONDA, description="one", tags={"a": "b", "c": "d"})
    made = lab.create("environment", wanted)
    content = {k: v for k, v in wanted.items() if k != "conda_file"}
    assert differing("environment", content, made) == {}
    assert made["conda_file"] == {k: v for k, v in CONDA.items() if k != "name"}

    changed = lab.update(
        "environment", {**wanted, "id": made["id"]}, {"description": "two", "tags": {"a": "x"}}
    )
    assert (changed["description"], changed["tags"]) == ("two", {"a": "x"})
    assert changed["conda_file"] == made["conda_file"]

    lab.delete("environment", made["id"])
    assert lab.read("environment", made["id"]) is None
    assert lab.conn.arm.get(made["id"], TYPE.api_version)["properties"]["isArchived"] is True  # type: ignore[index]
    lab.delete("environment", made["id"])

    again = lab.create("environment", wanted)
    assert again["id"] == made["id"]


def test_the_same_version_with_other_content_is_refused_in_our_words(lab: Lab) -> None:
    wanted = wanted_in(lab, image=IMAGE)
    made = lab.create("environment", wanted)
    for archived in (False, True):
        if archived:
            lab.delete("environment", made["id"])
        with pytest.raises(ProviderError) as caught:
            lab.create("environment", {**wanted, "image": "other:1"})
        assert (caught.value.code, caught.value.path) == ("MLI-AZ-VERSION", ("version",))
        assert caught.value.summary == "version 1 of environment sk is there already, with other content"


def test_versions_of_one_name_are_read_with_one_request(lab: Lab) -> None:
    wanted = wanted_in(lab, image=IMAGE)
    ids = [lab.create("environment", {**wanted, "version": str(n)})["id"] for n in range(4)]
    lab.delete("environment", ids[3])
    before = lab.conn.requests
    found = TYPE.read_many(lab.conn, [*ids, f"{ids[0]}00"])
    assert lab.conn.requests - before == 1
    assert [attrs["version"] if attrs else None for attrs in found.values()] == ["0", "1", "2", None, None]


def test_a_folder_is_uploaded_and_named_by_its_address(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    made = lab.create("environment", wanted_in(lab, build={"path": str(folder)}))
    assert made["build"]["path"].startswith("https://stlab.blob.core.windows.net/azureml-blobstore-")
    assert made["build"]["path"].endswith(f"/LocalUpload/{survey(folder).digest}/context/")


def test_a_file_is_no_folder_to_build(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    wanted = wanted_in(lab, build={"path": str(tmp_path / "Dockerfile")})
    with pytest.raises(ProviderError) as caught:
        lab.create("environment", wanted)
    assert (caught.value.code, caught.value.path) == ("MLI-AZ-UPLOAD", ("build", "path"))


# Answers that the simulator does not give ----------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "message", "wanted"),
    [
        (409, "Conflict", "No.", "MLI-AZ-VERSION"),
        (400, "UserError", "E with version 1 is already registered and cannot be changed.", "MLI-AZ-VERSION"),
        (400, "UserError", "Python versions matching 3.7.6 have reached end-of-life", "MLI-AZ-REFUSED"),
        (409, "AnotherOperationInProgress", "Wait.", "MLI-AZ-BUSY"),
    ],
)  # fmt: skip
def test_refusals(status: int, code: str, message: str, wanted: str) -> None:
    conn = connection(FakeTransport({f"PUT {ID}": Reply(status, error(code, message))}))
    with pytest.raises(ProviderError) as caught:
        TYPE.begin(conn, Op.CREATE, ID, None, attrs(image=IMAGE))
    assert caught.value.code == wanted


def test_a_refusal_to_archive_keeps_the_words_of_the_service() -> None:
    told = "Environment sk with version 1 is already registered and cannot be changed."
    raw = {"id": ID, "properties": {"image": IMAGE, "isArchived": False}}
    fake = FakeTransport({f"GET {ID}": Reply(200, raw), f"PUT {ID}": Reply(409, error("UserError", told))})
    with pytest.raises(ProviderError) as caught:
        TYPE.begin(connection(fake), Op.DELETE, ID, None, None)
    assert told in caught.value.summary


def test_archiving_what_goes_meanwhile_is_done() -> None:
    raw = {"id": ID, "properties": {"image": IMAGE, "isArchived": False, "environmentType": "UserCreated"}}
    fake = FakeTransport({f"GET {ID}": Reply(200, raw)})
    assert TYPE.begin(connection(fake), Op.DELETE, ID, None, None) == Done()
    (put,) = fake.of("PUT")
    assert put.body == {"properties": {"image": IMAGE, "isArchived": True}}


def test_archiving_that_is_only_accepted_is_waited_for() -> None:
    raw = {"id": ID, "properties": {"image": IMAGE, "isArchived": False}}
    gone = {"id": ID, "properties": {"image": IMAGE, "isArchived": True}}
    fake = FakeTransport({f"GET {ID}": [Reply(200, raw), Reply(200, gone)], f"PUT {ID}": Reply(202)})
    conn = connection(fake)
    pending = TYPE.begin(conn, Op.DELETE, ID, None, None)
    assert not isinstance(pending, Done)
    assert TYPE.resume(conn, pending) == Done()
