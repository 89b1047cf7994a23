"""What rules found, in words: ordered and redacted once. Terminal, JSON and SARIF show nothing else of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mlinfra.model.policy import Exemption, Finding, Judgement, Level, RuleInfo
from mlinfra.model.source import Position
from mlinfra.model.value import dotted
from mlinfra.render.escape import visible
from mlinfra.render.words import count


@dataclass(frozen=True, slots=True)
class Told:
    """One finding. ``kind`` is one of `KINDS`; ``passing`` says why it is let pass, where it is."""

    kind: str
    code: str
    rule: str
    level: str
    summary: str
    why: str
    mend: str
    address: str
    path: str
    place: str
    position: Position | None
    passing: str = ""


@dataclass(frozen=True, slots=True)
class FindingsView:
    """Findings, the worst first, the rules that judged, and what it comes to.

    ``refused`` are those that refuse the plan; ``rest`` says in a line what else there is.
    """

    findings: tuple[Told, ...]
    refused: tuple[Told, ...]
    rules: tuple[RuleInfo, ...]
    rest: str
    verdict: str
    strict: bool


REFUSED, ERROR, WARNING, NOTE, UNSURE, PASSED = KINDS = (
    "refused",
    "error",
    "warning",
    "note",
    "cannot tell",
    "let pass",
)
"""What becomes of a finding. Only one that an exception lets pass is an error and refuses nothing."""

_OF_LEVEL = {Level.ERROR: ERROR, Level.WARNING: WARNING, Level.INFO: NOTE, Level.OFF: NOTE}


def findings(judgement: Judgement) -> FindingsView:
    """A judgement in words."""
    infos = {info.code: info for info in judgement.rules}
    told = tuple(_told(finding, infos) for finding in judgement.findings)
    refused = tuple(each for each in told if each.kind == REFUSED)
    return FindingsView(
        told, refused, judgement.rules, _rest(told), _verdict(told, judgement), judgement.strict
    )


def _told(finding: Finding, infos: dict[str, RuleInfo]) -> Told:
    info = infos.get(finding.code) or RuleInfo(finding.code, "", finding.level)
    place = str(finding.position) if finding.position else ""
    return Told(
        kind=_kind(finding),
        code=visible(finding.code),
        rule=visible(info.name or info.code),
        level=finding.level.value,
        summary=visible(finding.summary),
        why=visible(info.why),
        mend=visible(info.mend),
        address=visible(str(finding.address)) if finding.address else "",
        path=visible(dotted(finding.path)),
        place=visible(place),
        position=finding.position,
        passing=_passing(finding.exemption),
    )


def _kind(finding: Finding) -> str:
    if finding.exemption is not None:
        return PASSED
    if finding.refuses:
        return REFUSED
    return UNSURE if finding.unsure else _OF_LEVEL[finding.level]


def _passing(exemption: Exemption | None) -> str:
    if exemption is None:
        return ""
    return visible(f"{exemption.owner}, until {exemption.expires}: {exemption.reason}")


def _rest(told: tuple[Told, ...]) -> str:
    """``7 warnings: local authentication (3), missing tags; 2 notes``: all that refuses nothing."""
    by_kind = Counter(each.kind for each in told)
    parts = []
    if by_kind[WARNING]:
        names = Counter(each.rule for each in told if each.kind == WARNING)
        named = ", ".join(name if number == 1 else f"{name} ({number})" for name, number in names.items())
        parts.append(f"{count(by_kind[WARNING], 'warning')}: {named}")
    if by_kind[NOTE]:
        parts.append(count(by_kind[NOTE], "note"))
    if by_kind[UNSURE]:
        parts.append(f"{by_kind[UNSURE]:,} cannot be told yet")
    if by_kind[PASSED]:
        parts.append(f"{by_kind[PASSED]:,} let pass by exceptions")
    return "; ".join(parts)


def _verdict(told: tuple[Told, ...], judgement: Judgement) -> str:
    refusing = sum(each.kind == REFUSED for each in told)
    ruled = f"by {count(len(judgement.rules), 'rule')}"
    if refusing:
        return f"Refused: {count(refusing, 'finding')} {ruled}."
    return f"Not refused: judged {ruled}."
