from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.config import codes
from mlinfra.model.diagnostic import Severity
from tests.config.helpers import marked, problems, stack, told

RULE = '{condition: "CONDITION", message: "Take another one."}'
STACK = """stack: s
variables:
  x: {type: number, default: 1, validation: [RULE]}
  y: {default: 2}
  s: {type: string, default: s3cr3t, sensitive: true}
locals: {l: 1}
resources:
  t: {a: }
""".replace("RULE", RULE)


def wrong(folder: Path, condition: str, **given: Any) -> list[str]:
    return [
        f"{told(found)} | {found.detail}"
        for found in problems(folder, STACK.replace("CONDITION", condition), **given)
    ]


@pytest.mark.parametrize(
    "condition",
    ["${var.x > 0}", "${var.x < var.y}", "${length(var.s) == 6}", "${var.x in [1, 2]}", "${can(var.x + 1)}"],
)
def test_conditions_that_hold(tmp_path: Path, condition: str) -> None:
    assert wrong(tmp_path, condition) == []


def test_one_that_does_not_says_so_with_the_place_and_where_the_value_is_from(tmp_path: Path) -> None:
    place = "the condition is at mlinfra.yaml:3:58."
    start = (
        f"3:3 {codes.REFUSED_VALUE} the value of variable `x` is refused | Take another one. The value is "
    )
    assert wrong(tmp_path, "${var.x > 1}") == [f"{start}from its default; {place}"]
    assert wrong(tmp_path, "${var.x < 9}", values={"x": "9"}) == [f"{start}from -v x; {place}"]
    environment = {"MLINFRA_VAR_x": "9"}
    assert wrong(tmp_path, "${var.x < 9}", environment=environment) == [f"{start}from MLINFRA_VAR_x; {place}"]
    file = tmp_path / "more.yaml"
    file.write_text("x: 9\n")
    assert wrong(tmp_path, "${var.x < 9}", var_files=[file]) == [f"{start}from more.yaml:1:1; {place}"]


def test_a_secret_is_in_no_message(tmp_path: Path) -> None:
    for condition in ("${var.s == ''}", "${var.s > 1}", "${var.zzz}", "${var.s}", "${lookup({}, var.s) + 1}"):
        text = f"""stack: s
variables:
  s: {{default: s3cr3t, sensitive: true, validation: [{{condition: "{condition}", message: m}}]}}
"""
        found = problems(tmp_path, text)
        assert found, condition
        for one in found:
            assert "s3cr3t" not in f"{one.summary} {one.detail}"
            assert one.position is not None
            assert one.position.source.text == ""


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("${local.l}", f"{codes.NOT_HERE} `local` cannot be read here"),
        ("${t.a.id}", f"{codes.NO_SUCH_NAME} there is no `t.a`"),
        ("${stack.name == 's'}", f"{codes.NOT_HERE} `stack` cannot be read here"),
        ("${data.t.a}", f"{codes.NOT_HERE} `data` cannot be read here"),
        ("${var.z}", f"{codes.NO_SUCH_NAME} there is no variable `z`"),
        ("${var.x}", f"{codes.WRONG_SHAPE} a condition of variable `x` gives a number"),
        ("yes", f"{codes.WRONG_SHAPE} a condition of variable `x` gives text"),
        ("${var.x > 'a'}", f"{codes.FAILS} `>` cannot compare a number with text"),
    ],
)
def test_conditions_that_are_none(tmp_path: Path, condition: str, what: str) -> None:
    (found,) = wrong(tmp_path, condition)
    assert what in found


def test_a_rule_is_not_worked_out_over_a_value_that_was_refused_already(tmp_path: Path) -> None:
    (found,) = wrong(tmp_path, "${var.x > 0}", values={"x": "text"})
    assert codes.VALUE_TYPE in found
    text = STACK.replace("CONDITION", "${var.z > 0}").replace("  y:", "  z: {type: number, default: a}\n  y:")
    assert [d.code for d in problems(tmp_path, text)] == [codes.VALUE_TYPE]


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ("{condition: true}", "`validation` of variable `x` is a list"),
        ("[{condition: true}]", "a rule in `validation` of variable `x` needs `message`"),
        ("[{message: a}]", "a rule in `validation` of variable `x` needs `condition`"),
        ("[a]", "`validation` of variable `x` is text, it should be a map"),
        ("[{condition: true, message: a, error: b}]", "unknown key `error` in `validation` of variable `x`"),
        (
            '[{condition: true, message: "${var.x}"}]',
            "`message` of `validation` of variable `x` is an expression, it should be text",
        ),
    ],
)
def test_rules_of_the_wrong_shape(tmp_path: Path, rules: str, what: str) -> None:
    (found,) = problems(tmp_path, f"stack: s\nvariables:\n  x: {{default: 1, validation: {rules}}}\n")
    assert found.summary == what


def test_no_rules(tmp_path: Path) -> None:
    assert problems(tmp_path, "stack: s\nvariables:\n  x:\n    default: 1\n    validation:\n") == []


def test_a_deprecated_variable_warns_where_a_value_is_given(tmp_path: Path) -> None:
    text = "stack: s\nvariables:\n  old: {default: 1, deprecated: Use `new` instead.}\n"
    assert stack(tmp_path, text).warnings == ()
    (found,) = stack(tmp_path, text, values={"old": "2"}).warnings
    assert found.severity is Severity.WARNING
    assert told(found) == f"3:3 {codes.DEPRECATED} variable `old` is deprecated"
    assert found.detail == "Use `new` instead. Its value is from -v old."
    assert marked(found) == "old"


def test_null_where_the_variable_says_it_cannot_be(tmp_path: Path) -> None:
    text = "stack: s\nvariables:\n  x: {type: list(string), default: [a], nullable: false}\n"
    assert stack(tmp_path, text).variables["x"].value == ["a"]
    (found,) = problems(tmp_path, text, values={"x": "null"})
    assert found.code == codes.VALUE_TYPE
    assert found.detail == "By -v x, it is null, and the variable says `nullable: false`."
    assert problems(tmp_path, text.replace("false", "true"), values={"x": "null"}) == []


def test_keys_that_an_object_may_leave_out_are_null(tmp_path: Path) -> None:
    text = """stack: s
variables:
  x:
    type: "list(object({name: string, size: optional(number), more: optional(object({a: optional(bool)}))}))"
    default: [{name: a}, {name: b, size: 2, more: {}}]
"""
    assert stack(tmp_path, text).variables["x"].value == [
        {"name": "a", "size": None, "more": None},
        {"name": "b", "size": 2, "more": {"a": None}},
    ]
