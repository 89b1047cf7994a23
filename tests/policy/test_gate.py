"""The gate by itself: plans and rules made by hand."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from msgspec import structs
from msgspec.structs import replace

from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity
from mlinfra.model.plan import Action, AttributeChange, Delta, OutputChange, Plan
from mlinfra.model.policy import Exemption, Finding, Level
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Redacted, Sensitive, Unknown
from mlinfra.policy.api import Settings, cannot_tell, found, made
from mlinfra.policy.gate import Bench, Gate, Judge, judge
from mlinfra.policy.masking import masked
from mlinfra.policy.values import UNSURE, seen
from tests.render.sample import CANARY, change, plan

TODAY = date(2026, 11, 21)


@dataclass
class Each:
    """Finds something at every change that leaves something; keeps the plan that it was shown."""

    code: str = "X-001"
    name: str = "each"
    unsure: bool = False
    shown: list[Plan] = field(default_factory=list)

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        self.shown.append(plan)
        say = cannot_tell if self.unsure else found
        return [say(one, ("size",), f"{one.address} is there") for one in made(plan)]


def findings(rule: Any, level: Level, made: Plan, **more: Any) -> tuple[Finding, ...]:
    return judge(Gate((Bench((Judge(rule, level),)),), **more), made, TODAY).findings


PLAN = plan(change("compute.cpu", Action.CREATE, after={"size": "x"}))


@pytest.mark.parametrize(
    ("level", "unsure", "strict", "refuses", "told"),
    [
        (Level.ERROR, False, False, True, Level.ERROR),
        (Level.WARNING, False, True, False, Level.WARNING),
        (Level.INFO, False, True, False, Level.INFO),
        (Level.ERROR, True, False, False, Level.WARNING),
        (Level.ERROR, True, True, True, Level.WARNING),
        (Level.WARNING, True, True, True, Level.WARNING),
        (Level.INFO, True, True, False, Level.INFO),
    ],
)
def test_what_refuses(level: Level, unsure: bool, strict: bool, refuses: bool, told: Level) -> None:
    (finding,) = findings(Each(unsure=unsure), level, PLAN, strict=strict)
    assert (finding.refuses, finding.level, finding.unsure) == (refuses, told, unsure)


def test_what_is_not_changed_is_not_judged() -> None:
    untouched = [
        change(f"compute.x{number}", action, after={"size": "x"})
        for number, action in enumerate((Action.NO_OP, Action.READ, Action.FORGET, Action.DELETE))
    ]
    assert findings(Each(), Level.ERROR, plan(*untouched)) == ()


def test_a_rule_that_fails_lets_no_plan_pass() -> None:
    class Broken:
        code, name = "X-002", "broken"

        def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
            raise KeyError("oops")

    with pytest.raises(MlinfraError, match="the rule X-002 failed: KeyError: 'oops'") as wrong:
        findings(Broken(), Level.INFO, PLAN)
    assert wrong.value.exit_code == 1


def test_no_rule_is_shown_a_secret() -> None:
    secret = Sensitive(CANARY)
    attribute = AttributeChange(("key",), Delta.CHANGED, secret, {"inner": [secret]})
    one = change(
        "datastore.raw", Action.UPDATE, attribute, before={"key": secret}, after={"key": {"inner": [secret]}}
    )
    whole = plan(one, outputs=(OutputChange("out", Action.CREATE, None, secret),))
    rule = Each()
    findings(rule, Level.WARNING, whole)
    (shown,) = rule.shown
    assert CANARY not in repr(shown) and not _holds(shown, CANARY)
    assert shown.changes[0].after == {"key": {"inner": [Redacted("")]}}
    assert masked(PLAN).changes[0] is PLAN.changes[0]


def _holds(shown: Plan, text: str) -> bool:
    """Whether the text is anywhere in it, also where no repr shows it."""
    return text.encode() in pickle.dumps(structs.replace(shown, context={}))


def test_the_place_is_the_key_where_it_is_known_and_the_block_otherwise() -> None:
    block, key = (Position(SourceFile("a.yaml", ""), line, 1) for line in (3, 4))
    made = plan(change("compute.cpu", Action.CREATE, after={}, position=block))
    gate = Gate((Bench((Judge(Each(), Level.ERROR),)),))
    assert judge(gate, made, TODAY).findings[0].position is block
    assert judge(gate, made, TODAY, lambda address, path: key).findings[0].position is key


def test_findings_come_the_worst_first_then_by_place() -> None:
    def at(line: int) -> Position:
        return Position(SourceFile("a.yaml", ""), line, 1)

    @dataclass
    class Says:
        code: str
        lines: tuple[int, ...]
        name: str = "says"

        def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
            return [Diagnostic(Severity.WARNING, "", f"line {n}", position=at(n)) for n in self.lines]

    judges = (Judge(Says("W", (1, 9)), Level.WARNING), Judge(Says("E", (7, 5)), Level.ERROR))
    told = judge(Gate((Bench(judges),)), PLAN, TODAY).findings
    assert [f.summary for f in told] == ["line 5", "line 7", "line 1", "line 9"]


class Whole:
    """Finds something of the stack as a whole, and something at each address."""

    code, name = "X-001", "whole"

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        yield Diagnostic(Severity.WARNING, "", "too much of it")
        yield from (found(one, (), f"{one.address} is there") for one in made(plan))


def of_the_stack(stack: str, *, expires: date = TODAY, shared: bool = False) -> Exemption:
    place = Position(SourceFile("mlinfra.yaml", ""), 1, 1)
    return Exemption("X-001", None, "ana@contoso.com", "agreed", expires, place, shared, stack)


@pytest.mark.parametrize(
    ("exemption", "passes", "told"),
    [
        (of_the_stack("sample"), True, []),
        (of_the_stack("sample", expires=date(2026, 11, 20)), False, ["POL-EXC-001"]),
        (of_the_stack("other"), False, ["POL-EXC-003"]),
        (of_the_stack("other", shared=True), False, []),
    ],
)
def test_what_is_found_of_the_stack_as_a_whole_can_be_let_pass(
    exemption: Exemption, passes: bool, told: list[str]
) -> None:
    gate = Gate((Bench((Judge(Whole(), Level.ERROR),), (exemption,)),))
    findings = judge(gate, replace(PLAN, stack="sample"), TODAY).findings
    assert {f.summary: f.refuses for f in findings if f.code == "X-001"} == {
        "too much of it": not passes,
        "compute.cpu is there": True,
    }
    assert [f.code for f in findings if f.code != "X-001"] == told


def test_one_for_the_stack_that_is_not_needed_is_told() -> None:
    gate = Gate((Bench((Judge(Each(), Level.INFO),), (of_the_stack("sample"),)),))
    findings = judge(gate, replace(PLAN, stack="sample"), TODAY).findings
    assert [f.summary for f in findings if f.code == "POL-EXC-002"] == [
        "the exception of X-001 for the stack sample is not needed for this plan"
    ]
    assert judge(gate, replace(plan(), stack="sample"), TODAY).findings == ()


def test_what_two_policies_find_is_told_once_as_the_stricter_has_it() -> None:
    benches = (Bench((Judge(Each(), Level.INFO),)), Bench((Judge(Each(), Level.ERROR),), outside=True))
    for order in (benches, benches[::-1]):
        judgement = judge(Gate(order), PLAN, TODAY)
        assert [(f.level, f.refuses) for f in judgement.findings] == [(Level.ERROR, True)]
        assert [(info.code, info.level) for info in judgement.rules] == [("X-001", Level.ERROR)]


def test_what_is_seen_of_a_value() -> None:
    attrs = {"a": {"b": [1, Unknown()]}, "c": Sensitive({"d": 1}), "e": None}
    assert seen(attrs, ("a", "b", 0)) == 1
    assert seen(attrs, ("a", "b", 1)) is UNSURE
    assert seen(attrs, ("a", "b", 2)) is None
    assert seen(attrs, ("c", "d")) is UNSURE
    assert seen(attrs, ("e", "f")) is None
    assert seen(None, ("a",)) is None
    assert parse_address("compute.cpu") == PLAN.changes[0].address


def test_an_exception_is_called_needless_only_where_its_resource_was_judged() -> None:
    let = Exemption(
        "Y-001", parse_address("compute.cpu"), "ana", "x", TODAY, Position(SourceFile("a", ""), 1, 1)
    )
    gate = Gate((Bench((Judge(Each(), Level.ERROR),), (let,)),))
    touched = judge(gate, PLAN, TODAY).findings
    untouched = judge(gate, plan(change("compute.cpu", Action.NO_OP, after={})), TODAY).findings
    assert [f.code for f in touched] == ["X-001", "POL-EXC-002"]
    assert untouched == ()
