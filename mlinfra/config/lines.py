"""What each line of a YAML text is, and where `mlinfra.config.layout` puts it.

One walk over the scanner's tokens. A line that begins inside a text of several lines is moved with the line
on which the text begins; a line of a block text is moved as far as the text; a comment goes with the line
below it, or with the deeper lines above it that it stands beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockEntryToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    CSafeLoader,
    DirectiveToken,
    DocumentEndToken,
    DocumentStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    KeyToken,
    ScalarToken,
    TagToken,
    ValueToken,
)

STEP = 2
"""Spaces a level."""

_HEADER = re.compile(r"[|>]([-+]?)([1-9]?)([-+]?)")


@dataclass(slots=True)
class Line:
    """One line. Its first ``skip`` characters become ``indent`` spaces and ``dashes``; with ``indent`` None
    they stay.

    ``verbatim``: it stays, blank as it may be; of a block text it becomes ``moved``. ``open_end``: blanks at
    its end belong to a text. ``seen``: something other than a comment stands on it.
    """

    text: str
    section: int = 0
    indent: int | None = None
    skip: int = 0
    dashes: str = ""
    verbatim: bool = False
    open_end: bool = False
    moved: str | None = None
    seen: bool = False

    @property
    def shift(self) -> int:
        """How far what follows the prefix moves to the right."""
        return 0 if self.indent is None else self.indent + len(self.dashes) - self.skip


@dataclass(slots=True)
class Scan:
    """All lines. ``unsafe`` are sections with something that is better left as it is; ``ended`` says that
    the last line has a line break, ``ends_in_text`` that it belongs to a block text."""

    lines: list[Line]
    unsafe: set[int] = field(default_factory=set)
    ended: bool = True
    ends_in_text: bool = False

    @property
    def sections(self) -> frozenset[int]:
        """Every section: a key at the top, with all below it."""
        return frozenset(line.section for line in self.lines)


@dataclass(slots=True)
class _Level:
    """A map or list in block style: the column of its keys or dashes, as it is and as it will be.

    ``kind`` is ``map``, ``list``, or ``flush`` for a list whose dashes stand below the key's first letter.
    """

    kind: str
    old: int
    new: int


def scan(text: str) -> Scan:
    """Look at every line. Raises yaml.YAMLError."""
    lines = [Line(line) for line in text.split("\n")]
    ended = text.endswith("\n")
    if ended:
        lines.pop()
    walk = _Walk(lines)
    for token in yaml.scan(text, Loader=CSafeLoader):
        walk.token(token)
    walk.comments()
    return Scan(lines, walk.unsafe, ended, bool(lines) and walk.in_block_text(len(lines) - 1))


_STARTS = (FlowMappingStartToken, FlowSequenceStartToken)
_ENDS = (FlowMappingEndToken, FlowSequenceEndToken)
_VALUES = (ScalarToken, AliasToken, AnchorToken, TagToken, *_STARTS)
_MARKERS = (DirectiveToken, DocumentStartToken, DocumentEndToken)


class _Walk:
    def __init__(self, lines: list[Line]) -> None:
        self.lines: list[Line] = lines
        self.unsafe: set[int] = set()
        self.levels: list[_Level] = []
        self.depth = 0
        self.flow_line = 0
        self.section = 0
        self.around: dict[int, tuple[tuple[int, int], ...]] = {}
        self.firsts: dict[int, int] = {}
        self.block_texts: set[int] = set()

    def in_block_text(self, number: int) -> bool:
        return number in self.block_texts

    # ---- tokens --------------------------------------------------------------------------------------

    def token(self, token: Any) -> None:
        if isinstance(token, _ENDS):
            self._flow_end(token)
        elif self.depth:
            if isinstance(token, _STARTS):
                self.depth += 1
            elif isinstance(token, ScalarToken):
                self._several_lines(token, self.lines[self.flow_line].shift)
        elif isinstance(token, BlockMappingStartToken | BlockSequenceStartToken):
            kind = "map" if isinstance(token, BlockMappingStartToken) else "list"
            self.levels.append(_Level(kind, token.start_mark.column, self._inside()))
        elif isinstance(token, BlockEndToken):
            self._leave_flush()
            self.levels.pop()
        elif isinstance(token, BlockEntryToken):
            self._entry(token)
        elif isinstance(token, KeyToken):
            self._key(token)
        elif isinstance(token, ValueToken):
            if not self._line(token).seen:
                self.unsafe.add(self.section)
        elif isinstance(token, _VALUES):
            self._value(token)
        elif isinstance(token, _MARKERS):
            line = self._line(token)
            line.seen = True
            self.firsts[token.start_mark.line] = 0

    def _entry(self, token: Any) -> None:
        top = self.levels[-1]
        if top.kind == "map":
            top = _Level("flush", top.old, top.new + STEP)
            self.levels.append(top)
        if len(self.levels) == 1:
            self._new_section(token)
        line = self._line(token)
        if not line.seen:
            self._first(token, top.new)
            line.dashes = "-"
        elif line.dashes and line.text[: token.start_mark.column].strip(" -\t") == "":
            line.dashes += " -"
        line.skip = token.start_mark.column + 1
        self._note(token)

    def _key(self, token: Any) -> None:
        self._leave_flush()
        if len(self.levels) == 1:
            self._new_section(token)
        line = self._line(token)
        if line.text[token.start_mark.column : token.start_mark.column + 1] == "?":
            self.unsafe.add(self.section)
        if not line.seen:
            self._first(token, self.levels[-1].new)
        self._after_dashes(token)
        self._note(token)

    def _value(self, token: Any) -> None:
        line = self._line(token)
        if not line.seen:
            self._first(token, self._inside())
        self._after_dashes(token)
        if isinstance(token, _STARTS):
            self.depth, self.flow_line = 1, token.start_mark.line
        elif isinstance(token, ScalarToken):
            if token.style in ("|", ">"):
                self._block_text(token)
            else:
                self._several_lines(token, line.shift)
        self._note(token)

    def _flow_end(self, token: Any) -> None:
        if self.depth == 1:
            shift = self.lines[self.flow_line].shift
            for number in range(self.flow_line + 1, token.end_mark.line + 1):
                if not self.lines[number].seen:
                    self._shifted(number, shift)
            self._note(token)
        self.depth -= 1

    # ---- where a line goes ---------------------------------------------------------------------------

    def _line(self, token: Any) -> Line:
        line: Line = self.lines[token.start_mark.line]
        line.section = self.section
        return line

    def _inside(self) -> int:
        """Where stands what is inside the innermost level."""
        return self.levels[-1].new + STEP if self.levels else 0

    def _leave_flush(self) -> None:
        if self.levels and self.levels[-1].kind == "flush":
            self.levels.pop()

    def _new_section(self, token: Any) -> None:
        if not self.lines[token.start_mark.line].seen:
            self.section = token.start_mark.line

    def _first(self, token: Any, indent: int) -> None:
        line = self._line(token)
        line.seen = True
        line.indent, line.skip = indent, token.start_mark.column
        self.firsts[token.start_mark.line] = token.start_mark.column

    def _after_dashes(self, token: Any) -> None:
        """The first word after the dashes of a line: one space separates them."""
        line = self._line(token)
        if line.dashes.endswith("-") and line.text[line.skip : token.start_mark.column].strip(" \t") == "":
            line.dashes += " "
            line.skip = token.start_mark.column

    def _note(self, token: Any) -> None:
        """Remember the levels that are open after this token."""
        self.around[token.end_mark.line if isinstance(token, _ENDS) else token.start_mark.line] = tuple(
            (level.old, level.new) for level in self.levels
        )

    def _shifted(self, number: int, shift: int) -> None:
        """Move a line with the one that it continues; outside of brackets, never as far out as a key."""
        line = self.lines[number]
        line.section = self.section
        if line.text.strip():
            line.seen = True
            line.skip = len(line.text) - len(line.text.lstrip(" "))
            line.indent = max(0, line.skip + shift)
            if self.levels and not self.depth and line.indent <= self.levels[-1].new:
                line.indent = self._inside()

    # ---- texts of several lines ----------------------------------------------------------------------

    def _several_lines(self, token: Any, shift: int) -> None:
        first, last = token.start_mark.line, token.end_mark.line
        for number in range(first + 1, last + 1):
            self._shifted(number, shift)
            self.lines[number - 1].open_end = True
            # A blank line in a text is a line break of it.
            self.lines[number].verbatim = not self.lines[number].text.strip()

    def _block_text(self, token: Any) -> None:
        """Move the text with what it belongs to; blank lines after it are its own with ``+`` only."""
        first, last = token.start_mark.line, token.end_mark.line
        header = _HEADER.match(self.lines[first].text, token.start_mark.column)
        lines = range(first + 1, min(last + (token.end_mark.column > 0), len(self.lines)))
        if header is None or not self.levels:
            for number in lines:
                self._kept(number)
            return
        level = self.levels[-1]
        written = [n for n in lines if self.lines[n].text.strip(" ")]
        if header[2]:
            old, new = level.old + int(header[2]), level.new + int(header[2])
        else:
            lead = self.lines[written[0]].text if written else ""
            old, new = len(lead) - len(lead.lstrip(" ")), level.new + STEP
        content = {
            n
            for n in lines
            if self.lines[n].text.strip(" ") or ((written or header[2]) and len(self.lines[n].text) > old)
        }
        end = lines.stop if "+" in (header[1], header[3]) else (max(content) + 1 if content else lines.start)
        for number in range(lines.start, end):
            self._kept(number)
            text = self.lines[number].text
            self.lines[number].moved = " " * new + text[old:] if number in content else ""

    def _kept(self, number: int) -> None:
        line = self.lines[number]
        line.section, line.seen, line.verbatim = self.section, True, True
        self.block_texts.add(number)

    # ---- comments ------------------------------------------------------------------------------------

    def comments(self) -> None:
        """Place the lines that hold a comment alone, from the last to the first."""
        before: list[tuple[tuple[int, int], ...]] = []
        open_levels: tuple[tuple[int, int], ...] = ()
        section = 0
        for number, line in enumerate(self.lines):
            before.append(open_levels)
            open_levels = self.around.get(number, open_levels)
            if line.seen:
                section = line.section
            line.section = section
        old, new = 0, 0
        for number in range(len(self.lines) - 1, -1, -1):
            line = self.lines[number]
            if number in self.firsts:
                old, new = self.firsts[number], line.indent or 0
            elif not line.seen and line.text.lstrip(" \t").startswith("#"):
                line.skip = len(line.text) - len(line.text.lstrip(" \t"))
                line.indent = _beside(line.skip, before[number], old, new)


def _beside(column: int, above: Iterable[tuple[int, int]], old: int, new: int) -> int:
    """Where a comment goes: with the next line (at ``old``, to be at ``new``), or, standing further in than
    that, with the level above that it stands beside."""
    if column <= old:
        return new
    reached = [pair for pair in above if old < pair[0] <= column]
    return reached[-1][1] if reached else new
