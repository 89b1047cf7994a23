"""What waits for what: enough, and with no more edges than there are steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlinfra_files import provider

from mlinfra.model.event import Failed
from mlinfra.model.graph import requirements
from mlinfra.model.plan import Op, Plan
from mlinfra.providers.api import ProviderError
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider

MANY = 40
"""Instances of each block: 1,600 edges if each of one side waited for each of the other."""

FOLDER = "resources: {folder: {main: {name: reports}}}"
LETTERS = f"""
resources:
  folder:
    main: {{name: reports}}
  text_file:
    first:
      count: {MANY}
      name: a-${{each.key}}
      content: hello
    second:
      count: {MANY}
      name: b-${{each.key}}
      content: ${{text_file.first[each.key].size}} letters
"""
CABINETS = """
resources:
  folder:
    many: {for_each: [a, b, c], name: "${each.key}"}
  text_file:
    letter:
      for_each: [a, b, c]
      folder: ${folder.many[each.key].id}
      name: letter
      content: hello
"""


def edges(plan: Plan) -> int:
    """How many edges the graph of the steps has."""
    return sum(map(len, plan.needs.values()))


def before(plan: Plan, step: str) -> set[str]:
    """The steps that are done before this one starts."""
    return requirements(plan.needs, plan.needs[step]) & {step.id for step in plan.steps}


def test_blocks_whose_instances_read_each_other_meet_in_one_join(bench: Bench) -> None:
    bench.write(LETTERS)
    plan = bench.plan().plan
    assert edges(plan) <= 2 * len(plan.steps)
    firsts = {f"create:text_file.first[{n}]" for n in range(MANY)}
    assert before(plan, "create:text_file.second[7]") == {"create:folder.main", *firsts}
    assert not bench.apply().failures
    assert bench.settled_empty()


def test_what_is_deleted_after_those_that_used_it_waits_in_one_join(bench: Bench) -> None:
    bench.write(LETTERS)
    bench.apply()
    bench.write(FOLDER)
    plan = bench.plan().plan
    assert {step.op for step in plan.steps} == {Op.DELETE}
    assert edges(plan) <= 2 * len(plan.steps)
    users = {f"delete:text_file.second[{n}]" for n in range(MANY)}
    assert before(plan, "delete:text_file.first[7]") == users
    assert not bench.apply().failures
    assert bench.settled_empty()


def test_few_wait_for_each_other_without_a_join(bench: Bench) -> None:
    bench.write(LETTERS.replace(f"count: {MANY}", "count: 2"))
    plan = bench.plan().plan
    assert not plan.joins
    (step,) = (step for step in plan.steps if step.id == "create:text_file.second[1]")
    assert {*step.after} == {"create:text_file.first[0]", "create:text_file.first[1]", "create:folder.main"}


def test_a_failure_holds_up_what_waits_behind_the_join(tmp_path: Path) -> None:
    def refuse(op: Op, id: str) -> None:
        if id.endswith("a-3"):
            raise ProviderError("NO", "not today")

    flaky = FlakyProvider(provider)
    bench = Bench(tmp_path, flaky)
    flaky.trouble.before = refuse
    bench.write(LETTERS)
    result = bench.apply()
    assert [str(found.address) for found in result.failures] == ["text_file.first[3]"]
    assert {step.id for step in result.skipped} == {f"create:text_file.second[{n}]" for n in range(MANY)}
    (told,) = (event for event in bench.events if isinstance(event, Failed))
    assert {*told.skipped} == {*result.skipped}


def test_the_chain_that_decided_an_apply_leads_through_the_join(tmp_path: Path) -> None:
    flaky = FlakyProvider(provider)
    flaky.trouble.polls = 1
    bench = Bench(tmp_path, flaky)
    bench.write(LETTERS)
    chain = [timing.step.address.name for timing in bench.apply().chain]
    assert chain == ["main", "first", "second"]


@pytest.mark.parametrize("all_of_it", [True, False])
def test_instances_go_with_what_lies_in_them_without_waiting_for_each_other(
    bench: Bench, all_of_it: bool
) -> None:
    bench.write(CABINETS)
    bench.apply()
    if not all_of_it:
        bench.write("resources: {folder: {other: {name: other}}}")
    assert not bench.apply(destroy=all_of_it).failures
    assert bench.recorded().keys() == ({"folder.other"} if not all_of_it else set())
