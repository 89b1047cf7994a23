"""One resource explained, for people: sections of lines, worded and redacted, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mlinfra.model.address import Address
from mlinfra.model.explanation import Explanation, Link, Origin, Timed, Took
from mlinfra.model.plan import Action, Change, Plan, Reason
from mlinfra.model.source import Position
from mlinfra.render import layout
from mlinfra.render.attributes import changed, present
from mlinfra.render.blocks import note
from mlinfra.render.escape import shown, visible
from mlinfra.render.lines import Kind, Line, prose
from mlinfra.render.names import Names, by_name, named
from mlinfra.render.page import Page, Row, wrapped
from mlinfra.render.words import ARROW, count, span

NAMED = 12
"""Addresses that are named of what may be thousands; the others are counted."""


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer; every string is safe to print."""

    title: str
    note: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainedView:
    """What is explained, ready to be laid out."""

    title: str
    note: str
    sections: tuple[Section, ...]


def explained(explanation: Explanation, plan: Plan) -> ExplainedView:
    """The answers in the order in which people ask; ``plan`` is what it was explained by."""
    names = Names(plan)
    planned = by_name(plan)
    told = {change.address: change for change in planned.changes}
    changes = tuple(told[change.address] for change in explanation.changes)
    found = replace(explanation, changes=changes)
    sections = [
        _written(found),
        _keys(found, names),
        _planned(found),
        _waits(found),
        _needed(found),
        _dies(found),
        _takes(found),
        _recorded(found),
    ]
    kind = f"{found.type} of kind {visible(found.kind)}" if found.kind else found.type
    return ExplainedView(
        shown(found.address),
        f"{visible(kind)} · {visible(found.provider)}",
        tuple(section for section in sections if section.note or section.lines),
    )


def page(view: ExplainedView) -> Page:
    """The view, laid out."""

    def lay(width: int) -> Iterator[Row]:
        yield [(view.title, "bold"), (f"   {view.note}" if view.note else "", "dim")]
        for section in view.sections:
            yield []
            first, *rest = wrapped(
                f"{section.title}: {section.note}" if section.note else section.title, width
            )
            yield [(first, "bold")]
            yield from ([("  " + text, "bold")] for text in rest)
            yield from layout.lines(section.lines, width, indent=2)

    return Page(lay)


def _written(found: Explanation) -> Section:
    if found.position is None:
        return Section("Written", "nowhere any more, it is only recorded")
    calls = tuple(prose(f"in {visible(via.name)}, called at {_place(via.position)}") for via in found.via)
    return Section("Written", f"at {_place(found.position)}", calls)


def _keys(found: Explanation, names: Names) -> Section:
    lines: list[Line] = []
    for key in found.keys:
        first, *rest = present((key.name,), named(key.value, names))
        lines += [replace(first, mark=_place(key.position)), *rest]
    if found.others and found.position is not None:
        others = ", ".join(map(visible, found.others))
        lines.append(prose(f"It also takes: {others}. See mlinfra explain {visible(found.type)}."))
    return Section("Keys", "", tuple(lines))


# ---- why it is in the plan -------------------------------------------------------------------------------

_BECAUSE = {
    Action.CREATE: "it is written, and not there yet",
    Action.UPDATE: "what is written is not what is there",
    Action.ADOPT: "it exists already and is taken over",
}


def _planned(found: Explanation) -> Section:
    happening = [change for change in found.changes if change.action is not Action.NO_OP]
    if not found.changes:
        return Section("Plan", "no instance is wanted")
    if len(found.changes) > 1:
        same = len(found.changes) - len(happening)
        others = [prose(f"{count(same, 'instance')} with nothing to do")] if same else []
        told = (_line(change.address, f"{change.action.value} {note(change)}") for change in happening)
        return Section("Plan", count(len(found.changes), "instance"), (*told, *others))
    (change,) = found.changes
    if not happening:
        return Section("Plan", "nothing to do", tuple(_drift(found)))
    lines = [prose(f"because {_why(change)}"), *_drift(found)]
    origins = {origin.path: origin for origin in found.origins}
    for attribute in change.attributes if change.before is not None else ():
        lines += changed(attribute)
        lines += _origin(origins[attribute.path]) if attribute.path in origins else ()
    return Section("Plan", f"{change.action.value} {note(change)}", tuple(lines))


def _why(change: Change) -> str:
    if change.dies_with is not None:
        return f"{Reason.PARENT.value}: {shown(change.dies_with)}"
    return change.reason.value or _BECAUSE.get(change.action, "its configuration changed")


def _drift(found: Explanation) -> Iterator[Line]:
    if found.drift is not None:
        yield prose(
            "someone deleted it outside" if found.drift.deleted else "someone changed it outside", "!"
        )
        for attribute in found.drift.attributes:
            yield from changed(attribute, "drift")


def _origin(origin: Origin) -> Iterator[Line]:
    if not origin.links:
        yield prose(f"  {visible(origin.otherwise)}")
    for link in origin.links:
        yield prose(f"  {_link(link)}")


def _link(link: Link) -> str:
    place = f"{_place(link.position)}  " if link.position is not None else ""
    reads = (
        f"reads {', '.join(map(visible, link.reads))}" if link.reads else "" if link.what else "written here"
    )
    happens = f"which is {_HAPPENS[link.action]}" if link.action in _HAPPENS else ""
    return place + ", ".join(part for part in (visible(link.what), reads, happens) if part)


_HAPPENS = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.DELETE_CREATE: "replaced",
    Action.CREATE_DELETE: "replaced",
    Action.DELETE: "deleted",
    Action.RECOVER: "recovered",
    Action.PURGE: "purged and created",
    Action.ADOPT: "taken over",
}

# ---- what it needs, and what needs it --------------------------------------------------------------------


def _waits(found: Explanation) -> Section:
    lines = [_line(need.address, _needs(need.position, parent=need.parent)) for need in found.needs]
    if len(found.chain) > 2:
        links = [
            f"{shown(one.address)}{f' {span(one.seconds)}' if one.seconds else ''}" for one in found.chain
        ]
        total = sum(one.seconds or 0.0 for one in found.chain)
        lines.append(
            prose(f"longest from nothing: {ARROW.join(links)}{f', {span(total)} in all' if total else ''}")
        )
    return Section("Waits for", "" if lines else "nothing", tuple(lines))


def _chain(chain: Sequence[Timed]) -> str:
    """``resource_group.main → workspace.main 1 min → compute.cpu 2 min, 3 min in all``."""
    links = (f"{shown(one.address)} {span(one.seconds) if one.seconds else ''}".rstrip() for one in chain)
    total = sum(one.seconds or 0.0 for one in chain)
    return ARROW.join(links) + (f", {span(total)} in all" if total else "")


def _needs(position: Position | None, *, parent: bool) -> str:
    if parent:
        return "it lives in it"
    return f"read at {_place(position)}" if position is not None else "recorded so"


def _needed(found: Explanation) -> Section:
    lines = [*_addresses(found.readers)]
    if found.behind:
        lines.append(prose(f"and {count(found.behind, 'block')} through these"))
    if found.outputs:
        lines.append(prose(f"outputs: {', '.join(map(visible, found.outputs))}"))
    return Section("Needed by", "" if lines else "nothing", tuple(lines))


def _dies(found: Explanation) -> Section:
    lines = [*_addresses(found.inside)]
    if found.data:
        lines.append(prose(f"lost: {visible(found.data)}", "!"))
    if found.serves:
        lines.append(prose(f"stops: {visible(found.serves)}", "!"))
    for change in found.changes:
        lines += [prose(f"and not managed here: {visible(id)}", "!") for id in change.unmanaged[:NAMED]]
    if found.guarded:
        lines.append(prose(f"its lifecycle says {', '.join(found.guarded)}"))
    if found.container is not None:
        lines.append(prose(f"it lives in {shown(found.container)} itself"))
    return Section(
        "Dies with it", "" if found.inside or found.data or found.serves else "nothing", tuple(lines)
    )


def _addresses(found: Sequence[Address]) -> Iterator[Line]:
    yield from (Line(Kind.TEXT, values=(shown(address),)) for address in found[:NAMED])
    if len(found) > NAMED:
        yield prose(f"and {len(found) - NAMED:,} more")


# ---- what is known of it ---------------------------------------------------------------------------------


def _takes(found: Explanation) -> Section:
    return Section("Usually takes", "", tuple(_line(took.op, _usual(took)) for took in found.took))


def _usual(took: Took) -> str:
    if not took.times:
        return f"{span(took.usual)}, as its type says"
    seconds = span(took.usual) if took.usual >= 1 else "less than 1 s"
    return f"{seconds}, measured {count(took.times, 'time')} in this stack"


def _recorded(found: Explanation) -> Section:
    record, stamp = found.record, found.written
    if record is None:
        return Section("Recorded", "nothing" if len(found.changes) < 2 else "")
    lines = [*present(("id",), record.id)]
    if stamp is not None:
        commit = f", commit {visible(stamp.commit[:7])}" if stamp.commit else ""
        who = f"{visible(stamp.owner)} on {visible(stamp.host)}"
        lines.append(
            _line(
                "written last", f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC by {who}, {visible(stamp.command)}{commit}"
            )
        )
    if record.versions:
        lines.append(_line("earlier versions", count(len(record.versions), "version")))
    if record.broken:
        lines.append(prose("its creation failed half-way", "!"))
    return Section("Recorded", f"in the state of serial {found.serial}", tuple(lines))


def _line(key: Address | str, value: str) -> Line:
    return Line(Kind.ATTRIBUTE, shown(key), (value,))


def _place(position: Position | None) -> str:
    return visible(str(position)) if position is not None else ""
