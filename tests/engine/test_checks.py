"""Checks before and after resources and of the stack: planned, held while applying, told at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlinfra_files import provider

from mlinfra.model.check import Verdict
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.event import Failed, Finished
from mlinfra.model.plan import Op
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider

FOLDER = "resources:\n  folder:\n    main: {name: reports}\n  text_file:\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, FlakyProvider(provider))


def writes(bench: Bench) -> list[str]:
    made: list[tuple[Op, str]] = bench.provider.trouble.writes  # type: ignore[attr-defined]
    return [f"{op.value} {id.rpartition('/')[2]}" for op, id in made]


def checked(name: str, when: str, condition: str, message: str = "No.", more: str = "") -> str:
    rule = f'[{{condition: "${{{condition}}}", message: "{message}"}}]'
    return f"    {name}: {{name: {name}.txt, content: {name}{more}, checks: {{{when}: {rule}}}}}\n"


def stack_check(condition: str, more: str = "") -> str:
    return f'checks:\n  whole: {{condition: "${{{condition}}}", message: No.{more}}}\n'


def verdicts(bench: Bench) -> dict[str, Verdict]:
    return {result.label: result.verdict for result in bench.plan().plan.checks}


def refused(bench: Bench) -> list[str]:
    with pytest.raises(MlinfraError) as told:
        bench.plan()
    return [found.code for found in told.value.diagnostics]


def test_what_is_known_is_checked_while_planning_and_the_rest_waits(bench: Bench) -> None:
    bench.write(
        FOLDER
        + checked("a", "before", "self.content == 'a'")
        + checked("b", "after", "self.size == 1")
        + stack_check("text_file.b.size == 1")
    )
    assert verdicts(bench) == {
        "text_file.a before": Verdict.HOLDS,
        "text_file.b after": Verdict.UNKNOWN,
        "check.whole": Verdict.UNKNOWN,
    }
    assert [r.needs for r in bench.plan().plan.checks] == ["", "self.size", "text_file.b.size"]
    applied = bench.apply()
    assert not (applied.failures or applied.findings)
    assert {result.verdict for result in applied.checks} == {Verdict.HOLDS}
    assert set(verdicts(bench).values()) == {Verdict.HOLDS}


@pytest.mark.parametrize(("when", "code"), [("before", "MLI-CHK-001"), ("after", "MLI-CHK-002")])
def test_what_surely_does_not_hold_refuses_the_plan(bench: Bench, when: str, code: str) -> None:
    bench.write(FOLDER + checked("a", when, "self.content != 'a'"))
    assert refused(bench) == [code]
    assert writes(bench) == []


def test_a_check_before_that_is_known_only_then_stops_the_step_and_what_needs_it(bench: Bench) -> None:
    bench.write(
        FOLDER
        + "    a: {name: a.txt, content: a}\n"
        + checked("b", "before", "text_file.a.size > 9")
        + '    c: {name: c.txt, content: "${text_file.b.size} long"}\n'
        + "    d: {name: d.txt, content: d}\n"
    )
    applied = bench.apply()
    assert [found.code for found in applied.failures] == ["MLI-CHK-001"]
    assert [step.id for step in applied.skipped] == ["create:text_file.c"]
    assert writes(bench) == ["create reports", "create a.txt", "create d.txt"]
    assert "text_file.b" not in bench.recorded()
    assert refused(bench) == ["MLI-CHK-001"]


def test_a_check_after_keeps_what_was_made_and_stops_what_needs_it(bench: Bench) -> None:
    bench.write(
        FOLDER
        + checked("a", "after", "self.size > 9")
        + '    b: {name: b.txt, content: "${text_file.a.size} long"}\n'
    )
    applied = bench.apply()
    assert [found.code for found in applied.failures] == ["MLI-CHK-002"]
    assert [step.id for step in applied.skipped] == ["create:text_file.b"]
    assert sorted(bench.recorded()) == ["folder.main", "text_file.a"]
    failed = [event for event in bench.events if isinstance(event, Failed)]
    assert [(event.step.id, event.done) for event in failed] == [("create:text_file.a", True)]
    assert [e.step.id for e in bench.events if isinstance(e, Finished)] == ["create:folder.main"]
    assert refused(bench) == ["MLI-CHK-002"]


def test_what_a_change_may_put_right_is_checked_after_it(bench: Bench) -> None:
    bench.write(FOLDER + checked("a", "after", "self.size > 9"))
    bench.apply()
    bench.write(FOLDER + checked("a", "after", "self.size > 9", more="aaaaaaaaaaaaaa"))
    assert verdicts(bench) == {"text_file.a after": Verdict.UNKNOWN}
    assert not bench.apply().failures
    assert verdicts(bench) == {"text_file.a after": Verdict.HOLDS}


def test_each_instance_is_checked_by_itself(bench: Bench) -> None:
    rule = 'checks: {before: [{condition: "${each.value != 2}", message: "Not ${each.key}."}]}'
    bench.write(
        FOLDER
        + f'    a: {{for_each: {{x: 1, y: 2}}, name: "${{each.key}}", content: "${{each.key}}", {rule}}}\n'
    )
    with pytest.raises(MlinfraError) as told:
        bench.plan()
    found = [(str(d.address), d.detail) for d in told.value.diagnostics]
    assert found == [('text_file.a["y"]', "Not y.")]


def test_a_check_of_the_stack_is_told_when_all_is_saved(bench: Bench) -> None:
    bench.write(FOLDER + "    a: {name: a.txt, content: a}\n" + stack_check("text_file.a.size > 9"))
    applied = bench.apply()
    assert not applied.failures
    assert [found.code for found in applied.findings] == ["MLI-CHK-003"]
    assert sorted(bench.recorded()) == ["folder.main", "text_file.a"]
    again = bench.plan()
    assert again.plan.is_empty
    assert verdicts(bench) == {"check.whole": Verdict.FAIL}
    assert again.plan.warnings == ()


def test_one_that_only_warns_is_a_warning_of_the_plan_too(bench: Bench) -> None:
    bench.write(FOLDER + "    a: {name: a.txt, content: a}\n" + stack_check("1 > 9", ", severity: warning"))
    assert [found.code for found in bench.plan().plan.warnings] == ["MLI-CHK-003"]
    assert [found.severity.value for found in bench.apply().findings] == ["warning"]


def test_what_nothing_is_done_to_is_checked_at_the_end_where_others_tell(bench: Bench) -> None:
    base = FOLDER + checked("a", "before", "length(text_file.b.content) + text_file.b.size < 9")
    bench.write(base + "    b: {name: b.txt, content: b}\n")
    bench.apply()
    bench.write(base + "    b: {name: b.txt, content: bbbbbbb}\n")
    assert verdicts(bench) == {"text_file.a before": Verdict.UNKNOWN}
    applied = bench.apply()
    assert not applied.failures
    assert [found.code for found in applied.findings] == ["MLI-CHK-001"]


def test_where_an_apply_failed_the_stack_is_not_held_against_its_checks(bench: Bench) -> None:
    bench.write(FOLDER + checked("a", "after", "self.size > 9") + stack_check("text_file.a.size > 9"))
    applied = bench.apply()
    assert len(applied.failures) == 1
    assert applied.findings == ()
    assert [result.verdict for result in applied.checks] == [Verdict.FAIL, Verdict.UNKNOWN]


def test_nothing_has_to_hold_of_what_is_destroyed(bench: Bench) -> None:
    bench.write(FOLDER + checked("a", "before", "self.size > 9") + stack_check("1 > 9"))
    bench.write(FOLDER + "    a: {name: a.txt, content: a}\n")
    bench.apply()
    bench.write(FOLDER + checked("a", "after", "self.size > 9") + stack_check("1 > 9"))
    applied = bench.apply(destroy=True)
    assert (applied.failures, applied.findings, applied.checks) == ((), (), ())
    assert bench.recorded() == {}


def test_a_message_that_would_show_a_secret_is_not_shown(bench: Bench) -> None:
    secret = "variables: {word: {default: hunter2, sensitive: true}}\n"
    bench.write(
        secret
        + FOLDER
        + checked("a", "before", "var.word == ''", "It is ${var.word}.")
        + stack_check("1 < 9")
    )
    with pytest.raises(MlinfraError) as told:
        bench.plan()
    assert "hunter2" not in "".join(f"{d.summary}{d.detail}" for d in told.value.diagnostics)


def test_a_check_that_reads_another_resource_waits_for_it(bench: Bench) -> None:
    bench.write(
        FOLDER + checked("a", "before", "text_file.z.size == 1") + "    z: {name: z.txt, content: z}\n"
    )
    applied = bench.apply()
    assert not applied.failures
    assert writes(bench) == ["create reports", "create z.txt", "create a.txt"]


def test_a_check_may_read_its_own_resource_by_its_address(bench: Bench) -> None:
    bench.write(FOLDER + checked("a", "after", "text_file.a.size == 1"))
    assert not bench.apply().failures


def test_a_check_before_cannot_read_what_the_service_makes_up_afterwards(bench: Bench) -> None:
    bench.write(FOLDER + checked("a", "before", "self.size == 1"))
    applied = bench.apply()
    assert [found.code for found in applied.failures] == ["MLI-CHK-005"]
    assert "self.size is not known" in applied.failures[0].summary
    assert writes(bench) == ["create reports"]
