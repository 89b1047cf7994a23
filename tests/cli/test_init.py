from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.init import stack_name
from mlinfra.cli.main import cli


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("churn-dev", "churn-dev"),
        ("My Stack", "my-stack"),
        ("2026 Churn_Dev!", "churn-dev"),
        ("a--b", "a-b"),
        ("x" * 40, "x" * 16),
        ("abcdefghijklmno-pq", "abcdefghijklmno"),
        ("", "my-stack"),
        ("42", "my-stack"),
        ("Ünï", "my-stack"),
    ],
)
def test_a_stack_is_named_for_its_folder(folder: str, name: str) -> None:
    assert stack_name(folder) == name


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mlinfra.yaml"
    file.write_text("mine")
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "init"])
    assert result.exit_code == 1
    assert "overwrites nothing" in result.stderr
    assert file.read_text() == "mine"


@pytest.mark.parametrize("folder", ["churn-dev", "x" * 40, "42", "a b c"])
def test_what_it_writes_is_valid_as_it_stands(folder: str, tmp_path: Path) -> None:
    stack = tmp_path / folder
    stack.mkdir()
    runner = CliRunner()
    assert runner.invoke(cli, ["-C", str(stack), "init"]).exit_code == 0
    result = runner.invoke(cli, ["-C", str(stack), "validate"])
    assert (result.exit_code, result.stderr) == (0, "")
