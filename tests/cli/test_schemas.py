"""Schemas in the repository, and the lines that name them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlinfra.cli.main import cli

LINE = "# yaml-language-server: $schema="


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name, text in {
        "stacks/dev/mlinfra.yaml": "stack: dev\n",
        "stacks/dev/tests/life.test.yaml": "runs: [{name: it works}]\n",
        "modules/my pool/module.yaml": "resources: {}\n",
        "other/module.yaml": "kind: of another program\n",
        "other/tests/life.test.yaml": "of: another program\n",
        ".hidden/mlinfra.yaml": "stack: hidden\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "stacks" / "own").mkdir()
    (tmp_path / "stacks" / "own" / "mlinfra.yaml").write_text(f"{LINE}own.json\nstack: own\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), "schema", *arguments])


def first(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0]


def test_every_file_of_the_repository_names_its_schema(repository: Path) -> None:
    done = run(repository / "stacks" / "dev", "--write")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "schema  .mlinfra/schemas/mlinfra.schema.json",
        "schema  .mlinfra/schemas/mlinfra-module.schema.json",
        "schema  .mlinfra/schemas/mlinfra-test.schema.json",
        "mode line  modules/my pool/module.yaml",
        "mode line  stacks/dev/mlinfra.yaml",
        "mode line  stacks/dev/tests/life.test.yaml",
    ]
    assert done.stderr == "left alone  stacks/own/mlinfra.yaml: it names another schema\n"
    home = "../../.mlinfra/schemas"
    assert first(repository / "stacks/dev/mlinfra.yaml") == f"{LINE}{home}/mlinfra.schema.json"
    assert first(repository / "modules/my pool/module.yaml") == f"{LINE}{home}/mlinfra-module.schema.json"
    test = repository / "stacks/dev/tests/life.test.yaml"
    assert first(test) == f"{LINE}../{home}/mlinfra-test.schema.json"
    for name in ("other/module.yaml", "other/tests/life.test.yaml", ".hidden/mlinfra.yaml"):
        assert LINE not in (repository / name).read_text()
    schema = json.loads((repository / ".mlinfra/schemas/mlinfra-test.schema.json").read_text())
    assert schema["title"] == "mlinfra test"


def test_again_it_writes_nothing_and_a_check_is_content(repository: Path) -> None:
    assert run(repository, "--write").exit_code == 0
    files = {path: path.stat().st_mtime_ns for path in repository.rglob("*") if path.is_file()}
    again = run(repository, "--write")
    assert (again.exit_code, again.stdout) == (0, "Schemas and mode lines are as they should be.\n")
    assert run(repository, "--write", "--check").exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*") if path.is_file()} == files


def test_a_check_writes_nothing_and_says_what_it_would(repository: Path) -> None:
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    checked = run(repository, "--write", "--check")
    assert checked.exit_code == 1
    assert "mode line  stacks/dev/mlinfra.yaml" in checked.stdout
    assert {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()} == before


def test_lines_follow_the_schemas_to_another_folder(repository: Path) -> None:
    run(repository, "--write")
    moved = run(repository, "--write", "editor files")
    assert moved.exit_code == 0
    assert first(repository / "stacks/dev/mlinfra.yaml") == f"{LINE}../../editor%20files/mlinfra.schema.json"
    assert (repository / "editor files" / "mlinfra.schema.json").is_file()


def test_rights_stay_and_a_link_stays_a_link(repository: Path) -> None:
    stack = repository / "stacks/dev/mlinfra.yaml"
    stack.chmod(0o600)
    (repository / "stacks/alias").mkdir()
    (repository / "stacks/alias/mlinfra.yaml").symlink_to("../dev/mlinfra.yaml")
    assert run(repository, "--write").exit_code == 0
    assert stack.stat().st_mode & 0o777 == 0o600
    assert (repository / "stacks/alias/mlinfra.yaml").is_symlink()
    assert stack.read_text().count(LINE) == 1


def test_what_is_not_utf_8_is_left_alone_and_told(repository: Path) -> None:
    stack = repository / "stacks/dev/mlinfra.yaml"
    stack.write_bytes("stack: dev\n".encode("utf-16"))
    done = run(repository, "--write")
    assert "left alone  stacks/dev/mlinfra.yaml: it cannot be read as UTF-8" in done.stderr
    assert stack.read_bytes() == "stack: dev\n".encode("utf-16")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--write", "../elsewhere"], "MLI-CLI-025"),
        (["--check"], "--check is for --write."),
        (["module", "--write"], "--write writes all of them: name none."),
    ],
)
def test_what_cannot_be_is_said(repository: Path, arguments: list[str], said: str) -> None:
    done = run(repository, *arguments)
    assert done.exit_code == 1
    assert said in done.stderr
