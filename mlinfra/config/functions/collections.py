"""Functions of lists and maps."""

from __future__ import annotations

import builtins
from typing import Any

from mlinfra.config.functions.base import (
    MAX_ITEMS,
    TooMuch,
    as_list,
    as_map,
    as_number,
    as_text,
    as_whole,
    bounded,
    function,
    identity,
    kind,
)

_LIST = (list, tuple)


@function('length(["a", "b"])', 2, shallow=True)
def length(value: Any) -> int:
    """How many members a list or map has, or how many characters a text."""
    if not isinstance(value, str | list | tuple | dict):
        raise ValueError(f"it takes text, a list or a map, and this is {kind(value)}")
    return len(value)


@function('concat(["a"], ["b", "c"])', ["a", "b", "c"], shallow=True)
def concat(*lists: Any) -> list[Any]:
    """The lists, one after the other, as one."""
    if sum(len(as_list(part)) for part in lists) > MAX_ITEMS:
        raise TooMuch(f"the result would have more than {MAX_ITEMS} members")
    return [item for part in lists for item in part]


@function('keys({"b": 1, "a": 2})', ["b", "a"], shallow=True)
def keys(map: Any) -> list[str]:
    """The keys of a map, in its order."""
    return list(as_map(map))


@function('values({"b": 1, "a": 2})', [1, 2], shallow=True)
def values(map: Any) -> list[Any]:
    """The values of a map, in its order."""
    return list(as_map(map).values())


@function('items({"b": 1})', [["b", 1]], shallow=True)
def items(map: Any) -> list[list[Any]]:
    """Each key with its value: ``[… for key, value in items(var.tags)]``."""
    return [[key, value] for key, value in as_map(map).items()]


@function('merge({"a": 1, "b": 1}, {"b": 2})', {"a": 1, "b": 2}, shallow=True)
def merge(*maps: Any) -> dict[str, Any]:
    """One map of all; where two have a key, the later one's value stays. Null counts as an empty map."""
    result: dict[str, Any] = {}
    for part in maps:
        if part is not None:
            result.update(as_map(part))
        bounded(result)
    return result


@function('lookup({"dev": 1}, "prod", 4)', 4, shallow=True)
def lookup(map: Any, key: Any, default: Any = None) -> Any:
    """The value under the key, or the default where the map has no such key."""
    return as_map(map).get(as_text(key), default)


@function('contains(["dev", "test"], "dev")', True)
def contains(list: Any, value: Any) -> bool:
    """Whether the value is in the list, or is a key of the map."""
    if isinstance(list, dict):
        return value in list if isinstance(value, str) else False
    return identity(value) in map(identity, as_list(list))


@function("range(2, 5)", [2, 3, 4], name="range")
def range_list(start: Any, end: Any = None, step: Any = 1) -> list[int]:
    """Whole numbers from ``start`` up to, without, ``end``; with one value from 0."""
    first, last = (0, as_whole(start)) if end is None else (as_whole(start), as_whole(end))
    if as_whole(step) == 0:
        raise ValueError("its step cannot be 0")
    numbers = range(first, last, as_whole(step))
    # A range longer than the machine's word has no len(): compare its ends first.
    if abs(last - first) > MAX_ITEMS * abs(as_whole(step)):
        raise TooMuch(f"the result would have more than {MAX_ITEMS} members")
    return list(numbers)


@function('sort(["b", "a"])', ["a", "b"])
def sort(list: Any) -> list[Any]:
    """The list in order: all numbers, or all text."""
    members = as_list(list)
    if all(isinstance(m, str) for m in members):
        return sorted(members)
    return sorted(as_number(m) for m in members)


@function('distinct(["a", "b", "a"])', ["a", "b"])
def distinct(list: Any) -> list[Any]:
    """The list with each value once, where it first stood."""
    first: dict[str, Any] = {}
    for member in as_list(list):
        first.setdefault(identity(member), member)
    return [*first.values()]


@function('flatten([["a"], ["b", ["c"]]])', ["a", "b", "c"])
def flatten(list: Any) -> list[Any]:
    """The list with the members of its lists, however deep, in their place."""
    result = []
    stack = [iter(as_list(list))]
    while stack:
        for member in stack[-1]:
            if isinstance(member, _LIST):
                stack.append(iter(member))
                break
            result.append(member)
        else:
            stack.pop()
        bounded(result)
    return result


@function('tolist(["a"])', ["a"], shallow=True)
def tolist(value: Any) -> list[Any]:
    """A list, as it is; any other single value as a list of one; null as an empty list."""
    return [] if value is None else list(value) if isinstance(value, _LIST) else [value]


@function('toset(["b", "a", "b"])', ["a", "b"])
def toset(list: Any) -> list[Any]:
    """Each value once and in order, as ``for_each`` likes it."""
    members: builtins.list[Any] = sort(distinct(list))
    return members
