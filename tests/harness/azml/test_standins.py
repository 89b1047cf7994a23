from pathlib import Path

import pytest

from conformance.azml.standins import IDENTITY, surround


@pytest.mark.parametrize(
    ("text", "made", "there"),
    [
        ("image: a\nconda_file: conda/x.yml\n", ["conda file"], "conda/x.yml"),
        ("conda_file: file:x.yml\n", ["conda file"], "x.yml"),
        ("build: {path: ctx, dockerfile_path: sub/Other}\n", ["build folder"], "ctx/sub/Other"),
        ("build: {path: .}\n", ["build folder"], "Dockerfile"),
        ("type: uri_file\npath: ../d/x.csv\n", ["data"], "../d/x.csv"),
        ("type: uri_folder\npath: ./data\n", ["data"], "data/rows.csv"),
        ("type: mltable\nlocal_path: table\n", ["data"], "table/MLTable"),
    ],
)
def test_what_a_file_points_to_is_made_once(text: str, made: list[str], there: str, tmp_path: Path) -> None:
    file = tmp_path / "asset" / "file.yml"
    file.parent.mkdir()
    file.write_text(text)
    assert surround(file) == made
    assert (file.parent / there).is_file()
    assert surround(file) == []


@pytest.mark.parametrize(
    "text",
    ["path: azureml://datastores/x/paths/y\n", "build: {path: 'https://x'}\n", "conda_file: {a: 1}\n", "a"],
)
def test_what_lies_elsewhere_is_left_alone(text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.yml"
    file.write_text(text)
    assert surround(file) == []
    assert list(tmp_path.iterdir()) == [file]


def test_a_word_in_place_of_an_id_becomes_one(tmp_path: Path) -> None:
    file = tmp_path / "file.yml"
    file.write_text('resource_id: "identity_resource_id"\n')
    assert surround(file) == ["id"]
    assert file.read_text() == f'resource_id: "{IDENTITY}"\n'
