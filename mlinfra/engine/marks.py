"""Taking marks out before a provider is called: a provider never meets one."""

from __future__ import annotations

from typing import Any

from mlinfra.model.value import Attrs, Redacted, Sensitive, Unknown, reveal


def opaque(value: Any) -> bool:
    """Whether any leaf is something that nobody here can say: unknown, or only the trace of a secret."""
    if isinstance(value, Sensitive):
        return opaque(value.value)
    if isinstance(value, dict):
        return any(map(opaque, value.values()))
    if isinstance(value, list):
        return any(map(opaque, value))
    return isinstance(value, Unknown | Redacted)


def split(attrs: Attrs) -> tuple[Attrs, Attrs]:
    """What is known, bare of marks; and the top-level keys that hold anything opaque, as they are."""
    known = {key: reveal(value) for key, value in attrs.items() if not opaque(value)}
    return known, {key: value for key, value in attrs.items() if key not in known}


def known_part(attrs: Attrs) -> Attrs:
    """What is known, bare of marks."""
    return split(attrs)[0]


def unmarked(value: Any, *, secret: bool) -> Any:
    """One `Sensitive` around a secret, none inside it; anything else as it is."""
    return Sensitive(reveal(value)) if secret else value
