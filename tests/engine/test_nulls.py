"""What an expression gives as null, in bodies and in what they have."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.engine.nulls import without_nulls, without_nulls_inside
from mlinfra.model.value import Sensitive, Unknown
from tests.config.helpers import read

CLOSED: dict[str, Any] = {
    "properties": {"a": {"type": "string"}, "b": {"type": ["string", "null"]}, "c": {"enum": ["x", None]}},
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "properties": {
        "closed": CLOSED,
        "many": {"type": "array", "items": CLOSED},
        "open": {"properties": {"a": {"type": "string"}}},
        "free": {"additionalProperties": {"type": "string"}},
        "loose": {"x-loose": True},
    }
}
NULLS = {"a": None, "b": None, "c": None, "other": None}


@pytest.mark.parametrize(
    ("key", "given", "kept"),
    [
        ("closed", NULLS, {"b": None, "c": None}),
        ("closed", {"a": "x", "other": 1}, {"a": "x", "other": 1}),
        ("closed", Sensitive(NULLS), Sensitive({"b": None, "c": None})),
        ("closed", Sensitive("x"), Sensitive("x")),
        ("closed", Unknown("${x}"), Unknown("${x}")),
        ("many", [NULLS, {"a": "x"}], [{"b": None, "c": None}, {"a": "x"}]),
        ("open", NULLS, {"b": None, "c": None, "other": None}),
        ("free", NULLS, NULLS),
        ("loose", NULLS, NULLS),
    ],
)
def test_nulls_in_what_an_expression_gives(key: str, given: Any, kept: Any) -> None:
    assert without_nulls_inside(read(f"{key}: ${{var.x}}"), {key: given}, SCHEMA) == {key: kept}


def test_nulls_that_are_written_stay_to_be_refused() -> None:
    body = read("closed: {a: null, other: '${var.x}'}\nmany: [{a: null}, {a: '${var.x}'}]\n")
    written = {"closed": {"a": None, "other": None}, "many": [{"a": None}, {"a": None}]}
    kept = {"closed": {"a": None}, "many": [{"a": None}, {}]}
    assert without_nulls_inside(body, written, SCHEMA) == kept


def test_what_has_no_nulls_is_not_made_anew() -> None:
    body, written = read("closed: {a: x}\nmany: ['${var.x}']\n"), {"closed": {"a": "x"}, "many": [{"a": "x"}]}
    assert without_nulls_inside(body, written, SCHEMA) is written


def test_nulls_at_the_top() -> None:
    assert without_nulls(read("a: null\nb: '${var.x}'\n"), {"a": None, "b": None}) == {"a": None}
