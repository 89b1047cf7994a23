"""Policies that people wrote for Terraform's plans, in Rego, judge ours as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from regopy import Interpreter

from mlinfra.model.check import CheckResult, Verdict, When
from mlinfra.model.diagnostic import Severity
from mlinfra.model.plan import Action, Plan
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Unknown
from mlinfra.render import json
from tests.render.sample import change, plan

FOLDER = Path(__file__).parent / "rego"
TAGGED = {"tags": {"owner": "ana"}}


def denied(policy: str, made: Plan) -> list[str]:
    """What the policy says of a plan, as a pipeline asks it."""
    interpreter = Interpreter()
    interpreter.add_module(policy, (FOLDER / f"{policy}.rego").read_text())
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(json.plan(made)))
    interpreter.set_input(document)
    return sorted(interpreter.query(f"data.terraform.{policy}.deny").results[0].expressions[0])


CALM = plan(
    change("resource_group.main", Action.UPDATE, after=TAGGED),
    change("compute.cpu", Action.CREATE, after={"tags": {"owner": Unknown("x.y")}}),
    change("workspace.main", Action.NO_OP, before={}, after={}),
)
WILD = plan(
    change("workspace.main", Action.DELETE_CREATE, after=TAGGED),
    change("storage_account.main", Action.DELETE),
    change("compute.cpu", Action.CREATE, after={"tags": {}}),
    change("compute.gpu", Action.CREATE_DELETE, after=TAGGED),
    checks=(
        CheckResult(
            None,
            "cheap",
            When.END,
            Verdict.FAIL,
            Severity.ERROR,
            Position(SourceFile("x", ""), 1, 1),
            "m",
            "",
        ),
    ),
)


@pytest.mark.parametrize("policy", sorted(path.stem for path in FOLDER.glob("*.rego")))
def test_a_calm_plan_passes(policy: str) -> None:
    assert denied(policy, CALM) == []


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (
            "no_deletes",
            [
                "compute.gpu would be deleted",
                "storage_account.main would be deleted",
                "workspace.main would be deleted",
            ],
        ),
        ("few_changes", ["the plan weighs 9"]),
        (
            "only_these_types",
            ["storage_account.main is a storage_account", "workspace.main is a workspace"],
        ),
        ("needed_tags", ["check.cheap fails", "compute.cpu has no owner"]),
    ],
)
def test_a_wild_plan_is_denied(policy: str, found: list[str]) -> None:
    assert denied(policy, WILD) == found
