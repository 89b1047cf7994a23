"""What a reviewer should see first of a plan: each risk, its place and why it matters; the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mlinfra.model.plan import Action, Change, Risk, Threat
from mlinfra.model.value import Unknown, get
from mlinfra.render.blocks import dying, lost, note, place, unmanaged
from mlinfra.render.escape import shown, visible
from mlinfra.render.words import name, phrase

DATA_LOSS, DIES, DOWNTIME, EXPOSURE, RIGHTS = KINDS = (
    "data loss",
    "dies with it",
    "downtime",
    "exposure",
    "wider rights",
)
"""The worst first."""
_OF_THREAT = {Threat.DOWNTIME: DOWNTIME, Threat.EXPOSURE: EXPOSURE, Threat.RIGHTS: RIGHTS}


@dataclass(frozen=True, slots=True)
class Risky:
    """One risk: its kind, whose it is, what happens to that, where it is written, why it matters."""

    kind: str
    address: str
    note: str
    place: str
    why: str


def risky(changes: Iterable[Change]) -> tuple[Risky, ...]:
    """All risks of these changes: by kind, then in the order of the changes."""
    found = [each for change in changes for each in _of(change)]
    return tuple(sorted(found, key=lambda each: KINDS.index(each.kind)))


def _of(change: Change) -> Iterator[Risky]:
    told = shown(change.address), note(change), place(change)
    if change.data_loss and (change.action.destroys or change.action is Action.PURGE):
        yield Risky(DATA_LOSS, *told, lost(change))
    if change.loses:
        yield Risky(DIES, *told, dying(change))
    if change.unmanaged:
        yield Risky(DIES, *told, unmanaged(change))
    for risk in change.risks:
        yield Risky(_OF_THREAT[risk.threat], *told, _why(risk, change))


def _why(risk: Risk, change: Change) -> str:
    if risk.threat is Threat.DOWNTIME:
        until = "until it is there again" if change.action.replaces else "from then on"
        return f"{until}: {visible(risk.says)}"
    does = "open it to the internet" if risk.threat is Threat.EXPOSURE else "give more rights"
    if not risk.certain:
        return f"may {does}: {_told(risk.path, change)}"
    does = does.replace("open", "opens", 1).replace("give", "gives", 1)
    return f"{does}: {', '.join(_told(path, change) for path in (risk.path, *((k,) for k in risk.beside)))}"


def _told(path: tuple[str | int, ...], change: Change) -> str:
    """``public_network_access: Disabled → Enabled``; of lists what is added to them."""
    before, after = get(change.before, path), get(change.after, path)
    if after is None:
        return f"{name(path)} is left out"
    if isinstance(before, list) and isinstance(after, list) and not isinstance(after, Unknown):
        after = [item for item in after if item not in before] or after
        return f"{name(path)} gets {_quoted(after)}"
    if before is None or phrase(before) == phrase(after):
        return f"{name(path)} {_quoted(after)}"
    return f"{name(path)} {_quoted(before)} → {_quoted(after)}"


def _quoted(value: Any) -> str:
    """A value in a sentence, where it ends at the second quote."""
    words = phrase(value)
    return words if "`" in words else f"`{words}`"
