"""What an expression gives as null is as if it were not written, at the top of a body and in what it has.

So a module can hand on an object whose optional keys were left out, and which are null then. Where keys are
the user's own (tags, the body of an ``arm``), and where a schema takes null, null is a value.
"""

from __future__ import annotations

from typing import Any

from mlinfra.engine.schema import Schema, child
from mlinfra.model.source import Node, Template
from mlinfra.model.value import Attrs, Sensitive


def without_nulls(body: Node, written: Attrs) -> Attrs:
    """The attributes but for those whose expression gave null."""
    held = body.value
    return {
        key: value
        for key, value in written.items()
        if value is not None or not isinstance(held[key].value, Template)
    }


def without_nulls_inside(body: Node, written: Attrs, schema: Schema) -> Attrs:
    """The attributes without nulls of expressions in them; the same where there are none."""
    found = {}
    for key, value in written.items():
        if isinstance(value, dict | list | Sensitive) and key in body.value:
            kept = _kept(body.value[key], value, child(schema, key))
            if kept is not value:
                found[key] = kept
    return {**written, **found} if found else written


def _kept(node: Node | None, value: Any, schema: Schema) -> Any:
    """A value without nulls; ``node`` is how it is written, None for what an expression gave."""
    if node is not None and isinstance(node.value, Template):
        node = None
    if isinstance(value, Sensitive):
        inner = _kept(node, value.value, schema)
        return value if inner is value.value else Sensitive(inner)
    if isinstance(value, dict):
        members = {
            key: _kept(node and node.value[key], member, child(schema, key))
            for key, member in value.items()
            if member is not None or not _left_out(node and node.value[key], key, schema)
        }
        same = len(members) == len(value) and all(members[key] is value[key] for key in members)
        return value if same else members
    if isinstance(value, list):
        items = [_kept(node and node.value[at], item, child(schema, at)) for at, item in enumerate(value)]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value


def _left_out(node: Node | None, key: str, schema: Schema) -> bool:
    """Whether null under this key says nothing: an expression gave it, and the key is not the user's own."""
    if node is not None and not isinstance(node.value, Template):
        return False
    if schema.get("x-loose"):
        return False
    known = schema.get("properties", {}).get(key)
    if known is None:
        return schema.get("additionalProperties") is False
    return "null" not in known.get("type", ()) and None not in known.get("enum", ())
