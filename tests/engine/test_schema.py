"""Words of a schema, applied to values."""

from __future__ import annotations

import pytest

from mlinfra.engine.schema import comparable, duration, masked, parted, tainted, with_defaults
from mlinfra.model.value import Redacted, Sensitive, Unknown

SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "sku": {"x-case-insensitive": True, "default": "basic"},
        "link": {"x-id": True},
        "idle": {"x-duration": True},
        "ports": {"type": "array", "x-unordered": True},
        "rules": {"type": "array", "x-key": "name", "items": {"properties": {"mode": {"default": "allow"}}}},
        "key": {"x-sensitive": True},
        "limits": {"type": "object", "properties": {"low": {"default": 0}, "high": {"default": 4}}},
    }
}


def test_defaults_are_filled_in_at_every_depth_and_nulls_are_not_written() -> None:
    filled = with_defaults({"name": None, "limits": {"low": 2}, "rules": [{"name": "a"}]}, SCHEMA)
    assert filled == {
        "sku": "basic",
        "limits": {"low": 2, "high": 4},
        "rules": [{"name": "a", "mode": "allow"}],
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"sku": "BASIC"}, {"sku": "basic"}),
        ({"link": "/subscriptions/S/x/"}, {"link": "/SUBSCRIPTIONS/s/X"}),
        ({"idle": "PT2M"}, {"idle": 120}),
        ({"idle": "PT120S"}, {"idle": "PT2M"}),
        ({"ports": [1, 2]}, {"ports": [2, 1]}),
        ({"rules": [{"name": "a"}, {"name": "b"}]}, {"rules": [{"name": "b"}, {"name": "a"}]}),
        ({"name": None, "limits": {}, "ports": []}, {}),
        ({"limits": {"low": 1}}, {"limits": {"low": 1.0}}),
    ],
)
def test_two_spellings_of_one_thing_compare_equal(one: dict[str, object], other: dict[str, object]) -> None:
    assert comparable(one, SCHEMA) == comparable(other, SCHEMA)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "A"}, {"name": "a"}),
        ({"name": True}, {"name": 1}),
        ({"name": ["a", "a", "b"]}, {"name": ["a", "b"]}),
        ({"name": Unknown("x")}, {"name": Unknown("x")}),
        ({"name": Redacted("1")}, {"name": Redacted("2")}),
    ],
)
def test_what_differs_compares_unequal(one: dict[str, object], other: dict[str, object]) -> None:
    from mlinfra.model.value import canonical

    assert canonical(comparable(one, SCHEMA)) != canonical(comparable(other, SCHEMA))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT2M", 120), ("P1DT1H", 90000), ("PT0.5S", 0.5), (90, 90), ("2m", None), ("PT", None), (True, None)],
)
def test_durations(text: object, seconds: float | None) -> None:
    assert duration(text) == seconds


def test_what_the_schema_calls_sensitive_is_marked() -> None:
    assert masked({"key": "k", "name": "n"}, SCHEMA) == {"key": Sensitive("k"), "name": "n"}
    assert masked({"key": Unknown("${x}")}, SCHEMA) == {"key": Unknown("${x}", sensitive=True)}


def test_a_secret_that_comes_back_as_a_plain_value_stays_a_secret() -> None:
    pattern = {"tags": {"owner": Sensitive("s"), "team": "ml"}, "list": [Redacted("h")]}
    live = {"tags": {"owner": "s", "team": "ml"}, "list": ["s", "t"], "other": 1}
    assert tainted(live, pattern) == {
        "tags": {"owner": Sensitive("s"), "team": "ml"},
        "list": [Sensitive("s"), Sensitive("t")],
        "other": 1,
    }


def test_a_secret_object_that_is_answered_in_part_is_an_object_of_secrets() -> None:
    inner = {"properties": {"key": {"x-write-only": True}, "kind": {}}}
    schema = {"properties": {"one": inner, "deep": {"properties": {"one": inner}}, "other": {}}}
    secret = Sensitive({"key": "k", "kind": "a"})
    wanted = {"key": Sensitive("k"), "kind": Sensitive("a")}
    assert parted({"one": secret, "other": secret}, schema) == {"one": wanted, "other": secret}
    assert parted({"deep": Sensitive({"one": {"key": "k"}})}, schema) == {
        "deep": {"one": {"key": Sensitive("k")}}
    }
    assert parted({"one": Sensitive("k")}, schema) == {"one": Sensitive("k")}
    plain = {"one": {"key": "k"}}
    assert parted(plain, schema) is plain
