from __future__ import annotations

import pytest

from mlinfra.config.names import bad_name, bad_stack_name
from mlinfra.config.near import did_you_mean, listed, nearest
from mlinfra.model.source import Position, SourceFile

HERE = Position(SourceFile("s", ""), 1, 1)


@pytest.mark.parametrize("name", ["cpu", "_x", "Cpu_2", "match", "type", "a" * 200])
def test_names_that_expressions_can_use(name: str) -> None:
    assert bad_name(name, "block", HERE) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cpu-cluster", "In an expression it would be a subtraction: cpu minus cluster. Write `cpu_cluster`"),
        ("a-b-c", "In an expression it would be a subtraction: a minus b-c. Write `a_b_c`"),
        ("class", "`class` is a word of the expression language. Write `class_`"),
        ("true", "`true` is a word of the expression language. Write `true_`"),
        ("None", "`None` is a word of the expression language. Write `None_`"),
        ("2nd", "A name starts with a letter or _. Write `_2nd`"),
        ("my cluster", "A name has letters, digits and _ only. Write `my_cluster`"),
        ("café", "A name has letters, digits and _ only. Write `caf`"),
        ("", "It is empty. Write `main`"),
        ("cpu.x", "A name has letters, digits and _ only. Write `cpu_x`"),
        ("if-not", "In an expression it would be a subtraction: if minus not. Write `if_not`"),
    ],
)
def test_names_that_they_cannot(name: str, why: str) -> None:
    found = bad_name(name, "block", HERE)
    assert found is not None
    assert found.summary == f"`{name}` cannot be the name of a block"
    assert found.detail == f"{why}."


def test_what_is_called_something_else_outside_may_keep_it() -> None:
    found = bad_name("cpu-cluster", "block", HERE, remote=True)
    assert found is not None
    assert found.detail.endswith(
        "Write `cpu_cluster`; what Azure calls it can stay, with  name: cpu-cluster."
    )


@pytest.mark.parametrize("name", ["a", "churn-dev", "Churn_2", "0", "x" * 63])
def test_names_of_stacks(name: str) -> None:
    assert bad_stack_name(name, HERE) is None


@pytest.mark.parametrize("name", ["", "-a", "a-", "a/b", "..", "a.b", "a b", "x" * 64, "é"])
def test_names_that_no_stack_can_have(name: str) -> None:
    assert bad_stack_name(name, HERE) is not None


def test_near_names() -> None:
    assert nearest("max_instance", ["min_instances", "max_instances"]) == "max_instances"
    assert nearest("VAR", ["var", "vat"]) == "var"
    assert nearest("zzz", ["abc"]) is None
    assert nearest("abc", ["abc"]) is None
    assert did_you_mean("zzz", ["abc"]) == ""
    assert did_you_mean("ab", ["abc"]) == "Did you mean `abc`? "


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(i) for i in range(13)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (13 in all)"
