from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlinfra.engine.fits import fits
from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown, transform
from tests.conformance.examples import CATALOGUE, EXAMPLES, Example

JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 100),
    st.floats(allow_nan=False),
    st.text(max_size=3),
    st.sampled_from(["", "PT5M", "/subscriptions/x", "a" * 200]),
    st.lists(st.integers() | st.text(max_size=2), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers() | st.text(max_size=2), max_size=3),
)


def known(example: Example) -> Any:
    """The example with what is worked out of it left unknown."""
    return transform(dict(example.body), lambda x: Unknown(x) if isinstance(x, str) and "${" in x else x)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_what_types_show_as_examples_fits_at_once(example: Example) -> None:
    assert fits(known(example), example.schema)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container below with each of its keys."""
    members: Any = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [(value, key) for key, _ in members] + [place for _, item in members for place in places(item)]


@given(st.data())
def test_a_quick_yes_is_jsonschemas_too(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(EXAMPLES))
    schema = example.schema
    body = copy.deepcopy(dict(example.body))
    for _ in range(data.draw(st.integers(0, 3))):
        holder, key = data.draw(st.sampled_from(places(body) or [(body, "name")]))
        match data.draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                holder[key] = data.draw(JUNK)
            case "remove":
                holder.pop(key, None) if isinstance(holder, dict) else holder.pop(key)
            case _:
                new = data.draw(st.sampled_from([*schema["properties"], "nonsense"]))
                body[new] = data.draw(JUNK)
    if fits(body, schema):
        assert Draft202012Validator(schema).is_valid(body)


CRON = {
    "if": {"required": ["kind"], "properties": {"kind": {"pattern": "^cron$"}}},
    "then": {"required": ["at"]},
}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer"}, 1, True),
        ({"type": "integer"}, True, False),
        ({"type": ["string", "null"]}, None, True),
        ({"type": "string"}, Sensitive("x"), True),
        ({"type": "string"}, Sensitive(1), False),
        ({"type": "string"}, Redacted("x"), False),
        ({"pattern": "^a"}, LocalPath("a", "", "", False), True),
        ({"pattern": "^a"}, LocalPath("b", "", "", False), False),
        ({"type": "string"}, Unknown(), True),
        ({"enum": ["Standard_LRS"]}, "standard_lrs", False),
        ({"enum": ["Standard_LRS"], "x-case-insensitive": True}, "standard_lrs", True),
        ({"pattern": "^a"}, "ba", False),
        ({"pattern": "^a"}, 1, True),
        ({"minimum": 1}, "a", True),
        ({"minimum": 1}, True, True),
        ({"minimum": 1, "maximum": 3}, 3, True),
        ({"minimum": 1, "maximum": 3}, 4, False),
        ({"required": ["a"]}, {"b": 1}, False),
        ({"additionalProperties": {"type": "string"}}, {"a": 1}, False),
        ({"additionalProperties": {"type": "string"}}, {"a": "1"}, True),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, False),
        ({"properties": {"a": {"type": "string"}}}, {"a": "x", "b": 1}, True),
        ({"items": {"type": "string"}, "minItems": 1}, [], False),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"b": 1}, True),
        ({"not": {"required": ["a", "b"]}}, {"b": 1}, True),
        ({"not": {"required": ["a", "b"]}}, {"a": 1, "b": 1}, False),
        ({"not": {"required": ["a"]}}, "text", False),
        ({"not": {"type": "string"}}, 1, False),
        ({"allOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1, "b": 1}, True),
        ({"allOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"b": 1}, False),
        (CRON, {"kind": "cron", "at": 1}, True),
        (CRON, {"kind": "cron"}, False),
        (CRON, {"kind": Sensitive("cron")}, False),
        (CRON, {"kind": Unknown()}, False),
        (CRON, {"kind": "other"}, True),
        (CRON, {"at": 1}, True),
        (CRON, "text", True),
        ({"if": {"properties": {"kind": {"enum": ["cron"]}}}, "then": {}}, {"kind": "x"}, False),
        ({"if": {"required": ["a"]}, "then": {}, "else": {"required": ["b"]}}, {"b": 1}, False),
        ({"description": "anything", "x-ref": "workspace"}, [None], True),
    ],
)
def test_rules(schema: dict[str, Any], value: Any, expected: bool) -> None:
    assert fits(value, schema) is expected


def test_a_rule_that_it_does_not_know_is_left_to_jsonschema() -> None:
    assert not fits(4, {"multipleOf": 2})


def test_settings_fit_too() -> None:
    settings = CATALOGUE.providers["azure"].settings_schema
    assert fits({"cloud": "simulator", "location": "eastus"}, settings)
    assert not fits({"cloud": "mars"}, settings)
