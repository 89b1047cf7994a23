"""Exceptions: what they let pass, and what is to be said of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from difflib import get_close_matches

from mlinfra.model.address import Address
from mlinfra.model.policy import Exemption, Finding, Level, RuleInfo

EXPIRED = RuleInfo(
    "POL-EXC-001",
    "an exception has expired",
    Level.WARNING,
    "What was let pass for a while is still there, and is found again.",
    "Mend what it was about and take it out, or agree on another date.",
)
UNUSED = RuleInfo(
    "POL-EXC-002",
    "an exception lets nothing pass",
    Level.INFO,
    "An exception that is not needed would let the next mistake pass unseen.",
    "Take it out when this plan is applied and nothing is found there any more.",
)
NOWHERE = RuleInfo(
    "POL-EXC-003",
    "an exception is about no resource",
    Level.WARNING,
    "It lets nothing pass: its address is mistyped, or the resource is gone; or it is about another stack.",
    "Correct the address or the stack's name, or take it out.",
)
OWN = (EXPIRED, UNUSED, NOWHERE)
"""What the gate itself finds, beside the rules."""


def relevant(
    exemptions: Iterable[Exemption], addresses: Iterable[Address], stack: str
) -> tuple[list[Exemption], list[Finding]]:
    """Those that are about this plan, and what is to be said of the others.

    One of a shared file may be about another stack, so nothing is said of it.
    """
    known = {each for address in addresses for each in (address, address.block)}
    kept: list[Exemption] = []
    nowhere: list[Finding] = []
    for each in exemptions:
        if each.stack == stack if each.address is None else each.address in known:
            kept.append(each)
        elif not each.shared:
            what = f"the exception of {each.rule} is about {each.about}"
            nowhere.append(_finding(NOWHERE, f"{what}, {_instead(each, known, stack)}", each))
    return kept, nowhere


def _instead(exemption: Exemption, known: Iterable[Address], stack: str) -> str:
    """Why it is about nothing."""
    if exemption.address is None:
        return f"and this is {stack}"
    near = get_close_matches(str(exemption.address), [str(address) for address in known], n=1)
    return "which is not there" + (f"; did you mean {near[0]}?" if near else "")


def letting(exemptions: Sequence[Exemption], finding: Finding, today: date, stack: str) -> Exemption | None:
    """The exception that lets this pass, if there is one that has not expired."""
    return next((e for e in exemptions if e.expires >= today and e.covers(finding, stack)), None)


def remarks(
    exemptions: Iterable[Exemption], used: Iterable[Exemption], touched: Iterable[Address], today: date
) -> Iterator[Finding]:
    """What is to be said of those that are about this plan.

    Whether one is needed can be told where the plan touches what it is about: the rest was not judged.
    """
    needed = list(used)
    judged: set[Address | None] = {each for address in touched for each in (address, address.block)}
    if judged:
        judged.add(None)  # the stack as a whole
    for each in exemptions:
        what = f"the exception of {each.rule} for {each.about}"
        if each.expires < today:
            yield _finding(EXPIRED, f"{what} expired on {each.expires} ({each.owner})", each)
        elif each not in needed and each.address in judged and not each.shared:
            yield _finding(UNUSED, f"{what} is not needed for this plan", each)


def _finding(info: RuleInfo, summary: str, about: Exemption) -> Finding:
    return Finding(info.code, info.level, summary, about.address, (), about.position)
