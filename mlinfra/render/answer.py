"""The value of one expression, for people and for pipes. Secrets and what is not known yet end here."""

from __future__ import annotations

import json
from typing import Any

from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown, transform
from mlinfra.render.escape import visible_lines
from mlinfra.render.words import SENSITIVE, UNKNOWN, local


def answer(value: Any, *, safe: bool = False) -> str:
    """Text as it is, anything else as JSON; a mark, also inside a list or map, in its usual words.

    ``safe`` makes what a terminal would obey visible; a pipe gets the bare text.
    """
    plain = transform(value, _shown)
    if not isinstance(plain, str):
        # ASCII where it is not printable: json escapes control characters itself.
        plain = json.dumps(plain, indent=2, ensure_ascii=False)
    return "\n".join(visible_lines(plain)) if safe else plain


def _shown(leaf: Any) -> Any:
    if isinstance(leaf, Unknown):
        return SENSITIVE if leaf.sensitive else UNKNOWN
    if isinstance(leaf, LocalPath):
        return local(leaf)
    return SENSITIVE if isinstance(leaf, Sensitive | Redacted) else leaf
