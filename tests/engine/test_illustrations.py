"""Each key that an editor offers is described and has an example that fits it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.engine.document import kinds, module_document, stack_document
from mlinfra.engine.illustrations import illustrated
from mlinfra.engine.trial_document import trial_document
from mlinfra.providers.azure.types.illustrations import MORE
from tests.engine.test_document import STORES, catalogue, every

DOCUMENTS = {"stack": stack_document, "module": module_document, "test": trial_document}


@cache
def document(name: str) -> dict[str, Any]:
    return DOCUMENTS[name](catalogue(), STORES)


def keys(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a document that can be written; one that refers to a definition has its words there."""
    for at, schema in every(document(name)):
        if at[-1:] == ("if",) or "not" in at:
            continue
        for key, part in schema.get("properties", {}).items():
            if "$ref" not in part and not _unwritable(part):
                yield f"{'/'.join(at)}: {key}", part


def _unwritable(part: dict[str, Any]) -> bool:
    """``not: {}``, or an expression that gives it: the key is only there to say why it is not supported."""
    return {} in (part.get("not"), part.get("anyOf", [{}])[0].get("not"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_key_is_described_and_has_an_example(name: str) -> None:
    bare = [at for at, part in keys(name) if not part.get("description") or not part.get("examples")]
    assert bare == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_example_fits_its_key(name: str) -> None:
    definitions = document(name)["$defs"]
    for at, part in keys(name):
        test = Draft202012Validator({**part, "$defs": definitions})
        assert all(test.is_valid(example) for example in part["examples"]), at


def test_what_cannot_be_written_has_no_example_and_says_why() -> None:
    refused = [
        part
        for _, schema in every(document("stack"))
        for part in schema.get("properties", {}).values()
        if _unwritable(part)
    ]
    assert refused
    for part in refused:
        assert "examples" not in part
        assert part["description"].startswith("Not supported")


def test_a_body_that_shows_more_has_keys_of_its_type_only() -> None:
    assert set(MORE) == set(catalogue().types)
    for name, bodies in MORE.items():
        type_ = catalogue().types[name].type
        schemas = (kinds(type_) or {"": type_.schema({})}).values()
        known = {key for schema in schemas for key in schema["properties"]}
        assert {key for body in bodies for key in body} <= known, name


def test_a_body_that_shows_more_shows_no_secret() -> None:
    def leaves(schema: Any, value: Any) -> Iterator[Any]:
        if schema.get("x-sensitive"):
            yield value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from leaves(schema.get("properties", {}).get(key, {}), item)

    shown = [
        value
        for name, bodies in MORE.items()
        for schema in (kinds(catalogue().types[name].type) or {"": {}}).values()
        for body in bodies
        for value in leaves(schema, body)
    ]
    assert shown
    assert all(value.startswith("${var.") for value in shown)


def test_the_first_sample_that_fits_is_taken_else_what_the_key_names() -> None:
    plain: dict[str, Any] = {
        "properties": {
            "size": {"type": "integer"},
            "mode": {"enum": [None, "fast", "slow"]},
            "open": {"type": ["boolean", "null"]},
            "own": {"type": "string", "examples": ["mine"]},
            "none": {"not": {}},
            "unknown": {"type": "string"},
            "list": {"type": "array", "items": {"properties": {"name": {"type": "string"}}}},
            "there": {"$ref": "#/$defs/there"},
        },
        "$defs": {"there": {"additionalProperties": {"properties": {"deep": {"type": "number"}}}}},
    }
    samples = [
        {"size": "no number", "own": "other"},
        {"size": 3, "list": [{"name": "a"}], "there": {"any": {"deep": 1.5}}},
    ]
    found = illustrated(plain, samples)
    examples = {key: part.get("examples") for key, part in found["properties"].items()}
    assert examples == {
        "size": [3],
        "mode": ["fast"],
        "open": [True],
        "own": ["mine"],
        "none": None,
        "unknown": None,
        "list": [[{"name": "a"}]],
        "there": None,
    }
    assert found["properties"]["list"]["items"]["properties"]["name"]["examples"] == ["a"]
    deep = found["$defs"]["there"]["additionalProperties"]["properties"]["deep"]
    assert deep["examples"] == [1.5]
    assert "examples" not in plain["properties"]["size"]
