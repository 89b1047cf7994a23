"""Places where an expression is not the YAML that it seems to be.

Inside ``{ }`` and ``[ ]`` YAML takes the braces of ``${…}`` for its own; outside of them ``: `` makes a key
of what stands before it, and `` #`` starts a comment. All are cured by quotes.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.config import codes
from mlinfra.config.grammar import QUESTION_MARK, masked
from mlinfra.config.template import closing
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Position, SourceFile

_COLON = re.compile(r":\s")
_PREFIX = re.compile(r"""[ ]*(?:-[ ]+)*(?:(?:[\w$./-]+|"[^"]*"|'[^']*')[ ]*:[ ]+)?""")
"""What stands before the value on a line in block style."""

_KEY_BEFORE = re.compile(r"""(?:^|[\s{\[,])((?:[\w$./-]+|"[^"]*"|'[^']*')\s*:\s+)\Z""")


def in_flow(source: SourceFile, index: int, line: int, column: int) -> Diagnostic | None:
    """The trap of ``{a: ${…}}``: a syntax error at the ``{`` of a ``${``, whose place (from 0) is given."""
    text = source.text
    if index < 1 or text[index - 1 : index + 1] != "${":
        return None
    start = index - 1
    while start > 0 and text[start - 1] not in ",{[\n" and not _COLON.match(text, start - 1):
        start -= 1
    while text[start].isspace():
        start += 1
    end = _end_of_flow_scalar(text, start)
    line_start = index - column
    before = text[line_start:start]
    bracket = "[ ]" if _innermost(text[max(0, start - 2000) : start]) == "[" else "{ }"
    return _quote(
        source,
        text[start:end],
        before,
        line,
        start - line_start,
        f"Inside {bracket} YAML reads the braces itself.",
    )


def colon_inside(source: SourceFile, index: int, line: int, column: int) -> Diagnostic | None:
    """The trap of ``a: ${x if y else {'k': 1}}``: a syntax error at a ``:`` inside of an open ``${``."""
    text = source.text
    line_start = index - column
    opened = line_start
    while True:
        opened = text.find("${", opened, index)
        if opened < 0:
            return None
        end = closing(text, opened + 2)
        if end is None or end > index:
            break
        opened = end
    prefix = _PREFIX.match(text, line_start, opened)
    start = prefix.end() if prefix else opened
    if "?" in masked(text[opened:index]):
        stop = (closing(text, opened + 2) or index) + 1
        place = Position(source, line + 1, opened - line_start + 1, stop - opened)
        return error(codes.OTHER_LANGUAGE, *QUESTION_MARK, place)
    return _quote(
        source,
        text[start : _line_end(text, index)].rstrip(),
        text[line_start:start],
        line,
        start - line_start,
        "A colon with a space after it is YAML's own.",
    )


def cut_short(source: SourceFile, event: Any, found: Diagnostic, position: Position) -> Diagnostic | None:
    """The trap behind an expression that never ends: a comment or a colon cut the plain scalar short."""
    if found.code != codes.UNCLOSED:
        return None
    text = source.text
    end = event.end_mark.index
    line_end = _line_end(text, end)
    rest = text[end:line_end]
    start = event.start_mark.index
    if re.match(r"\s+#", rest):
        why = "A # with a space before it starts a comment."
    else:
        colon = re.match(r"\s*(?=:(\s|\Z))", rest)
        mark = event.end_mark
        return (
            colon_inside(source, end + colon.end(), mark.line, mark.column + colon.end()) if colon else None
        )
    whole = text[start:line_end].rstrip()
    line_start = start - (position.column - 1)
    return _quote(source, whole, text[line_start:start], position.line - 1, position.column - 1, why)


def quoted(text: str) -> str:
    """The text as a YAML string in quotes, in those that need the least."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _quote(source: SourceFile, written: str, before: str, line: int, column: int, why: str) -> Diagnostic:
    key = _KEY_BEFORE.search(before)
    shown = f"{key[1]}{quoted(written)}" if key else quoted(written)
    return error(
        codes.QUOTE_IT,
        "put quotes around the expression",
        f"{why} Write  {shown}",
        Position(source, line + 1, column + 1, len(written)),
    )


def _end_of_flow_scalar(text: str, start: int) -> int:
    """Where a scalar in flow style would end if its expressions were whole."""
    at = start
    while at < len(text) and text[at] not in ",}]\n":
        if text.startswith("${", at):
            close = closing(text, at + 2)
            line_end = _line_end(text, at)
            if close is None or close > line_end:
                return line_end
            at = close
        at += 1
    return start + len(text[start:at].rstrip())


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1] == "\r" else end


def _innermost(text: str) -> str:
    """The bracket that is open at the end of the text."""
    depth = 0
    for character in reversed(text):
        if character in "}]":
            depth += 1
        elif character in "{[":
            if depth == 0:
                return character
            depth -= 1
    return "{"
