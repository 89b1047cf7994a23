from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from mlinfra.model.redaction import digest, matches, redact, same
from mlinfra.model.value import Redacted, Sensitive, Unknown

KEY = b"k" * 32
SECRET = Sensitive("x")
TRACE = Redacted(hmac.new(KEY, b'"x"', hashlib.sha256).hexdigest())


def test_the_trace_is_an_hmac_of_the_canonical_bytes() -> None:
    assert digest("x", KEY) == TRACE
    assert digest({"b": 1, "a": 2}, KEY) == digest({"a": 2, "b": 1}, KEY)
    assert digest(1, KEY) != digest(True, KEY)
    assert digest("x", b"other key") != TRACE


def test_marks_inside_of_a_secret_make_no_difference() -> None:
    assert digest({"a": SECRET}, KEY) == digest({"a": "x"}, KEY)
    assert redact(Sensitive([SECRET]), KEY) == digest(["x"], KEY)


@pytest.mark.parametrize("value", [Unknown(), [Unknown("${a.b}")], {"a": Redacted("h")}, Redacted("h")])
def test_what_is_not_known_leaves_no_trace(value: Any) -> None:
    with pytest.raises(TypeError):
        digest(value, KEY)


def test_redacting_keeps_the_rest() -> None:
    value = {"a": [SECRET, 1], "b": {"c": Unknown("${d}"), "e": Redacted("h")}}
    assert redact(value, KEY) == {"a": [TRACE, 1], "b": {"c": Unknown("${d}"), "e": Redacted("h")}}
    assert value["a"] == [SECRET, 1]


def test_matches() -> None:
    assert matches("x", TRACE, KEY)
    assert matches(SECRET, TRACE, KEY)
    assert matches(TRACE, TRACE, KEY)
    assert not matches("y", TRACE, KEY)
    assert not matches("x", TRACE, b"other key")
    assert not matches(Unknown(), TRACE, KEY)
    assert not matches(Sensitive([Unknown()]), TRACE, KEY)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x", "x"),
        (SECRET, TRACE),
        (SECRET, "x"),
        (Sensitive({"a": SECRET}), {"a": "x"}),
        ({"a": [1, SECRET]}, {"a": [1, TRACE]}),
        ({"a": "x"}, digest({"a": "x"}, KEY)),
        ({"a": SECRET}, digest({"a": "x"}, KEY)),
        (TRACE, TRACE),
        (None, None),
        ([], []),
    ],
)
def test_same(one: Any, two: Any) -> None:
    assert same(one, two, KEY)
    assert same(two, one, KEY)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x", "y"),
        (1, True),
        (1, 1.0),
        (0, None),
        (Sensitive("y"), TRACE),
        ({"a": SECRET}, {"a": Redacted("h")}),
        ({"a": 1}, {"a": 1, "b": None}),
        ([1], [1, 1]),
        ([], {}),
        (Unknown(), Unknown()),
        (Unknown(), "x"),
        ({"a": TRACE}, digest({"a": "x"}, KEY)),
    ],
)
def test_not_same(one: Any, two: Any) -> None:
    assert not same(one, two, KEY)
    assert not same(two, one, KEY)
