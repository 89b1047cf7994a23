"""Versions of data: their bodies, and their lives against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.localfiles import survey
from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs, LocalPath
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.data_asset import DataAsset
from mlinfra.simulator import Simulator
from tests.providers.azure.fake import GROUP, FakeTransport, Reply, connection, error
from tests.providers.azure.types.test_ml_lifecycles import Lab, differing

TYPE = DataAsset()
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
ID = f"{WORKSPACE}/data/churn/versions/1"
SHORT = "azureml://datastores/workspaceblobstore/paths/data/x"
GUID = "897fa9a6-e2be-4d6a-90c8-9b506c542229"


def attrs(**body: Any) -> Attrs:
    return TYPE.normalize({"name": "churn", "version": "1", "workspace": WORKSPACE, **body})


# Bodies -------------------------------------------------------------------------------------------


def test_the_body() -> None:
    wanted = attrs(type="uri_file", path=SHORT, description="d", tags={"a": "b"})
    assert TYPE.to_body(wanted) == {
        "properties": {
            "dataType": "uri_file",
            "dataUri": SHORT,
            "description": "d",
            "tags": {"a": "b"},
            "isAnonymous": False,
            "isArchived": False,
        }
    }
    assert TYPE.to_body(wanted, update=True)["properties"].keys() == {"description", "tags", "isArchived"}


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        (SHORT, SHORT),
        (f"{SHORT}/", SHORT),
        (f"azureml:/{WORKSPACE}/datastores/workspaceblobstore/paths/data/x/", SHORT),
        (
            f"azureml:/{GROUP.lower()}/workspaces/MLW/datastores/workspaceblobstore/paths/data/x",
            SHORT,
        ),
        (
            f"azureml:/{GROUP}/workspaces/other/datastores/d/paths/x",
            f"azureml:/{GROUP}/workspaces/other/datastores/d/paths/x",
        ),
        ("https://example.com/x/", "https://example.com/x/"),
        ("azureml://jobs/j/outputs/o/paths/p", "azureml://jobs/j/outputs/o/paths/p"),
    ],
)
def test_an_address_has_one_spelling(path: str, normal: str) -> None:
    assert attrs(type="uri_folder", path=path)["path"] == normal


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"path": SHORT}, "uri_folder"),
        ({"path": f"{SHORT}.csv"}, "uri_folder"),
        ({"path": "./data"}, "uri_folder"),
        ({"path": "../data/x.csv"}, "uri_file"),
        ({"path": "v1.0/"}, "uri_folder"),
        ({"local_path": "customer-churn.csv"}, "uri_file"),
        ({"path": LocalPath("v1.0", "/r/v1.0", "d", is_folder=True)}, "uri_folder"),
        ({"path": LocalPath("README", "/r/README", "d", is_folder=False)}, "uri_file"),
        ({"type": "mltable", "path": "x.csv"}, "mltable"),
    ],
)
def test_the_type_where_none_is_written(body: Attrs, kind: str) -> None:
    schema = TYPE.schema(body)
    assert schema["properties"]["type"]["default"] == kind
    assert schema["properties"]["path"]["x-path-is"] == ("file" if kind == "uri_file" else "folder")


def test_the_older_word_for_a_path() -> None:
    older = {"$schema": "https://azuremlschemas.azureedge.net/latest/asset.schema.json", "version": 1}
    body: Attrs = {**older, "name": "churn", "local_path": "customer-churn.csv", "description": "d"}
    assert Draft202012Validator(dict(TYPE.schema(body))).is_valid(body)
    assert attrs(**body)["path"] == "customer-churn.csv"


def test_the_name_of_an_asset_is_no_path() -> None:
    with pytest.raises(ProviderError, match="names an asset") as caught:
        attrs(path="azureml:other:1")
    assert caught.value.path == ("path",)


def test_az_ml_sends_nothing_of_properties() -> None:
    assert attrs(path=SHORT, properties={"a": "b"}) == attrs(path=SHORT)


@pytest.mark.parametrize("body", [{}, {"path": ""}, {"path": SHORT, "type": "csv"}, {"path": 1}])
def test_what_the_schema_refuses(body: Attrs) -> None:
    assert not Draft202012Validator(dict(TYPE.schema(body))).is_valid(body)


# Lives --------------------------------------------------------------------------------------------


@pytest.fixture
def lab() -> Iterator[Lab]:
    simulator = Simulator()
    yield Lab(simulator)
    simulator.close()


def wanted_in(lab: Lab, **body: Any) -> Attrs:
    return TYPE.normalize({"name": "churn", "version": "1", "workspace": lab.workspace()["id"], **body})


@pytest.mark.parametrize("kind", ["uri_file", "uri_folder", "mltable"])
def test_a_version_through_its_life(lab: Lab, kind: str) -> None:
    wanted = wanted_in(lab, type=kind, path=SHORT, description="one", tags={"a": "b"})
    made = lab.create("data_asset", wanted)
    assert differing("data_asset", wanted, made) == {}

    changed = lab.update("data_asset", made, {"description": "two", "tags": {"c": "d"}})
    assert (changed["description"], changed["tags"], changed["path"]) == ("two", {"c": "d"}, SHORT)

    lab.delete("data_asset", made["id"])
    assert lab.read("data_asset", made["id"]) is None
    lab.delete("data_asset", made["id"])
    assert lab.create("data_asset", wanted)["id"] == made["id"]


def test_other_data_under_the_same_version_is_refused_in_our_words(lab: Lab) -> None:
    wanted = wanted_in(lab, type="uri_file", path=SHORT)
    lab.create("data_asset", wanted)
    with pytest.raises(ProviderError) as caught:
        lab.create("data_asset", {**wanted, "path": f"{SHORT}2"})
    assert (caught.value.code, caught.value.path) == ("MLI-AZ-VERSION", ("version",))


def test_versions_are_read_with_a_list_in_which_addresses_look_otherwise(lab: Lab) -> None:
    wanted = wanted_in(lab, type="uri_folder", path=SHORT)
    ids = [lab.create("data_asset", {**wanted, "version": str(n)})["id"] for n in range(3)]
    before = lab.conn.requests
    found = TYPE.read_many(lab.conn, [*ids, f"{ids[0]}7"])
    assert lab.conn.requests - before <= 2
    assert [attrs and attrs["path"] for attrs in found.values()] == [SHORT, SHORT, SHORT, None]


def test_local_files_are_uploaded(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "customer-churn.csv").write_text("a,b\n")
    wanted = wanted_in(lab, type="uri_file", path=str(tmp_path / "customer-churn.csv"))
    made = lab.create("data_asset", wanted)
    digest = survey(tmp_path / "customer-churn.csv").digest
    place = f"LocalUpload/{digest}/customer-churn.csv"
    assert made["path"] == f"azureml://datastores/workspaceblobstore/paths/{place}"


def test_a_table_tells_what_it_refers_to(lab: Lab, tmp_path: Path) -> None:
    table = tmp_path / "table"
    table.mkdir()
    wanted = wanted_in(lab, type="mltable", path=str(table))
    (table / "x.csv").write_text("a,b\n")
    with pytest.raises(ProviderError, match="there is no file MLTable in table"):
        lab.create("data_asset", wanted)
    (table / "MLTable").write_text("paths:\n- file: ./x.csv\n- pattern: ./*.txt\n")
    made = lab.create("data_asset", wanted)
    raw = lab.conn.arm.get(made["id"], TYPE.api_version)
    assert raw is not None and raw["properties"]["referencedUris"] == ["./x.csv", "./*.txt"]


@pytest.mark.parametrize("content", ["paths: 1\n", "- x\n", "a: [\n", "paths: [x]\n"])
def test_a_table_that_is_none(lab: Lab, tmp_path: Path, content: str) -> None:
    (tmp_path / "MLTable").write_text(content)
    with pytest.raises(ProviderError) as caught:
        lab.create("data_asset", wanted_in(lab, type="mltable", path=str(tmp_path)))
    assert (caught.value.code, caught.value.path) == ("MLI-AZ-DATA", ("path",))


# Answers that the simulator does not give ----------------------------------------------------------


def test_an_address_in_another_workspace_stays_as_the_list_tells_it() -> None:
    def item(version: str, guid: str) -> dict[str, Any]:
        uri = f"azureml://workspaces/{guid}/datastores/d/paths/x/"
        path = f"{ID[:-1]}{version}"
        return {"id": path, "properties": {"dataType": "uri_folder", "dataUri": uri, "isArchived": False}}

    other = "00000000-0000-0000-0000-00000000000f"
    items = {"value": [item("1", GUID.upper()), item("2", other)]}
    fake = FakeTransport(
        {
            f"GET {ID[:-2]}": Reply(200, items),
            f"GET {WORKSPACE}": Reply(200, {"properties": {"workspaceId": GUID}}),
        }
    )
    found = TYPE.read_many(connection(fake), [ID, f"{ID[:-1]}2"])
    paths = [attrs["path"] for attrs in found.values() if attrs]
    assert paths == ["azureml://datastores/d/paths/x", f"azureml://workspaces/{other}/datastores/d/paths/x"]
    assert len(fake.asked) == 2


def test_the_refusal_of_the_service() -> None:
    answer = error("UserError", "Asset paths cannot be updated.")
    conn = connection(FakeTransport({f"PUT {ID}": Reply(400, answer)}))
    with pytest.raises(ProviderError) as caught:
        TYPE.begin(conn, Op.CREATE, ID, None, attrs(type="uri_file", path=SHORT))
    assert caught.value.summary == "version 1 of data asset churn is there already, with other content"
