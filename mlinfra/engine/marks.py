"""Taking marks out before a provider is called: a provider never meets one."""

from __future__ import annotations

from typing import Any

from mlinfra.model.value import Attrs, LocalPath, Redacted, Sensitive, Unknown, has_mark, reveal, transform


def opaque(value: Any) -> bool:
    """Whether any leaf is nothing a provider could be told: unknown, the trace of a secret, a local path."""
    if isinstance(value, Sensitive):
        return opaque(value.value)
    if isinstance(value, dict):
        return any(map(opaque, value.values()))
    if isinstance(value, list):
        return any(map(opaque, value))
    return isinstance(value, Unknown | Redacted | LocalPath)


def uploadable(attrs: Attrs) -> Attrs:
    """The attributes with the absolute paths of what is to be uploaded; for `begin` alone."""

    def located(leaf: Any) -> Any:
        return leaf.absolute if isinstance(leaf, LocalPath) and leaf.absolute else leaf

    return {key: transform(value, located) for key, value in attrs.items()}


def described(attrs: Attrs) -> Attrs:
    """What is known, local paths by their digests; for telling, never for sending."""

    def digest(leaf: Any) -> Any:
        return leaf.digest if isinstance(leaf, LocalPath) else leaf

    return known_part({key: transform(value, digest) for key, value in attrs.items()})


def split(attrs: Attrs) -> tuple[Attrs, Attrs]:
    """What is known, bare of marks; and the top-level keys that hold anything opaque, as they are."""
    if not has_mark(attrs):
        return dict(attrs), {}
    known = {key: reveal(value) for key, value in attrs.items() if not opaque(value)}
    return known, {key: value for key, value in attrs.items() if key not in known}


def known_part(attrs: Attrs) -> Attrs:
    """What is known, bare of marks."""
    return split(attrs)[0]


def unmarked(value: Any, *, secret: bool) -> Any:
    """One `Sensitive` around a secret, none inside it; anything else as it is."""
    return Sensitive(reveal(value)) if secret else value
