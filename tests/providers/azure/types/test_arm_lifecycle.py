"""Resources of types that mlinfra has not, through plan and apply, against the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Action
from mlinfra.model.value import Redacted, Sensitive, has_unknown
from mlinfra.render.json import plan as as_json
from tests.conformance.examples import EXAMPLES, resources
from tests.conformance.test_resource_types import Stage

ARM = next(each for each in EXAMPLES if each.type.name == "arm")
IDENTITY: dict[str, Any] = {
    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "api_version": "2023-01-31",
    "name": "id-arm",
    "location": "westeurope",
}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(ARM, tmp_path)


def write(stage: Stage, arm: dict[str, Any], **more: Any) -> None:
    found = resources(ARM, ARM.body)
    stage.write({**found, "arm": arm, **more})


def actions(stage: Stage) -> dict[str, Action]:
    changes = stage.plan().plan.changes
    return {str(c.address): c.action for c in changes if c.action is not Action.NO_OP}


def test_it_lives_in_the_only_group_and_what_it_answers_is_read_by_others(stage: Stage) -> None:
    reader = {**IDENTITY, "name": "id-reader", "tags": {"of": "${arm.main.output.properties.principalId}"}}
    write(stage, {"main": IDENTITY, "reader": reader})
    planned = next(c for c in stage.plan().plan.changes if str(c.address) == "arm.reader")
    assert has_unknown(planned.after), "only an apply can tell"
    stage.apply()
    stage.nothing_to_do()
    records = {a.name: r for a, r in stage.manager.load().state.records.items() if a.type == "arm"}
    made = records["main"].observed["output"]["properties"]["principalId"]
    assert made and records["reader"].observed["tags"] == {"of": made}
    assert records["main"].id.endswith(f"/rg-example/providers/{IDENTITY['type']}/id-arm")


def test_a_parent_of_another_block_is_waited_for_and_needs_no_group(stage: Stage) -> None:
    write(stage, {"main": dict(ARM.body)})
    step = next(s for s in stage.plan().plan.steps if s.id == "create:arm.main")
    assert step.after == ("create:storage_account.main",)


def test_two_groups_are_no_question_where_the_parent_is_written(stage: Stage) -> None:
    groups = {"resource_group": {"main": {"name": "rg-one"}, "other": {"name": "rg-two"}}}
    account = {"storage_account": {"main": {"name": "starmtwo", "resource_group": "rg-one"}}}
    write(stage, {"main": dict(ARM.body)}, **groups, **account)
    stage.apply()
    stage.nothing_to_do()
    write(stage, {"main": IDENTITY}, **groups, **account)
    with pytest.raises(MlinfraError, match="could live in 2 resource_groups"):
        stage.plan()


def test_a_group_is_missed_where_no_place_is_written(stage: Stage) -> None:
    stage.write({"arm": {"main": IDENTITY}})
    with pytest.raises(MlinfraError, match="needs a resource_group"):
        stage.plan()
    stage.write({"arm": {"main": {**IDENTITY, "resource_group": "rg-elsewhere"}}})
    assert actions(stage) == {"arm.main": Action.CREATE}


def test_a_key_that_is_taken_out_is_the_services_and_another_version_is_an_update(stage: Stage) -> None:
    body = {**IDENTITY, "tags": {"team": "churn"}, "body": {"properties": {"isolationScope": "None"}}}
    write(stage, {"main": body})
    stage.apply()
    write(stage, {"main": {**body, "body": {}}})
    assert actions(stage).keys() <= {"arm.main"}
    stage.apply()
    stage.nothing_to_do()
    write(stage, {"main": {**body, "api_version": "2024-11-30"}})
    assert actions(stage) == {"arm.main": Action.UPDATE}
    stage.apply()
    stage.nothing_to_do()
    write(stage, {})
    assert actions(stage) == {"arm.main": Action.DELETE}
    stage.apply()


def test_a_secret_in_a_body_is_nowhere_also_not_in_what_is_answered(stage: Stage) -> None:
    body = dict(ARM.body)
    body["body"] = {"properties": {"metadata": {"word": "${var.word}"}}}
    write(stage, {"main": body})
    text = (stage.folder / "mlinfra.yaml").read_text()
    secret = '{"variables": {"word": {"type": "string", "default": "hush-hush", "sensitive": true}}, '
    (stage.folder / "mlinfra.yaml").write_text(secret + text[1:])
    change = next(c for c in stage.plan().plan.changes if str(c.address) == "arm.main")
    assert change.after is not None
    assert change.after["body"]["properties"]["metadata"]["word"] == Sensitive("hush-hush")
    stage.apply()
    stage.nothing_to_do()
    observed = stage.main().observed
    for part in ("body", "output"):
        assert isinstance(observed[part]["properties"]["metadata"]["word"], Redacted)
    assert "hush-hush" not in str(as_json(stage.plan().plan))
    for path in (stage.folder / "state").rglob("*"):
        assert not path.is_file() or b"hush-hush" not in path.read_bytes(), path
