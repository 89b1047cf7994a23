"""What differs between two sides, looking only at what the user manages now or managed last time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mlinfra.engine.loose import as_sent, as_written, with_unanswered
from mlinfra.engine.schema import Schema, at, child, comparable, is_free_map, properties
from mlinfra.model.plan import AttributeChange, Delta
from mlinfra.model.value import (
    Attrs,
    LocalPath,
    Path,
    Redacted,
    Sensitive,
    Unknown,
    canonical,
    get,
    surely_equal,
)

_NOTHING = object()

SameSecret = Callable[[Any, Redacted], bool]
"""Whether a secret is the one that a `Redacted` was made from."""


def differences(
    live: Attrs, desired: Attrs, previous: Attrs, schema: Schema, same: SameSecret
) -> tuple[AttributeChange, ...]:
    """The attributes in which ``live`` is not as ``desired``.

    ``previous`` is what was managed last time: a key that has left the configuration is released to the
    service, an entry that has left a free map (a tag) is removed.
    """
    managed = projection(live, desired, previous, schema)
    if surely_equal(desired, managed, previous):
        return ()  # as nearly everything is in nearly every plan
    before = _with_write_only(managed, previous, schema)
    before = _with_known_secrets(before, desired, same)
    after = desired
    if canonical(comparable(before, schema)) == canonical(comparable(after, schema)):
        return ()
    released = set(_released(before, after, schema))
    found: list[AttributeChange] = []
    changed = _changed_paths(comparable(before, schema), comparable(after, schema))
    for path in dict.fromkeys(_shown(path, before, after) for path in changed):
        old, new = get(before, path, None), get(after, path, None)
        # An object that has lost its last written key compares as absent, at its own path.
        is_empty = comparable(new, at(schema, path)) in (None, {})
        emptied = is_empty and any(r[: len(path)] == path for r in released)
        if path in released or emptied:
            delta = Delta.RELEASED
        elif new is None:
            delta = Delta.REMOVED
        else:
            delta = Delta.ADDED if old is None else Delta.CHANGED
        forces = delta is not Delta.RELEASED and _replaces(schema, path, old, new)
        unit = "s" if at(schema, path).get("x-duration") else ""
        found.append(AttributeChange(path, delta, old, new, forces, unit))
    rank = {name: index for index, name in enumerate([*schema.get("properties", {})])}
    # deepdiff answers in no order of its own: the schema's, then by path.
    return tuple(sorted(found, key=lambda c: (rank.get(str(c.path[0]), len(rank)), tuple(map(str, c.path)))))


def respelled(live: Attrs, observed: Attrs, sent: Attrs, schema: Schema) -> Attrs:
    """``live`` with what no schema describes as it was sent, where the service only spells it otherwise.

    ``observed`` is what was read right after ``sent`` was applied.
    """
    loose = [key for key, _ in properties(schema, "x-loose") if key in sent and key in live]
    if not loose:
        return live
    return {**live, **{key: as_sent(live[key], observed.get(key), sent[key]) for key in loose}}


def projection(live: Attrs, desired: Attrs, previous: Attrs, schema: Schema) -> Attrs:
    """``live`` reduced to the keys that are managed now or were managed last time, at every depth."""
    seen: Attrs = {}
    for key in {**desired, **previous}:
        if key not in live:
            continue
        value, wanted = live[key], desired.get(key)
        if value == wanted:
            seen[key] = value  # all of it is managed
            continue
        part, had = child(schema, key), previous.get(key)
        if isinstance(value, dict) and (isinstance(wanted, dict) or isinstance(had, dict)):
            seen[key] = projection(
                value, wanted if isinstance(wanted, dict) else {}, had if isinstance(had, dict) else {}, part
            )
        elif isinstance(value, list) and isinstance(wanted, list) and part.get("x-key"):
            seen[key] = _matched(value, wanted, part)
        elif part.get("x-loose"):
            seen[key] = as_written(value, wanted if key in desired else had)
        else:
            seen[key] = value
    return seen


def _matched(live: list[Any], wanted: list[Any], schema: Schema) -> list[Any]:
    """Live objects of a keyed list, each reduced to what is written of the object with its key."""
    key = schema["x-key"]
    written = {item.get(key): item for item in wanted if isinstance(item, dict)}
    return [
        projection(item, written[item.get(key)], {}, child(schema, 0))
        if isinstance(item, dict) and item.get(key) in written
        else item
        for item in live
    ]


def merged(live: Attrs, desired: Attrs, previous: Attrs, schema: Schema) -> Attrs:
    """What an update sends: live with the managed keys replaced.

    Entries of free maps that are no longer written go; what others wrote there stays.
    """
    result = dict(live)
    for key, had in previous.items():
        part = child(schema, key)
        if (
            key not in desired
            and is_free_map(part)
            and isinstance(had, dict)
            and isinstance(live.get(key), dict)
        ):
            result[key] = {k: v for k, v in live[key].items() if k not in had}
    for key, value in desired.items():
        part, there, had = child(schema, key), live.get(key), previous.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            had = had if isinstance(had, dict) else {}
            value = merged(there, value, had, part)
            if is_free_map(part):
                value = {k: v for k, v in value.items() if k in desired[key] or k not in had}
        elif isinstance(value, list) and isinstance(there, list) and part.get("x-key"):
            value = _merged_by_key(there, value, part)
        result[key] = value
    return result


def _merged_by_key(live: list[Any], wanted: list[Any], schema: Schema) -> list[Any]:
    """The wanted objects of a keyed list, each with what the service put into the one with its key."""
    key = schema["x-key"]
    there = {item[key]: item for item in live if isinstance(item, dict) and item.get(key) is not None}
    return [
        merged(there[item[key]], item, {}, child(schema, 0))
        if isinstance(item, dict) and item.get(key) in there
        else item
        for item in wanted
    ]


def overlaid(desired: Attrs, live: Attrs, paths: Iterable[Path]) -> Attrs:
    """``desired`` with what is live at ``paths`` (``lifecycle.ignore_changes``): it never differs there."""
    result = desired
    for path in paths:
        if path == ("*",):
            return {key: live[key] for key in desired if key in live}
        result = _put(result, path, get(live, path, _NOTHING))
    return result


def _put(tree: Any, path: Path, value: Any) -> Any:
    """A copy of ``tree`` with ``value`` at ``path``; with the key left out when it is nothing."""
    if not isinstance(tree, dict):
        return tree
    head, rest = path[0], path[1:]
    copy = dict(tree)
    if rest:
        if head in copy:
            copy[head] = _put(copy[head], rest, value)
    elif value is _NOTHING:
        copy.pop(head, None)
    else:
        copy[head] = value
    return copy


def _with_write_only(before: Attrs, previous: Attrs, schema: Schema) -> Attrs:
    """The service never answers a write-only key: what was sent last stands for it."""
    result = dict(before)
    for key, value in previous.items():
        part = child(schema, key)
        if part.get("x-write-only") or isinstance(value, LocalPath):
            result[key] = value
        elif part.get("x-loose"):
            result[key] = with_unanswered(result.get(key), value)
        elif isinstance(value, dict) and "properties" in part:
            there = result.get(key)
            inner = _with_write_only(there if isinstance(there, dict) else {}, value, part)
            if inner and isinstance(there, dict | None):
                result[key] = inner
    return result


def _with_known_secrets(before: Any, after: Any, same: SameSecret) -> Any:
    """Put the secret itself where only its trace was kept and the trace fits what is wanted now."""
    if isinstance(before, Redacted) and isinstance(after, Sensitive):
        return after if same(after.value, before) else before
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _with_known_secrets(value, after.get(key), same) for key, value in before.items()}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [_with_known_secrets(b, a, same) for b, a in zip(before, after, strict=True)]
    return before


def _released(before: Attrs, after: Attrs, schema: Schema, path: Path = ()) -> Iterator[Path]:
    """Keys of a schema (not entries of free maps) that are no longer written."""
    if is_free_map(schema):
        return
    for key, value in before.items():
        if key not in after:
            if not is_free_map(child(schema, key)):
                yield (*path, key)
        elif isinstance(value, dict) and isinstance(after[key], dict):
            yield from _released(value, after[key], child(schema, key), (*path, key))


def _changed_paths(before: Any, after: Any) -> list[Path]:
    """Where two comparable values differ; a list is one place, whole.

    The one use of deepdiff: it costs about 0.3 ms a pair and 64 ms to import, so equal pairs never get here.
    """
    from deepdiff import DeepDiff

    tree = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    found: dict[Path, None] = {}
    for levels in tree.values():
        for level in levels:
            path: Path = tuple(level.path(output_format="list"))
            cut = next((i for i, part in enumerate(path) if isinstance(part, int)), len(path))
            marked = next((i for i, part in enumerate(path) if _is_of_mark(part)), cut)
            found[tuple(map(_own_key, path[: min(cut, marked)]))] = None
    return [path for path in found if not any(path[:n] in found for n in range(1, len(path)))]


def _is_of_mark(part: str | int) -> bool:
    """Whether this is what `comparable` made of a mark, and not a key of the user's own."""
    return isinstance(part, str) and part[:1] == "$" and part[:2] != "$$"


def _own_key(part: str | int) -> str | int:
    return part[1:] if isinstance(part, str) and part[:2] == "$$" else part


def _shown(path: Path, before: Attrs, after: Attrs) -> Path:
    """The part of a path that may be told: nothing inside a value that is secret or unknown as a whole."""
    marks = (Sensitive, Redacted, Unknown)
    for n in range(1, len(path)):
        if isinstance(get(before, path[:n]), marks) or isinstance(get(after, path[:n]), marks):
            return path[:n]
    return path


def _replaces(schema: Schema, path: Path, old: Any, new: Any) -> bool:
    """Whether a change at ``path`` cannot happen in place."""
    if path[0] == schema.get("x-discriminator"):
        return True
    parts = [at(schema, path[: n + 1]) for n in range(len(path))]
    if groups := parts[-1].get("x-in-place"):
        return not any(old in group and new in group for group in groups)
    return any(part.get("x-immutable") for part in parts) or any(
        _holds_immutable(value, parts[-1]) for value in (old, new)
    )


def _holds_immutable(value: Any, schema: Schema) -> bool:
    """Whether an object that comes or goes whole has a key in it that cannot."""
    return isinstance(value, dict) and any(
        child(schema, key).get("x-immutable") or _holds_immutable(item, child(schema, key))
        for key, item in value.items()
    )
