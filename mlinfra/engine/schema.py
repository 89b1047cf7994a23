"""What a schema's words mean for values: defaults, one spelling for comparison, what is sensitive.

Schemas are flat (`mlinfra.providers.api`), so everything here is one walk down ``properties``, ``items``
and ``additionalProperties``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from mlinfra.model.value import (
    Attrs,
    LocalPath,
    Path,
    Redacted,
    Sensitive,
    Unknown,
    canonical,
    has_mark,
    is_sensitive,
    reveal,
)

Schema: TypeAlias = Mapping[str, Any]
T = TypeVar("T")

_DURATION = re.compile(
    r"^P(?:(?P<d>\d+(?:\.\d+)?)D)?(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?$"
)
_LOOSE: Schema = {"x-loose": True}
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def per_schema(make: Callable[[Schema], T]) -> Callable[[Schema], T]:
    """What ``make`` makes of a schema, made once. Not for parts of a schema that a walk comes by.

    A provider makes each of its schemas once, so its identity tells it; it is kept, so that no other gets
    its number.
    """
    known: dict[int, tuple[Schema, T]] = {}

    def found(schema: Schema) -> T:
        entry = known.get(id(schema))
        if entry is None:
            entry = known[id(schema)] = (schema, make(schema))
        return entry[1]

    return found


def child(schema: Schema, part: str | int) -> Schema:
    """The schema of a member: a property's, a free key's, or a list item's; empty where nothing is said."""
    if schema.get("x-loose"):
        return _LOOSE
    if isinstance(part, int):
        items = schema.get("items")
        return items if isinstance(items, Mapping) else {}
    known = schema.get("properties", {}).get(part)
    if isinstance(known, Mapping):
        return known
    free = schema.get("additionalProperties")
    return free if isinstance(free, Mapping) else {}


def at(schema: Schema, path: Path) -> Schema:
    """The schema of what stands at ``path``."""
    for part in path:
        schema = child(schema, part)
    return schema


def is_free_map(schema: Schema) -> bool:
    """Whether its keys are the user's own (tags), so that a key taken out is a key to delete."""
    return "properties" not in schema and schema.get("additionalProperties") not in (None, False)


Named: TypeAlias = tuple[tuple[str, Schema], ...]


def properties(schema: Schema, word: str) -> Named:
    """The top-level properties that carry ``word``."""
    return _index(schema).carrying.get(word, ())


def holding(schema: Schema, word: str) -> Named:
    """The top-level properties that carry ``word``, or in which something does, at any depth."""
    return _index(schema).holding.get(word, ())


@dataclass(frozen=True, slots=True)
class _Index:
    """The top-level properties of a schema by the words that they carry, and by those that are in them."""

    carrying: Mapping[str, Named]
    holding: Mapping[str, Named]


@per_schema
def _index(schema: Schema) -> _Index:
    carrying: dict[str, list[tuple[str, Schema]]] = {}
    holding: dict[str, list[tuple[str, Schema]]] = {}
    for name, part in schema.get("properties", {}).items():
        for word, said in part.items():
            if said:
                carrying.setdefault(word, []).append((name, part))
        for word in _words(part):
            holding.setdefault(word, []).append((name, part))
    return _Index(*({word: tuple(parts) for word, parts in index.items()} for index in (carrying, holding)))


def _words(schema: Schema) -> set[str]:
    """Every word that a schema or one beneath it carries."""
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    found = {word for word, said in schema.items() if said}
    return found.union(*(_words(part) for part in inner if isinstance(part, Mapping)))


def with_defaults(attrs: Attrs, schema: Schema) -> Attrs:
    """The attributes with every default filled in, also inside objects that are written; nulls left out."""
    filled: Attrs = {}
    for name, value in attrs.items():
        if value is None:
            continue
        if isinstance(value, dict | list):
            part = child(schema, name)
            if isinstance(value, dict) and "properties" in part:
                value = with_defaults(value, part)
            elif isinstance(value, list) and "properties" in child(part, 0):
                value = [with_defaults(v, child(part, 0)) if isinstance(v, dict) else v for v in value]
        filled[name] = value
    for name, part in schema.get("properties", {}).items():
        if name not in filled and "default" in part and part["default"] is not None:
            filled[name] = part["default"]
    return filled


def masked(attrs: Attrs, schema: Schema) -> Attrs:
    """The attributes with `Sensitive` around everything that their schema calls so."""
    secret = [(name, part) for name, part in holding(schema, "x-sensitive") if name in attrs]
    return {**attrs, **{name: _masked(attrs[name], part) for name, part in secret}} if secret else attrs


def parted(attrs: Attrs, schema: Schema) -> Attrs:
    """The attributes with secret objects as objects of secrets, where the service answers a part of them.

    What it does not answer (write-only keys) is taken from what was sent, key by key; so keys that a schema
    names are told even where the whole object is a secret.
    """
    found = {
        name: _parted(attrs[name], part)
        for name, part in holding(schema, "x-write-only")
        if isinstance(attrs.get(name), Sensitive)
    }
    return {**attrs, **found} if found else attrs


def _parted(secret: Sensitive, schema: Schema) -> Any:
    if not isinstance(secret.value, dict) or "properties" not in schema:
        return secret
    return {key: _parted(Sensitive(item), child(schema, key)) for key, item in secret.value.items()}


def _masked(value: Any, schema: Schema) -> Any:
    if value is None or isinstance(value, Sensitive | Redacted):
        return value
    if schema.get("x-sensitive"):
        return Unknown(value.expression, sensitive=True) if isinstance(value, Unknown) else Sensitive(value)
    if isinstance(value, dict):
        return {key: _masked(item, child(schema, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, child(schema, 0)) for item in value]
    return value


def tainted(value: Any, pattern: Any) -> Any:
    """The value with `Sensitive` wherever ``pattern`` (the same thing, as written) holds something secret.

    What was made from a secret comes back from the service as a plain value: it stays a secret.
    """
    if not has_mark(pattern) or value is None or isinstance(value, Sensitive | Redacted):
        return value
    if isinstance(pattern, Sensitive | Redacted) or (isinstance(pattern, Unknown) and pattern.sensitive):
        return Sensitive(value)
    if isinstance(value, dict) and isinstance(pattern, dict):
        return {key: tainted(item, pattern.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(pattern, list):
        # Order may differ between what was sent and what came back: one secret item hides them all.
        secret = next((p for p in pattern if isinstance(p, Sensitive | Redacted)), None)
        if secret is not None:
            return [tainted(item, secret) for item in value]
        # Objects too may come back in another order: a key that is secret in one of them is in all.
        for each in pattern:
            if is_sensitive(each):
                value = [tainted(item, each) for item in value]
        return value
    return value


def comparable(value: Any, schema: Schema) -> Any:
    """The value in the spelling in which equal means equal: for comparing, never for sending or showing.

    Absent, null and empty objects and lists are one; marks become values that equal only themselves.
    """
    if schema.get("x-content") is False:
        return None
    if isinstance(value, Sensitive):
        return comparable(reveal(value), schema)
    if isinstance(value, Unknown):
        return {"$unknown": value.expression, "$once": id(value)}
    if isinstance(value, Redacted):
        return {"$redacted": value.hmac}
    if isinstance(value, LocalPath):
        return {"$path": value.digest}
    if isinstance(value, dict):
        # A user's own key that looks like a mark's gets a second sign: `$$`.
        members = (
            (f"${key}" if key[:1] == "$" else key, comparable(item, child(schema, key)))
            for key, item in value.items()
        )
        return {key: item for key, item in members if item is not None and item != {} and item != []}
    if isinstance(value, list):
        items = [comparable(item, child(schema, 0)) for item in value]
        if key := schema.get("x-key"):
            return sorted(
                items, key=lambda item: canonical(item.get(key) if isinstance(item, dict) else item)
            )
        return sorted(items, key=canonical) if schema.get("x-unordered") else items
    if isinstance(value, bool) or value is None:
        return value
    if schema.get("x-duration"):
        seconds = duration(value)
        return value if seconds is None else seconds
    if isinstance(value, int | float):
        return float(value)
    if schema.get("x-id") or schema.get("x-case-insensitive"):
        return value.casefold().rstrip("/") if schema.get("x-id") else value.casefold()
    if schema.get("x-loose") and value.casefold().startswith("/subscriptions/"):
        return value.casefold().rstrip("/")
    return value


def duration(value: Any) -> float | None:
    """Seconds of an ISO 8601 duration or of a number; None when it is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    match = _DURATION.match(value.upper()) if isinstance(value, str) else None
    if not match or value.upper() in ("P", "PT"):
        return None
    return sum(float(amount) * _SECONDS[unit] for unit, amount in match.groupdict().items() if amount)


def paths_with(value: Any, schema: Schema, test: Callable[[Schema], bool], path: Path = ()) -> Iterator[Path]:
    """The paths in ``value`` whose schema passes ``test``; below one that does it looks no further."""
    if path and test(schema):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from paths_with(item, child(schema, key), test, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths_with(item, child(schema, index), test, (*path, index))
