from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.config import codes
from mlinfra.model.diagnostic import Severity
from mlinfra.model.value import Sensitive
from tests.config.helpers import problems, stack, told


def declared(text: str) -> str:
    return f"stack: s\nvariables:\n  x: {text}\n"


def given(folder: Path, text: str, **how: Any) -> Any:
    return stack(folder, declared(text), **how).variables["x"].value


@pytest.mark.parametrize(
    ("type_", "text", "wanted"),
    [
        ("string", "a", "a"),
        ("string", "012", "012"),
        ("string", "null", "null"),
        ("string", "{a: 1", "{a: 1"),
        ("string", "", ""),
        ("string", "${var.y}", "${var.y}"),
        ("number", "4", 4),
        ("number", "0x10", 16),
        ("bool", "true", True),
        ("list(string)", "[a, b]", ["a", "b"]),
        ("list(string)", '["a", "b"]', ["a", "b"]),
        ("list(string)", "- a\n- b\n", ["a", "b"]),
        ("map(string)", "{a: b}", {"a": "b"}),
        ("map(string)", '{"a": "${x}"}', {"a": "${x}"}),
        ("any", "a", "a"),
        ("any", "3", 3),
        ("any", "", None),
        ("list(string)", "null", None),
    ],
)
def test_text_is_read_by_the_type(tmp_path: Path, type_: str, text: str, wanted: Any) -> None:
    assert given(tmp_path, f"{{type: {type_}}}", values={"x": text}) == wanted
    assert given(tmp_path, f"{{type: {type_}}}", environment={"MLINFRA_VAR_x": text}) == wanted


def test_the_last_word_has_the_command_line(tmp_path: Path) -> None:
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    first.write_text("x: first\n")
    second.write_text("x: second\n")
    text = "{type: string, default: default}"
    assert given(tmp_path, text) == "default"
    environment = {"MLINFRA_VAR_x": "environment"}
    assert given(tmp_path, text, environment=environment) == "environment"
    assert given(tmp_path, text, environment=environment, var_files=[first]) == "first"
    assert given(tmp_path, text, environment=environment, var_files=[first, second]) == "second"
    assert (
        given(tmp_path, text, environment=environment, var_files=[first, second], values={"x": "line"})
        == "line"
    )


def test_without_a_type_anything_goes(tmp_path: Path) -> None:
    assert given(tmp_path, "{default: [1, {a: b}]}") == [1, {"a": "b"}]
    assert stack(tmp_path, declared("{default: 1}")).variables["x"].type == "any"


def test_what_is_declared_is_kept(tmp_path: Path) -> None:
    config = stack(tmp_path, declared("{type: 'list( string )', default: [], description: Who works here.}"))
    variable = config.variables["x"]
    assert (variable.name, variable.type, variable.description) == ("x", "list( string )", "Who works here.")
    assert (variable.sensitive, variable.value) == (False, [])
    assert str(variable.position) == "mlinfra.yaml:3:3"


def test_a_default_of_null_is_a_value(tmp_path: Path) -> None:
    assert given(tmp_path, "{type: string, default: null}") is None
    assert given(tmp_path, "{type: string, default: }") is None


def test_a_secret_is_one(tmp_path: Path) -> None:
    found = given(tmp_path, "{type: string, sensitive: true}", values={"x": "s3cr3t"})
    assert found == Sensitive("s3cr3t")
    config = stack(tmp_path, declared("{type: string, sensitive: true, default: }"))
    assert config.variables["x"].value is None


def test_a_variable_without_a_value_names_the_ways_to_give_one(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, declared("{type: string}"))
    assert told(found) == "3:3 MLI-CFG-021 variable `x` has no value"
    for way in ("-v x=", "--var-file", "MLINFRA_VAR_x"):
        assert way in found.detail


def test_a_value_that_nobody_declared(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "stack: s\nvariables:\n  size: {default: 1}\n", values={"sise": "2"})
    assert told(found) == "- MLI-CFG-022 -v sise is given, and no variable `sise` is declared"
    assert found.detail.startswith("Did you mean `size`?")


def test_in_a_file_it_is_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "v.yaml"
    file.write_text("x: 1\ny: 2\n")
    config = stack(tmp_path, declared("{default: 0}"), var_files=[file])
    assert config.variables["x"].value == 1
    (found,) = config.warnings
    assert found.severity is Severity.WARNING
    assert str(found.position) == "v.yaml:2:1"
    assert found.code == codes.UNDECLARED_VALUE


def test_the_environment_may_hold_what_it_likes(tmp_path: Path) -> None:
    assert given(tmp_path, "{default: 1}", environment={"MLINFRA_VAR_y": "2", "MLINFRA_VAR_": "3"}) == 1


@pytest.mark.parametrize(
    ("how", "origin"),
    [
        ({"values": {"x": "[a]"}}, "By -v x, it is a list and should be a number."),
        ({"environment": {"MLINFRA_VAR_x": "[a]"}}, "By MLINFRA_VAR_x, it is a list and should be a number."),
    ],
)
def test_a_value_of_the_wrong_type_says_where_it_is_from(tmp_path: Path, how: Any, origin: str) -> None:
    (found,) = problems(tmp_path, declared("{type: number}"), **how)
    assert told(found) == "3:3 MLI-CFG-023 variable `x` is declared as number"
    assert found.detail == origin


def test_a_default_of_the_wrong_type(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, declared("{type: string, default: 1.10}"))
    assert told(found) == "3:30 MLI-CFG-023 variable `x` is declared as string"
    assert found.detail == "By its default, it is a number and should be text; put quotes around it."


def test_a_value_of_the_wrong_type_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "v.yaml"
    file.write_text("x: 3\n")
    (found,) = problems(tmp_path, declared("{type: bool}"), var_files=[file])
    assert str(found.position) == "v.yaml:1:4"
    assert found.detail == "By v.yaml:1:1, it is a number and should be true or false."


@pytest.mark.parametrize("type_", ["string", "any", "list(string)"])
def test_bytes_that_are_no_text(tmp_path: Path, type_: str) -> None:
    (found,) = problems(tmp_path, declared(f"{{type: {type_}}}"), values={"x": "a\udcff"})
    assert told(found).startswith("3:3 MLI-CFG-023 -v x ")


def test_text_that_is_no_yaml(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, declared("{type: list(string)}"), values={"x": "[a"})
    assert told(found) == "3:3 MLI-CFG-023 -v x is no value of type list(string)"


def test_a_default_holds_no_expression(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, declared('{default: ["${var.x}"]}'))
    assert found.code == codes.WRONG_SHAPE
    assert "under `locals:`" in found.detail


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{typ: string, default: 1}", "3:7 MLI-CFG-012 unknown key `typ` in variable `x`"),
        ("string", "3:6 MLI-CFG-013 variable `x` is text, it should be a map"),
        ("{type: strng, default: a}", "3:13 MLI-CFG-024 variable `x` has a type that there is not"),
        ("{type: [string], default: a}", "3:13 MLI-CFG-024 variable `x` has a type that there is not"),
        (
            "{sensitive: maybe, default: a}",
            "3:18 MLI-CFG-013 `sensitive` of variable `x` is text, it should be true or false",
        ),
        (
            "{description: 1, default: a}",
            "3:20 MLI-CFG-013 `description` of variable `x` is a number, it should be text",
        ),
    ],
)
def test_declarations_that_are_none(tmp_path: Path, text: str, wanted: str) -> None:
    found = problems(tmp_path, declared(text))
    assert told(found[0]) == wanted


def test_names_of_variables(tmp_path: Path) -> None:
    found = problems(tmp_path, "stack: s\nvariables:\n  my-var: {default: 1}\n")
    assert told(found[0]) == "3:3 MLI-CFG-017 `my-var` cannot be the name of a variable"


# ---- secrets in messages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {"values": {"x": "s3cr3t"}},
        {"values": {"x": "[s3cr3t"}},
        {"values": {"x": "a: s3cr3t: b"}},
        {"environment": {"MLINFRA_VAR_x": "s3cr3t"}},
        {"var_files": ["x: s3cr3t\n"]},
        {"var_files": ["x: s3cr3t\nx: s3cr3t\n"]},
        {"var_files": ["x: {s3cr3t\n"]},
        {"var_files": ["\tx: s3cr3t\n"]},
        {"var_files": ["y: s3cr3t\n"]},
    ],
)
def test_no_message_holds_a_secret_nor_its_line(tmp_path: Path, how: dict[str, Any]) -> None:
    from mlinfra.render.diagnostics import report

    if "var_files" in how:
        file = tmp_path / "v.yaml"
        file.write_text(how["var_files"][0])
        how = {"var_files": [file]}
    found = problems(tmp_path, declared("{type: number, sensitive: true}"), **how)
    assert found
    assert "s3cr3t" not in report(found, untouched=True).plain()


def test_a_default_that_is_secret_shows_its_place_but_not_its_line(tmp_path: Path) -> None:
    text = "stack: s\nvariables:\n  x:\n    type: number\n    sensitive: true\n    default: s3cr3t\n"
    (found,) = problems(tmp_path, text)
    assert told(found).startswith("3:3 MLI-CFG-023")
    assert "mlinfra.yaml:6:14" in found.detail
    assert "s3cr3t" not in found.detail
