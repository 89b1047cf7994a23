from __future__ import annotations

from typing import Any

import pytest

from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown
from mlinfra.render.answer import answer


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("text", "text"),
        ("12", "12"),
        (12, "12"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ([], "[]"),
        ({"a": [1, "é"]}, '{\n  "a": [\n    1,\n    "é"\n  ]\n}'),
        (Unknown("${a.b.c}"), "(known after apply)"),
        (Unknown("", True), "(sensitive)"),
        (Sensitive({"a": "hush"}), "(sensitive)"),
        (Redacted("abc"), "(sensitive)"),
        ([LocalPath("x.csv", "/home/ana/x.csv", "3f9a", is_folder=False)], '[\n  "x.csv (3f9a)"\n]'),
        ([Sensitive("hush"), Unknown()], '[\n  "(sensitive)",\n  "(known after apply)"\n]'),
    ],
)
def test_values_as_they_are_answered(value: Any, shown: str) -> None:
    assert answer(value) == shown


def test_a_terminal_obeys_nothing() -> None:
    assert answer("a\x1b[31m\nb\u202e", safe=True) == "a\\x1b[31m\nb\\u202e"
    assert answer({"\x1b": "\u202e"}, safe=True) == '{\n  "\\u001b": "\\u202e"\n}'
    assert answer("a\x1b[31m") == "a\x1b[31m"
