"""Functions of text."""

from __future__ import annotations

import re
from typing import Any

from mlinfra.config.functions.base import (
    MAX_TEXT,
    TooMuch,
    as_list,
    as_number,
    as_text,
    as_whole,
    function,
    scalar_text,
)


@function('lower("Churn")', "churn")
def lower(text: Any) -> str:
    """The text in small letters."""
    return as_text(text).lower()


@function('upper("Churn")', "CHURN")
def upper(text: Any) -> str:
    """The text in capital letters."""
    return as_text(text).upper()


@function('trim("  churn ")', "churn")
def trim(text: Any, characters: Any = " \t\n\r") -> str:
    """The text without white space, or without the given characters, at both ends."""
    return as_text(text).strip(as_text(characters))


@function('replace("churn-dev", "-", "")', "churndev")
def replace(text: Any, old: Any, new: Any) -> str:
    """The text with every ``old`` in it replaced by ``new``."""
    whole, gone, instead = as_text(text), as_text(old), as_text(new)
    if not gone:
        raise ValueError("it needs some text to look for")
    if len(whole) + whole.count(gone) * (len(instead) - len(gone)) > MAX_TEXT:
        raise TooMuch(f"the text would have more than {MAX_TEXT} characters")
    return whole.replace(gone, instead)


@function('split(",", "ana,ben")', ["ana", "ben"])
def split(separator: Any, text: Any) -> list[str]:
    """The parts of the text between separators."""
    if not as_text(separator):
        raise ValueError("it needs a separator")
    return as_text(text).split(separator)


@function('join("-", ["churn", "dev"])', "churn-dev")
def join(separator: Any, parts: Any) -> str:
    """The parts as one text, with the separator between them."""
    texts = [scalar_text(part) for part in as_list(parts)]
    if sum(map(len, texts)) + len(texts) * len(as_text(separator)) > MAX_TEXT:
        raise TooMuch(f"the text would have more than {MAX_TEXT} characters")
    return str(separator).join(texts)


_VERB = re.compile(r"%(?:(%)|(0?)([0-9]{0,3})(?:\.([0-9]{1,2}))?([a-zA-Z]))?")


@function('format("vm-%03d-%s", 7, "eu")', "vm-007-eu", name="format")
def format_text(pattern: Any, *values: Any) -> str:
    """The pattern with values put in: ``%s`` text, ``%d`` a whole number, ``%03d`` with zeros, ``%.2f``."""
    left = list(values)

    def put(found: re.Match[str]) -> str:
        percent, zeros, width, digits, verb = found.groups()
        if percent:
            return "%"
        if verb not in ("s", "d", "f", "x"):
            raise ValueError("after % stands s, d, f, x or another %")
        if not left:
            raise ValueError("it has fewer values than places in the pattern")
        value = left.pop(0)
        if verb == "s":
            text = scalar_text(value)
        elif verb == "f":
            text = f"{float(as_number(value)):.{digits or 6}f}"
        else:
            text = str(as_whole(value)) if verb == "d" else f"{as_whole(value):x}"
        return text.zfill(int(width or 0)) if zeros else text.rjust(int(width or 0))

    if len(as_text(pattern)) > MAX_TEXT or sum(len(v) for v in values if isinstance(v, str)) > MAX_TEXT:
        raise TooMuch(f"the text would have more than {MAX_TEXT} characters")
    result = _VERB.sub(put, pattern)
    if left:
        raise ValueError("it has more values than places in the pattern")
    return result


@function('startswith("churn-dev", "churn")', True)
def startswith(text: Any, beginning: Any) -> bool:
    """Whether the text begins so."""
    return as_text(text).startswith(as_text(beginning))


@function('endswith("churn-dev", "-dev")', True)
def endswith(text: Any, ending: Any) -> bool:
    """Whether the text ends so."""
    return as_text(text).endswith(as_text(ending))
