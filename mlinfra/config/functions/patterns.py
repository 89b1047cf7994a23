"""Functions of regular expressions.

Patterns are Python's without looking around (``(?=…)``) and references back (``\\1``); ``$`` is the very end,
and ``(?i)`` at the start looks past small and capital letters. However a pattern is written, its work is
bounded. In a quoted text of YAML or of an expression a backslash is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mlinfra.config.functions.base import MAX_ITEMS, MAX_TEXT, TooMuch, as_text, function
from mlinfra.config.patterns import Pattern, Spend, compile_pattern

_DOLLAR = re.compile(r"\$(\$|[0-9]+|[A-Za-z_]\w*)?")


@function('regex("([a-z]+)-([0-9]+)", "vm-007")', ["vm", "007"], wants="spend")
def regex(spend: Spend, pattern: Any, text: Any) -> Any:
    """The first part of the text that matches: as text, as a list of its groups, or as a map of named ones.

    Nothing that matches is an error; ``try_(regex(…), null)`` gives null then.
    """
    compiled = compile_pattern(as_text(pattern))
    for places in _matches(compiled, as_text(text), spend):
        return _found(compiled, text, places)
    raise ValueError("nothing in the text matches")


@function('regexall("[0-9]+", "10.0.2")', ["10", "0", "2"], wants="spend")
def regexall(spend: Spend, pattern: Any, text: Any) -> list[Any]:
    """Every part of the text that matches, each as `regex` gives it."""
    compiled = compile_pattern(as_text(pattern))
    found: list[Any] = []
    for places in _matches(compiled, as_text(text), spend):
        found.append(_found(compiled, text, places))
        if len(found) > MAX_ITEMS:
            raise TooMuch(f"the result would have more than {MAX_ITEMS} members")
    return found


@function('regexreplace("Churn Dev", "[^A-Za-z]+", "-")', "Churn-Dev", wants="spend")
def regexreplace(spend: Spend, text: Any, pattern: Any, new: Any) -> str:
    """The text with every part that matches replaced by ``new``.

    In ``new``, ``$1`` is what the first group matched, ``$name`` that of a name, and ``$$`` is ``$``.
    """
    compiled = compile_pattern(as_text(pattern))
    parts: list[str] = []
    length = at = 0
    for places in _matches(compiled, as_text(text), spend):
        parts += text[at : places[0]], _DOLLAR.sub(_filled(compiled, text, places), as_text(new))
        length += len(parts[-2]) + len(parts[-1])
        if length > MAX_TEXT:
            raise TooMuch(f"the text would have more than {MAX_TEXT} characters")
        at = places[1]
    return "".join((*parts, text[at:]))


def _filled(compiled: Pattern, text: str, places: tuple[int, ...]) -> Any:
    groups = [text[places[0] : places[1]], *_groups(compiled, text, places)]

    def fill(found: re.Match[str]) -> str:
        which = found[1]
        if which == "$":
            return "$"
        if which is None or (which.isdecimal() and int(which[:6]) >= len(groups)):
            raise ValueError("after $ stands a group's number or name, or another $")
        if which.isdecimal():
            return groups[int(which)] or ""
        if which not in compiled.groups:
            raise ValueError("after $ stands a group's number or name, or another $")
        return groups[compiled.groups.index(which) + 1] or ""

    return fill


def _matches(compiled: Pattern, text: str, spend: Spend) -> Iterator[tuple[int, ...]]:
    """The matches, none of them inside of another; an empty one right after another counts too."""
    at = 0
    while at <= len(text):
        places = compiled.search(text, at, spend)
        if places is None:
            return
        yield places
        at = places[1] + 1 if places[1] == places[0] else places[1]


def _groups(compiled: Pattern, text: str, places: tuple[int, ...]) -> list[str | None]:
    ends = zip(places[2::2], places[3::2], strict=True)
    return [text[start:end] if start >= 0 and end >= 0 else None for start, end in ends]


def _found(compiled: Pattern, text: str, places: tuple[int, ...]) -> Any:
    if not compiled.groups:
        return text[places[0] : places[1]]
    groups = _groups(compiled, text, places)
    if all(name is not None for name in compiled.groups):
        return dict(zip(compiled.groups, groups, strict=True))
    return groups
