"""Plain YAML scalars read as YAML 1.2's core schema says (https://yaml.org/spec/1.2.2/#103-core-schema).

So ``yes``, ``on``, ``2024-01-01`` and ``12:30`` are text, ``0o17`` is 15, ``1e3`` is a number, and ``012`` is
the whole number 12, as the core schema has it (in YAML 1.1 it was 10). Whatever needs its zeros is quoted.
"""

from __future__ import annotations

import math
import re

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_SPECIAL = {
    **{f"{sign}.{word}": math.inf for sign in ("", "+") for word in ("inf", "Inf", "INF")},
    **{f"-.{word}": -math.inf for word in ("inf", "Inf", "INF")},
    **{f".{word}": math.nan for word in ("nan", "NaN", "NAN")},
}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OTHER_BASE = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NUMBER_START = frozenset("+-.0123456789")

YAML_1_1_BOOLEANS = frozenset(
    spelling for word in ("yes", "no", "on", "off") for spelling in (word, word.capitalize(), word.upper())
)
"""Words that were booleans before YAML 1.2 and are text now."""

MAX_DIGITS = 300
"""Digits of a whole number; beyond, no service takes it and Python refuses to print it."""


class NumberTooLarge(ValueError):
    """A number that no service could take."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) scalar. Raises NumberTooLarge."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INT.match(text):
        if len(text) > MAX_DIGITS:
            raise NumberTooLarge
        return int(text)
    if _FLOAT.match(text):
        number = float(text)
        if math.isinf(number):
            raise NumberTooLarge
        return number
    if _OTHER_BASE.match(text):
        if len(text) > MAX_DIGITS:
            raise NumberTooLarge
        return int(text, 0)
    return _SPECIAL.get(text, text)
