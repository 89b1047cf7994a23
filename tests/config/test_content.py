"""What stands in place of a path: an upload's digest, or the content of a YAML file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlinfra.config.content import is_remote, local_path, plain, read_path, upload_digest, yaml_node
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.value import LocalPath

CONDA = """\
name: basic-env-cpu
channels:
  - conda-forge
dependencies:
  - python=3.8
  - pip
{indent}- pip:
{indent}  - numpy
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "envs" / "context").mkdir(parents=True)
    (root / "envs" / "context" / "Dockerfile").write_text("FROM scratch\n")
    (root / "envs" / "conda.yml").write_text(CONDA.format(indent="  "))
    (root / "envs" / "printed.yml").write_text(CONDA.format(indent=""))
    return root


def problem(call: Callable[[], Any]) -> Diagnostic:
    with pytest.raises(MlinfraError) as caught:
        call()
    (found,) = caught.value.diagnostics
    return found


@pytest.mark.parametrize(
    "value",
    [
        "azureml://datastores/workspaceblobstore/paths/x.csv",
        "https://example.com/x.csv",
        "abfss://c@a.dfs.core.windows.net/x",
        "azureml:churn:1",
        "runs:/R/model",
    ],
)
def test_what_is_remote_stays_as_it_is(repository: Path, value: str) -> None:
    assert is_remote(value)
    assert local_path(value, repository, repository) is None
    for kind in ("upload", "yaml"):
        assert read_path(value, kind, repository, repository) == value


@pytest.mark.parametrize(
    "value", ["x.csv", "./a:b.csv", "a:b.csv", "file:x.csv", "C:/x", "file:///x", "runs"]
)
def test_what_is_local(value: str) -> None:
    assert not is_remote(value)


@pytest.mark.parametrize(
    "value", ["context", "./context/", "file:context", "FILE:./context", "../envs/context"]
)
def test_a_path_is_relative_to_its_file_whatever_its_spelling(repository: Path, value: str) -> None:
    found = read_path(value, "upload", repository / "envs", repository, expected="folder")
    assert isinstance(found, LocalPath)
    folder = repository / "envs" / "context"
    assert (found.shown, found.absolute) == ("envs/context", str(folder.resolve()))
    assert (found.digest, found.is_folder) == (upload_digest(folder), True)


def test_paths_are_shown_from_where_the_command_runs(repository: Path) -> None:
    found = local_path(
        "context/Dockerfile", repository / "envs", repository, shown_from=repository / "stacks"
    )
    assert found is not None
    assert (found.shown, found.is_folder) == ("../envs/context/Dockerfile", False)


def test_a_file_url_with_a_whole_path(repository: Path) -> None:
    value = f"file://{repository}/envs/conda.yml"
    assert isinstance(read_path(value, "upload", repository, repository), LocalPath)


def test_yaml_takes_the_place_of_its_path(repository: Path) -> None:
    content = {
        "name": "basic-env-cpu",
        "channels": ["conda-forge"],
        "dependencies": ["python=3.8", "pip", {"pip": ["numpy"]}],
    }
    assert read_path("file:envs/conda.yml", "yaml", repository, repository) == content
    assert plain(yaml_node("conda.yml", repository / "envs", repository)) == content


def test_expressions_of_other_languages_are_text(repository: Path) -> None:
    (repository / "x.yml").write_text("variables: {HOME: '${CONDA_PREFIX}'}\n")
    assert read_path("x.yml", "yaml", repository, repository) == {"variables": {"HOME": "${CONDA_PREFIX}"}}


def test_content_that_is_written_in_place_is_content(repository: Path) -> None:
    assert read_path({"dependencies": []}, "yaml", repository, repository) == {"dependencies": []}


def test_the_conda_file_as_the_notes_print_it_is_told_with_its_place_and_the_mend(repository: Path) -> None:
    found = problem(lambda: read_path("envs/printed.yml", "yaml", repository, repository))
    assert str(found.position) == "envs/printed.yml:7:1"
    assert found.summary == "a list member stands where a key should stand"
    assert "2 spaces before the `-`" in found.detail


@pytest.mark.parametrize(
    ("value", "kind", "code", "words"),
    [
        ("conda.yaml", "yaml", "MLI-CFG-062", "Did you mean `conda.yml`?"),
        ("contxt", "upload", "MLI-CFG-062", "Did you mean `context`?"),
        ("contxt", "upload", "MLI-CFG-062", "What lies elsewhere starts with azureml:// or https://."),
        ("../../outside", "upload", "MLI-CFG-061", "outside of the repository"),
        ("file:///etc/passwd", "yaml", "MLI-CFG-061", "outside of the repository"),
        ("conda.yml", "upload", "MLI-CFG-064", "`conda.yml` is a file, not a folder"),
        ("empty", "upload", "MLI-CFG-065", "`empty`: the folder empty has nothing to upload"),
        ("context", "yaml", "MLI-CFG-002", "envs/context is a folder, not a file"),
        ("list.yml", "yaml", "MLI-CFG-013", "envs/list.yml is a list, it should be a map"),
    ],
)
def test_what_is_refused(repository: Path, value: str, kind: Any, code: str, words: str) -> None:
    (repository / "envs" / "empty").mkdir()
    (repository / "envs" / "list.yml").write_text("- numpy\n")
    call = lambda: read_path(value, kind, repository / "envs", repository, expected="folder")  # noqa: E731
    found = problem(call)
    assert found.code == code
    assert words in f"{found.summary} {found.detail}"


def test_a_folder_where_a_file_is_expected(repository: Path) -> None:
    found = problem(lambda: local_path("envs", repository, repository, expected="file"))
    assert found.summary == "`envs` is a folder, not a file"


def test_a_link_out_of_the_repository_is_not_uploaded(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    (repository / "envs" / "context" / "key").symlink_to(tmp_path / "secret")
    found = problem(lambda: local_path("envs/context", repository, repository))
    assert (found.code, found.summary) == (
        "MLI-CFG-065",
        "`envs/context`: key leads out of the repository",
    )


def test_the_digest_of_what_cannot_be_uploaded(tmp_path: Path) -> None:
    assert problem(lambda: upload_digest(tmp_path)).code == "MLI-CFG-065"


def test_a_folder_holds_what_its_type_takes(repository: Path) -> None:
    (repository / "table").mkdir()
    (repository / "table" / "rows.csv").write_text("1")
    found = problem(lambda: local_path("table", repository, repository, expected="folder", holds="MLTable"))
    assert (found.code, found.summary) == ("MLI-CFG-064", "`table` has no file MLTable")
    (repository / "table" / "MLTable").write_text("paths: []")
    there = local_path("table", repository, repository, expected="folder", holds="MLTable")
    assert there is not None
    assert there.is_folder
