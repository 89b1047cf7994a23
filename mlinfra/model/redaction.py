"""Secrets as state keeps them: an HMAC under a key that lies beside the state, not in it."""

from __future__ import annotations

import hmac
from typing import Any

from mlinfra.model.value import Redacted, Sensitive, Unknown, canonical, reveal, transform


def digest(value: Any, key: bytes) -> Redacted:
    """The trace of a known value; `Sensitive` marks make no difference to it.

    Raises TypeError when some of the value is `Unknown` or `Redacted` already.
    """
    return Redacted(hmac.digest(key, canonical(reveal(value)), "sha256").hex())


def redact(value: Any, key: bytes) -> Any:
    """The value with each `Sensitive` leaf replaced by its trace."""
    return transform(value, lambda leaf: digest(leaf.value, key) if isinstance(leaf, Sensitive) else leaf)


def matches(value: Any, trace: Redacted, key: bytes) -> bool:
    """Whether ``trace`` was made from this value. What cannot be told (an `Unknown`) does not match."""
    if isinstance(value, Redacted):
        return hmac.compare_digest(value.hmac, trace.hmac)
    try:
        return hmac.compare_digest(digest(value, key).hmac, trace.hmac)
    except TypeError:
        return False


def same(a: Any, b: Any, key: bytes) -> bool:
    """Whether two values are equal where each may be plain, `Sensitive` or `Redacted`, at any depth.

    `Unknown` equals nothing, itself included.
    """
    if isinstance(b, Redacted):
        return matches(a, b, key)
    if isinstance(a, Redacted):
        return matches(b, a, key)
    if isinstance(a, Sensitive):
        return same(a.value, b, key)
    if isinstance(b, Sensitive):
        return same(a, b.value, key)
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(item, b[name], key) for name, item in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, key) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and bool(a == b)
