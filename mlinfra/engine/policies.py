"""What is written of rules, and the rules that there are → the gate; and a stack's plan before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from mlinfra.engine.check import Subject, check_body, near
from mlinfra.engine.conditions import declared_rule, keys_of
from mlinfra.engine.planner import Planned
from mlinfra.engine.schema import with_defaults
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Diagnostic, error, refuse_errors
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.policy import Judgement, Policy, RuleChoice
from mlinfra.model.source import Position
from mlinfra.model.value import Path
from mlinfra.policy.api import Rule, about
from mlinfra.policy.gate import Bench, Gate, Judge, Places, judge
from mlinfra.providers.api import Catalogue


def make_gate(
    policies: Sequence[Policy], rules: Iterable[Rule], catalogue: Catalogue, *, strict: bool = False
) -> Gate:
    """The gate of these policies. Raises MlinfraError with everything that is wrong in them.

    A policy from outside judges by the rules that it names; the stack's own by all that there are.
    """
    building = _Building(policies, rules, catalogue)
    benches = tuple(map(building.bench, policies))
    refuse_errors(building.problems)
    return Gate(benches, strict or any(policy.strict for policy in policies))


def judged(planned: Planned, gate: Gate, today: date) -> Judgement:
    """What the gate says of a plan just made, each finding with the place of its key. Raises MlinfraError."""
    return judge(gate, _whole(planned), today, _places(planned))


def _whole(planned: Planned) -> Plan:
    """The plan, with what is recorded and the plan leaves aside: rules that count shares count that too."""
    told = {change.address for change in planned.plan.changes}
    rest = (
        Change(record.address, record.type, record.provider, Action.NO_OP, record.id)
        for record in planned.state.records.values()
        if record.address not in told
    )
    return replace(planned.plan, changes=(*planned.plan.changes, *rest))


def _places(planned: Planned) -> Places:
    def place(address: Address, path: Path) -> Position | None:
        work = planned.works.get(address)
        if work is None or work.instance is None or not path:
            return work.change.position if work is not None else None
        body = planned.resolver.opened(work.instance)
        node = body.at(path)
        return work.change.position if node is body else node.key or node.position

    return place


class _Building:
    """What the policies of one command have in common."""

    def __init__(self, policies: Sequence[Policy], rules: Iterable[Rule], catalogue: Catalogue) -> None:
        self.problems: list[Diagnostic] = []
        self.rules = {rule.code: rule for rule in rules}
        self._catalogue = catalogue
        self.names = [*self.rules, *(rule.name for policy in policies for rule in policy.declared)]

    @cached_property
    def keys(self) -> Mapping[str, frozenset[str]]:
        """The keys of each type."""
        return keys_of(self._catalogue)

    def bench(self, policy: Policy) -> Bench:
        """The judges of one policy; what is wrong in it goes to ``problems``."""
        chosen = {choice.code: choice for choice in policy.rules}
        self.problems.extend(self._unknown_rules(policy))
        codes = [code for code in self.rules if code in chosen or not policy.outside]
        judges = [self._judge(self.rules[code], chosen.get(code)) for code in codes]
        for written in policy.declared:
            rule = declared_rule(written, frozenset().union(*self.keys.values()), self.problems)
            judges.append(Judge(rule, written.level))
        return Bench(tuple(judges), policy.exemptions, policy.outside)

    def _judge(self, rule: Rule, choice: RuleChoice | None) -> Judge:
        own = about(rule)
        level = choice.level if choice is not None and choice.level is not None else own.level
        written = dict(choice.settings) if choice is not None else {}
        if choice is not None:
            place = choice.node.key or choice.node.position
            subject = Subject(f"rule `{rule.code}`", choice.node, place)
            self.problems.extend(check_body(subject, written, own.schema))
        return Judge(rule, level, self._whole(written, own.schema))

    def _whole(self, written: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with their defaults, those that depend on the installed types too."""
        whole = with_defaults(written, schema)
        for name, part in schema["properties"].items():
            key = part.get("x-types-with")
            if key is not None and name not in whole:
                whole[name] = sorted(type_ for type_, keys in self.keys.items() if key in keys)
        return whole

    def _unknown_rules(self, policy: Policy) -> Iterator[Diagnostic]:
        for choice in policy.rules:
            if choice.code not in self.rules:
                yield error(
                    "MLI-POL-004",
                    f"there is no rule `{choice.code}`",
                    f"{near(choice.code, self.rules)}`mlinfra policy list` shows all. One of your own stands "
                    "under `declared:`.",
                    choice.node.key or choice.node.position,
                )
        for rule in policy.declared:
            if rule.name in self.rules:
                yield error(
                    "MLI-POL-005",
                    f"`{rule.name}` is the code of a rule that there is",
                    "Give the declared one another name; settings of the other stand under `rules:`.",
                    rule.position,
                )
        for each in policy.exemptions:
            if each.rule not in self.names and not each.shared:
                yield error(
                    "MLI-POL-007",
                    f"an exception is about `{each.rule}`, which is no rule",
                    f"{near(each.rule, self.names)}It is a rule's code, or the name of a declared one.",
                    each.position,
                    each.address,
                )
