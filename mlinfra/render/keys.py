"""A key of a resource type in words, for the reference and for ``explain``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "array": "list",
    "object": "map",
}


def takes(part: Mapping[str, Any]) -> str:
    """What may be written, and what the key is."""
    told = part.get("description", "")
    if "enum" in part:
        what = "one of " + ", ".join(f"`{v}`" for v in part["enum"])
    elif "x-ref" in part:
        what = f"a {part['x-ref']}"
    else:
        kind = part.get("type", "")
        what = " or ".join(_KINDS.get(k, k) for k in ([kind] if isinstance(kind, str) else kind))
    return ". ".join(filter(None, [what, told]))


def default(part: Mapping[str, Any]) -> str:
    """What holds where nothing is written; empty where nothing is known of it."""
    if "default" in part:
        return f"`{scalar(part['default'])}`"
    if "x-from" in part:
        return "from " + ", then ".join(f"`{place}`" for place in part["x-from"])
    return ""


def change(part: Mapping[str, Any]) -> str:
    """What changing it does to the resource."""
    if groups := part.get("x-in-place"):
        within = " or ".join("{" + ", ".join(map(str, group)) + "}" for group in groups)
        return f"in place within {within}, else replaces"
    if part.get("x-immutable"):
        return "replaces"
    if part.get("x-content"):
        return "new version"
    return "one way" if part.get("x-one-way") else "in place"


def scalar(value: Any) -> str:
    """A value as it may stand in YAML."""
    return value if isinstance(value, str) and value.isidentifier() else json.dumps(value, ensure_ascii=False)
