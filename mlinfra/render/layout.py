"""Blocks of lines, laid out in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from mlinfra.render.lines import Block, Kind, Line, Warned
from mlinfra.render.page import Row, padded, wrapped

SYMBOL = 3
"""Columns of the symbol, the widest being ``-/+``."""
INDENT = 6
"""Columns before what stands beneath a resource."""
KEYS = 36
"""Columns that keys are aligned in at most; the value of a longer one follows it directly."""
REMARKED = 50
"""Columns of a value up to which remarks are aligned."""
LEADS = ("+", "-", "·")
"""Signs that stand before a single value."""

STYLES = {
    "+": "green",
    "~": "yellow",
    "-": "red",
    "-/+": "magenta",
    "+/-": "magenta",
    "=": "cyan",
    "<=": "cyan",
    ".": "blue",
    "!": "bold yellow",
    "@": "cyan",
}
"""Styles of symbols and signs."""


def blocks(found: Iterable[Block], width: int, column: int) -> Iterator[Row]:
    """Resources one after the other, their notes at ``column``, an empty line behind each."""
    for block in found:
        yield from _heading(block, width, column)
        yield from lines(block.lines, width)
        yield []


def note_column(found: Iterable[Block], width: int) -> int:
    """Where the notes beside these addresses stand; a very long address pushes its own note only."""
    longest = max((cell_len(block.address) for block in found), default=0)
    return min(max(SYMBOL + 1 + longest + 3, 36), width * 2 // 3)


def lines(found: Sequence[Line], width: int, indent: int = INDENT) -> Iterator[Row]:
    """The lines beneath one resource, ``indent`` columns in.

    Keys, values and remarks are aligned where there is room.
    """
    keys = [cell_len(line.key) for line in found if line.kind is Kind.ATTRIBUTE]
    value_at = indent + max((key for key in keys if key <= KEYS), default=KEYS if keys else 0) + 3
    remarked = [_width(line) for line in found if line.mark]
    remark_at = value_at + max((size for size in remarked if size <= REMARKED), default=0) + 3
    for line in found:
        if line.kind is Kind.PROSE:
            yield from _prose(line, width, indent)
        elif line.kind is Kind.TEXT:
            sign = line.sign if line.sign in ("+", "-") else " "
            yield [(" " * (indent + 2) + sign + line.values[0], STYLES.get(line.sign, ""))]
        else:
            yield from _value(line, width, indent, value_at, remark_at)


def _heading(block: Block, width: int, column: int) -> Iterator[Row]:
    """Symbol, address and note; a note without room goes onto a line of its own."""
    row: Row = [(f"{block.symbol:>{SYMBOL}} ", STYLES.get(block.symbol, "")), (block.address, "bold")]
    end = SYMBOL + 1 + cell_len(block.address)
    at = max(column, end + 2)
    if not block.note:
        yield row
    elif at + cell_len(block.note) <= width:
        yield [*row, (" " * (at - end) + block.note, "dim")]
    else:
        yield row
        yield from ([(" " * INDENT + text, "dim")] for text in wrapped(block.note, width - INDENT))


def _width(line: Line) -> int:
    """Columns of the value on one row."""
    lead = 2 if len(line.values) == 1 and line.sign in LEADS else 0
    return lead + sum(map(cell_len, line.values)) + 3 * (len(line.values) - 1)


def _prose(line: Line, width: int, indent: int) -> Iterator[Row]:
    style = "yellow" if line.sign == "!" else "dim"
    lead = f"{line.sign} " if line.sign else ""
    for number, text in enumerate(wrapped(line.values[0], width - indent - len(lead))):
        yield [(" " * indent + (lead if not number else " " * len(lead)) + text, style)]


def _value(line: Line, width: int, indent: int, value_at: int, remark_at: int) -> Iterator[Row]:
    head = padded(" " * indent + f"{line.key}:", value_at - 2) + "  " if line.key else " " * value_at
    start = cell_len(head)
    first, *rest = _pieces(line, max(width - start, 20))
    rows = [[(head, ""), *first], *([(" " * start, ""), *row] for row in rest)]
    if line.mark:
        style = "red" if "forces" in line.mark else "dim"
        size, end = cell_len(line.mark), sum(cell_len(text) for text, _ in rows[-1])
        at = max(min(remark_at, width - size), end + 2)
        if at + size <= width:
            rows[-1] = [*rows[-1], (" " * (at - end) + line.mark, style)]
        else:
            rows.append([(" " * start + line.mark, style)])
    yield from rows


def _pieces(line: Line, room: int) -> list[Row]:
    """The value without what stands before it, on one row where it fits."""
    if len(line.values) == 2:
        old, new = line.values
        if cell_len(old) + 3 + cell_len(new) <= room:
            return [[(old, "red"), (" → ", "yellow"), (new, "green")]]
        rows: list[Row] = [[(text, "red")] for text in wrapped(old, room)]
        first, *rest = wrapped(new, room - 2)
        return [*rows, [("→ ", "yellow"), (first, "green")], *([("  " + text, "green")] for text in rest)]
    lead = f"{line.sign} " if line.sign in LEADS else ""
    first, *rest = wrapped(line.values[0], room - len(lead))
    style = STYLES.get(line.sign, "")
    return [[(lead + first, style)], *([(" " * len(lead) + text, style)] for text in rest)]


def remarks(label: str, found: Iterable[Warned], width: int, style: str = "bold yellow") -> Iterator[Row]:
    """What was found beneath each other, behind ``label``: code, what it is, and where, if that fits."""
    lead = f"{label}   "
    indent = " " * len(lead)
    room = width - len(lead)
    for warned in found:
        place = f"   {warned.place}" if warned.place else ""
        fits = cell_len(warned.code) + 1 + cell_len(warned.summary) + cell_len(place) <= room
        first, *rest = wrapped(f"{warned.code} {warned.summary}", room)
        yield [(lead, style), (first, ""), (place if fits else "", "dim")]
        below = [*rest, *([warned.place] if place and not fits else []), *wrapped(warned.detail, room)]
        yield from ([(indent + text, "dim")] for text in below if text)
        lead = indent
