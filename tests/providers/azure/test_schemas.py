"""What holds of the schema of every type and of each of its kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.configuration import META_KEYS
from mlinfra.model.value import transform
from mlinfra.providers.azure import provider

WORDS = {
    "x-immutable", "x-computed", "x-optional", "x-sensitive", "x-write-only", "x-ref", "x-parent", "x-from",
    "x-id", "x-path", "x-unordered", "x-key", "x-case-insensitive", "x-duration", "x-source", "x-in-place",
    "x-one-way", "x-hint", "x-follows", "x-unless", "x-loose", "x-mirrors",
    "x-content", "x-path-is", "x-path-holds", "x-alias-of", "x-pascal", "x-exposes", "x-grants",
}  # fmt: skip
TOP_WORDS = {
    "x-discriminator", "x-owner-tag", "x-adopts-equal", "x-data", "x-seconds", "x-example", "x-examples",
    "x-example-update", "x-example-immutable",
    "x-example-more", "x-replace-broken", "x-read-one-by-one", "x-soft-delete",
    "x-guards", "x-versioned", "x-serves",
}  # fmt: skip


def kinds() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, type_ in provider.types.items():
        common = type_.schema({})
        yield name, common
        chooser = str(common.get("x-discriminator", ""))
        for value in common["properties"][chooser].get("enum", ()) if chooser else ():
            yield f"{name}:{value}", type_.schema({chooser: value})


ALL = dict(kinds())


def nested(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in schema.get("properties", {}).items():
        here = f"{path}{name}"
        yield here, part
        yield from nested(part, f"{here}.")
        if isinstance(part.get("items"), Mapping):
            yield f"{here}[]", part["items"]
            yield from nested(part["items"], f"{here}[].")


@pytest.fixture(params=list(ALL))
def schema(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    return ALL[request.param]


def test_it_is_a_flat_schema_of_draft_2020_12(schema: Mapping[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["title"] and schema["description"]
    assert not {"$ref", "oneOf", "allOf", "if"} & set(schema)
    assert all(set(one) == {"required"} for one in schema.get("anyOf", ())), "only: one of these is needed"


def test_no_key_of_the_language_is_a_key_of_a_body(schema: Mapping[str, Any]) -> None:
    assert not META_KEYS & set(schema["properties"])


def test_every_property_says_where_its_facts_come_from_and_what_it_is(schema: Mapping[str, Any]) -> None:
    for path, part in nested(schema):
        if not path.endswith("[]"):
            assert part.get("x-source"), path
            assert part.get("description"), path


def test_only_words_that_somebody_reads(schema: Mapping[str, Any]) -> None:
    assert {word for word in schema if word.startswith("x-")} <= TOP_WORDS
    for path, part in nested(schema):
        assert {word for word in part if word.startswith("x-")} <= WORDS, path


def test_references_lead_to_types_that_exist(schema: Mapping[str, Any]) -> None:
    for path, part in nested(schema):
        if "x-ref" in part:
            assert part["x-ref"] in provider.types, path


def test_defaults_are_valid(schema: Mapping[str, Any]) -> None:
    for _, part in nested(schema):
        if "default" in part:
            Draft202012Validator(part).validate(part["default"])


def test_names_have_a_hint_where_they_have_a_rule(schema: Mapping[str, Any]) -> None:
    name = schema["properties"].get("name", {})
    assert name.get("x-hint") or "pattern" not in name


def test_nothing_is_both_the_services_and_required(schema: Mapping[str, Any]) -> None:
    for name in schema.get("required", ()):
        assert "x-computed" not in schema["properties"][name]
        assert name not in ("name", "location", "resource_group", "subscription"), "these are filled in"


def test_values_that_change_in_place_are_values(schema: Mapping[str, Any]) -> None:
    for _, part in nested(schema):
        for group in part.get("x-in-place", ()):
            assert len(group) > 1
            assert set(group) <= set(part["enum"])


def test_the_owner_tag_stands_in_a_map_of_texts(schema: Mapping[str, Any]) -> None:
    if "x-owner-tag" in schema:
        part = schema["properties"][schema["x-owner-tag"]]
        assert part["additionalProperties"] == {"type": "string"}


def resolved(leaf: Any) -> Any:
    """What a reference of an example stands for: an id, or a GUID that the service invents."""
    if isinstance(leaf, str) and leaf.startswith("${"):
        return "/subscriptions/s" if leaf.endswith(".id}") else "00000000-0000-0000-0000-000000000001"
    return leaf


def examples(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "x-example" in schema:
        yield transform(dict(schema["x-example"]), resolved)


def test_examples_are_valid_and_so_are_their_changes(schema: Mapping[str, Any]) -> None:
    found = list(examples(schema))
    assert found
    validator = Draft202012Validator(schema)
    for example in found:
        validator.validate(example)
        if "x-example" in schema:
            for change in ("x-example-update", "x-example-immutable"):
                validator.validate({**example, **schema.get(change, {})})
    for key in schema.get("x-example-immutable", {}):
        assert schema["properties"][key].get("x-immutable"), key
    for key in schema.get("x-example-update", {}):
        assert not schema["properties"][key].get("x-immutable"), key


@pytest.mark.parametrize("name", [name for name in provider.types if "x-examples" in ALL[name]])
def test_the_examples_of_all_kinds_are_valid_each_by_its_own_schema(name: str) -> None:
    for example in ALL[name]["x-examples"].values():
        own = provider.types[name].schema(dict(example))
        Draft202012Validator(own).validate(transform(dict(example), resolved))


def test_a_schema_is_made_once() -> None:
    for type_ in provider.types.values():
        assert type_.schema({}) is type_.schema({})
