"""The lines beneath a resource: what they are, whatever they speak of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """Where a line stands."""

    ATTRIBUTE = auto()
    """``key:  old → new   # mark``; keys and values of one resource are aligned."""
    ITEM = auto()
    """Further down in the column of values: an item of the list above it."""
    PROSE = auto()
    """A sentence, broken at spaces."""
    TEXT = auto()
    """A line of a text, never broken."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; every string in it is safe to print.

    ``values`` has one value, or an old and a new one. ``sign`` says how it differs: ``+`` ``-`` ``~``, ``·``
    for one of several items as they are, ``@`` for a place in a diff, ``!`` for a warning, empty for none.
    ``mark`` is an aside at the end.
    """

    kind: Kind
    key: str = ""
    values: tuple[str, ...] = ()
    sign: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One resource: its symbol, its address, a note beside it, and lines beneath; ``place``: where it is
    written."""

    symbol: str
    address: str
    note: str = ""
    lines: tuple[Line, ...] = ()
    place: str = ""


def prose(text: str, sign: str = "") -> Line:
    """A sentence; with the sign ``!`` a warning."""
    return Line(Kind.PROSE, values=(text,), sign=sign)


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning: its code, what it says, its place, what to do."""

    code: str
    summary: str
    place: str = ""
    detail: str = ""
