"""Commands as a user gives them, in this process."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from mlinfra.cli.main import cli


def run(folder: Path, *arguments: str) -> Result:
    """What a command tells that succeeds."""
    done = CliRunner().invoke(cli, ["-C", str(folder), *arguments], prog_name="mlinfra")
    assert done.exit_code == 0, done.output
    return done


def addresses(folder: Path) -> list[str]:
    """What is recorded."""
    return run(folder, "state", "list").stdout.splitlines()
