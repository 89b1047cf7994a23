"""Every stack of ``examples/`` and every module's example: valid, refused by no rule, applied, planned empty,
destroyed. A stack or module that is added is in it by being there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlinfra.config.loader import load
from tests.examples.commands import addresses, run
from tests.examples.conftest import ROOT

MODULES = sorted(path.parent for path in ROOT.glob("modules/*/module.yaml"))
STACKS = sorted(
    path.parent.relative_to(ROOT)
    for pattern in ("examples/*/mlinfra.yaml", "modules/*/example/mlinfra.yaml")
    for path in ROOT.glob(pattern)
)
OPEN = {
    "AZ-AUTH-003": "the datastores that a workspace makes itself use the account's key",
    "AZ-NET-001": "closing the network takes private endpoints, which somebody has to have",
}
"""What the library's defaults are still warned of, and why."""


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_a_stack_from_nothing_to_nothing(repository: Path, stack: Path) -> None:
    folder = repository / stack
    assert "is valid" in run(folder, "validate").stdout
    run(folder, "policy", "check")
    run(folder, "apply", "--auto-approve")
    assert addresses(folder)
    assert "No changes." in run(folder, "plan").stdout
    run(folder, "destroy", "--auto-approve")
    assert addresses(folder) == []


@pytest.mark.parametrize("stack", [s for s in STACKS if s.name != "quickstart"], ids=str)
def test_what_is_made_of_the_library_is_warned_of_nothing_else(repository: Path, stack: Path) -> None:
    judged = run(repository / stack, "policy", "check").stdout
    assert set(re.findall(r"^Warning ([A-Z]+-[A-Z]+-\d+)", judged, re.MULTILINE)) == set(OPEN)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_says_what_it_takes_and_gives(module: Path) -> None:
    config = load(module / "example")
    (definition,) = {
        call.definition
        for call in config.main.calls.values()
        if call.definition.folder.resolve() == module.resolve()
    }
    assert definition.description
    assert definition.inputs and definition.outputs
    for one in definition.inputs.values():
        assert one.description and one.type, one.name
    for output in definition.outputs.values():
        assert output.description, output.name


def test_a_workspace_for_each_team_and_environment(repository: Path) -> None:
    folder = repository / "examples" / "team-workspaces"
    files = [file for file in folder.rglob("*.y*ml") if not file.name.endswith(".test.yaml")]
    lines = sum(len(file.read_text().splitlines()) for file in files)
    assert lines <= 100
    run(folder, "apply", "--auto-approve")
    made = addresses(folder)
    assert len(made) >= 120
    places = {
        f'module.team["{team}-{environment}"]'
        for team in ("churn", "fraud", "price", "reach")
        for environment in ("dev", "test", "prod")
    }
    for each in (".workspace.main", '.compute.clusters["cpu"]', ".environment.all[", ".datastore.stores["):
        assert {re.sub(r"(?<=\]).*", "", address, count=1) for address in made if each in address} == places
    said = (folder / "README.md").read_text()
    assert f"{len(made)} resources" in said
    assert f"{lines} lines" in said
