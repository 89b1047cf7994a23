"""Where the parts of a scalar stand in the file."""

from __future__ import annotations

from typing import Any

from mlinfra.config.template import Place
from mlinfra.model.source import Position, SourceFile


def locator(source: SourceFile, event: Any, position: Position) -> Place:
    """Places of parts of a scalar's value, each of which starts with ``${``; ``position`` is the scalar's.

    The k-th ``${`` of the value is the k-th of the raw text, unless escapes hide one: then all that can be
    said is where the scalar stands.
    """
    value = event.value
    raw = source.text[event.start_mark.index : event.end_mark.index]
    count = value.count("${")
    told = raw.count("${") == count

    def place(start: int, end: int) -> Position:
        if not told:
            return position
        offset = raw.find("${")
        if count > 1:
            for _ in range(value.count("${", 0, start)):
                offset = raw.find("${", offset + 1)
        newline = max(raw.rfind("\n", 0, offset), raw.rfind("\r", 0, offset))
        line = position.line + raw.count("\n", 0, offset)
        column = offset - newline if newline >= 0 else position.column + offset
        length = end - start if raw[offset : offset + end - start] == value[start:end] else 2
        return Position(source, line, column, length)

    return place
