"""A role of the stack's own and who has it, through plan and apply, against the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.model.plan import Action
from tests.conformance.examples import EXAMPLES, resources
from tests.conformance.test_resource_types import Stage

ASSIGNMENT = next(each for each in EXAMPLES if each.type.name == "role_assignment")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(ASSIGNMENT, tmp_path)


@pytest.fixture
def stack() -> dict[str, Any]:
    return resources(ASSIGNMENT, {**ASSIGNMENT.body, "role": "${role_definition.main.id}"})


def actions(stage: Stage) -> dict[str, Action]:
    changes = stage.plan().plan.changes
    return {str(c.address): c.action for c in changes if c.action is not Action.NO_OP}


def test_an_assignment_of_it_is_planned_before_either_exists(stage: Stage, stack: dict[str, Any]) -> None:
    stage.write(stack)
    change = next(c for c in stage.plan().plan.changes if c.type == "role_assignment")
    definition = next(c for c in stage.plan().plan.changes if c.type == "role_definition")
    assert change.after is not None and definition.id is not None
    assert change.after["role"] == definition.id.rpartition("/")[2]
    stage.apply()
    stage.nothing_to_do()


def test_other_permissions_change_the_role_and_nobody_loses_it(stage: Stage, stack: dict[str, Any]) -> None:
    stage.write(stack)
    stage.apply()
    stack["role_definition"]["main"]["data_actions"] = [
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    ]
    stage.write(stack)
    assert actions(stage) == {"role_definition.main": Action.UPDATE}
    stage.apply()
    stage.nothing_to_do()
    del stack["role_definition"]["main"]["data_actions"]
    stage.write(stack)
    assert actions(stage) == {"role_definition.main": Action.UPDATE}, "what is taken out is taken away"
    stage.apply()
    stage.nothing_to_do()


def test_another_name_replaces_the_role_and_its_assignment_in_order(
    stage: Stage, stack: dict[str, Any]
) -> None:
    """Azure refuses to delete a role that somebody has: the assignment goes first and comes last."""
    stage.write(stack)
    stage.apply()
    stack["role_definition"]["main"]["role_name"] = "Another role of mlinfra's example"
    stage.write(stack)
    replaced = Action.DELETE_CREATE
    assert actions(stage) == {"role_definition.main": replaced, "role_assignment.main": replaced}
    stage.apply()
    stage.nothing_to_do()
    stage.apply(destroy=True)
    assert stage.manager.load().state.records == {}
