"""The example for Azure DevOps: its scripts as they stand, on machines that share the plan and the store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.ci.runner import ROOT
from tests.ci.world import STACK, World

PIPELINE = yaml.safe_load((ROOT / "examples" / "ci" / "azure-pipelines.yml").read_text(encoding="utf-8"))


def scripts(node: Any) -> Iterator[str]:
    """The text of every task that calls Azure, in order."""
    if isinstance(node, dict):
        if "inlineScript" in node:
            yield node["inlineScript"]
        node = list(node.values())
    if isinstance(node, list):
        for member in node:
            yield from scripts(member)


PLAN, APPLY = scripts(PIPELINE)


def test_a_plan_is_kept_and_applied_by_another_machine(world: World) -> None:
    request = world.pull_request()
    machine = world.machine(request)
    kept = Path(machine.folder / "kept")
    kept.mkdir()
    given = {"FOLDER": "stacks/churn", "OUT": os.fspath(kept)}
    planned = machine.shell(PLAN, request, given)
    assert planned.code == 0, planned.log
    assert f"##vso[task.uploadsummary]{kept}/plan.md" in planned.log
    assert "##vso[task.setvariable variable=changes;isOutput=true]true" in planned.log
    assert "2 to add" in (kept / "plan.md").read_text()

    merged = world.merge(request)
    applied = world.machine(merged).shell(APPLY, merged, {"FOLDER": "stacks/churn", "PLAN": os.fspath(kept)})
    assert applied.code == 0, applied.log
    assert "2 added" in applied.log
    idle = machine.shell(PLAN, request, given)
    assert (idle.code, "variable=changes" in idle.log) == (0, False)


def test_a_plan_that_cannot_be_made_fails(world: World) -> None:
    request = world.pull_request(STACK.replace("rg-churn", "${var.nobody}"))
    machine = world.machine(request)
    wrong = machine.shell(PLAN, request, {"FOLDER": "stacks/churn", "OUT": os.fspath(machine.temp)})
    assert (wrong.code, "nobody" in wrong.log, "##vso" in wrong.log) == (1, True, False)
