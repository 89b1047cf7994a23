"""What the guide shows is what is printed; `…` stands for what differs from run to run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from tests.ci.runner import ROOT
from tests.ci.test_flow import GROUP, MORE
from tests.ci.world import PASSWORD, World
from tests.scenarios.script import fits

GUIDE = (ROOT / "docs" / "guides" / "ci.md").read_text(encoding="utf-8")
BLOCKS: list[str] = [
    text for _, text in re.findall(r"(`{3,})(?:text|console|markdown)\n(.*?)\1", GUIDE, re.DOTALL)
]


def shown(start: str) -> list[str]:
    """The lines of the guide's block that starts so."""
    (block,) = [block for block in BLOCKS if block.startswith(start)]
    return block.splitlines()


@pytest.mark.parametrize("world", ["simulator"], indirect=True)
def test_a_stale_plan(world: World) -> None:
    first = world.pull_request()
    world.plan(first)
    world.apply(world.merge(first))
    second = world.pull_request(MORE, branch="second")
    world.plan(second)
    world.change_outside(GROUP, {"tags": {"team": "somebody", "secret": PASSWORD}})
    refused = world.apply(world.merge(second))
    assert fits(shown("Error MLI-SAV-010"), refused.log.splitlines()), refused.log


@pytest.mark.parametrize("world", ["simulator"], indirect=True)
def test_a_fork(world: World) -> None:
    request = replace(world.pull_request(), fork="stranger/infra")
    machine = world.machine(request, secrets=False)
    ran = machine.run(request, command="plan", folder="stacks/churn", stack="churn")
    assert fits(shown("### Not planned"), ran.summary.splitlines()), ran.summary


def test_the_matrix(tmp_path: Path) -> None:
    for name in ("churn", "fraud"):
        (tmp_path / "stacks" / name).mkdir(parents=True)
        (tmp_path / "stacks" / name / "mlinfra.yaml").write_text(f"stack: {name}\n")
    printed = CliRunner().invoke(cli, ["-C", str(tmp_path), "matrix"])
    assert shown("$ mlinfra matrix")[1:] == printed.stdout.splitlines()


@pytest.mark.parametrize("world", ["simulator"], indirect=True)
def test_the_comment(world: World) -> None:
    first = world.pull_request()
    world.plan(first, comment="false")
    world.apply(world.merge(first))
    world.plan(world.pull_request(MORE, branch="second"))
    (comment,) = world.hub.comments
    assert fits(shown("<!-- mlinfra plan"), comment["body"].splitlines()), comment["body"]
