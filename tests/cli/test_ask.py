from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlinfra.cli import console
from mlinfra.cli.main import cli

STACK = """\
stack: asking
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
variables:
  lines: {default: "one\\ntwo"}
  odd: {default: "red \\e[31m"}
locals:
  broken: ${var.lines.first}
resources:
  resource_group: {main: {name: rg-asking}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mlinfra.yaml").write_text(STACK, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def asked(folder: Path, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(
        cli, ["-C", str(folder), "console", *arguments], input=given, prog_name="mlinfra"
    )


def test_lines_of_a_pipe_are_answered_without_prompts(folder: Path) -> None:
    done = asked(folder, given="stack.name\n\n# no question\nvar.lines\n  upper('x')  \n")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "asking\none\ntwo\nX\n", "")


def test_a_wrong_line_of_a_pipe_is_told_and_the_rest_goes_on(folder: Path) -> None:
    done = asked(folder, given="var.nothing\nstack.name\nquit\nstack.name\n")
    assert (done.exit_code, done.stdout) == (1, "asking\n")
    assert "`var` has no `nothing`" in done.stderr
    assert "var.nothing" in done.stderr


def test_a_local_that_cannot_be_worked_out_says_so_each_time(folder: Path) -> None:
    done = asked(folder, given="local.broken\nlocal.broken\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("`var.lines` is text and has no keys") == 2


def test_somebody_at_a_terminal_is_prompted_and_a_mistake_is_no_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "interactive", lambda: True)
    done = asked(folder, given="var.nothing\nstack.name\n")
    assert done.exit_code == 0
    assert "> asking\n" in done.stdout
    assert "`var` has no `nothing`" in done.stderr


def test_a_pipe_gets_the_bare_text(folder: Path) -> None:
    assert asked(folder, "var.lines").stdout == "one\ntwo\n"


def test_nothing_is_written(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert asked(folder, "resource_group.main.id").exit_code == 0
    assert sorted(folder.rglob("*")) == before
