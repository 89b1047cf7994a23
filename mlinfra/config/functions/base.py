"""What the functions share: the registry, bounds, and arguments that are what they should be."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

MAX_TEXT = 100_000
"""Characters of one text that an expression makes."""

MAX_ITEMS = 10_000
"""Members of one list or map that an expression makes."""


Wants: TypeAlias = Literal["", "around", "spend"]


class TooMuch(ValueError):
    """A result beyond `MAX_TEXT` or `MAX_ITEMS`."""


@dataclass(frozen=True, slots=True)
class Function:
    """``shallow`` functions look at no leaf of a list or map, so unknown leaves pass through them.

    ``wants`` is what the evaluator hands over before the arguments: nothing, the `Surroundings` of the
    stack, or the ``spend`` by which work is counted.
    """

    name: str
    call: Callable[..., Any]
    example: str
    gives: Any
    shallow: bool
    signature: inspect.Signature
    wants: Wants = ""

    @property
    def about(self) -> str:
        """What it does, in a sentence or two."""
        return inspect.getdoc(self.call) or ""

    @property
    def signature_text(self) -> str:
        """``(text, separator)``."""
        parts = []
        for p in self.signature.parameters.values():
            star = "*" if p.kind is p.VAR_POSITIONAL else ""
            default = "" if p.default is p.empty else f"={json.dumps(p.default)}"
            parts.append(f"{star}{p.name}{default}")
        return f"({', '.join(parts)})"


FUNCTIONS: dict[str, Function] = {}
"""Every function by its name in the language."""


def function(
    example: str, gives: Any, *, name: str = "", shallow: bool = False, wants: Wants = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its own name, or ``name``; a test holds that ``example`` gives ``gives``."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        called = name or call.__name__
        signature = inspect.signature(call)
        if wants:
            signature = signature.replace(parameters=[*signature.parameters.values()][1:])
        FUNCTIONS[called] = Function(called, call, example, gives, shallow, signature, wants)
        return call

    return register


def kind(value: Any) -> str:
    """What a value is, in words: ``text``, ``a list``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list | tuple):
        return "a list"
    return "a map" if isinstance(value, dict) else "no value"


def number_text(value: int | float) -> str:
    """A number as people write it: ``2`` for 2.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def bounded(value: Any) -> Any:
    """The value itself, unless it is too long."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise TooMuch(f"the text would have more than {MAX_TEXT} characters")
    if isinstance(value, list | dict) and len(value) > MAX_ITEMS:
        raise TooMuch(f"the result would have more than {MAX_ITEMS} members")
    return value


def as_text(value: Any) -> str:
    """The value, which must be text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"it takes text, and this is {kind(value)}")
    return value


def as_number(value: Any) -> int | float:
    """The value, which must be a finite number. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"it takes a number, and this is {kind(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it takes a finite number")
    return value


def as_whole(value: Any) -> int:
    """The value, which must be a whole number. Raises ValueError."""
    number = as_number(value)
    if number != int(number):
        raise ValueError("it takes a whole number")
    return int(number)


def as_list(value: Any) -> list[Any]:
    """The value, which must be a list. Raises ValueError."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"it takes a list, and this is {kind(value)}")
    return list(value)


def as_map(value: Any) -> dict[str, Any]:
    """The value, which must be a map. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"it takes a map, and this is {kind(value)}")
    return value


def identity(value: Any) -> str:
    """Text that is equal exactly when two plain values are: ``1`` unlike ``true`` unlike ``"1"``."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def scalar_text(value: Any) -> str:
    """Text, a number, or true or false as text. Raises ValueError for null, lists and maps."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    raise ValueError(f"{kind(value)} cannot be put into text")
