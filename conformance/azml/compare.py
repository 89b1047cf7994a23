"""Two request bodies → where they differ.

Not a difference is: null, an empty map or list against nothing at all; the case of an id; the address of the
store that a folder was uploaded to; an ``azureml://`` address in its long form, or with a slash at its end;
the tag by which either tool marks what it made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlinfra.engine.refresh import OWNER_TAG

_MARKS = frozenset({OWNER_TAG, "createdByToolkit"})
_STORE = re.compile(r"^https://[^/]+/[^/]+(?=/LocalUpload/)")
_WORKSPACE = re.compile(r"^azureml://subscriptions/.+/workspaces/[^/]+/(?=datastores/)")
_DIGEST = re.compile(r"(?<=/LocalUpload/)[0-9a-f]+(?=/)")


class _Nothing:
    """What stands for a key that is not there."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


@dataclass(frozen=True, slots=True)
class Difference:
    """At a path (keys and indices) az ml sends ``theirs`` and we send ``ours``; either may be `NOTHING`."""

    path: tuple[str, ...]
    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: az ml sends {self.theirs!r}, we send {self.ours!r}"


def differences(theirs: Any, ours: Any, *, uploads: bool = True) -> tuple[Difference, ...]:
    """Leaf by leaf. Without ``uploads`` the digest of an upload is no difference either."""
    one, other = (dict(_leaves(normal(body, uploads=uploads))) for body in (theirs, ours))
    return tuple(
        Difference(path, one.get(path, NOTHING), other.get(path, NOTHING))
        for path in sorted({*one, *other})
        if not _same(one.get(path, NOTHING), other.get(path, NOTHING))
    )


def normal(value: Any, *, uploads: bool = True) -> Any:
    """A body in the one form in which bodies are compared; `NOTHING` for what says nothing."""
    if isinstance(value, Mapping):
        items = {
            _text(key): normal(item, uploads=uploads) for key, item in value.items() if key not in _MARKS
        }
        # A user identity is named by its key and has an empty map for a value: that one says something.
        kept = {k: {} if v is NOTHING and k.startswith("/") else v for k, v in items.items()}
        return {key: item for key, item in kept.items() if item is not NOTHING} or NOTHING
    if isinstance(value, list):
        return [normal(item, uploads=uploads) for item in value] or NOTHING
    if value is None:
        return NOTHING
    return _text(value, uploads=uploads) if isinstance(value, str) else value


def _text(value: str, *, uploads: bool = True) -> str:
    if value.startswith("/subscriptions/"):
        return value.casefold()
    if value.startswith("azureml://"):
        value = _WORKSPACE.sub("azureml://", value).rstrip("/")
    value = _STORE.sub("https://STORE", value)
    return value if uploads else _DIGEST.sub("DIGEST", value)


def _leaves(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf with its path. An index of a list is a text with a sign, so that it is no key."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*at, f"[{index}]"))
    elif value is not NOTHING:
        yield at, value


def _same(one: Any, other: Any) -> bool:
    """Equal, and of one type: true is not 1."""
    return type(one) is type(other) and bool(one == other)
