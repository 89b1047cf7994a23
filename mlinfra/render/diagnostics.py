"""Messages with the line of source they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from mlinfra.model.diagnostic import Diagnostic, Severity
from mlinfra.model.source import Position
from mlinfra.model.value import dotted
from mlinfra.render.escape import shown, visible, visible_lines
from mlinfra.render.page import Page, Row, wrapped
from mlinfra.render.words import count

TAB = 4
"""Columns between tab stops in a line of source."""

_WORDS = {Severity.ERROR: ("Error", "bold red"), Severity.WARNING: ("Warning", "bold yellow")}


def report(found: Sequence[Diagnostic], *, untouched: bool, offline: bool = False) -> Page:
    """Every message in the order given, then how many there are.

    ``untouched`` promises that nothing was changed, ``offline`` that nothing was even read from Azure; both
    are said only when there is an error.
    """

    def lay(width: int) -> Iterator[Row]:
        for diagnostic in found:
            yield from entry(diagnostic, width)
            yield []
        if found:
            yield from ([(text, "bold")] for text in wrapped(_total(found, untouched, offline), width))

    return Page(lay)


def entry(found: Diagnostic, width: int, heading: tuple[str, str] | None = None) -> Iterator[Row]:
    """One message: what is wrong, where, the line, and what to do.

    ``heading`` is the word that it begins with, and its style, where it is not its severity.
    """
    word, style = heading or _WORDS[found.severity]
    head = f"{word} {visible(found.code)}: "
    first, *rest = wrapped(visible(found.summary), max(width - cell_len(head), 20))
    yield [(head, style), (first, "bold")]
    yield from ([("  " + text, "bold")] for text in rest)
    place = _place(found)
    if place:
        yield [("  " + place, "dim")]
    if found.position:
        yield from _snippet(found.position, width, style)
    for via in found.via or ():
        told = f"in {visible(via.name)}, called at {visible(str(via.position))}"
        yield from ([("  " + text, "dim")] for text in wrapped(told, width - 2))
    if found.detail:
        for line in visible_lines(found.detail):
            yield from ([("  " + text, "")] for text in wrapped(line, width - 2))


def _total(found: Sequence[Diagnostic], untouched: bool, offline: bool) -> str:
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in found)
    warnings = len(found) - errors
    counts = [count(errors, "error")] if errors else []
    counts += [count(warnings, "warning")] if warnings else []
    promise = ""
    if errors and offline:
        promise = " Nothing was read from Azure, nothing was changed."
    elif errors and untouched:
        promise = " Nothing was changed."
    return f"{', '.join(counts)}.{promise}"


def _place(found: Diagnostic) -> str:
    """File, line and column, and the resource where the summary does not name it."""
    parts = [visible(str(found.position))] if found.position else []
    if found.address and str(found.address) not in found.summary:
        parts.append(shown(found.address))
    if found.path and not found.position:
        parts.append(visible(dotted(found.path)))
    return "  ".join(parts)


def _snippet(position: Position, width: int, style: str) -> Iterator[Row]:
    """The line and carets beneath what is meant; a long line is cut around it."""
    line = position.source.line(position.line)
    if not line.strip():
        return
    gutter = str(position.line)
    room = max(width - len(gutter) - 5, 20)
    cells = _cells(line)
    start = min(position.column - 1, len(cells))
    text, before, marked = _window(cells, start, min(start + max(position.length, 1), len(cells)), room)
    yield [(f"  {gutter} | ", "dim"), (text, "")]
    yield [(f"  {' ' * len(gutter)} | ", "dim"), (" " * before + "^" * max(marked, 1), style)]


def _cells(line: str) -> list[str]:
    """Each character of a line as it is shown, tabs up to the next stop."""
    shown_: list[str] = []
    used = 0
    for char in line:
        text = " " * (TAB - used % TAB) if char == "\t" else visible(char)
        shown_.append(text)
        used += cell_len(text)
    return shown_


def _window(cells: list[str], start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line that fits ``room`` columns, the columns before what is meant, and its own.

    What is left out at either side is an ellipsis.
    """
    sizes = [cell_len(cell) for cell in cells]
    if sum(sizes) <= room:
        return "".join(cells), cell_len("".join(cells[:start])), cell_len("".join(cells[start:end]))
    first, used = start, 0
    while first and used + sizes[first - 1] <= room // 3:
        first -= 1
        used += sizes[first]
    last, used = first, 0
    while last < len(cells) and used + sizes[last] <= room - 2:
        used += sizes[last]
        last += 1
    while first and used + sizes[first - 1] <= room - 2:
        first -= 1
        used += sizes[first]
    left, right = "…" if first else "", "…" if last < len(cells) else ""
    before = len(left) + cell_len("".join(cells[first:start]))
    return left + "".join(cells[first:last]) + right, before, cell_len("".join(cells[start : min(end, last)]))
