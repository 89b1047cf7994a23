"""The modules of ``modules/`` and the stacks that use them: applied to the simulator, then planned empty."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlinfra.cli.main import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("modules", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / ".git").mkdir()
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["-C", str(folder), *arguments], prog_name="mlinfra")
    assert done.exit_code == 0, done.output
    return done


def addresses(folder: Path) -> list[str]:
    return run(folder, "state", "list").stdout.split()


def test_an_example_of_a_workspace(repository: Path) -> None:
    folder = repository / "modules" / "workspace" / "example"
    run(folder, "apply", "--auto-approve")
    assert "No changes." in run(folder, "plan").stdout
    assert "module.large.container_registry.main" in addresses(folder)
    assert "module.small.container_registry.main" not in addresses(folder)


def test_a_workspace_for_each_team_and_environment(repository: Path) -> None:
    folder = repository / "examples" / "team-workspaces"
    files = [folder / "mlinfra.yaml", *folder.glob("*/module.yaml")]
    assert sum(len(file.read_text().splitlines()) for file in files) <= 100
    run(folder, "apply", "--auto-approve")
    assert "No changes." in run(folder, "plan").stdout
    made = addresses(folder)
    assert len(made) >= 120
    assert sum(address.endswith(".workspace.main") for address in made) == 12
    changes = json.loads(run(folder, "plan", "--format", "json").stdout)["resource_changes"]
    assert {change["module_address"] for change in changes if change["type"] == "compute"} == {
        f'module.team["{team}-{environment}"]'
        for team in ("churn", "fraud", "price", "reach")
        for environment in ("dev", "test", "prod")
    }
