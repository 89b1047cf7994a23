"""The gate: a plan and policies in, a `Judgement` out. It knows no file, no clock and no cloud.

Each policy judges for itself, and what any of them finds stands: a policy from outside can so be made
stricter by the stack, never weaker. Only its own exceptions, and those of others from outside, let pass what
it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias

from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.plan import Action, Plan
from mlinfra.model.policy import Exemption, Finding, Judgement, Level, RuleInfo
from mlinfra.model.source import Position
from mlinfra.model.value import Path
from mlinfra.policy.api import About, CannotTell, Rule, about
from mlinfra.policy.exemptions import OWN, letting, relevant, remarks
from mlinfra.policy.masking import masked

Places: TypeAlias = Callable[[Address, Path], Position | None]
"""Where a key of a resource is written, or its block."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A rule at work: how bad what it finds is, and its settings, whole."""

    rule: Rule
    level: Level
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> About:
        """What the rule says of itself."""
        return about(self.rule)

    @property
    def info(self) -> RuleInfo:
        """What people are told of it."""
        return RuleInfo(self.rule.code, self.rule.name, self.level, self.about.why, self.about.mend)


@dataclass(frozen=True, slots=True)
class Bench:
    """The judges of one policy, with its exceptions."""

    judges: tuple[Judge, ...]
    exemptions: tuple[Exemption, ...] = ()
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """All that judges a plan. ``strict``: what cannot be told refuses it."""

    benches: tuple[Bench, ...] = ()
    strict: bool = False


def written_by_block(plan: Plan) -> Places:
    """Places as far as the plan itself knows them: those of blocks."""
    positions = {change.address: change.position for change in plan.changes}
    return lambda address, path: positions.get(address)


_UNTOUCHED = (Action.NO_OP, Action.READ)


def judge(gate: Gate, plan: Plan, today: date, places: Places | None = None) -> Judgement:
    """What the rules say of a plan, on that day. Raises MlinfraError where a rule cannot do its work."""
    plan = masked(plan)
    where = places or written_by_block(plan)
    addresses = [change.address for change in plan.changes if change.action is not Action.READ]
    touched = [change.address for change in plan.changes if change.action not in _UNTOUCHED]
    from_outside: list[Exemption] = []
    mine: dict[int, list[Exemption]] = {}
    findings: list[Finding] = []
    for number, bench in enumerate(gate.benches):
        mine[number], nowhere = relevant(bench.exemptions, addresses, plan.stack)
        findings += nowhere
        if bench.outside:
            from_outside += mine[number]
    used: list[Exemption] = []
    for number, bench in enumerate(gate.benches):
        granted = from_outside if bench.outside else [*from_outside, *mine[number]]
        for each in bench.judges:
            for finding in _found(each, plan, where, strict=gate.strict):
                passing = letting(granted, finding, today, plan.stack)
                if passing is not None:
                    used.append(passing)
                    finding = replace(finding, exemption=passing, refuses=False)
                findings.append(finding)
    for exemptions in mine.values():
        findings += remarks(exemptions, used, touched, today)
    return Judgement(tuple(_worst_first(_once(findings))), _infos(gate, findings), gate.strict)


def _found(each: Judge, plan: Plan, where: Places, *, strict: bool) -> Iterator[Finding]:
    if each.level is Level.OFF:
        return
    for told in _checked(each, plan):
        unsure = isinstance(told, CannotTell)
        refuses = each.level is Level.ERROR
        if unsure:
            refuses = strict and each.level is not Level.INFO
        yield Finding(
            each.rule.code,
            max(each.level, Level.WARNING, key=lambda level: level.rank) if unsure else each.level,
            told.summary,
            told.address,
            told.path,
            told.position or (where(told.address, told.path) if told.address else None),
            unsure=unsure,
            refuses=refuses,
        )


def _checked(each: Judge, plan: Plan) -> list[Diagnostic]:
    try:
        return list(each.rule.check(plan, each.settings))
    except MlinfraError:
        raise
    except Exception as wrong:  # whatever the rule of an installed package does: no plan passes because of it
        raise MlinfraError(
            error(
                "MLI-POL-010",
                f"the rule {each.rule.code} failed: {type(wrong).__name__}: {wrong}",
                "Tell whoever wrote it. To go on without it, give it `severity: off`.",
            )
        ) from wrong


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """What several policies find, once: as the strictest of them has it."""
    kept: dict[object, Finding] = {}
    for finding in findings:
        key = finding.code, finding.address, finding.path, finding.summary
        other = kept.get(key)
        if other is None or _strictness(finding) < _strictness(other):
            kept[key] = finding
    return kept.values()


def _strictness(finding: Finding) -> tuple[bool, bool, int]:
    return not finding.refuses, finding.exemption is not None, finding.level.rank


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    def order(finding: Finding) -> tuple[object, ...]:
        at = finding.position
        place = (at.source.path, at.line, at.column) if at else ("", 0, 0)
        return *_strictness(finding), finding.unsure, *place, finding.code, str(finding.address)

    return sorted(findings, key=order)


def _infos(gate: Gate, findings: Iterable[Finding]) -> tuple[RuleInfo, ...]:
    """Every rule that judged, at its worst level; of the gate's own, those that found something."""
    told = {finding.code for finding in findings}
    infos = {own.code: own for own in OWN if own.code in told}
    for bench in gate.benches:
        for info in (each.info for each in bench.judges if each.level is not Level.OFF):
            other = infos.get(info.code)
            if other is None or info.level.rank < other.level.rank:
                infos[info.code] = info
    return tuple(infos[code] for code in sorted(infos))
