"""A made-up specification of a library, small enough to see what a check must say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.specification.documents import Documents, Node

FILE = "books/resource-manager/Example.Books/stable/2024-01-01/books.json"

SHARED = "common/types.json"

DEFINITIONS: Mapping[str, Any] = {
    "Shelf": {
        "allOf": [{"$ref": f"../../../../../{SHARED}#/definitions/Resource"}],
        "properties": {
            "properties": {"$ref": "#/definitions/ShelfProperties"},
            "location": {"type": "string"},
        },
        "required": ["properties"],
    },
    "ShelfProperties": {
        "properties": {
            "title": {"type": "string", "maxLength": 5, "pattern": "^[a-z]+$"},
            "height": {"type": "integer", "minimum": 1},
            "state": {"type": "string", "readOnly": True, "enum": ["Full", "Empty"]},
            "wood": {"type": "string", "enum": ["oak", "ash"], "x-ms-enum": {"modelAsString": True}},
            "lock": {"type": "string", "enum": ["Open", "Shut"], "x-ms-enum": {"modelAsString": False}},
            "key": {"type": "string", "x-ms-mutability": ["create", "update"]},
            "made": {"type": "string", "format": "date-time"},
            "books": {"type": "array", "items": {"$ref": "#/definitions/Book"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "anything": {"type": "object"},
        },
        "required": ["title", "state", "key"],
    },
    "Book": {
        "type": "object",
        "discriminator": "kind",
        "properties": {"kind": {"type": "string", "enum": ["Novel", "Atlas"]}},
        "required": ["kind"],
    },
    "NovelBook": {
        "allOf": [{"$ref": "#/definitions/Book"}],
        "x-ms-discriminator-value": "Novel",
        "properties": {"pages": {"type": "integer"}},
        "required": ["pages"],
    },
    "AtlasBook": {
        "allOf": [{"$ref": "#/definitions/Book"}],
        "x-ms-discriminator-value": "Atlas",
        "discriminator": "of",
        "properties": {"of": {"type": "string"}, "maps": {"type": "integer"}},
    },
    "SkyAtlas": {
        "allOf": [{"$ref": "#/definitions/AtlasBook"}],
        "x-ms-discriminator-value": "Sky",
        "properties": {"stars": {"type": "integer"}},
    },
}

ITEM = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Example.Books"
    "/shelves/{shelfName}"
)

PATHS: Mapping[str, Any] = {
    ITEM: {
        "parameters": [
            {"name": "subscriptionId", "in": "path", "required": True, "type": "string"},
            {"$ref": "missing.json#/parameters/ShelfName"},
        ],
        "put": {
            "operationId": "Shelves_Put",
            "parameters": [
                {"name": "api-version", "in": "query", "required": True, "type": "string"},
                {"name": "dusted", "in": "query", "type": "boolean"},
                {"name": "If-Match", "in": "header", "type": "string"},
                {"name": "shelf", "in": "body", "schema": {"$ref": "#/definitions/Shelf"}},
            ],
            "responses": {
                "201": {"schema": {"$ref": "#/definitions/Shelf"}},
                "202": {"description": "it is at work"},
            },
            "x-ms-examples": {"one": {"$ref": "./examples/one.json"}},
        },
    },
    f"{ITEM}/dust": {"post": {"operationId": "Shelves_Dust", "responses": {"200": {}}}},
    f"{ITEM}/books": {"get": {"operationId": "Books_List", "responses": {"200": {}}}},
    f"{ITEM}/books/{{bookName}}": {"get": {"operationId": "Books_Get", "responses": {"200": {}}}},
}

FILES: Mapping[str, bytes] = {
    FILE: json.dumps({"paths": PATHS, "definitions": DEFINITIONS}).encode(),
    FILE.replace("books.json", "examples/one.json"): b'{"parameters": {"shelfName": "a"}, "responses": {}}',
    FILE.replace("2024", "2020"): b'{"paths": {"/old": {"get": {"responses": {}}}}}',
    SHARED: json.dumps(
        {
            "definitions": {
                "Resource": {
                    "properties": {"id": {"type": "string", "readOnly": True}, "tags": {"type": "object"}}
                }
            }
        }
    ).encode("utf-8-sig"),
}


def documents() -> Documents:
    """The library's documents."""
    return Documents(FILES)


def definition(name: str) -> Node:
    """One of its definitions, by reference."""
    return Node(FILE, {"$ref": f"#/definitions/{name}"})
