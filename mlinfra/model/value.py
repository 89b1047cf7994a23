"""Values that flow through a plan: plain JSON data whose leaves may be unknown, sensitive or redacted.

A *value* is ``None``, ``bool``, ``int``, ``float``, ``str``, a list or a dict of values, or one of four
leaf marks: `Unknown`, `Sensitive`, `Redacted`, `LocalPath`. Providers never meet a mark; the engine takes
them out before a call and puts them back after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

Attrs: TypeAlias = dict[str, Any]
"""Attributes of one resource: keys of its schema to values."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a leaf is in a value: keys and list positions, outermost first."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A leaf that only an apply can tell.

    ``expression`` is the text as written (``"${x.y.principal_id}"``), empty when the service itself
    invents the value. ``sensitive`` keeps the taint of what the value will be made from.
    """

    expression: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A known value that may be sent to the service but never written or shown."""

    value: Any

    def __repr__(self) -> str:
        return "Sensitive(…)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Redacted:
    """What state keeps of a sensitive value: an HMAC that tells equal from changed, and nothing else."""

    hmac: str


@dataclass(frozen=True, slots=True)
class LocalPath:
    """A file or folder of this machine that is uploaded: equal content is the same, wherever it lies.

    ``shown`` is how people are told of it, ``digest`` the hash of what is uploaded (of the empty text: not
    known). ``absolute`` is where it lies on this machine: it is never written down, so it is empty in what
    was read back, and it takes no part in comparisons, and neither does ``shown``.
    """

    shown: str = field(compare=False)
    absolute: str = field(compare=False)
    digest: str
    is_folder: bool


Mark: TypeAlias = Unknown | Sensitive | Redacted | LocalPath

_LISTS = (list, tuple)
_SCALARS = frozenset({str, bool, int, float, type(None)})
"""The classes of most leaves. Asking a value's exact class first is what makes walks over values quick."""

_deterministic = msgspec.json.Encoder(order="deterministic")


def canonical(value: Any) -> bytes:
    """Bytes that are equal exactly when two plain values are: sorted keys, ``1`` unlike ``true``.

    Raises TypeError when a mark is left in the value.
    """
    data: bytes = _deterministic.encode(value)
    if may_have_mark(data) and has_mark(value):
        raise TypeError("a value that is unknown, sensitive, redacted or a local path has no canonical bytes")
    return data


def surely_equal(one: Any, *others: Any) -> bool:
    """A quick yes: all are written alike, and no mark is in them. To what is equal otherwise it says no."""
    data = _deterministic.encode(one)
    return all(data == _deterministic.encode(other) for other in others) and not may_have_mark(data)


def may_have_mark(data: bytes) -> bool:
    """Whether there may be a mark in the value that msgspec wrote as ``data``.

    Marks being dataclasses, msgspec writes them like mappings of their fields. Looking for these names is
    thirty times faster than walking the value.
    """
    return b'"value":' in data or b'"hmac":' in data or b'"expression":' in data or b'"is_folder":' in data


def has_mark(value: Any) -> bool:
    """Whether any leaf is a mark."""
    if isinstance(value, dict):
        members: Iterable[Any] = value.values()
    elif isinstance(value, _LISTS):
        members = value
    else:
        return isinstance(value, Mark)
    for item in members:  # noqa: SIM110  # `any` takes twice the time
        if type(item) not in _SCALARS and has_mark(item):
            return True
    return False


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with its path, in order. An empty list or dict is a leaf; so is a mark."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def transform(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same tree with ``change`` applied to each scalar and each mark."""
    if isinstance(value, dict):
        return {key: transform(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [transform(item, change) for item in value]
    return change(value)


def reveal(value: Any) -> Any:
    """The value with every `Sensitive` taken off, at any depth; for provider calls only."""

    def bare(leaf: Any) -> Any:
        return reveal(leaf.value) if isinstance(leaf, Sensitive) else leaf

    return transform(value, bare)


def has_unknown(value: Any) -> bool:
    """Whether any leaf is `Unknown`."""
    if isinstance(value, Sensitive):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return isinstance(value, Unknown)


def is_sensitive(value: Any) -> bool:
    """Whether the value is, or holds at any depth, something that must not be shown."""
    if isinstance(value, dict):
        members: Iterable[Any] = value.values()
    elif isinstance(value, list):
        members = value
    else:
        return isinstance(value, Sensitive | Redacted) or (isinstance(value, Unknown) and value.sensitive)
    for item in members:  # noqa: SIM110  # as in `has_mark`
        if type(item) not in _SCALARS and is_sensitive(item):
            return True
    return False


def get(value: Any, path: Path, default: Any = None) -> Any:
    """The value at ``path``, or ``default`` where the path leads nowhere."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return default
    return value


def put(value: Any, path: Path, item: Any) -> Any:
    """A copy of ``value`` with ``item`` at ``path``, which leads somewhere."""
    if not path:
        return item
    copy: Any = dict(value) if isinstance(value, Mapping) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], item)
    return copy


_LIKE_LETTERS = str.maketrans("_-$", "aaa")


def dotted(path: Path) -> str:
    """A path as people read it: ``networkAcls.ip_rules[0]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.translate(_LIKE_LETTERS).isalnum():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text
