from __future__ import annotations

from typing import Any

from mlinfra.providers.azure.types.schema import (
    Property,
    changed,
    choice,
    computed,
    defaults,
    flag,
    from_arm,
    json_schema,
    overlay,
    reference,
    strings,
    take_out,
    taken_out,
    text,
    to_arm,
    whole_paths,
    without_null,
)

ROWS = (
    Property("id", "id", computed(), "S"),
    Property("name", "", text(), "S"),
    Property("sku", "sku.name", choice("A", "B", default="A"), "S"),
    Property("secure", "properties.secure", flag(), "S", absent=True),
    Property("once", "properties.once", flag(x_immutable=True), "S", create_only=True),
    Property("key", "properties.key", computed(x_sensitive=True), "S"),
    Property("chosen", "properties.chosen", computed(x_optional=True), "S"),
    Property("never_false", "properties.on", flag(), "S", write=lambda on: on or None),
    Property("tags", "tags", {"type": "object", "additionalProperties": {"type": "string"}}, "S"),
    Property(
        "rules",
        "properties.rules",
        {"description": "rules"},
        "S",
        fields=(
            Property("action", "defaultAction", choice("Allow", "Deny"), "S", required=True),
            Property("ips", "ips", strings(), "S", write=lambda v: [{"value": ip} for ip in v]),
        ),
    ),
    Property(
        "people",
        "properties.people",
        {"type": "array"},
        "S",
        fields=(Property("first", "firstName", text(), "S", required=True),),
    ),
    Property("identities", "identity.ids", {"type": "object"}, "S", whole=True),
)

ATTRS: dict[str, Any] = {
    "id": "/x",
    "name": "n",
    "sku": "B",
    "secure": False,
    "once": True,
    "key": "secret",
    "chosen": "mine",
    "never_false": False,
    "tags": {"a": "b"},
    "rules": {"action": "Deny", "ips": ["1.2.3.4"]},
    "people": [{"first": "Ana"}],
}


def test_a_body_has_what_is_written_at_its_place() -> None:
    assert without_null(to_arm(ROWS, ATTRS)) == {
        "sku": {"name": "B"},
        "tags": {"a": "b"},
        "properties": {
            "secure": False,
            "once": True,
            "chosen": "mine",
            "rules": {"defaultAction": "Deny", "ips": [{"value": "1.2.3.4"}]},
            "people": [{"firstName": "Ana"}],
        },
    }


def test_an_update_never_sends_what_is_set_at_creation() -> None:
    body = to_arm(ROWS, ATTRS, update=True)
    assert "once" not in body["properties"]
    assert body["properties"]["on"] is None


def test_a_body_is_read_back() -> None:
    raw = {
        "id": "/x",
        "sku": {"name": "B", "tier": "Basic"},
        "tags": {},
        "identity": None,
        "properties": {
            "secure": None,
            "key": "k",
            "rules": {"defaultAction": "Deny", "other": 1},
            "people": [{"firstName": "Ana", "age": 3}],
            "unknown": 1,
        },
    }
    assert from_arm(ROWS, raw) == {
        "id": "/x",
        "sku": "B",
        "secure": True,
        "key": "k",
        "rules": {"action": "Deny"},
        "people": [{"first": "Ana"}],
    }


def test_what_stands_on_a_path_that_is_no_object_is_not_there() -> None:
    assert from_arm(ROWS, {"sku": "Basic", "properties": None}) == {"secure": True}


def test_the_schema_says_it_all() -> None:
    schema = json_schema(ROWS, {"title": "T", "x-data": "all"})
    assert list(schema["properties"]) == [row.name for row in ROWS]
    assert schema["x-data"] == "all" and schema["additionalProperties"] is False
    assert "required" not in schema
    rules = schema["properties"]["rules"]
    assert (rules["type"], rules["required"]) == ("object", ["action"])
    assert rules["properties"]["ips"]["x-source"] == "S"
    people = schema["properties"]["people"]
    assert people["items"]["required"] == ["first"]
    assert people["items"]["additionalProperties"] is False
    assert schema["properties"]["once"]["x-immutable"] is True
    assert defaults(ROWS) == {"sku": "A"}


def test_required_keys_are_listed() -> None:
    rows = (Property("a", "a", text(), "S", required=True), Property("b", "b", text(), "S"))
    assert json_schema(rows, {})["required"] == ["a"]


def test_a_reference_is_an_id() -> None:
    assert reference("vault", x_parent=True) == {
        "type": "string",
        "x-ref": "vault",
        "x-id": True,
        "x-parent": True,
    }


def test_an_overlay_keeps_what_it_does_not_name() -> None:
    below = {"a": {"b": 1, "c": 2}, "d": [1], "e": 5}
    assert overlay(below, {"a": {"b": None, "x": 3}, "d": [2]}, frozenset()) == {
        "a": {"c": 2, "x": 3},
        "d": [2],
        "e": 5,
    }
    assert below == {"a": {"b": 1, "c": 2}, "d": [1], "e": 5}


def test_an_overlay_replaces_what_is_whole() -> None:
    below = {"identity": {"type": "U", "ids": {"old": {}}}}
    above: dict[str, Any] = {"identity": {"ids": {"new": {}}}}
    assert overlay(below, above, whole_paths(ROWS)) == {"identity": {"type": "U", "ids": {"new": {}}}}


def test_a_nested_null_never_reaches_a_body() -> None:
    assert overlay({}, {"a": {"b": None}}, frozenset()) == {"a": {}}
    assert without_null({"a": [{"b": None, "c": 1}], "d": None}) == {"a": [{"c": 1}]}


def test_an_entry_that_was_there_and_is_not_wanted_goes() -> None:
    wanted = taken_out(ROWS, {"tags": {"old": "1", "kept": "1"}, "sku": "A"}, {"tags": {"kept": "2"}})
    assert wanted == {"tags": {"old": None, "kept": "2"}}
    assert taken_out(ROWS, {"tags": {"old": "1"}}, {"sku": "B"}) == {"sku": "B"}


def test_a_patch_is_what_differs_whole_where_the_service_replaces() -> None:
    ground = {
        "tags": {"a": "1", "b": "2"},
        "sku": {"name": "A"},
        "properties": {"x": 1, "n": {"a": 1, "b": 2}},
    }
    wanted = {"tags": {"b": "2"}, "sku": {"name": "A"}, "properties": {"n": {"a": 9, "b": 2}}}
    patch = {"tags": {"a": None}, "sku": {"name": "A"}, "properties": {"x": None, "n": {"a": 9}}}
    assert changed(ground, wanted, patch) == {
        "tags": {"b": "2"},
        "properties": {"x": None, "n": {"a": 9, "b": 2}},
    }


def test_taking_out_by_path() -> None:
    body = {"id": 1, "properties": {"a": {"b": 1}}}
    for path in ("id", "properties.a.b", "properties.none.x", "nothing"):
        take_out(body, path)
    assert body == {"properties": {"a": {}}}
