"""From a pull request to what was merged: each job on a machine of its own, with an empty home and a clone.

They share what real jobs share: the store of the state, the artifact, the secrets, GitHub, Azure (a file).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ci.hub import LIMIT
from tests.ci.runner import Event
from tests.ci.world import PASSWORD, STACK, SUB, World

GROUP = f"/subscriptions/{SUB}/resourceGroups/rg-churn"
MORE = STACK.replace("team: churn", "team: risk")
CREATED = "Plan: 2 to add, 0 to change, 0 to destroy."


def test_what_was_planned_is_applied_elsewhere_and_nothing_else_is_needed(world: World) -> None:
    request = world.pull_request()
    planned = world.plan(request)
    assert planned.code == 0, planned.log
    assert (planned.outputs["exitcode"], planned.outputs["has_changes"]) == ("2", "true")
    (comment,) = world.hub.comments
    assert comment["body"].startswith("<!-- mlinfra plan: churn stacks/churn -->\n")
    for shown in (comment["body"], planned.summary, planned.log):
        assert "2 to add" in shown
    assert json.loads(Path(planned.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert "id-churn" not in world.resources()

    applied = world.apply(world.merge(request))
    assert applied.code == 0, applied.log
    assert applied.outputs["exitcode"] == "0"
    assert "2 added, 0 changed, 0 destroyed" in applied.summary
    assert {"rg-churn", "id-churn"} <= set(world.resources())

    again = world.plan(world.pull_request(), strict="true")
    assert (again.code, again.outputs["exitcode"], again.outputs["has_changes"]) == (0, "0", "false")
    assert [each["id"] for each in world.hub.comments] == [comment["id"]]
    assert "No changes" in world.hub.comments[0]["body"]


def test_the_comment_says_what_a_reader_can_run_and_where_the_plan_is(world: World) -> None:
    planned = world.plan(world.pull_request())
    (comment,) = world.hub.comments
    assert "`mlinfra -C stacks/churn apply plan.json`" in comment["body"]
    assert f"`plan.json` is in its artifact `{planned.outputs['artifact']}`" in comment["body"]
    assert str(world.folder) not in comment["body"]
    world.plan(world.pull_request(STACK.replace("name: rg-churn", "nam: rg-churn")))
    assert "artifact" not in world.hub.comments[-1]["body"]


def test_no_secret_is_in_what_jobs_leave_and_say(world: World) -> None:
    request = world.pull_request()
    planned = world.plan(request)
    applied = world.apply(world.merge(request))
    assert (planned.code, applied.code) == (0, 0)
    said = [planned.log, planned.summary, applied.log, applied.summary, json.dumps(world.hub.comments)]
    left = [file.read_text() for file in files(world.folder / "artifacts")]
    assert left
    for secret in (PASSWORD, world.place.key):
        assert [text for text in said + left if secret in text] == []


def test_one_comment_for_each_stack_is_updated(world: World) -> None:
    other = world.hub.add_comment("<!-- mlinfra plan: other stacks/other -->\nanother stack")
    for text in (STACK, MORE, STACK):
        assert world.plan(world.pull_request(text)).code == 0
    assert [each["id"] for each in world.hub.comments] == [other, other + 1]
    assert [method for method, _ in world.hub.asked if method != "GET"] == ["POST", "PATCH", "PATCH"]


def test_a_plan_without_changes_begins_no_comment(world: World) -> None:
    request = world.pull_request()
    assert world.plan(request, comment="false").code == 0
    assert world.apply(world.merge(request)).code == 0
    assert world.plan(world.pull_request()).outputs["has_changes"] == "false"
    assert world.hub.comments == []


def test_a_plan_that_has_gone_stale_is_refused_with_what_moved(world: World) -> None:
    first = world.pull_request()
    world.plan(first)
    assert world.apply(world.merge(first)).code == 0
    second = world.pull_request(MORE, branch="second")
    world.plan(second)
    world.change_outside(GROUP, {"tags": {"team": "somebody", "secret": PASSWORD}})
    refused = world.apply(world.merge(second))
    assert (refused.code, refused.outputs["exitcode"]) == (1, "1")
    assert "MLI-SAV-010: the plan is stale at resource_group.main: `tags.team` moved since" in refused.log
    assert "MLI-SAV-010" in refused.summary


def test_two_merges_at_once_apply_one_after_the_other(world: World) -> None:
    """The second waits at the lock; what it finds then is another state than the one that was reviewed."""
    requests = [
        world.pull_request(text, branch, number) for text, branch, number in ((STACK, "a", 7), (MORE, "b", 8))
    ]
    for request in requests:
        world.plan(request, comment="false")
    merges = [world.merge(request) for request in requests]
    plans = [str(world.found(merged)) for merged in merges]
    machines = [world.machine(merged) for merged in merges]
    with ThreadPoolExecutor() as pool:
        runs = list(
            pool.map(
                lambda machine, merged, plan: machine.run(
                    merged, command="apply", folder="stacks/churn", stack="churn", plan=plan
                ),
                machines,
                merges,
                plans,
            )
        )
    assert sorted(run.code for run in runs) == [0, 1], [run.log for run in runs]
    assert "the plan is stale: the state has serial 1 by now" in next(run.log for run in runs if run.code)


def test_an_apply_that_may_not_wait_for_the_lock_exits_4(world: World) -> None:
    request = world.pull_request()
    world.plan(request)
    merged = world.merge(request)
    with world.locked(merged):
        held = world.apply(merged, lock_timeout="0s")
    assert (held.code, held.outputs["exitcode"]) == (4, "4")
    assert "maria" in held.log
    assert world.apply(merged).code == 0


def test_a_plan_refused_by_policy_is_told_and_ends_the_job_with_3(world: World) -> None:
    gate = "rules:\n  POL-TAG-001: {severity: error, required: [owner]}\n"
    world.commit({"gate.yaml": gate})
    refused = world.plan(world.pull_request(), policies="../../gate.yaml")
    assert (refused.code, refused.outputs["exitcode"]) == (3, "3"), refused.log
    assert "POL-TAG-001" in refused.log
    assert len(world.hub.comments) == 1


def test_a_mistake_is_told_in_the_comment_which_the_next_plan_replaces(world: World) -> None:
    wrong = world.plan(world.pull_request(STACK.replace("main: {name: id-churn}", "main: {nam: id-churn}")))
    assert (wrong.code, wrong.outputs["exitcode"], wrong.outputs["planned"]) == (1, "1", "false")
    (comment,) = world.hub.comments
    assert "did you mean" in comment["body"].lower()
    assert "mlinfra.yaml:" in comment["body"]
    assert world.plan(world.pull_request()).code == 0
    assert len(world.hub.comments) == 1
    assert "2 to add" in comment["body"]


def test_a_fork_gets_no_secrets_and_no_comment_but_is_checked(world: World) -> None:
    request = replace(world.pull_request(), fork="stranger/infra")
    machine = world.machine(request, secrets=False)
    ran = machine.run(request, command="plan", folder="stacks/churn", stack="churn")
    assert ran.code == 0, ran.log
    assert "Not planned: this pull request comes from a fork" in ran.summary
    assert "churn is valid: 2 resource blocks." in ran.summary
    assert (ran.outputs["exitcode"], ran.outputs["planned"], ran.outputs["plan"]) == ("0", "false", "")
    assert world.hub.asked == []
    assert not list((machine.clone).rglob("plan.json"))


def test_a_fork_with_a_mistake_fails(world: World) -> None:
    request = replace(world.pull_request(STACK.replace("rg-churn", "${var.nobody}")), fork="stranger/infra")
    machine = world.machine(request, secrets=False)
    ran = machine.run(request, command="plan", folder="stacks/churn", stack="churn")
    assert (ran.code, ran.outputs["exitcode"]) == (1, "1")
    assert "nobody" in ran.summary


def test_a_huge_plan_fits_into_a_comment(world: World) -> None:
    names = ", ".join(f"n{number}" for number in range(700))
    more = f"    more: {{name: 'id-{'x' * 60}-${{each.value}}', for_each: [{names}]}}\n"
    planned = world.plan(world.pull_request(STACK + more))
    assert planned.outputs["exitcode"] == "2", planned.log
    (comment,) = world.hub.comments
    assert LIMIT * 0.5 < len(comment["body"]) <= LIMIT
    assert "[this run](https://github.example/team/infra/actions/runs/77)" in comment["body"]


def test_a_merge_without_a_plan_is_refused(world: World) -> None:
    request = world.pull_request()
    merged = world.merge(request)
    machine = world.machine(merged)
    never = machine.run(merged, command="find-plan", folder="stacks/churn", stack="churn")
    assert (never.code, "the plan was never made, or it has expired" in never.log) == (1, True)
    alone = Event(world.commit({}))
    pushed = machine.run(alone, command="find-plan", folder="stacks/churn", stack="churn")
    assert (pushed.code, "no pull request was merged" in pushed.log) == (1, True)
    missing = machine.run(merged, command="apply", folder="stacks/churn", stack="churn", plan="/nowhere")
    assert (missing.code, "There is no plan in /nowhere" in missing.log) == (1, True)


def test_a_plan_of_nothing_is_applied_whatever_came_between(world: World) -> None:
    first = world.pull_request()
    world.plan(first)
    assert world.apply(world.merge(first)).code == 0
    idle = world.pull_request(branch="idle")
    world.plan(idle)
    busy = world.pull_request(MORE, branch="busy")
    world.plan(busy)
    assert world.apply(world.merge(busy)).code == 0
    done = world.apply(world.merge(idle))
    assert (done.code, "there is nothing to apply" in done.log) == (0, True)


@pytest.mark.parametrize(
    "name", ["$(touch pwned)", "`touch pwned`", "a b; touch pwned", "'\"; touch pwned #"]
)
def test_names_are_never_commands(world: World, name: str) -> None:
    world.git("switch", "--quiet", "--force-create", "change", "main")
    text = world.stack()["stacks/churn/mlinfra.yaml"]
    head = world.commit({f"{name}/mlinfra.yaml": text, f"{name}/vars.yaml": "{}\n", "gate.yaml": "{}\n"})
    request = Event(head, 7, head)
    machine = world.machine(request)
    listed = machine.run(request, command="matrix", since="origin/main", also=f"{name}\n$(touch pwned)")
    (job,) = json.loads(listed.outputs["matrix"])["include"]
    assert job == {"stack": "churn", "folder": name}
    ran = machine.run(request, command="plan", **job, var_files="vars.yaml\n", policies="$(touch pwned)\n")
    assert ran.outputs["exitcode"] == "1"  # there is no such policy
    assert "$(touch pwned)" in ran.log
    ran = machine.run(request, command="plan", folder=name, stack=name, var_files="vars.yaml")
    assert ran.code == 0, ran.log
    applied = machine.run(
        request, command="apply", folder=name, stack=name, plan=str(machine.temp / "mlinfra-plan")
    )
    assert applied.code == 0, applied.log
    assert not list(world.folder.rglob("pwned"))


def test_the_matrix_lists_what_a_change_touches(world: World) -> None:
    base = world.git("rev-parse", "main")
    request = world.pull_request()
    machine = world.machine(request)
    touched = machine.run(request, command="matrix", since=base)
    assert json.loads(touched.outputs["matrix"]) == {
        "include": [{"stack": "churn", "folder": "stacks/churn"}]
    }
    assert touched.outputs["any"] == "true"
    nothing = machine.run(request, command="matrix", since=request.head)
    assert (nothing.outputs["matrix"], nothing.outputs["any"]) == ('{"include": []}', "false")
    unknown = machine.run(request, command="matrix", since="f" * 40)
    assert (unknown.code, "fetch-depth: 0" in unknown.log) == (1, True)


def files(folder: Path) -> Iterable[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
