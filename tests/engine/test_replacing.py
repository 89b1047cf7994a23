"""The order of a replacement, what asks for one, and what outlives its block."""

from __future__ import annotations

import pytest

from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.event import Finished
from mlinfra.model.plan import Action, Op, Reason
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider, Killed

FIRST = """
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: hello, lifecycle: {create_before_destroy: true}}
    b: {name: b.txt, content: "${text_file.a.name}"}
"""


def refusals(bench: Bench, **options: object) -> list[str]:
    with pytest.raises(MlinfraError) as told:
        bench.plan(**options)
    return [found.code for found in told.value.diagnostics]


# ---- create_before_destroy


def test_the_new_one_first_then_who_reads_it_then_the_old_one_goes(bench: Bench) -> None:
    bench.write(FIRST)
    bench.apply()
    bench.write(FIRST.replace("name: a.txt", "name: c.txt"))
    assert bench.change("text_file.a").action is Action.CREATE_DELETE
    bench.apply()
    order = [(e.step.op, e.step.address.name) for e in bench.events if isinstance(e, Finished)][-3:]
    assert order == [(Op.CREATE, "a"), (Op.UPDATE, "b"), (Op.DELETE, "a")]
    assert sorted(p.name for p in (bench.disk / "reports").iterdir()) == ["b.txt", "c.txt"]
    assert bench.settled_empty()
    assert bench.recorded()["text_file.a"].versions == ()


def test_both_of_one_name_is_refused_with_the_way_out(bench: Bench) -> None:
    bench.write(FIRST)
    bench.apply()
    assert refusals(bench, replace=(parse_address("text_file.a"),)) == ["MLI-PLN-024"]


@pytest.mark.parametrize("dies_before", ["/reports/a.txt", "/reports/b.txt"])
def test_a_crash_between_the_two_leaves_nothing_behind(bench: Bench, dies_before: str) -> None:
    bench.write(FIRST)
    bench.apply()
    bench.write(FIRST.replace("name: a.txt", "name: c.txt"))
    flaky = FlakyProvider(bench.provider)
    real, bench.provider = bench.provider, flaky

    def die(op: Op, id: str) -> None:
        if id == dies_before:
            raise Killed

    flaky.trouble.before = die
    with pytest.raises(Killed):
        bench.apply()
    bench.provider = real
    assert not bench.apply().failures
    assert sorted(p.name for p in (bench.disk / "reports").iterdir()) == ["b.txt", "c.txt"]
    assert bench.settled_empty()


def test_the_word_is_carried_to_what_it_needs(bench: Bench) -> None:
    stack = """
resources:
  folder:
    main: {name: reports}
  text_file:
    base: {name: base.txt, content: hello}
    top: {name: "top-${text_file.base.name}", content: x, lifecycle: {create_before_destroy: true}}
"""
    bench.write(stack)
    bench.apply()
    bench.write(stack.replace("name: base.txt", "name: floor.txt"))
    assert bench.actions() == {"text_file.base": Action.CREATE_DELETE, "text_file.top": Action.CREATE_DELETE}
    assert not bench.apply().failures
    assert sorted(p.name for p in (bench.disk / "reports").iterdir()) == ["floor.txt", "top-floor.txt"]
    assert bench.settled_empty()


def test_what_lives_in_it_is_made_before_the_old_container_goes(bench: Bench) -> None:
    stack = FIRST.replace("{name: reports}", "{name: reports, lifecycle: {create_before_destroy: true}}")
    bench.write(stack)
    bench.apply()
    bench.write(stack.replace("{name: reports,", "{name: archive,"))
    assert set(bench.actions().values()) == {Action.CREATE_DELETE}
    needs = {step.id: step.after for step in bench.plan().plan.steps}
    assert {"create:folder.main", "create:text_file.a", "create:text_file.b"} <= set(
        needs["delete:folder.main"]
    )
    assert not bench.apply().failures
    assert [p.name for p in bench.disk.iterdir()] == ["archive"]
    assert bench.settled_empty()


# ---- what asks for one


def test_replace_makes_it_anew(bench: Bench) -> None:
    bench.write(FIRST.replace(", lifecycle: {create_before_destroy: true}", ""))
    bench.apply()
    change = bench.change("text_file.a", replace=(parse_address("text_file.a"),))
    assert (change.action, change.reason) == (Action.DELETE_CREATE, Reason.ASKED)
    assert not bench.apply(replace=(parse_address("text_file.a"),)).failures
    assert bench.settled_empty()


TRIGGERED = """
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: hello}
    b: {name: b.txt, content: x, lifecycle: {replace_triggered_by: [TRIGGER]}}
"""


@pytest.mark.parametrize(
    ("trigger", "action"),
    [
        ("text_file.a", Action.DELETE_CREATE),
        ("text_file.a.content", Action.DELETE_CREATE),
        ("'${text_file.a}'", Action.DELETE_CREATE),
        ("text_file.a.name", Action.NO_OP),
        ("folder.main", Action.NO_OP),
    ],
)
def test_what_changes_replaces_who_names_it(bench: Bench, trigger: str, action: Action) -> None:
    stack = TRIGGERED.replace("TRIGGER", trigger)
    bench.write(stack)
    bench.apply()
    assert bench.settled_empty()
    bench.write(stack.replace("content: hello", "content: goodbye"))
    assert bench.change("text_file.b").action is action
    assert not bench.apply().failures
    assert bench.settled_empty()


# ---- what outlives its block


def test_what_is_to_be_kept_is_forgotten_when_its_block_goes(bench: Bench) -> None:
    stack = TRIGGERED.replace("replace_triggered_by: [TRIGGER]", "keep_on_remove: true")
    bench.write(stack)
    bench.apply()
    bench.write(stack.partition("    b:")[0])
    change = bench.change("text_file.b")
    assert (change.action, change.reason) == (Action.FORGET, Reason.KEPT)
    assert not bench.apply().failures
    assert (bench.disk / "reports" / "b.txt").exists()
    assert set(bench.recorded()) == {"folder.main", "text_file.a"}
    assert bench.settled_empty()


def test_what_is_to_be_kept_cannot_go_with_what_it_lives_in(bench: Bench) -> None:
    bench.write(TRIGGERED.replace("replace_triggered_by: [TRIGGER]", "keep_on_remove: true"))
    bench.apply()
    assert refusals(bench, destroy=True) == ["MLI-PLN-025"]


def test_what_is_not_to_be_kept_any_more_is_destroyed(bench: Bench) -> None:
    bench.write(TRIGGERED.replace("replace_triggered_by: [TRIGGER]", "keep_on_remove: true"))
    bench.apply()
    bench.write(TRIGGERED.replace("replace_triggered_by: [TRIGGER]", "keep_on_remove: false"))
    assert not bench.apply(destroy=True).failures
    assert list(bench.disk.iterdir()) == []


@pytest.mark.parametrize(("place", "codes"), [("prod", ["MLI-PLN-002"]), ("dev", [])])
def test_whether_it_may_be_destroyed_can_depend_on_a_variable(
    bench: Bench, place: str, codes: list[str]
) -> None:
    stack = "variables: {place: {type: string, default: dev}}\n" + TRIGGERED.replace(
        "replace_triggered_by: [TRIGGER]", "prevent_destroy: \"${var.place == 'prod'}\""
    )
    bench.write(stack)
    bench.values["place"] = place
    bench.apply()
    bench.write(stack.replace("name: b.txt", "name: c.txt"))
    if codes:
        assert refusals(bench) == codes
    else:
        assert bench.actions() == {"text_file.b": Action.DELETE_CREATE}


def test_what_is_known_after_an_apply_cannot_say_whether_it_may_be_destroyed(bench: Bench) -> None:
    bench.write(
        TRIGGERED.replace("replace_triggered_by: [TRIGGER]", 'prevent_destroy: "${text_file.a.size > 3}"')
    )
    assert refusals(bench) == ["MLI-TYP-015"]


# ---- what is left out


def test_what_is_excluded_stays_and_so_does_what_needs_it(bench: Bench) -> None:
    bench.write(TRIGGERED.replace("lifecycle: {replace_triggered_by: [TRIGGER]}", "folder: reports"))
    out = (parse_address("text_file.a"),)
    assert set(bench.actions(excluded=out)) == {"folder.main", "text_file.b"}
    assert [w.code for w in bench.plan(excluded=out).plan.warnings] == ["MLI-PLN-010"]
    assert set(bench.actions(excluded=(parse_address("folder.main"),))) == set()
    assert not bench.apply(excluded=out).failures
    assert set(bench.recorded()) == {"folder.main", "text_file.b"}


def test_what_holds_what_is_excluded_is_not_destroyed(bench: Bench) -> None:
    bench.write(FIRST)
    bench.apply()
    left = bench.actions(destroy=True, excluded=(parse_address("text_file.b"),))
    assert left == {}, "b reads a and lives in the folder"


def test_what_is_not_there_cannot_be_left_out(bench: Bench) -> None:
    bench.write(FIRST)
    assert refusals(bench, excluded=(parse_address("text_file.c"),)) == ["MLI-PLN-011"]
