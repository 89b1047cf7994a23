from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.config.types import BadType, read_type


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("string", "a"),
        ("string", ""),
        ("string", None),
        ("number", 1),
        ("number", 1.5),
        ("bool", False),
        ("any", {"a": [1]}),
        ("list(string)", ["a"]),
        ("list(string)", []),
        ("list", [1, "a"]),
        ("list(any)", [1, "a"]),
        ("map(number)", {"a": 1}),
        ("map", {}),
        ("list(map(list(bool)))", [{"a": [True]}]),
        (" list ( string ) ", ["a"]),
        ("object({a: string, b: optional(number)})", {"a": "x"}),
        ("object({a = string, b = optional(number),})", {"a": "x", "b": 1}),
        ('object({"a-b": string})', {"a-b": "x"}),
        ("object({a: object({b: list(string)})})", {"a": {"b": ["x"]}}),
        ("object({})", {}),
    ],
)
def test_values_that_fit(text: str, value: Any) -> None:
    assert read_type(text).mismatch(value) is None


@pytest.mark.parametrize(
    ("text", "value", "why"),
    [
        ("string", 1, "it is a number and should be text; put quotes around it"),
        ("string", True, "it is true or false and should be text; put quotes around it"),
        ("string", [], "it is a list and should be text"),
        ("number", "1", "it is text and should be a number"),
        ("number", True, "it is true or false and should be a number"),
        ("bool", 1, "it is a number and should be true or false"),
        ("bool", "true", "it is text and should be true or false"),
        ("list(string)", "a", "it is text and should be a list"),
        ("list(string)", {"a": 1}, "it is a map and should be a list"),
        ("list(string)", ["a", 1], "[1] is a number and should be text; put quotes around it"),
        ("map(string)", ["a"], "it is a list and should be a map"),
        ("map(list(number))", {"a": [1, "x"]}, "a[1] is text and should be a number"),
        ("object({a: string})", {}, "it needs the key `a`"),
        (
            "object({name: string})",
            {"nam": "x"},
            "it has a key `nam` that its type has not. Did you mean `name`?",
        ),
        ("object({name: string})", {"zzz": "x"}, "it has a key `zzz` that its type has not"),
        ("object({a: object({b: bool})})", {"a": {"b": "x"}}, "a.b is text and should be true or false"),
        ("object({a: object({b: bool})})", {"a": {}}, "a needs the key `b`"),
    ],
)
def test_values_that_do_not(text: str, value: Any, why: str) -> None:
    assert read_type(text).mismatch(value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a type is missing"),
        ("strng", "there is no type `strng`. Did you mean `string`?"),
        ("str", "there is no type `str`. Did you mean `string`?"),
        ("set(string)", "there is no `set`; write list(…)"),
        ("list(string", "a `)` is missing"),
        ("list()", "there is no type `)`."),
        ("list(string) x", "`x` stands after the end of the type"),
        ("list<string>", "`<string>` means nothing in a type"),
        ("object(string)", "an object names its keys: object({name: string})"),
        ("object({a})", "after the key `a` a colon and its type are missing"),
        ("object({a: string b: string})", "the `{` of an object is not closed, or a comma is missing"),
        ("object({a: string", "the `{` of an object is not closed, or a comma is missing"),
        ("list(" * 20 + "any" + ")" * 20, "a type has at most 16 levels"),
    ],
)
def test_texts_that_name_no_type(text: str, why: str) -> None:
    with pytest.raises(BadType) as raised:
        read_type(text)
    assert str(raised.value) == why


@given(st.text(alphabet='listmapobject({}):=, "xstring', max_size=40))
def test_whatever_the_text(text: str) -> None:
    try:
        read_type(text)
    except BadType as wrong:
        assert str(wrong)
