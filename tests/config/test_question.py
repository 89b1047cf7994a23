from __future__ import annotations

import pytest

from mlinfra.config.expression import evaluate
from mlinfra.config.question import read_question
from mlinfra.config.scope import Scope, Table
from mlinfra.model.diagnostic import Diagnostic, MlinfraError

SCOPE = Scope({"var": Table({"name": "churn", "size": 2})})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("var.size", 2),
        ("  var.size + 1 ", 3),
        ("${var.size}", 2),
        ("mlw-${var.name}", "mlw-churn"),
        ('"mlw-${var.name}"', "mlw-churn"),
        ('"mlw-" + var.name', "mlw-churn"),
        ('{"a": var.size}', {"a": 2}),
        ("'}'", "}"),
    ],
)
def test_what_people_type(text: str, value: object) -> None:
    problems: list[Diagnostic] = []
    assert evaluate(read_question(text), SCOPE, problems) == value
    assert not problems


@pytest.mark.parametrize("text", ["", "a +", "a} b", "${a", "import os", "a && b", "__import__('os')"])
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(MlinfraError):
        read_question(text)


def test_a_message_points_at_the_part_that_is_wrong() -> None:
    problems: list[Diagnostic] = []
    evaluate(read_question("upper(var.nme)"), SCOPE, problems)
    position = problems[0].position
    assert position is not None
    assert position.source.text[position.column - 1 :][: position.length] == "var.nme"
