"""Tables that say how attributes and ARM bodies correspond: one row a key, read in both directions.

A row carries its JSON Schema with our own words (see `mlinfra.providers.api`) and the source of its facts.
From one table come the type's schema, the body that is sent and the attributes that are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mlinfra.model.value import Attrs, canonical

OPEN = ["Enabled", None]
"""Values of a `publicNetworkAccess` that let the internet in. Left out it is Enabled in every service that
has it: see ``absent`` of each row, and its source."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Property:
    """One attribute.

    ``path`` is where it stands in the ARM body, dotted (``properties.accessTier``); empty when it stands in
    none (a part of the id). ``fields`` are the rows of an object, or of each object of a list, with paths
    relative to this one. ``write`` and ``read`` translate a value to ARM's form and back; `read` answering
    None means "not set". ``create_only`` keys are never sent in an update: Azure refuses even their default
    there. ``whole`` values are replaced in an update, not laid over what is there. ``absent`` is what it
    means when the service answers no value.
    """

    name: str
    path: str
    schema: Mapping[str, Any]
    source: str
    fields: tuple[Property, ...] = ()
    required: bool = False
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None
    create_only: bool = False
    whole: bool = False
    absent: Any = None

    @property
    def computed(self) -> bool:
        """Whether the service says it and nobody sends it."""
        return bool(self.schema.get("x-computed")) and not self.schema.get("x-optional")

    @property
    def keys(self) -> tuple[str, ...]:
        """The path, split."""
        return _keys(self.path)

    def described(self) -> dict[str, Any]:
        """The JSON Schema of this attribute, fields and source included."""
        schema = dict(self.schema)
        if self.fields:
            inner = {
                "properties": {field.name: field.described() for field in self.fields},
                "additionalProperties": False,
            }
            required = [field.name for field in self.fields if field.required]
            if required:
                inner["required"] = required
            if schema.get("type") == "array":
                schema["items"] = {"type": "object", **inner}
            else:
                schema = {"type": "object", **schema, **inner}
        return {**schema, "x-source": self.source}


@cache
def _keys(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


def json_schema(rows: Iterable[Property], words: Mapping[str, Any]) -> dict[str, Any]:
    """The flat JSON Schema of a table; ``words`` are its title, description and ``x-…``."""
    table = tuple(rows)
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "type": "object",
        **words,
        "properties": {row.name: row.described() for row in table},
        "additionalProperties": False,
    }
    required = [row.name for row in table if row.required]
    if required:
        schema["required"] = required
    return schema


def defaults(rows: Iterable[Property]) -> Attrs:
    """What is sent of the keys that nobody wrote."""
    return {row.name: row.schema["default"] for row in rows if "default" in row.schema}


def to_arm(rows: Iterable[Property], attrs: Mapping[str, Any], *, update: bool = False) -> dict[str, Any]:
    """The ARM body of these attributes: what is written and nothing else.

    A value of None stays None: in an update it takes the key out (see `overlay`).
    """
    body: dict[str, Any] = {}
    for row in rows:
        if row.computed or not row.path or row.name not in attrs or (update and row.create_only):
            continue
        value = attrs[row.name]
        if value is not None:
            if row.fields:
                value = _inner_to_arm(row, value, update=update)
            if row.write:
                value = row.write(value)
        place(body, row.keys, value)
    return body


def _inner_to_arm(row: Property, value: Any, *, update: bool) -> Any:
    if isinstance(value, list):
        return [to_arm(row.fields, item, update=update) for item in value]
    return to_arm(row.fields, value, update=update)


def from_arm(rows: Iterable[Property], raw: Mapping[str, Any]) -> Attrs:
    """The attributes that an ARM body tells. Null, absent and an empty object are alike: no key."""
    attrs: Attrs = {}
    for row in rows:
        if not row.path:
            continue
        value = pick(raw, row.keys)
        if value is None:
            value = row.absent
        elif row.read:
            value = row.read(value)
        if value is not None and row.fields:
            if isinstance(value, list):
                value = [from_arm(row.fields, item) for item in value]
            elif isinstance(value, Mapping):
                value = from_arm(row.fields, value)
        if value is not None and value != {}:
            attrs[row.name] = value
    return attrs


def pick(raw: Any, keys: tuple[str, ...]) -> Any:
    """The value at a path of JSON objects; None where it leads nowhere."""
    for name in keys:
        if not isinstance(raw, dict):
            return None
        raw = raw.get(name)
    return raw


def place(body: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Put a value at a path, making the mappings on the way. An object joins one that is there already."""
    for name in keys[:-1]:
        body = body.setdefault(name, {})
    last = keys[-1]
    if isinstance(value, dict) and isinstance(body.get(last), dict):
        body[last].update(value)
    else:
        body[last] = value


def take_out(body: dict[str, Any], path: str) -> None:
    """Remove what stands at a dotted path, if anything does."""
    *parents, last = path.split(".")
    target = pick(body, tuple(parents)) if parents else body
    if isinstance(target, dict):
        target.pop(last, None)


def overlay(below: Any, above: Any, whole: frozenset[tuple[str, ...]], at: tuple[str, ...] = ()) -> Any:
    """``above`` laid over ``below`` as JSON Merge Patch (RFC 7396) has it: objects key by key, None takes a
    key out, lists and paths in ``whole`` are replaced."""
    if not isinstance(above, dict):
        return above
    if not isinstance(below, dict) or at in whole:
        below = {}
    merged = dict(below)
    for name, value in above.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = overlay(merged.get(name), value, whole, (*at, name))
    return merged


def without_null(body: Any) -> Any:
    """The same body without keys whose value is None."""
    if isinstance(body, dict):
        return {name: without_null(value) for name, value in body.items() if value is not None}
    if isinstance(body, list):
        return [without_null(item) for item in body]
    return body


def taken_out(rows: Iterable[Property], prior: Mapping[str, Any], desired: Mapping[str, Any]) -> Attrs:
    """``desired`` with None for the entries of free maps (tags) that ``prior`` has and it has not: those are
    to go. What neither names was put there meanwhile by others, and stays."""
    result = dict(desired)
    for row in rows:
        had, wanted = prior.get(row.name), desired.get(row.name)
        free = "additionalProperties" in row.schema and not row.fields
        if free and isinstance(had, Mapping) and isinstance(wanted, Mapping):
            result[row.name] = {**dict.fromkeys(had), **wanted}
    return result


def changed(ground: Any, wanted: Any, patch: Any, depth: int = 2) -> dict[str, Any]:
    """The part of ``wanted`` to send as a PATCH: the subtrees at ``depth`` that ``patch`` touches and that
    are not as in ``ground``, each whole (services replace what stands below); None for one taken out."""
    body: dict[str, Any] = {}
    for name, value in patch.items():
        before, after = ground.get(name), wanted.get(name)
        if canonical(before) == canonical(after):
            continue
        if depth > 1 and name == "properties" and isinstance(after, dict):
            body[name] = changed(before or {}, after, value, depth - 1)
        else:
            body[name] = after
    return body


def whole_paths(rows: Iterable[Property], at: tuple[str, ...] = ()) -> frozenset[tuple[str, ...]]:
    """The ARM paths that an update replaces as one, also inside objects."""
    found: set[tuple[str, ...]] = set()
    for row in rows:
        path = (*at, *row.keys)
        found |= {path} if row.whole else whole_paths(row.fields, path)
    return frozenset(found)


# Words for rows ---------------------------------------------------------------------------------------


def text(**words: Any) -> dict[str, Any]:
    """A string."""
    return {"type": "string", **_words(words)}


def flag(**words: Any) -> dict[str, Any]:
    """A boolean."""
    return {"type": "boolean", **_words(words)}


def number(**words: Any) -> dict[str, Any]:
    """A number."""
    return {"type": "number", **_words(words)}


def integer(**words: Any) -> dict[str, Any]:
    """An integer."""
    return {"type": "integer", **_words(words)}


def choice(*values: str, **words: Any) -> dict[str, Any]:
    """One of these strings."""
    return {"enum": list(values), **_words(words)}


def strings(**words: Any) -> dict[str, Any]:
    """A list of strings."""
    return {"type": "array", "items": {"type": "string"}, **_words(words)}


def reference(type_name: str, **words: Any) -> dict[str, Any]:
    """The id of a resource of that type, or its name where it is one of this stack."""
    return {"type": "string", "x-ref": type_name, "x-id": True, **_words(words)}


def computed(kind: str = "string", **words: Any) -> dict[str, Any]:
    """What only the service says."""
    return {"type": kind, "x-computed": True, **_words(words)}


def _words(words: Mapping[str, Any]) -> dict[str, Any]:
    """``x_in_place`` is written for ``x-in-place``: a keyword argument may hold no hyphen."""
    return {name.replace("_", "-") if name.startswith("x_") else name: value for name, value in words.items()}
