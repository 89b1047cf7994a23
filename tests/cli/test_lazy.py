from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import COMMANDS, cli
from mlinfra.cli.state import COMMANDS as OF_STATE

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
HEAVY = ("azure", "deepdiff", "jsonschema", "requests", "rich", "simpleeval", "sqlite3", "yaml")


def heavy(arguments: list[str]) -> list[str]:
    """Which heavy modules a command imports, in a process of its own."""
    watch = (
        "import sys\nfrom mlinfra.cli.main import cli\n"
        f"try:\n    cli({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print(*[m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", watch], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stderr.split()


@pytest.mark.parametrize("known", [*COMMANDS.values(), *OF_STATE.values()])
def test_the_help_says_of_a_command_what_it_says_of_itself(known: tuple[str, str, str]) -> None:
    module, attribute, line = known
    command = getattr(import_module(module), attribute)
    assert command.help.splitlines()[0] == line


@pytest.mark.parametrize("argument", ["--help", "version"])
def test_help_and_version_pay_for_nothing_that_they_do_not_use(argument: str) -> None:
    assert heavy([argument]) == []


def test_validating_what_is_right_needs_no_rich_and_no_jsonschema() -> None:
    assert heavy(["-C", str(QUICKSTART), "validate"]) == ["simpleeval", "yaml"]


def test_an_unknown_command_is_answered_with_the_near_one() -> None:
    result = CliRunner().invoke(cli, ["destory"])
    assert result.exit_code == 1
    assert "No such command 'destory'. Did you mean 'destroy'?" in result.stderr


def test_an_unknown_option_is_no_change_of_exit_code_two() -> None:
    result = CliRunner().invoke(cli, ["version", "--nonsense"])
    assert result.exit_code == 1
    assert "--nonsense" in result.stderr


def test_a_folder_that_is_not_there() -> None:
    result = CliRunner().invoke(cli, ["-C", "nowhere", "version"])
    assert result.exit_code == 1
    assert "nowhere" in result.stderr


def test_no_command_at_all_shows_the_help() -> None:
    result = CliRunner().invoke(cli, [])
    assert result.exit_code == 1
    assert "mlinfra init" in result.stderr


def test_validating_needs_no_azure_wherever_the_state_is(tmp_path: Path) -> None:
    text = (QUICKSTART / "mlinfra.yaml").read_text(encoding="utf-8")
    where = "\nbackend: {azure_blob: {account: ststates, container: states}}\n"
    (tmp_path / "mlinfra.yaml").write_text(text + where, encoding="utf-8")
    for file in QUICKSTART.iterdir():
        if file.name != "mlinfra.yaml" and file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert "azure" not in heavy(["-C", str(tmp_path), "validate"])
