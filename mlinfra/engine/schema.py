"""What a schema's words mean for values: defaults, one spelling for comparison, what is sensitive.

Schemas are flat (`mlinfra.providers.api`), so everything here is one walk down ``properties``, ``items``
and ``additionalProperties``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from mlinfra.model.value import (
    Attrs,
    LocalPath,
    Path,
    Redacted,
    Sensitive,
    Unknown,
    canonical,
    is_sensitive,
    reveal,
)

Schema: TypeAlias = Mapping[str, Any]

_DURATION = re.compile(
    r"^P(?:(?P<d>\d+(?:\.\d+)?)D)?(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?$"
)
_LOOSE: Schema = {"x-loose": True}
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


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


def properties(schema: Schema, word: str) -> Iterator[tuple[str, Schema]]:
    """The top-level properties that carry ``word``."""
    return ((name, prop) for name, prop in schema.get("properties", {}).items() if prop.get(word))


def with_defaults(attrs: Attrs, schema: Schema) -> Attrs:
    """The attributes with every default filled in, also inside objects that are written; nulls left out."""
    filled: Attrs = {}
    for name, value in attrs.items():
        if value is None:
            continue
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


def masked(value: Any, schema: Schema) -> Any:
    """The value with `Sensitive` around everything that the schema calls so."""
    if value is None or isinstance(value, Sensitive | Redacted):
        return value
    if schema.get("x-sensitive"):
        return Unknown(value.expression, sensitive=True) if isinstance(value, Unknown) else Sensitive(value)
    if isinstance(value, dict):
        return {key: masked(item, child(schema, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, child(schema, 0)) for item in value]
    return value


def tainted(value: Any, pattern: Any) -> Any:
    """The value with `Sensitive` wherever ``pattern`` (the same thing, as written) holds something secret.

    What was made from a secret comes back from the service as a plain value: it stays a secret.
    """
    if value is None or isinstance(value, Sensitive | Redacted):
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
        members = ((key, comparable(item, child(schema, key))) for key, item in value.items())
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
