"""What SARIF 2.1.0 (OASIS standard, its sarif-schema-2.1.0.json) says of the objects that we write.

Written down from the standard's text, sections 3.13 to 3.58, object by object: which properties there are,
what they hold, which are required. Whatever we write beyond it fails, so a property is added here first,
with the section that has it.
"""

from __future__ import annotations

from typing import Any


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Any, *, unique: bool = False) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": unique}


_TEXT = {"type": "string"}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
"""3.27.10 level; 3.50.3 reportingConfiguration.level."""
_BAG = {"type": "object", "properties": {"tags": _list(_TEXT, unique=True)}, "additionalProperties": True}
"""3.8 property bags; tags are a list of distinct texts."""
_FROM_ONE = {"type": "integer", "minimum": 1}

_MESSAGE = _object(("text",), text=_TEXT, markdown=_TEXT)
"""3.11 message and 3.12 multiformatMessageString: markdown never without text."""

_RULE = _object(
    ("id",),
    id=_TEXT,
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    helpUri={"type": "string", "format": "uri", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:[^ ]+$"},
    defaultConfiguration=_object((), level=_LEVEL),
    properties=_BAG,
)
"""3.49 reportingDescriptor."""

_LOCATION = _object(
    (),
    physicalLocation=_object(
        ("artifactLocation",),
        artifactLocation=_object((), uri={"type": "string", "pattern": "^[^ \\\\]+$"}),
        region=_object((), startLine=_FROM_ONE, startColumn=_FROM_ONE, endColumn=_FROM_ONE),
    ),
    logicalLocations=_list(_object((), fullyQualifiedName=_TEXT, kind=_TEXT), unique=True),
)
"""3.28 location, 3.29 physicalLocation, 3.4 artifactLocation, 3.30 region, 3.33 logicalLocation."""

_RESULT = _object(
    ("message",),
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=_LEVEL,
    message=_MESSAGE,
    locations=_list(_LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
    suppressions=_list(
        _object(("kind",), kind={"enum": ["inSource", "external"]}, justification=_TEXT), unique=True
    ),
    properties=_BAG,
)
"""3.27 result, 3.35 suppression."""

SARIF = _object(
    ("version", "runs"),
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs=_list(
        _object(
            ("tool",),
            tool=_object(
                ("driver",),
                driver=_object(("name",), name=_TEXT, semanticVersion=_TEXT, rules=_list(_RULE, unique=True)),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results=_list(_RESULT),
        )
    ),
)
"""3.13 sarifLog, 3.14 run, 3.18 tool, 3.19 toolComponent."""
