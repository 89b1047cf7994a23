"""Words that the published schemas are written in: JSON Schema, closed where the keys are ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
FLAG: dict[str, Any] = {"type": "boolean"}
OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
KEY: dict[str, Any] = {"type": ["string", "integer"]}
"""One step into a value: a key of a map, or the place in a list."""
SECONDS: dict[str, Any] = {"type": "number", "minimum": 0}


def obj(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with these keys and no others."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def array(items: Any) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": items}


def mapping(values: Any) -> dict[str, Any]:
    """An object whose keys are somebody else's business."""
    return {"type": "object", "additionalProperties": values}


def ref(name: str) -> dict[str, Any]:
    """A part of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def words(found: Iterable[str]) -> dict[str, Any]:
    """One of these words."""
    return {"enum": list(found)}
