"""JSON that is right, nearly right, and not right at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.fuzz.samples import GROUP, SAMPLES
from mlinfra.simulator.shapes import Bool, Items, Number, Object, Shape, Table, Text

T = TypeVar("T")

Where: TypeAlias = tuple[str | int, ...]

_GONE = object()

_IDS = tuple(sample.id for sample in SAMPLES)

_JUNK: tuple[Any, ...] = (
    None, "", " ", "x", "x" * 600, "naïve ☃", "\ud800", "a/b", "null", "0", 0, -1, 1, 10**30, 1.5, True,
    False, [], [None], [[]], [{}], {}, {"": ""}, {"a": {"a": {"a": None}}}, "2026-01-05T08:00:00Z", "P1D",
    GROUP.upper(), "/subscriptions/x", "/", *_IDS,
)  # fmt: skip
JUNK: SearchStrategy[Any] = st.sampled_from(_JUNK)
"""JSON that hardly any key takes."""

_RAW = (
    b"", b" ", b"null", b"[]", b"{}", b"1", b'"x"', b"{", b"}", b"\xff\xfe", b"\x00", b'{"a":', b"[" * 3000,
    b'{"location": "westeurope", "location": "eastus"}', b'{"properties": NaN}', b'{"a": 1e999}',
    b"{'a': 1}", b'{"properties": {"tags": "\\ud800"}}', "\ufeff{}".encode(),
)  # fmt: skip
RAW: SearchStrategy[bytes] = st.sampled_from(_RAW)
"""Bodies that are not made from anything."""


def weighted(*choices: tuple[int, SearchStrategy[T]]) -> SearchStrategy[T]:
    """One of the strategies, each as often as its number says (`one_of` takes a repeated one once)."""
    spread = [strategy for count, strategy in choices for _ in range(count)]
    return st.integers(0, len(spread) - 1).flatmap(lambda place: spread[place])


def fitting(shape: Shape, depth: int = 3) -> SearchStrategy[Any]:
    """What a shape reads, most of the time."""
    if isinstance(shape, Text):
        return st.sampled_from(shape.among) if shape.among else st.sampled_from(("a", "one", *_IDS))
    if isinstance(shape, Bool):
        return st.booleans()
    if isinstance(shape, Number):
        low, high = int(shape.low or 0), int(shape.high or 400)
        return st.integers(low - 1, high + 1)
    if depth == 0:
        return st.just({})
    if isinstance(shape, Items):
        return st.lists(fitting(shape.item, depth - 1), max_size=2)
    if isinstance(shape, Table):
        return st.dictionaries(
            st.sampled_from(("a", "B", *_IDS[:2])), fitting(shape.item, depth - 1), max_size=2
        )
    if isinstance(shape, Object):
        keys = {key: fitting(inner, depth - 1) for key, inner in shape.keys.items()}
        return st.fixed_dictionaries({}, optional=keys) if len(keys) < 6 else _some(keys)
    return JUNK


def _some(keys: Mapping[str, SearchStrategy[Any]]) -> SearchStrategy[dict[str, Any]]:
    pairs = st.sampled_from(sorted(keys)).flatmap(lambda key: st.tuples(st.just(key), keys[key]))
    return st.lists(pairs, max_size=3).map(dict)


def bodies(right: Mapping[str, Any], shape: Shape | None) -> SearchStrategy[bytes]:
    """The right body, with keys that its shape has and with others taken out or spoiled; or no such thing."""
    places = [*_places(right), ("tags",), ("location",), ("properties", "tags"), ("identity",), ("sku",)]
    spoil = st.tuples(st.sampled_from(places), st.one_of(JUNK, st.just(_GONE)))
    grow = st.tuples(st.just(("properties",)), _inner(shape))
    changes = st.lists(st.one_of(spoil, grow), max_size=3)
    changed = changes.map(lambda found: json.dumps(_changed(right, found)).encode())
    exact = st.just(json.dumps(right).encode())
    return weighted((4, exact), (6, changed), (1, RAW))


def _inner(shape: Shape | None) -> SearchStrategy[Any]:
    properties = shape.keys.get("properties") if isinstance(shape, Object) else None
    return fitting(properties) if properties is not None else JUNK


def _places(value: Any, at: Where = ()) -> Iterator[Where]:
    if at:
        yield at
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _places(item, (*at, key))


def _changed(right: Mapping[str, Any], changes: list[tuple[Where, Any]]) -> Any:
    body: Any = copy.deepcopy(dict(right))
    for at, value in changes:
        holder = body
        for key in at[:-1]:
            if not isinstance(holder, dict) or not isinstance(holder.get(str(key)), dict):
                break
            holder = holder[str(key)]
        else:
            _set(holder, str(at[-1]), value)
    return body


def _set(holder: dict[str, Any], key: str, value: Any) -> None:
    if value is _GONE:
        holder.pop(key, None)
    elif isinstance(value, dict) and isinstance(holder.get(key), dict):
        holder[key] = {**holder[key], **copy.deepcopy(value)}
    else:
        holder[key] = copy.deepcopy(value)
