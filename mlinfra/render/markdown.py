"""A plan as Markdown, for a pull request: the worst first, and never longer than its host takes.

It is made of parts that are whole by themselves: a row, a finding, a folded change. Head and foot are bounded
and always there; of the others each goes in when there is room, in the order of how much it matters. What has
no room is counted.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mlinfra.render.findings import PASSED, REFUSED, FindingsView, Told
from mlinfra.render.graph import mermaid
from mlinfra.render.lines import Block, Kind, Line, Warned
from mlinfra.render.markup import block, code, cut, folded, prose, row, span, table, units
from mlinfra.render.risks import KINDS, Risky
from mlinfra.render.saved import Origin
from mlinfra.render.view import PlanView
from mlinfra.render.words import count

T = TypeVar("T")

GITHUB = 65_536
"""What a comment on GitHub may have, in characters."""
LEAST = 4_000
"""What head and foot need, with room for the first risks."""

_HEAD, _COMMAND, _TITLE, _TEXT, _VALUE, _LINES = 100, 300, 200, 600, 300, 60
"""What of heading, command, titles, sentences and values is shown at most, in characters; of a change, in
lines."""
_OPEN = 10
"""Changes that are listed one by one before the rest is folded as a whole."""
_GRAPH = 6_000
"""Characters of a drawing at most."""
_RESERVE = 120
"""Characters that are kept for saying what was left out of a part."""
_KEPT = 700
"""Characters that are kept for saying that whole parts were left out, and for the lines between parts."""


def document(
    view: PlanView, found: FindingsView | None = None, origin: Origin | None = None, max_chars: int = GITHUB
) -> str:
    """The plan in at most ``max_chars`` characters, which are `LEAST` or more. ``found`` is what rules say
    of it, ``origin`` where a saved one comes from."""
    head, foot = _head(view, found), _foot(view, origin)
    room = _Room(max_chars - units(head) - units(foot) - _KEPT)
    risks = _in_half(room, lambda part: _risks(view, part))
    refused = _in_half(room, lambda part: _findings(found, part, refusing=True))
    checks = _in_half(room, lambda part: _checks(view, part))
    drawing = _drawing(view, room)
    changes = _changes(view.changes, room)
    outputs = _outputs(view, room)
    others = _findings(found, room, refusing=False)
    warnings = _warnings(view.warnings, room)
    parts = [head, risks, refused, checks, drawing, changes, outputs, others, warnings, foot]
    return "\n\n".join(part for part in parts if part) + "\n"


@dataclass(slots=True)
class _Room:
    """What is left, in characters."""

    left: int

    def take(self, size: int, reserve: int = 0) -> bool:
        """Whether so much is left, and ``reserve`` besides; then it is taken."""
        if size + reserve > self.left:
            return False
        self.left -= size
        return True


def _in_half(room: _Room, lay: Callable[[_Room], str]) -> str:
    """A part in at most half of what is left: a thousand risks leave room for what refuses the plan."""
    half = room.left // 2
    part = _Room(half)
    text = lay(part)
    room.left -= half - part.left
    return text


def _filled(
    room: _Room, frame: str, items: Iterable[T], *forms: Callable[[T], str], glue: str = "\n"
) -> list[str] | None:
    """As many items as there is room for, until the first that has none; each in the first of ``forms`` that
    fits. None where there is no room for anything, ``frame`` being what stands around them."""
    if not room.take(units(frame) + 2 + _RESERVE):
        return None
    taken: list[str] = []
    for item in items:
        text = next((text for form in forms if room.take(units(text := form(item)) + len(glue))), None)
        if text is None:
            break
        taken.append(text)
    return taken


def _more(left: int, noun: str) -> str:
    return f"\n\n_{count(left, f'more {noun}')} left out: there was no room._" if left else ""


# ---- Head and foot -----------------------------------------------------------------------------------------


def _head(view: PlanView, found: FindingsView | None) -> str:
    duration = f" Takes {view.duration}." if view.duration else ""
    title = f"## Plan for {code(cut(view.title, _HEAD))}"
    lines = [f"**{view.verdict}**{duration}"]
    kinds = Counter(risk.kind for risk in view.risks)
    told = [f"{kinds[kind]:,} × {kind}" for kind in KINDS if kinds[kind]]
    if told:
        lines.append(f"**Look at:** {', '.join(told)}.")
    if found is not None:
        lines.append(f"**Policy:** {found.verdict}")
    if view.checks.counts:
        lines.append(f"**Checks:** {view.checks.counts}.")
    quiet = [view.unchanged] if view.unchanged else []
    quiet += [f"drift: {count(len(view.drift), 'resource')} changed outside"] if view.drift else []
    if quiet:
        lines.append(f"Not listed: {', '.join(quiet)}.")
    lines += view.notes
    return f"{title}\n\n" + "  \n".join(lines)


def _foot(view: PlanView, origin: Origin | None) -> str:
    if origin is None:
        return f"---\n{view.facts}"
    facts = [f"Plan {code(origin.digest)}"]
    facts += [f"commit {code(cut(origin.commit, _HEAD))}"] if origin.commit else []
    facts += [f"state serial {origin.serial}", f"made {origin.made} by {code(cut(origin.owner, _HEAD))}"]
    how = f"To make exactly these changes: {code(cut(origin.command, _COMMAND))}"
    return f"---\n{' · '.join(facts)}  \n{how}"


# ---- What to worry about -----------------------------------------------------------------------------------


def _risks(view: PlanView, room: _Room) -> str:
    heads = ("risk", "what", "where", "why it matters")
    if not view.risks:
        return ""
    rows = _filled(room, table(heads, []), view.risks, _risk)
    if rows is None:
        return _more(len(view.risks), "risk").strip()
    return table(heads, rows) + _more(len(view.risks) - len(rows), "risk")


def _risk(risk: Risky) -> str:
    what = f"{code(cut(risk.address, _TITLE))} {prose(cut(risk.note, _TITLE))}"
    return row((risk.kind, what, code(cut(risk.place, _TITLE)), prose(cut(risk.why, _TEXT))))


def _findings(found: FindingsView | None, room: _Room, *, refusing: bool) -> str:
    listed = [each for each in found.findings if (each.kind == REFUSED) is refusing] if found else []
    if not listed:
        return ""
    quiet = f"Policy: {count(len(listed), 'finding')} beside"
    heading = "### Refused by policy" if refusing else quiet
    items = _filled(room, folded(heading, ""), listed, _finding)
    if items is None:
        return _more(len(listed), "finding").strip()
    text = "\n".join(items) + _more(len(listed) - len(items), "finding")
    return f"{heading}\n\n{text}" if refusing else folded(heading, text)


def _finding(told: Told) -> str:
    """Code, place, what it is; of one that refuses also how to mend it, of one let pass why."""
    address = "" if told.address in told.summary else code(cut(told.address, _TITLE))
    kind = "" if told.kind == REFUSED else f"{told.kind}:"
    told_of = (code(cut(told.code, _TITLE)), kind, code(cut(told.place, _TITLE)), address)
    line = f"- {' '.join(filter(None, told_of))} {prose(cut(told.summary, _TEXT))}."
    more = told.passing if told.kind == PASSED else told.mend if told.kind == REFUSED else ""
    return f"{line} {prose(cut(more, _TEXT))}".rstrip()


def _checks(view: PlanView, room: _Room) -> str:
    lines = view.checks.lines
    if not lines:
        return ""
    heading = "### Checks that do not hold, or not yet"
    items = _filled(room, heading, lines, _check)
    if items is None:
        return _more(len(lines), "check").strip()
    return f"{heading}\n\n" + "\n".join(items) + _more(len(lines) - len(items), "check")


def _check(line: str) -> str:
    return f"- {prose(cut(line, _TEXT))}"


def _warnings(warnings: Sequence[Warned], room: _Room) -> str:
    if not warnings:
        return ""
    heading = count(len(warnings), "warning")
    items = _filled(room, folded(heading, ""), warnings, _warning)
    if items is None:
        return _more(len(warnings), "warning").strip()
    return folded(heading, "\n".join(items) + _more(len(warnings) - len(items), "warning"))


def _warning(each: Warned) -> str:
    told = (code(cut(each.code, _TITLE)), code(cut(each.place, _TITLE)), prose(cut(each.summary, _TEXT)))
    return f"- {' '.join(filter(None, told))}"


# ---- What changes ------------------------------------------------------------------------------------------


def _drawing(view: PlanView, room: _Room) -> str:
    """Nothing where it would be too large, or where there is nothing to draw."""
    if len(view.diagram.boxes) < 2:
        return ""
    text = block(mermaid(view.diagram).split("\n"), "mermaid")
    if view.undrawn:
        text += f"\n\n_{count(view.undrawn, 'block')} more are not drawn._"
    return text if units(text) <= _GRAPH and room.take(units(text) + 2) else ""


def _changes(changes: Sequence[Block], room: _Room) -> str:
    if not changes:
        return ""
    heading, rest = "### Changes", f"{len(changes):,} more changes"
    items = _filled(room, heading + folded(rest, ""), changes, _change, _brief, glue="\n\n")
    if items is None:
        return _more(len(changes), "change").strip()
    shown, others = items[:_OPEN], items[_OPEN:]
    parts = [heading, *shown]
    if others:
        parts.append(folded(f"{count(len(others), 'more change')}", "\n\n".join(others)))
    return "\n\n".join(parts) + _more(len(changes) - len(items), "change")


def _change(change: Block) -> str:
    place = f" {span(cut(change.place, _TITLE))}" if change.place else ""
    if not change.lines:
        return f"<details><summary>{_summary(change)}{place}</summary></details>"
    return folded(_summary(change) + place, block(_listed(change.lines)))


def _brief(change: Block) -> str:
    """Without what changes in it."""
    return f"<details><summary>{_summary(change)}</summary>Left out: there was no room.</details>"


def _summary(change: Block) -> str:
    address, note = cut(change.address, _TITLE), cut(change.note, _TITLE)
    names = span(f"{change.symbol} {address}")
    plain = html.escape(note) if prose(note) == note else span(note)
    return f"{names} {plain}".rstrip()


def _outputs(view: PlanView, room: _Room) -> str:
    if not view.outputs:
        return ""
    text = folded("Changes to outputs", block(_listed(view.outputs)))
    return text if room.take(units(text) + 2) else "_Outputs change: there was no room._"


def _listed(lines: Sequence[Line]) -> list[str]:
    """Lines for a code block; a sign in front tells what is new, gone and different."""
    listed = [_listed_one(line) for line in lines[:_LINES]]
    more = len(lines) - len(listed)
    return [*listed, f"… and {count(more, 'more line')}"] if more else listed


def _listed_one(line: Line) -> str:
    values = " → ".join(cut(value, _VALUE) for value in line.values)
    key = f"{cut(line.key, _TITLE)}: " if line.key else ""
    mark = f"   # {line.mark.removeprefix('# ')}" if line.mark else ""
    sign = {"~": "!", "·": " ", "@": "@"}.get(line.sign, line.sign) or " "
    indent = "  " if line.kind is Kind.ITEM else ""
    return f"{sign} {indent}{key}{values}{mark}"
