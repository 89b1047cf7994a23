"""Rows of styled text that are laid out when the width is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, get_character_cell_size

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment
    from rich.style import Style

Row: TypeAlias = list[tuple[str, str]]
"""One line: pieces of text, each with a rich style (empty: plain)."""

WIDTH = 100
"""Columns when nobody says otherwise: in a pipe, in a test."""


class Page:
    """Something to print: ``console.print(page)`` follows the console's width and colours.

    ``lay`` turns a width into rows. A row that is wider than the console is folded, never cut; printed with
    ``soft_wrap=True`` it stays whole. Text goes out as it is: no markup is read.
    """

    def __init__(self, lay: Callable[[int], Iterable[Row]]) -> None:
        self._lay = lay

    def rows(self, width: int = WIDTH) -> list[Row]:
        """The rows at this width."""
        return list(self._lay(width))

    def plain(self, width: int = WIDTH) -> str:
        """The text without styles, each line ended by a newline and without blanks before it."""
        return "".join("".join(text for text, _ in row).rstrip(" ") + "\n" for row in self._lay(width))

    def __str__(self) -> str:
        return self.plain()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        from rich.segment import Segment
        from rich.style import Style

        width = max(20, options.max_width)
        styles: dict[str, Style | None] = {"": None}
        for row in self._lay(width):
            for text, style in row if options.no_wrap else folded(row, width):
                if style not in styles:
                    styles[style] = Style.parse(style)
                yield Segment(text, styles[style])
            yield Segment.line()


def stacked(*pages: Page) -> Page:
    """Pages beneath each other, an empty line between them; one without rows leaves no gap."""

    def lay(width: int) -> Iterator[Row]:
        above = False
        for page in pages:
            rows = page.rows(width)
            if above and rows:
                yield []
            above = above or bool(rows)
            yield from rows

    return Page(lay)


def folded(row: Row, width: int) -> Row:
    """The row with a newline wherever it would pass ``width`` columns."""
    if sum(cell_len(text) for text, _ in row) <= width:
        return row
    result: Row = []
    used = 0
    for text, style in row:
        piece = ""
        for char in text:
            size = get_character_cell_size(char)
            if used + size > width:
                piece, used = piece + "\n", 0
            piece, used = piece + char, used + size
        result.append((piece, style))
    return result


def wrapped(text: str, room: int) -> list[str]:
    """``text`` broken at spaces into lines of at most ``room`` columns; a word that is longer stays whole."""
    if cell_len(text) <= room:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for number, word in enumerate(text.split(" ")):
        size = cell_len(word)
        if number and used + 1 + size > room and line.strip():
            lines.append(line)
            line, used = word, size
        elif number:
            line, used = f"{line} {word}", used + 1 + size
        else:
            line, used = word, size
    return [*lines, line]


def padded(text: str, columns: int) -> str:
    """``text`` with blanks behind it up to ``columns``; wide characters count as two."""
    return text + " " * (columns - cell_len(text))
