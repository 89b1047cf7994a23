"""Counts, durations and values in the words of a plan. What must not be shown ends here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown, dotted
from mlinfra.render.escape import visible

ARROW = " → "
SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"

_N = r"(\d{1,6})"
_DURATION = re.compile(rf"P(?=[\dT])(?:{_N}D)?(?:T(?=\d)(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?", re.ASCII)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_OTHERWISE = re.compile(rf"{_NUMBER}|null|true|false|[\"'(\[{{].*|\s.*|.*\s|", re.ASCII | re.DOTALL)
"""Strings that would read as something else without quotes: numbers, words, our own brackets, blanks."""


def count(number: int, noun: str) -> str:
    """``1 resource``, ``17 resources``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def span(seconds: float) -> str:
    """A duration in at most two units: ``9 s``, ``4 min``, ``1 h 10 min``; tenths below ten seconds."""
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 90 and whole != 60:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def size(bytes_: int) -> str:
    """An amount of data: ``17 B``, ``3.2 MiB``."""
    amount, unit = float(bytes_), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def about(seconds: float | None) -> str:
    """``about 4 min``; empty when nobody knows, or when it is next to no time."""
    if not seconds or seconds < 2:
        return ""
    # Nobody knows it to the second: from about a minute on it is told in whole minutes.
    return f"about {span(seconds if seconds < 55 else 60.0 * max(1, round(seconds / 60)))}"


def elapsed(seconds: float) -> str:
    """A running clock: ``9s``, ``1m 12s``, ``2h 05m``."""
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {rest:02}s"


def name(path: tuple[str | int, ...]) -> str:
    """An attribute's path as it is shown."""
    return visible(dotted(path))


def local(path: LocalPath) -> str:
    """A file or folder of this machine, with the start of its hash: ``data/churn.csv (3f9a2c0db714)``."""
    return f"{path.shown} ({path.digest[:12]})"


def phrase(value: Any) -> str:
    """A whole value on one line, safe and without secrets; an ISO 8601 duration in words.

    A string is in quotes only where it would read as something else without them.
    """
    if isinstance(value, str):
        duration = _DURATION.fullmatch(value)
        if duration:
            return _in_units(duration)
    return inline(value)


def inline(value: Any, *, inside: bool = False) -> str:
    """Like `phrase`, every string as it is written; ``inside`` a list or map a comma needs quotes too."""
    if isinstance(value, Unknown):
        return SENSITIVE if value.sensitive else UNKNOWN
    if isinstance(value, Sensitive | Redacted):
        return SENSITIVE
    if isinstance(value, str):
        return _string(value, inside)
    if isinstance(value, LocalPath):
        return visible(local(value))
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{_string(str(k), True)}: {inline(v, inside=True)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item, inside=True) for item in value) + "]"
    return visible(str(value))


def _string(text: str, inside: bool) -> str:
    unclear = _OTHERWISE.fullmatch(text) or ARROW in text or " # " in text
    if unclear or (inside and any(sign in text for sign in (",", ": ", "]", "}"))):
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{visible(quoted)}"'
    return visible(text)


def _in_units(duration: re.Match[str]) -> str:
    days, hours, minutes, seconds = duration.groups()
    parts = [count(int(days), "day") if days else ""]
    parts += [
        f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number
    ]
    return " ".join(part for part in parts if part)
