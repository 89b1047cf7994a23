"""One resource of a plan, one drifted resource, one output: each as a block of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlinfra.model.plan import Action, AttributeChange, Change, Delta, Drift, OutputChange, Reason
from mlinfra.model.state import Record
from mlinfra.model.value import Attrs, Path, get, leaves
from mlinfra.render.attributes import changed, present
from mlinfra.render.escape import shown, visible
from mlinfra.render.lines import Block, Kind, Line, prose
from mlinfra.render.words import about, count, inline

DYING = 10
"""Addresses that are named as dying with a parent; each of them has lines of its own besides."""
UNMANAGED = 5
"""Ids that are named of what lives in a parent and is nobody's."""

_NOTES = {
    Action.CREATE: "created",
    Action.UPDATE: "in place",
    Action.DELETE_CREATE: "replaced",
    Action.CREATE_DELETE: "replaced, the new one first",
    Action.DELETE: "destroyed",
    Action.FORGET: "forgotten: it stays, and mlinfra no longer manages it",
    Action.ADOPT: "imported",
    Action.READ: "read during apply",
    Action.RECOVER: "recovered, then brought in line",
    Action.PURGE: "the deleted one purged, then created",
    Action.NO_OP: "unchanged",
}
_BY_ID = (Action.DELETE, Action.FORGET, Action.ADOPT)
"""Whose id says more than their attributes."""
_SAYS_SO = re.compile(r"\b(?:lost|gone|die|dies|destroyed|deleted)\b", re.IGNORECASE)


def change_block(change: Change, *, destroy: bool = False) -> Block:
    """What happens to one resource. ``destroy``: the whole stack goes, so nobody needs to be told why."""
    lines = tuple(_lines(change, destroy))
    return Block(change.action.value, shown(change.address), note(change), lines, place(change))


def place(change: Change) -> str:
    """Where its block is written; empty for one that left the configuration."""
    return visible(str(change.position)) if change.position else ""


_BECAUSE = {
    (Action.CREATE, Reason.VERSION): "new version",
    (Action.ADOPT, Reason.VERSION): "earlier version taken up again",
    (Action.ADOPT, Reason.RENAMED): "recorded under this address",
}
"""Notes of actions that mean something else for this reason."""


def note(change: Change) -> str:
    """What happens to it, in a few words, and how long that usually takes."""
    action, usual = change.action, about(change.seconds)
    words = _BECAUSE.get((action, change.reason), _NOTES[action])
    if change.dies_with is not None:
        words = f"dies with {shown(change.dies_with)}"
        words, usual = (f"{words}, created again", usual) if action.replaces else (words, "")
    elif action is Action.FORGET:
        gone = "kept" if change.reason is Reason.RENAMED else "forgotten: it is gone"
        words, usual = (gone if change.before is None else words), ""
    elif action is Action.ADOPT:
        words, usual = (f"{words}, changed in place", usual) if _is_sent(change) else (words, "")
    elif action is Action.UPDATE and change.retires and not change.attributes:
        words = "earlier versions go"
    elif action is Action.UPDATE and not _is_sent(change):
        words, usual = "only recorded, nothing is sent", ""
    return ", ".join(part for part in (words, usual) if part)


def _is_sent(change: Change) -> bool:
    """Whether anything is asked of the service: what is only left to it is not.

    An update without attributes puts again what failed half-way when it was created, or takes earlier
    versions away.
    """
    if change.action is Action.UPDATE and not change.attributes:
        return True
    return any(attribute.delta is not Delta.RELEASED for attribute in change.attributes)


def _lines(change: Change, destroy: bool) -> Iterator[Line]:
    told = destroy or change.dies_with is not None or any(a.forces_replacement for a in change.attributes)
    told = told or (change.reason is Reason.VERSION and change.action is Action.CREATE)  # its notes say it
    if change.reason is not Reason.NONE and not told:
        yield prose(f"because {change.reason.value}")
    if change.id and change.dies_with is None and change.action in _BY_ID:
        yield from present(("id",), change.id)
    if (change.action.makes or change.action is Action.READ) and change.reason is not Reason.VERSION:
        yield from _created(change)
    elif change.action is not Action.DELETE:
        for attribute in change.attributes:
            yield from changed(attribute)
    for note in change.notes:
        yield prose(visible(note))
    yield from _losses(change)


def _created(change: Change) -> Iterator[Line]:
    """Everything that will be set, in the order written, then what the service will say."""
    after = change.after or {}
    for key, value in after.items():
        if value is not None:
            yield from present((key,), value)
    told = {path[:n] for path, _ in leaves(after) for n in range(len(path) + 1)}
    for attribute in change.attributes:
        if attribute.path not in told and attribute.after is not None:
            yield from present(attribute.path, attribute.after)


def _losses(change: Change) -> Iterator[Line]:
    if change.data_loss:
        yield prose(lost(change), "!")
    if change.loses:
        yield prose(dying(change), "!")
    if change.unmanaged:
        total = len(change.unmanaged)
        yield prose(f"{unmanaged(change)}:", "!")
        for id_ in change.unmanaged[:UNMANAGED]:
            yield Line(Kind.TEXT, values=(visible(id_),))
        if total > UNMANAGED:
            yield Line(Kind.TEXT, values=(f"and {total - UNMANAGED:,} more",))


def lost(change: Change) -> str:
    """What data goes, as a sentence."""
    words = visible(change.data_loss)
    return words if _SAYS_SO.search(words) else f"lost with it: {words}"


def dying(change: Change) -> str:
    """What of the stack dies with it."""
    named = [shown(address) for address in change.loses[:DYING]]
    more = len(change.loses) - len(named)
    return f"dies with it: {', '.join(named)}" + (f" and {more:,} more" if more else "")


def unmanaged(change: Change) -> str:
    """How much of what nobody here manages dies with it."""
    total = len(change.unmanaged)
    return f"{count(total, 'resource')} that nobody here manages {'dies' if total == 1 else 'die'} with it"


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is remarked of drift: the plan sets it back, sets it to something else, creates it again."""

    back: str
    otherwise: str
    again: str


IN_PLAN = Remarks("put back by this plan", "changed by this plan", "created again by this plan")
ALONE = Remarks("apply puts it back", "apply changes it", "apply creates it again")
"""Where no plan is shown with it."""


def drift_block(drift: Drift, change: Change | None, remarks: Remarks) -> Block:
    """One resource that someone changed outside, and what ``change``, the plan's, does about it."""
    address = f"drift  {shown(drift.address)}"
    if drift.deleted:
        again = change is not None and change.action.makes
        lines = [prose(f"# {remarks.again}")] if again else []
        return Block("!", address, "someone deleted it outside", tuple(lines))
    lines = [
        line
        for attribute in drift.attributes
        for line in changed(attribute, _remark(attribute, change, remarks))
    ]
    return Block("!", address, "someone changed it outside", tuple(lines))


def _remark(drifted: AttributeChange, change: Change | None, remarks: Remarks) -> str:
    if change is None or not any(_meet(each.path, drifted.path) for each in change.attributes):
        return ""
    planned = get(change.after, drifted.path)
    return remarks.back if inline(planned) == inline(drifted.before) else remarks.otherwise


def _meet(one: Path, other: Path) -> bool:
    """Whether one path lies on the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def record_block(record: Record) -> Block:
    """One recorded resource: what mlinfra knows of it, then its attributes as they were read last."""
    lines = list(present(("id",), record.id))
    if record.dependencies:
        needs = ", ".join(shown(address) for address in record.dependencies)
        lines.append(Line(Kind.ATTRIBUTE, "depends on", (needs,)))
    for key, value in {**record.observed, **_unread(record)}.items():
        if key != "id" and value is not None:
            lines += present((key,), value)
    if record.broken:
        lines.append(prose("its creation failed half-way: the next plan puts it again or replaces it", "!"))
    return Block("", shown(record.address), record.provider, tuple(lines))


def _unread(record: Record) -> Attrs:
    """What was sent and is never answered."""
    return {key: value for key, value in record.desired.items() if key not in record.observed}


def output_lines(output: OutputChange) -> Iterator[Line]:
    """One output that differs."""
    delta = {Action.CREATE: Delta.ADDED, Action.DELETE: Delta.REMOVED}.get(output.action, Delta.CHANGED)
    if output.action is not Action.NO_OP:
        yield from changed(AttributeChange((output.name,), delta, output.before, output.after))
