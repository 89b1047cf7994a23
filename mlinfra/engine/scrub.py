"""Secrets taken out of what services and providers say: they quote what they were sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mlinfra.model.value import Sensitive, leaves, reveal

SHORTEST = 3
"""Shorter secrets than this are not looked for: they would black out half of any text."""


def secrets(value: Any) -> Iterator[str]:
    """Every secret text in a value, as it is and as services spell it: without blanks."""
    for _, leaf in leaves(value):
        if isinstance(leaf, Sensitive):
            for _, bare in leaves(reveal(leaf)):
                if bare is not None and not isinstance(bare, bool):
                    yield from {str(bare), str(bare).replace(" ", "")}


def scrubbed(text: str, hidden: Iterable[str]) -> str:
    """The text with each secret, in whatever case, replaced."""
    for secret in sorted(set(hidden), key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = re.sub(re.escape(secret), "(sensitive)", text, flags=re.IGNORECASE)
    return text
