"""Outputs of other stacks: read once, by whoever knows where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mlinfra.config.loader import load
from mlinfra.engine.context import Context
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.engine.validate import inspect, validate
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.plan import Options
from mlinfra.model.state import OutputValue
from mlinfra.model.value import Attrs, Redacted, Unknown
from tests.engine.bench import Bench

STACK = """
variables: {env: {default: dev}}
locals: {where: "../${var.env}", loop: "${folder.main.name}"}
data:
  stack_output:
    net: {stack: "${local.where}", variables: {env: "${var.env}"}}
resources:
  folder:
    main: {name: "${data.stack_output.net.folder}-mine"}
outputs:
  first: {value: "${data.stack_output.net.zones[0]}"}
"""
RECORDED = {
    "folder": OutputValue("hub"),
    "zones": OutputValue(["one", "two"]),
    "token": OutputValue(Redacted("0"), sensitive=True),
}


class Others:
    """What other stacks recorded; remembers what it was asked for."""

    def __init__(self, recorded: Mapping[str, OutputValue] | None = RECORDED) -> None:
        self.recorded = recorded
        self.asked: list[tuple[str, Attrs]] = []
        self.wrong: Diagnostic | None = None

    def read(self, block: Block, attrs: Attrs) -> Mapping[str, OutputValue] | None:
        self.asked.append((block.label, attrs))
        if self.wrong:
            raise MlinfraError(self.wrong)
        return self.recorded


@pytest.fixture
def others() -> Others:
    return Others()


def context(bench: Bench, others: Others) -> Context:
    return replace(bench.context, outputs=others.read)


def plan(bench: Bench, others: Others, text: str = STACK, **options: Any) -> Planned:
    bench.write(text)
    return make_plan(load(bench.folder), bench.manager.load(), context(bench, others), Options(**options))


def test_what_was_recorded_is_known_while_planning(bench: Bench, others: Others) -> None:
    planned = plan(bench, others)
    (change,) = planned.plan.changes
    assert (change.after or {})["name"] == "hub-mine"
    assert planned.plan.outputs[0].after == "one"
    assert others.asked == [("data.stack_output.net", {"stack": "../dev", "variables": {"env": "dev"}})]


def test_validating_asks_nobody(bench: Bench, others: Others) -> None:
    bench.write(STACK)
    assert validate(load(bench.folder), context(bench, others)) == ()
    assert others.asked == []


def test_who_goes_through_what_is_not_known_gets_nothing_made_up(bench: Bench, others: Others) -> None:
    bench.write(STACK.replace("net.zones[0]", "net.zones").replace("${data.stack_output.net.zones}", _ALL))
    config = load(bench.folder)
    offline = inspect(config, context(bench, others), {})
    problems: list[Diagnostic] = []
    assert isinstance(offline.value(config.outputs["first"].value, problems), Unknown)
    assert problems == []
    seen = inspect(config, context(bench, others), {}, outputs=True)
    assert seen.value(config.outputs["first"].value, problems) == ["folder", "zones", "token"]
    assert problems == []


_ALL = "${[name for name in data.stack_output.net]}"


def test_destroying_needs_no_other_stack(bench: Bench, others: Others) -> None:
    plan(bench, others, destroy=True)
    assert others.asked == []


@pytest.mark.parametrize(
    ("recorded", "text", "code", "said"),
    [
        (None, STACK, "MLI-REF-016", "was never applied"),
        (RECORDED, STACK.replace("net.folder", "net.foldr"), "MLI-CFG-036", "has no `foldr`"),
        ({}, STACK.replace("net.folder", "net.foldr"), "MLI-CFG-036", "has no `foldr`"),
        (RECORDED, STACK.replace("net.folder", "net.token"), "MLI-REF-017", "output `token` of"),
        (RECORDED, STACK.replace("net.zones[0]", "net"), "MLI-CFG-036", "is not one value"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place(
    bench: Bench, recorded: Mapping[str, OutputValue] | None, text: str, code: str, said: str
) -> None:
    with pytest.raises(MlinfraError) as wrong:
        planned = plan(bench, Others(recorded), text)
        problems: list[Diagnostic] = []
        planned.resolver.value(planned.config.outputs["first"].value, problems)
        raise MlinfraError(problems)
    found = next(d for d in wrong.value.diagnostics if d.code == code)
    assert said in found.summary
    assert found.position is not None


def test_near_names_of_outputs(bench: Bench, others: Others) -> None:
    with pytest.raises(MlinfraError) as wrong:
        plan(bench, others, STACK.replace("net.folder", "net.foldr"))
    assert wrong.value.diagnostics[0].detail == "Did you mean `folder`? It has: folder, zones, token."


def test_trouble_of_the_store_gets_the_place_of_the_block(bench: Bench, others: Others) -> None:
    others.wrong = error("MLI-STA-007", "the store cannot be reached")
    with pytest.raises(MlinfraError) as wrong:
        plan(bench, others)
    (found,) = wrong.value.diagnostics
    assert (found.code, str(found.position)) == ("MLI-STA-007", "mlinfra.yaml:8:5")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{}", "MLI-TYP-002"),
        ("{stack: '', name: ''}", "MLI-TYP-005"),
        ("{stack: a, name: b}", "MLI-TYP-012"),
        ("{stack: a, backend: {local: {}}}", "MLI-TYP-012"),
        ("{name: a, variables: {x: y}}", "MLI-TYP-012"),
        ("{name: a, backend: {local: {}, postgres: {}}}", "MLI-TYP-004"),
        ("{name: a, backend: local}", "MLI-TYP-003"),
        ("{stack: a, parent: b}", "MLI-CFG-012"),
        ("{id: a}", "MLI-CFG-012"),
        ("{stack: '${folder.main.name}'}", "MLI-REF-015"),
        ("{stack: '${local.loop}'}", "MLI-REF-015"),
        ("{stack: '${data.stack_output.other.x}'}", "MLI-REF-015"),
    ],
)
def test_what_a_block_cannot_say_is_told_while_validating(bench: Bench, body: str, code: str) -> None:
    others = '{stack: "${local.where}", variables: {env: "${var.env}"}}'
    bench.write(STACK.replace(others, f"{body}\n    other: {{stack: ../x}}"))
    with pytest.raises(MlinfraError) as wrong:
        validate(load(bench.folder), bench.context)
    assert code in [d.code for d in wrong.value.diagnostics]


def test_outputs_of_others_are_no_dependency(bench: Bench, others: Others) -> None:
    assert [step.id for step in plan(bench, others).plan.steps] == ["create:folder.main"]
