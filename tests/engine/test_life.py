"""Plan, apply, empty plan, change, drift, destroy: through a provider that knows nothing of Azure."""

from __future__ import annotations

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Action, Delta, Op, Reason
from tests.engine.bench import Bench

STACK = """
variables:
  word: {type: string, default: hello}
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: "${var.word}"}
    b: {name: b.txt, content: "${text_file.a.name} has ${text_file.a.size} letters"}
outputs:
  length: {value: "${text_file.a.size}"}
"""


@pytest.fixture
def applied(bench: Bench) -> Bench:
    bench.write(STACK)
    result = bench.apply()
    assert not result.failures
    return bench


def test_everything_is_created_in_order_and_then_nothing_is_left_to_do(applied: Bench) -> None:
    assert (applied.disk / "reports" / "b.txt").read_text() == "a.txt has 5 letters"
    assert applied.settled_empty()
    assert applied.recorded()["text_file.a"].observed["size"] == 5


def test_a_first_plan_knows_ids_and_what_the_service_invents_only_after_the_apply(bench: Bench) -> None:
    bench.write(STACK)
    plan = bench.plan().plan
    change = next(c for c in plan.changes if str(c.address) == "text_file.b")
    assert change.id == "/reports/b.txt"
    assert change.after is not None
    assert change.after["content"].expression == "${text_file.a.name} has ${text_file.a.size} letters"
    assert [s.id for s in plan.steps] == ["create:folder.main", "create:text_file.a", "create:text_file.b"]


def test_a_changed_value_changes_what_is_made_of_it(applied: Bench) -> None:
    applied.values["word"] = "goodbye"
    assert applied.actions() == {"text_file.a": Action.UPDATE, "text_file.b": Action.UPDATE}
    assert not applied.apply().failures
    assert (applied.disk / "reports" / "b.txt").read_text() == "a.txt has 7 letters"
    assert applied.settled_empty()


def test_an_immutable_key_replaces(applied: Bench) -> None:
    applied.write(STACK.replace("name: a.txt", "name: c.txt"))
    change = applied.change("text_file.a")
    assert (change.action, change.reason) == (Action.DELETE_CREATE, Reason.IMMUTABLE)
    assert not applied.apply().failures
    assert sorted(p.name for p in (applied.disk / "reports").iterdir()) == ["b.txt", "c.txt"]
    assert applied.settled_empty()


def test_replacing_a_parent_takes_its_children_along_and_makes_them_again(applied: Bench) -> None:
    applied.write(STACK.replace("name: reports", "name: archive"))
    plan = applied.plan().plan
    assert {str(c.address): c.action for c in plan.changes} == {
        "folder.main": Action.DELETE_CREATE,
        "text_file.a": Action.DELETE_CREATE,
        "text_file.b": Action.DELETE_CREATE,
    }
    group = plan.changes[0]
    assert [str(a) for a in group.loses] == ["text_file.a", "text_file.b"]
    assert group.data_loss == "every file in it"
    assert [s.id for s in plan.steps if s.op is Op.DELETE and s.with_parent is None] == ["delete:folder.main"]
    assert not applied.apply().failures
    assert [p.name for p in applied.disk.iterdir()] == ["archive"]
    assert applied.settled_empty()


def test_what_left_the_configuration_is_deleted(applied: Bench) -> None:
    applied.write(
        STACK.replace(
            '    b: {name: b.txt, content: "${text_file.a.name} has ${text_file.a.size} letters"}\n', ""
        )
    )
    assert applied.actions() == {"text_file.b": Action.DELETE}
    applied.apply()
    assert applied.settled_empty()
    assert set(applied.recorded()) == {"folder.main", "text_file.a"}


def test_drift_is_told_and_put_back(applied: Bench) -> None:
    (applied.disk / "reports" / "a.txt").write_text("changed behind its back")
    plan = applied.plan().plan
    (drift,) = plan.drift
    assert (str(drift.address), drift.attributes[0].before, drift.attributes[0].after) == (
        "text_file.a",
        "hello",
        "changed behind its back",
    )
    assert applied.change("text_file.a").action is Action.UPDATE
    applied.apply()
    assert (applied.disk / "reports" / "a.txt").read_text() == "hello"
    assert applied.settled_empty()


def test_what_was_deleted_outside_is_made_again(applied: Bench) -> None:
    (applied.disk / "reports" / "a.txt").unlink()
    change = applied.change("text_file.a")
    assert (change.action, change.reason) == (Action.CREATE, Reason.GONE)
    applied.apply()
    assert applied.settled_empty()


def test_destroy_leaves_nothing(applied: Bench) -> None:
    plan = applied.plan(destroy=True).plan
    assert [s.id for s in plan.steps if s.with_parent is None] == ["delete:folder.main"]
    applied.apply(destroy=True)
    assert list(applied.disk.iterdir()) == []
    assert applied.recorded() == {}
    assert applied.plan(destroy=True).plan.is_empty


def test_what_exists_and_is_not_ours_is_refused_with_the_import_block(bench: Bench) -> None:
    bench.write(STACK)
    (bench.disk / "reports").mkdir()
    with pytest.raises(MlinfraError) as refused:
        bench.plan()
    (found,) = refused.value.diagnostics
    assert found.code == "MLI-PLN-003"
    assert "import: /reports" in found.detail


def test_import_takes_over_what_is_there(bench: Bench) -> None:
    bench.write(STACK.replace("main: {name: reports}", "main: {name: reports, import: /reports}"))
    (bench.disk / "reports").mkdir()
    assert bench.change("folder.main").action is Action.ADOPT
    assert not bench.apply().failures
    assert bench.settled_empty()


def test_what_nobody_manages_and_would_be_lost_refuses_the_plan(applied: Bench) -> None:
    (applied.disk / "reports" / "notes.txt").write_text("mine")
    with pytest.raises(MlinfraError) as refused:
        applied.plan(destroy=True)
    (found,) = refused.value.diagnostics
    assert found.code == "MLI-PLN-007"
    assert "/reports/notes.txt" in found.detail
    allowed = "main: {name: reports, lifecycle: {allow_unmanaged_loss: true}}"
    applied.write(STACK.replace("main: {name: reports}", allowed))
    assert applied.change("folder.main", destroy=True).unmanaged == ("/reports/notes.txt",)


def test_prevent_destroy_also_holds_when_the_parent_goes(applied: Bench) -> None:
    protected = STACK.replace("name: a.txt,", "name: a.txt, lifecycle: {prevent_destroy: true},")
    applied.write(protected.replace("name: reports", "name: archive"))
    with pytest.raises(MlinfraError) as refused:
        applied.plan()
    (found,) = refused.value.diagnostics
    assert (found.code, str(found.address)) == ("MLI-PLN-002", "text_file.a")


def test_prevent_destroy_outlives_its_block(applied: Bench) -> None:
    applied.write(STACK.replace("name: b.txt,", "name: b.txt, lifecycle: {prevent_destroy: true},"))
    applied.apply()
    applied.write(
        STACK.replace(
            '    b: {name: b.txt, content: "${text_file.a.name} has ${text_file.a.size} letters"}\n', ""
        )
    )
    with pytest.raises(MlinfraError) as refused:
        applied.plan()
    assert refused.value.diagnostics[0].code == "MLI-PLN-002"


def test_ignored_changes_are_left_alone(applied: Bench) -> None:
    applied.write(STACK.replace("name: a.txt,", "name: a.txt, lifecycle: {ignore_changes: [content]},"))
    (applied.disk / "reports" / "a.txt").write_text("changed behind its back")
    assert "text_file.a" not in applied.actions()


def test_a_key_that_is_taken_out_goes_back_to_its_default(applied: Bench) -> None:
    applied.write(
        STACK.replace(
            'b: {name: b.txt, content: "${text_file.a.name} has ${text_file.a.size} letters"}',
            "b: {name: b.txt, content: ''}",
        )
    )
    (change,) = applied.change("text_file.b").attributes
    assert change.delta in (Delta.CHANGED, Delta.REMOVED)


def test_targets_take_along_what_they_need(bench: Bench) -> None:
    from mlinfra.model.address import parse_address

    bench.write(STACK)
    target = (parse_address("text_file.a"),)
    assert set(bench.actions(targets=target)) == {"folder.main", "text_file.a"}
    assert [d.code for d in bench.plan(targets=target).plan.warnings] == ["MLI-PLN-010"]


def test_without_refresh_nothing_is_read(applied: Bench) -> None:
    before = applied.connection.requests
    (applied.disk / "reports" / "a.txt").write_text("changed behind its back")
    assert applied.plan(refresh=False).plan.is_empty
    assert applied.connection.requests == before


def test_for_each_makes_one_of_each_and_drops_those_that_leave(bench: Bench) -> None:
    text = """
resources:
  folder:
    main: {name: reports}
  text_file:
    note:
      for_each: {ana: hi, bo: ho}
      name: ${each.key}.txt
      content: ${each.value}
"""
    bench.write(text)
    bench.apply()
    assert bench.settled_empty()
    assert set(bench.recorded()) == {"folder.main", 'text_file.note["ana"]', 'text_file.note["bo"]'}
    bench.write(text.replace("{ana: hi, bo: ho}", "{bo: ho}"))
    assert bench.actions() == {'text_file.note["ana"]': Action.DELETE}


def test_a_block_that_is_given_another_name_keeps_its_resource(applied: Bench) -> None:
    applied.write(STACK.replace("    a: {name", "    first: {name").replace("text_file.a", "text_file.first"))
    assert applied.actions() == {"text_file.first": Action.ADOPT, "text_file.a": Action.FORGET}
    assert not applied.apply().failures
    assert (applied.disk / "reports" / "a.txt").read_text() == "hello"
    assert set(applied.recorded()) == {"folder.main", "text_file.first", "text_file.b"}
    assert applied.settled_empty()


def test_a_renamed_block_can_change_at_the_same_time(applied: Bench) -> None:
    text = STACK.replace("    a: {name", "    first: {name").replace("text_file.a", "text_file.first")
    applied.write(text)
    applied.values["word"] = "goodbye"
    assert applied.change("text_file.first").action is Action.UPDATE
    assert not applied.apply().failures
    assert (applied.disk / "reports" / "a.txt").read_text() == "goodbye"
    assert applied.settled_empty()


def test_instances_by_count_are_read_by_number_and_a_block_may_be_left_out(bench: Bench) -> None:
    text = """
variables:
  notes: {type: bool, default: true}
locals:
  first: ${text_file.many[0].size}
resources:
  folder:
    main: {name: reports}
  text_file:
    many: {count: 2, name: "${each.key}.txt", content: "number ${each.key}"}
    notes: {when: "${var.notes}", name: notes.txt, content: "${local.first} and ${text_file.many[1].size}"}
"""
    bench.write(text)
    assert not bench.apply().failures
    assert (bench.disk / "reports" / "notes.txt").read_text() == "8 and 8"
    assert bench.settled_empty()
    bench.values["notes"] = "false"
    assert bench.actions() == {"text_file.notes": Action.DELETE}


def test_a_targeted_child_is_deleted_alone(applied: Bench) -> None:
    from mlinfra.model.address import parse_address

    target = (parse_address("text_file.b"),)
    assert applied.actions(destroy=True, targets=target) == {"text_file.b": Action.DELETE}
    applied.apply(destroy=True, targets=target)
    assert [p.name for p in (applied.disk / "reports").iterdir()] == ["a.txt"]
    assert set(applied.recorded()) == {"folder.main", "text_file.a"}


def test_a_targeted_container_takes_along_what_is_in_it(applied: Bench) -> None:
    from mlinfra.model.address import parse_address

    found = applied.actions(destroy=True, targets=(parse_address("folder.main"),))
    assert set(found) == {"folder.main", "text_file.a", "text_file.b"}


@pytest.mark.parametrize("id", ["/elsewhere", "garbage"])
def test_importing_what_is_not_there_is_refused(bench: Bench, id: str) -> None:
    bench.write(STACK.replace("main: {name: reports}", f"main: {{name: reports, import: {id}}}"))
    with pytest.raises(MlinfraError) as refused:
        bench.plan()
    assert refused.value.diagnostics[0].code in ("MLI-PLN-008", "MLI-REF-012")


SECRET = """
variables:
  word: {type: string, sensitive: true, default: hunter2}
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: "the word is ${var.word}"}
outputs:
  all: {value: ["${text_file.a.content}", "open"]}
"""


def test_a_secret_is_in_no_file_and_no_plan_and_the_plan_is_empty_after_the_apply(bench: Bench) -> None:
    bench.write(SECRET)
    assert not bench.apply().failures
    assert (bench.disk / "reports" / "a.txt").read_text() == "the word is hunter2"
    assert bench.settled_empty()
    written = [p.read_bytes() for p in (bench.folder / "state").rglob("*") if p.is_file()]
    assert not any(b"hunter2" in text for text in written)
    bench.values["word"] = "hunter3"
    assert bench.change("text_file.a").action is Action.UPDATE


def test_a_secret_makes_no_name(bench: Bench) -> None:
    bench.write(SECRET.replace("name: a.txt", 'name: "${var.word}.txt"'))
    with pytest.raises(MlinfraError) as refused:
        bench.plan()
    (found,) = refused.value.diagnostics
    assert found.code == "MLI-TYP-008"
    assert "hunter2" not in str(found)


def test_what_a_service_quotes_of_a_secret_is_not_repeated(bench: Bench) -> None:
    from mlinfra.engine.scrub import scrubbed, secrets
    from mlinfra.model.value import Sensitive

    hidden = secrets({"a": Sensitive({"b": "Hunter Two"}), "c": "open"})
    assert scrubbed("hunter two and huntertwo are open", hidden) == "(sensitive) and (sensitive) are open"


def test_what_another_address_holds_is_not_taken_over(applied: Bench) -> None:
    swapped = STACK.replace("name: a.txt", "name: z.txt").replace("name: b.txt", "name: a.txt")
    applied.write(swapped)
    with pytest.raises(MlinfraError) as refused:
        applied.plan()
    assert [d.code for d in refused.value.diagnostics] == ["MLI-PLN-009"]


def test_the_order_of_a_replacement_is_in_the_plan(applied: Bench) -> None:
    applied.write(STACK.replace("name: reports", "name: archive"))
    after = {step.id: set(step.after) for step in applied.plan().plan.steps}
    assert after == {
        "delete:folder.main": set(),
        "create:folder.main": {"delete:folder.main"},
        "delete:text_file.a": {"delete:folder.main"},
        "create:text_file.a": {"delete:text_file.a", "create:folder.main"},
        "delete:text_file.b": {"delete:folder.main"},
        "create:text_file.b": {"delete:text_file.b", "create:folder.main", "create:text_file.a"},
    }


def test_what_used_a_resource_goes_before_it(applied: Bench) -> None:
    applied.write("resources: {folder: {main: {name: reports}}}\n")
    after = {step.id: set(step.after) for step in applied.plan().plan.steps}
    assert after == {"delete:text_file.a": {"delete:text_file.b"}, "delete:text_file.b": set()}


def test_ignoring_a_key_that_there_is_not_is_told(bench: Bench) -> None:
    bench.write(STACK.replace("name: a.txt,", "name: a.txt, lifecycle: {ignore_changes: [contents]},"))
    with pytest.raises(MlinfraError) as told:
        bench.plan()
    (found,) = told.value.diagnostics
    assert found.code == "MLI-TYP-009"
    assert "Did you mean `content`?" in found.detail


WRITTEN_BY_OTHERS = """
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: hello, lifecycle: {ignore_changes: [content]}}
    copy: {name: copy.txt, content: "${text_file.a.content}"}
"""
PARTS = """\
    part:
      for_each: ${[tostring(n) for n in range(text_file.a.size)]}
      name: part-${each.key}.txt
      content: x
"""


def test_who_reads_a_key_whose_changes_are_ignored_reads_what_others_wrote(bench: Bench) -> None:
    bench.write(WRITTEN_BY_OTHERS)
    bench.apply()
    (bench.disk / "reports" / "a.txt").write_text("hi")
    assert bench.actions()["text_file.copy"] is Action.UPDATE
    assert not bench.apply().failures
    assert (bench.disk / "reports" / "copy.txt").read_text() == "hi"
    assert bench.settled_empty()


def test_an_instance_that_goes_because_of_what_others_changed_goes_in_this_plan(bench: Bench) -> None:
    bench.write(WRITTEN_BY_OTHERS)
    bench.apply()
    bench.write(WRITTEN_BY_OTHERS + PARTS)
    bench.apply()
    (bench.disk / "reports" / "a.txt").write_text("hi")
    assert {address: action for address, action in bench.actions().items() if "part" in address} == {
        f'text_file.part["{n}"]': Action.DELETE for n in (2, 3, 4)
    }
    assert not bench.apply().failures
    assert bench.settled_empty()
