"""Many stacks, a line each: as a table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.cells import cell_len

from mlinfra.model.standing import Standing
from mlinfra.model.state import Stamp
from mlinfra.render.escape import visible
from mlinfra.render.json import diagnostic
from mlinfra.render.page import Page, Row, padded
from mlinfra.render.words import count

_HEADINGS = ("stack", "folder", "serial", "resources", "last written")


def standings(found: Sequence[Standing]) -> Page:
    """The table; what needs a look stands behind a stack's line, what is wrong with it in its place."""

    def lay(width: int) -> Iterator[Row]:
        cells = [_cells(one) for one in found]
        wide = [max(map(cell_len, column)) for column in zip(_HEADINGS, *cells, strict=True)]
        yield [(_line(_HEADINGS, wide), "bold")]
        for one, texts in zip(found, cells, strict=True):
            notes = [note for note in _notes(one) if note[0]]
            if one.problems and not one.stack:
                yield [(_line(texts[:2], wide[:2]), ""), ("  ", ""), *_between(notes)]
            else:
                yield [(_line(texts, wide), ""), *([("  ", ""), *_between(notes)] if notes else [])]

    return Page(lay)


def standings_json(found: Sequence[Standing]) -> dict[str, Any]:
    """``status --json``: null is what nobody knows or looked for."""
    return {"format_version": "1.0", "stacks": [_json(one) for one in found]}


def _cells(one: Standing) -> tuple[str, ...]:
    if one.serial is None:
        known = ("", "", "") if one.problems else ("-", "-", "never")
    else:
        written = _stamp(one.written) if one.written else "nobody knows"
        known = (f"{one.serial:,}", f"{one.resources:,}", written)
    return (visible(one.stack) or "?", visible(one.folder), *known)


def _notes(one: Standing) -> Iterator[tuple[str, str]]:
    """What somebody should know, with its style; empty texts are left out."""
    if one.lock is not None:
        lock = one.lock
        who = visible(f"{lock.owner} on {lock.host} ({lock.command})")
        yield f"locked by {who} since {_moment(lock.since)}", "yellow"
    yield (f"{count(one.open_steps, 'step')} never ended" if one.open_steps else ""), "yellow"
    if one.drifted is not None:
        yield (
            (f"drift: {count(one.drifted, 'resource')}" if one.drifted else "no drift"),
            ("yellow" if one.drifted else "green"),
        )
    if one.problems:
        first, *rest = one.problems
        more = f" (and {len(rest)} more)" if rest else ""
        yield f"{first.code}: {visible(first.summary)}{more}", "red"


def _between(notes: Sequence[tuple[str, str]]) -> Row:
    row: Row = []
    for text, style in notes:
        row += [(" · ", "dim")] if row else []
        row.append((text, style))
    return row


def _line(texts: Sequence[str], wide: Sequence[int]) -> str:
    return "  ".join(padded(text, columns) for text, columns in zip(texts, wide, strict=True))


def _stamp(written: Stamp) -> str:
    who = visible(f"{written.owner} on {written.host} ({written.command})")
    return f"{_moment(written.at)} by {who}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _json(one: Standing) -> dict[str, Any]:
    lock, written = one.lock, one.written
    return {
        "folder": one.folder,
        "stack": one.stack or None,
        "serial": one.serial,
        "resources": one.resources,
        "written": written
        and {
            "at": written.at.isoformat(),
            "owner": written.owner,
            "host": written.host,
            "command": written.command,
            "commit": written.commit or None,
        },
        "lock": lock
        and {
            "id": lock.id,
            "owner": lock.owner,
            "host": lock.host,
            "command": lock.command,
            "since": lock.since.isoformat(),
        },
        "open_steps": one.open_steps,
        "drifted": one.drifted,
        "diagnostics": [diagnostic(found) for found in one.problems],
    }
