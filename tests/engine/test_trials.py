"""Runs of test files: what they share, what they hold, what they say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from mlinfra.cli.ground import Ground, Rehearsal
from mlinfra.config.trials import read_trial
from mlinfra.engine.trials import run_trial
from mlinfra.model.configuration import Config
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.trial import Ending, Outcome, Request
from mlinfra.state.session import Snapshot

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-churn"
STACK = f"""
stack: churn
azure: {{cloud: simulator, subscription: {SUBSCRIPTION}, location: westeurope}}
variables:
  owner: {{type: string, default: ana}}
  token: {{type: string, sensitive: true, default: none-given}}
resources:
  resource_group:
    main: {{name: rg-churn, tags: {{owner: "${{var.owner}}"}}}}
  user_assigned_identity:
    main: {{name: id-churn}}
outputs:
  group: {{value: "${{resource_group.main.id}}"}}
  principal: {{value: "${{user_assigned_identity.main.principal_id}}"}}
  token: {{value: "${{var.token}}", sensitive: true}}
"""
HOLDS, TOLD, BOOL, NAME = "MLI-TST-010", "MLI-TST-011", "MLI-TST-012", "MLI-CFG-036"
CHANGE = "plan.changes['resource_group.main']"
_NOWHERE = Position(SourceFile("", ""), 1, 1)


class Restless(Ground):
    """Somebody changes a tag whenever the state is looked at: right after each apply."""

    def snapshot(self, config: Config) -> Snapshot:
        self.send(Request("PATCH", GROUP, _NOWHERE, {"tags": {"owner": "nobody"}}))
        return super().snapshot(config)


def outcomes(
    folder: Path, text: str, stack: str = STACK, kind: type[Ground] = Ground, name: str = "mlinfra.yaml"
) -> Sequence[Outcome]:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    (folder / name).write_text(stack)
    path = folder / "tests" / "a.test.yaml"
    path.write_text(text)
    trial = read_trial(path, "tests/a.test.yaml")
    ticks = count()
    with Rehearsal(folder, {}) as place:
        return list(run_trial(trial, kind(trial, place), lambda: float(next(ticks))))


def told(found: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(failure.problem.code, failure.problem.summary) for each in found for failure in each.failures]


def one(tmp_path: Path, condition: str, command: str = "apply", stack: str = STACK) -> Outcome:
    text = f"runs:\n  - name: one\n    command: {command}\n    assert:\n      - condition: |-\n"
    text += f"          {condition}\n"
    (found,) = outcomes(tmp_path, text, stack)
    return found


@pytest.mark.parametrize(
    ("condition", "command"),
    [
        ("${plan.create == 2 and plan.no_op == 0 and plan.update == 0}", "plan"),
        ("${plan.replace + plan.delete + plan.forget + plan.adopt + plan.recover + plan.purge == 0}", "plan"),
        ('${plan["import"] == 0 and plan.drift == 0}', "plan"),
        ('${plan.changes["resource_group.main"].action == "create"}', "plan"),
        ('${plan.changes["resource_group.main"].before == null}', "plan"),
        ('${plan.changes["resource_group.main"].after.tags.owner == var.owner}', "plan"),
        ('${plan.changes["resource_group.main"].type == "resource_group"}', "plan"),
        (f'${{plan.changes["resource_group.main"].id == "{GROUP}"}}', "plan"),
        ('${[a for a in plan.changes] == ["resource_group.main", "user_assigned_identity.main"]}', "plan"),
        ("${requests == [] and warnings == []}", "plan"),
        ('${"AZ-RG-LOCK" not in findings}', "plan"),
        ('${length(requests) == 2 and requests[0].method == "PUT" and requests[0].status == 201}', "apply"),
        (f'${{requests[0].path == "{GROUP}"}}', "apply"),
        ("${output.group == resource_group.main.id}", "plan"),
        ("${output.group == resource.resource_group.main.id}", "apply"),
        (
            '${output.principal != "" and output.principal == user_assigned_identity.main.principal_id}',
            "apply",
        ),
        ('${output.token == "none-given" and var.token == "none-given"}', "apply"),
        ('${stack.name == "churn" and var.owner == "ana"}', "validate"),
        ("${plan.create == 0 and plan.delete == 0}", "destroy"),
    ],
)
def test_what_conditions_read(tmp_path: Path, condition: str, command: str) -> None:
    found = one(tmp_path, condition, command)
    assert (found.ending, told([found])) == (Ending.PASSED, [])
    assert (found.assertions, found.seconds) == (1, 1.0)


@pytest.mark.parametrize(
    ("condition", "command", "code", "summary"),
    [
        ("${plan.create == 3}", "plan", HOLDS, "the condition does not hold"),
        (
            '${output.principal != ""}',
            "plan",
            TOLD,
            "the condition cannot be told: output.principal is not known",
        ),
        ("${plan.create}", "plan", BOOL, "the condition gives a number, it should give true or false"),
        ("${null}", "plan", BOOL, "the condition gives null, it should give true or false"),
        ("${plan.create == 2}", "validate", NAME, "there is no `plan` here"),
        ("${plan.creates == 2}", "plan", NAME, "`plan` has no `creates`"),
        ("${resource.workspace == null}", "plan", NAME, "`resource` has no `workspace`"),
        ("${resource.var == null}", "plan", NAME, "`resource` has no `var`"),
        (f"${{{CHANGE}.after.tagz == null}}", "plan", NAME, f"`{CHANGE}.after` has no `tagz`"),
    ],
)
def test_a_condition_that_does_not_hold(
    tmp_path: Path, condition: str, command: str, code: str, summary: str
) -> None:
    found = one(tmp_path, condition, command)
    assert (found.ending, told([found])) == (Ending.FAILED, [(code, summary)])
    (failure,) = found.failures
    assert failure.condition == condition
    assert failure.problem.position is not None
    assert failure.problem.position.source.path == "tests/a.test.yaml"


def test_a_failure_has_the_values_of_what_was_read(tmp_path: Path) -> None:
    condition = (
        '${plan.create == 9 and [a for a in plan.changes if plan.changes[a].id == "x"] == [] '
        'and length(requests) + length(var.owner) == 0 and output.token == "" and output.group == "x"}'
    )
    (failure,) = one(tmp_path, condition).failures
    reads = dict(failure.reads)
    assert set(reads) == {"plan.create", "requests", "var.owner", "output.token", "output.group"}
    assert (reads["plan.create"], reads["var.owner"], reads["output.group"]) == (2, "ana", GROUP)
    assert repr(reads["output.token"]) == "Sensitive(…)"


def test_runs_share_their_cloud_and_state_and_files_do_not(tmp_path: Path) -> None:
    text = """
runs:
  - name: made
  - name: there is nothing to do
    assert: [{condition: "${plan.create == 0 and plan.no_op == 2 and requests == []}"}]
  - {name: gone, command: destroy}
  - name: and made again
    assert: [{condition: "${plan.create == 2}"}]
"""
    for _ in range(2):
        assert [each.ending for each in outcomes(tmp_path, text)] == [Ending.PASSED] * 4


def test_variables_of_a_run_win_over_those_of_the_file(tmp_path: Path) -> None:
    text = """
variables: {owner: bruno}
runs:
  - {name: of the file, assert: [{condition: '${var.owner == "bruno"}'}]}
  - name: of the run
    variables: {owner: carla}
    assert: [{condition: '${var.owner == "carla" and plan.update == 1}'}]
"""
    assert told(outcomes(tmp_path, text)) == []


def test_what_is_there_before_is_there_once(tmp_path: Path) -> None:
    text = f"""
simulator:
  - {{method: PUT, path: {GROUP}, body: {{location: westeurope}}}}
runs:
  - {{name: in the way, command: plan, expect_error: {{code: MLI-PLN-003, message: resource_group.main}}}}
  - name: somebody takes it away
    simulator: [{{method: DELETE, path: {GROUP}}}]
    assert: [{{condition: "${{plan.create == 2 and length(requests) == 2}}"}}]
"""
    assert told(outcomes(tmp_path, text)) == []


def test_after_a_failure_the_others_are_skipped(tmp_path: Path) -> None:
    text = 'runs: [{name: a}, {name: b, assert: [{condition: "${false}"}]}, {name: c}, {name: d}]'
    found = outcomes(tmp_path, text)
    assert [each.ending.value for each in found] == ["passed", "failed", "skipped", "skipped"]
    assert [each.seconds for each in found] == [1.0, 1.0, 0.0, 0.0]


def test_a_second_plan_has_to_be_empty(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "runs: [{name: a}]", kind=Restless)
    assert told(found) == [("MLI-TST-013", "a second plan is not empty")]
    assert "update resource_group.main: tags.owner" in found[0].failures[0].problem.detail


def test_it_need_not_where_that_is_said(tmp_path: Path) -> None:
    assert (
        told(outcomes(tmp_path, "runs: [{name: a, settles: false, reason: it moves}]", kind=Restless)) == []
    )


@pytest.mark.parametrize(
    ("expected", "codes"),
    [
        ("MLI-CFG-025", []),
        ("{code: MLI-CFG-025, message: Say who}", []),
        ("{code: MLI-CFG-025, message: Say what}", ["MLI-TST-015", "MLI-CFG-025"]),
        ("MLI-CFG-021", ["MLI-TST-015", "MLI-CFG-025"]),
    ],
)
@pytest.mark.parametrize("command", ["validate", "plan", "apply", "destroy"])
def test_the_error_that_was_expected(tmp_path: Path, expected: str, codes: list[str], command: str) -> None:
    rule = (
        """{type: string, default: "", validation: [{condition: '${var.owner != ""}', message: Say who}]}"""
    )
    stack = STACK.replace("{type: string, default: ana}", rule)
    found = outcomes(tmp_path, f"runs: [{{name: a, command: {command}, expect_error: {expected}}}]", stack)
    assert [code for code, _ in told(found)] == codes


def test_an_error_that_did_not_come(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "runs: [{name: a, expect_error: MLI-CFG-025}]")
    assert [code for code, _ in told(found)] == ["MLI-TST-014"]


def test_a_rule_refuses_by_its_code(tmp_path: Path) -> None:
    stack = STACK + (
        "policy:\n  declared:\n    owned: {match: \"${change.type == 'resource_group'}\", "
        "require: \"${after.tags.owner == 'bruno'}\", message: bruno owns all}\n"
    )
    text = """
runs:
  - {name: refused, command: plan, expect_error: {code: owned, message: bruno}}
  - {name: refused too, expect_error: owned}
  - name: nothing was sent
    command: plan
    variables: {owner: bruno}
    assert: [{condition: "${plan.create == 2}"}]
"""
    assert told(outcomes(tmp_path, text, stack)) == []


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_check_of_the_stack_refuses(tmp_path: Path, command: str) -> None:
    stack = STACK + "checks: {owned: {condition: \"${var.owner == 'bruno'}\", message: bruno owns all}}\n"
    text = f"runs: [{{name: a, command: {command}, expect_error: {{code: MLI-CHK-003, message: bruno}}}}]"
    assert told(outcomes(tmp_path, text, stack)) == []


def test_an_apply_that_fails_half_way_is_a_refusal(tmp_path: Path) -> None:
    """What it made stays, for the next run."""
    check = """{after: [{condition: '${self.principal_id == ""}', message: it has none}]}"""
    stack = STACK.replace("{name: id-churn}", f"{{name: id-churn, checks: {check}}}")
    text = """
runs:
  - {name: fails, expect_error: MLI-CHK-002}
  - {name: is there, command: destroy, assert: [{condition: "${plan.delete == 2}"}]}
"""
    assert told(outcomes(tmp_path, text, stack)) == []


def test_another_stack_tells_what_the_file_says(tmp_path: Path) -> None:
    stack = STACK.replace("resources:", "data: {stack_output: {net: {stack: ../net}}}\nresources:").replace(
        '"${var.owner}"', '"${data.stack_output.net.owner}"'
    )
    run = "runs: [{name: a, assert: [{condition: '${resource_group.main.tags.owner == \"dora\"}'}]}]"
    assert told(outcomes(tmp_path, f"outputs: {{net: {{owner: dora}}}}\n{run}", stack)) == []
    (problem,) = told(outcomes(tmp_path, run, stack))
    assert problem == ("MLI-TST-022", "data.stack_output.net reads another stack, which a test does not")


MODULE = """
inputs:
  nodes: {type: number, default: 1}
  secret: {type: string, sensitive: true, default: ""}
resources:
  user_assigned_identity:
    main: {name: "id-${var.nodes}"}
outputs:
  id: {value: "${user_assigned_identity.main.id}"}
"""
AROUND = """
around:
  resources:
    resource_group: {ours: {name: rg-around}}
parent: ${resource_group.ours}
"""


def test_a_module_is_called_by_a_stack_around_it(tmp_path: Path) -> None:
    text = AROUND + """
azure: {location: northeurope}
variables: {nodes: 2}
runs:
  - name: what is around is not counted, and is made first
    assert:
      - condition: ${plan.create == 1 and length(requests) == 2 and var.nodes == 2}
      - condition: ${[a for a in plan.changes] == ["user_assigned_identity.main"]}
      - condition: ${user_assigned_identity.main.location == "northeurope" and endswith(output.id, "id-2")}
  - {name: a wrong type, variables: {nodes: many}, expect_error: {code: MLI-CFG-023, message: number}}
  - {name: no such input, variables: {nods: 2}, expect_error: {code: MLI-CFG-073, message: you mean `nodes`}}
  - {name: gone, command: destroy, assert: [{condition: "${plan.delete == 1 and length(requests) == 1}"}]}
"""  # fmt: skip
    assert told(outcomes(tmp_path, text, MODULE, name="module.yaml")) == []


def test_a_module_needs_its_parent(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "runs: [{name: a}]", MODULE, name="module.yaml")
    assert [code for code, _ in told(found)] == ["MLI-REF-007"]


@pytest.mark.parametrize("folder", ["ours", "9-lives", "class"])
def test_whatever_its_folder_is_called(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    home.mkdir()
    ours = f"{{source: ../../{folder}, parent: '${{resource_group.ours}}', inputs: {{nodes: 7}}}}"
    text = AROUND.replace("parent", f"  modules: {{ours: {ours}}}\nparent")
    assert told(outcomes(home, f"{text}\nruns: [{{name: a}}]", MODULE, name="module.yaml")) == []
