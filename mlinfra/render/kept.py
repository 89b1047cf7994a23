"""States that are kept: their list, and what differs between two of them; as pages and as JSON data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlinfra.model.difference import Altered, Difference
from mlinfra.model.plan import AttributeChange
from mlinfra.model.state import Record
from mlinfra.model.value import is_sensitive
from mlinfra.render import json, layout
from mlinfra.render.attributes import changed
from mlinfra.render.blocks import output_lines
from mlinfra.render.escape import shown, visible
from mlinfra.render.lines import Block, Line, prose
from mlinfra.render.marks import bare
from mlinfra.render.page import Page, Row, padded
from mlinfra.render.words import count
from mlinfra.state.archive import Finding, Kept

_HEADINGS = ("serial", "when (UTC)", "who", "command", "commit", "summary")


def history(kept: Sequence[Kept]) -> Page:
    """What ``state history`` shows: a line for each, the one that counts marked with a star."""
    table = [_HEADINGS, *map(_cells, kept)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEADINGS))]

    def lay(width: int) -> Iterator[Row]:
        for number, row in enumerate(table):
            text = "  ".join(padded(cell, room) for cell, room in zip(row, widths, strict=True))
            yield [(text.rstrip(), "dim" if not number else "bold" if kept[number - 1].current else "")]

    return Page(lay)


def _cells(one: Kept) -> tuple[str, ...]:
    by = one.by
    return (
        f"{one.serial}{' *' if one.current else ''}",
        f"{one.at:%Y-%m-%d %H:%M:%S}" if one.at else "",
        visible(f"{by.owner} on {by.host}") if by else "",
        visible(by.command) if by else "",
        visible(by.commit[:7]) if by else "",
        visible(by.summary if by else f"damaged: {one.problem}" if one.problem else ""),
    )


def history_json(kept: Sequence[Kept]) -> list[dict[str, Any]]:
    """``state history --json``."""
    return [
        {
            "serial": one.serial,
            "current": one.current,
            "at": one.at,
            "owner": one.by.owner if one.by else None,
            "host": one.by.host if one.by else None,
            "command": one.by.command if one.by else None,
            "commit": (one.by.commit or None) if one.by else None,
            "summary": one.by.summary if one.by else None,
            "where": one.where,
            "problem": one.problem or None,
        }
        for one in kept
    ]


def difference(found: Difference) -> Page:
    """What differs, in the signs that plans have; nothing of it is done to a resource."""
    blocks = [
        *(Block("+", shown(record.address), "recorded", _of(record)) for record in found.added),
        *(Block("-", shown(record.address), "no longer recorded", _of(record)) for record in found.removed),
        *map(_altered, found.altered),
    ]
    outputs = [line for output in found.outputs for line in output_lines(output)]

    def lay(width: int) -> Iterator[Row]:
        yield from layout.blocks(blocks, width, layout.note_column(blocks, width))
        if outputs:
            yield [("Outputs:", "bold")]
            yield from layout.lines(outputs, width, indent=2)
            yield []
        yield [(_verdict(found), "bold")]

    return Page(lay)


def _of(record: Record) -> tuple[Line, ...]:
    return (prose(visible(record.id)),)


def _altered(one: Altered) -> Block:
    note = f"was {shown(one.old)}" if one.old != one.address else ""
    lines = [line for attribute in one.attributes for line in changed(attribute)]
    lines += [prose(visible(note)) for note in one.notes]
    return Block("~", shown(one.address), note, tuple(lines))


def _verdict(found: Difference) -> str:
    if not found:
        return "No difference."
    parts = {"added": len(found.added), "removed": len(found.removed), "changed": len(found.altered)}
    told = ", ".join(f"{number:,} {word}" for word, number in parts.items() if number)
    outputs = count(len(found.outputs), "output") if found.outputs else ""
    return f"Difference: {', '.join(part for part in (told, outputs) if part)}."


def difference_json(found: Difference, before: int, after: int) -> dict[str, Any]:
    """``state diff --json``; a sensitive value is ``None`` and told by ``sensitive``."""
    return {
        "from": before,
        "to": after,
        "added": [json.resource(record) for record in found.added],
        "removed": [json.resource(record) for record in found.removed],
        "changed": [
            {
                "address": str(one.address),
                "previous_address": str(one.old),
                "attributes": [_attribute(each) for each in one.attributes],
                "notes": list(one.notes),
            }
            for one in found.altered
        ],
        "outputs": [{"name": each.name, **_sides(each.before, each.after)} for each in found.outputs],
    }


def _attribute(each: AttributeChange) -> dict[str, Any]:
    return {"path": list(each.path), "delta": each.delta.value, **_sides(each.before, each.after)}


def _sides(before: Any, after: Any) -> dict[str, Any]:
    secret = is_sensitive(before) or is_sensitive(after)
    return {"before": bare(before), "after": bare(after), "sensitive": secret}


def findings(found: Sequence[Finding]) -> Page:
    """What ``state verify`` shows: a line for each part."""

    def lay(width: int) -> Iterator[Row]:
        for one in found:
            what = visible(f"{one.part}  {one.where}")
            if one.problem:
                yield [("✗ ", "bold red"), (what, "")]
                yield [(f"    {visible(one.problem)}", "red")]
            else:
                yield [("✓ ", "green"), (what, ""), (f"  {visible(one.note)}" if one.note else "", "dim")]

    return Page(lay)
