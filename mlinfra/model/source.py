"""Text with positions: what a message points at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """One file that was read: ``path`` as it is shown (relative to the stack's folder where it can be)."""

    path: str
    text: str = field(repr=False)

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1, without its end; empty past the last."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


class Position(msgspec.Struct, frozen=True, gc=False):
    """A place in a file; line and column count from 1, in code points. ``length`` is what to underline.

    A Struct, as `Node` is: of a stack of 10,000 resources there are 200,000 of them, and a frozen dataclass
    takes six times as long to make.
    """

    source: SourceFile
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Expression:
    """The inside of one ``${…}``: its text, where it starts, and its parsed form."""

    text: str
    position: Position
    tree: Any = field(repr=False, compare=False)
    references: tuple[tuple[str, ...], ...] = ()
    """Dotted names that it reads, outermost first: ``("storage_account", "main", "id")``."""


@dataclass(frozen=True, slots=True)
class Template:
    """A string that holds at least one ``${…}``. One part that is an `Expression` keeps the value's type."""

    text: str
    parts: tuple[str | Expression, ...]


class Node(msgspec.Struct, frozen=True):
    """One YAML value with its place.

    ``value`` is a scalar, a `Template`, a tuple of nodes, or a dict of key to node.
    ``key`` is the place of the key that it stands under.
    """

    value: Any
    position: Position
    key: Position | None = None

    @property
    def is_map(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether this is a sequence."""
        return isinstance(self.value, tuple)

    def at(self, path: tuple[str | int, ...]) -> Node:
        """The deepest node that lies on ``path``: itself when nothing of the path is written."""
        node = self
        for part in path:
            value = node.value
            if isinstance(value, dict) and part in value:
                node = value[part]
            elif isinstance(value, tuple) and isinstance(part, int) and part < len(value):
                node = value[part]
            else:
                return node
        return node

    def expressions(self) -> list[Expression]:
        """Every expression below, in the order written."""
        found: list[Expression] = []
        self._collect(found)
        return found

    def _collect(self, found: list[Expression]) -> None:
        value = self.value
        if isinstance(value, Template):
            found += [part for part in value.parts if isinstance(part, Expression)]
        elif isinstance(value, dict | tuple):
            for child in value.values() if isinstance(value, dict) else value:
                if isinstance(child.value, _MAY_HOLD):
                    child._collect(found)


_MAY_HOLD = (Template, dict, tuple)
"""The classes of values in which there may be an expression; most are none of them."""
