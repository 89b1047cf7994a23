"""Functions from one kind of value to another."""

from __future__ import annotations

import re
from typing import Any

from mlinfra.config.functions.base import as_number, function, scalar_text


@function("tostring(4)", "4")
def tostring(value: Any) -> str:
    """A number, or true or false, as text."""
    return scalar_text(value)


@function('tonumber("4")', 4)
def tonumber(value: Any) -> int | float:
    """The number that a text holds; a number as it is."""
    if not isinstance(value, str):
        return as_number(value)
    text = value.strip()
    if len(text) <= 300 and re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if len(text) <= 300 and re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", text):
        return as_number(float(text))
    raise ValueError("this text is no number")


@function('tobool("true")', True)
def tobool(value: Any) -> bool:
    """``"true"`` and ``"false"`` as true and false; true and false as they are."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError('it takes true, false, "true" or "false"')
