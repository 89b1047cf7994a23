"""Functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from mlinfra.config.functions.base import as_number, function


def _numbers(values: Iterable[Any]) -> list[int | float]:
    given = list(values)
    if len(given) == 1 and isinstance(given[0], list | tuple):
        given = list(given[0])
    if not given:
        raise ValueError("it needs at least one number")
    return [as_number(value) for value in given]


@function("min(4, 2)", 2, name="min")
def smallest(*numbers: Any) -> int | float:
    """The smallest of the numbers, or of one list of numbers."""
    return min(_numbers(numbers))


@function("max(4, 2)", 4, name="max")
def largest(*numbers: Any) -> int | float:
    """The largest of the numbers, or of one list of numbers."""
    return max(_numbers(numbers))


@function("abs(-3)", 3, name="abs")
def absolute(number: Any) -> int | float:
    """The number without its sign."""
    return abs(as_number(number))


@function("ceil(1.2)", 2)
def ceil(number: Any) -> int:
    """The next whole number up."""
    return math.ceil(as_number(number))


@function("floor(1.8)", 1)
def floor(number: Any) -> int:
    """The next whole number down."""
    return math.floor(as_number(number))
