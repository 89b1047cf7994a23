from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.config import codes
from mlinfra.config.template import Span, compile_template, split
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Expression, Position, SourceFile, Template
from tests.config.helpers import marked, read, refused, told


def pieces(text: str) -> list[str]:
    found, unclosed = split(text)
    assert unclosed is None
    return [text[p.start : p.end] if isinstance(p, Span) else f"«{p}»" for p in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("plain $ and { } text", ["«plain $ and { } text»"]),
        ("${a}", ["${a}"]),
        ("x${a}y${b}", ["«x»", "${a}", "«y»", "${b}"]),
        ("$${a}", ["«${a}»"]),
        ("$$${a}", ["«$${a}»"]),
        ("${a}$${b}", ["${a}", "«${b}»"]),
        ("${{inputs.x}}", ["«${{inputs.x}}»"]),
        ("--x ${{inputs.x}} ${a}", ["«--x ${{inputs.x}} »", "${a}"]),
        ("${{ unclosed } ${a}", ["«${{ unclosed } ${a}»"]),
        ("$${{inputs.x}}", ["«${{inputs.x}}»"]),
        ("${ {'a': 1} }", ["${ {'a': 1} }"]),
        ("${ {'a': {'b': 2}}['a'] }z", ["${ {'a': {'b': 2}}['a'] }", "«z»"]),
        ("${'}'}", ["${'}'}"]),
        ('${"}{"}', ['${"}{"}']),
        ("${'\\'}'}", ["${'\\'}'}"]),
        ("${'${x}'}", ["${'${x}'}"]),
        ("${a\n + b}", ["${a\n + b}"]),
        ("$", ["«$»"]),
        ("a$", ["«a$»"]),
    ],
)
def test_what_is_an_expression_and_what_is_text(text: str, wanted: list[str]) -> None:
    assert pieces(text) == wanted


@pytest.mark.parametrize(
    ("text", "at"), [("${", 0), ("x${a", 1), ("${a}${b", 4), ("${'}", 0), ("${ {'a': 1}", 0)]
)
def test_an_expression_that_never_ends(text: str, at: int) -> None:
    assert split(text)[1] == at


@given(st.text(alphabet="${}'\"ax \\", max_size=30))
def test_text_goes_through_when_its_expressions_are_escaped(text: str) -> None:
    # What `split` calls literal is the text itself once every `${` has been escaped.
    escaped = text.replace("${", "$${")
    found, unclosed = split(escaped)
    assert unclosed is None
    assert "".join(p for p in found if isinstance(p, str)) == text
    assert not any(isinstance(p, Span) for p in found)


@given(st.text(alphabet="${}'\"ax \\", max_size=30))
def test_nothing_is_lost_between_the_pieces(text: str) -> None:
    found, unclosed = split(text)
    if unclosed is None and "$${" not in text:
        back = "".join(text[p.start : p.end] if isinstance(p, Span) else p for p in found)
        assert back == text


def compiled(text: str) -> Template | str:
    problems: list[Diagnostic] = []
    value = compile_template(text, Position(SourceFile("s", text), 1, 1, len(text)), problems)
    assert not problems
    return value


def test_text_without_expressions_stays_text() -> None:
    assert compiled("a $${b} ${{c}}") == "a ${b} ${{c}}"


def test_parts_keep_their_place() -> None:
    value = compiled("é-${var.a}-${ var.b }")
    assert isinstance(value, Template)
    assert value.text == "é-${var.a}-${ var.b }"
    first, a, second, b = value.parts
    assert (first, second) == ("é-", "-")
    assert isinstance(a, Expression)
    assert isinstance(b, Expression)
    assert (a.text, a.position.column, a.position.length, a.references) == ("var.a", 3, 8, (("var", "a"),))
    assert (b.text, b.position.column, b.position.length) == (" var.b ", 12, 10)


def test_what_is_wrong_with_each_expression_is_told() -> None:
    problems: list[Diagnostic] = []
    text = "${1 +} ${foo()}"
    assert compile_template(text, Position(SourceFile("s", text), 1, 1), problems) == text
    assert [p.code for p in problems] == [codes.EXPRESSION_SYNTAX, codes.FUNCTION]


# ---- places in YAML --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: ${1 ~ 2}", 1, 8),
        ('a: "${1 ~ 2}"', 1, 9),
        ("a: 'it''s ${1 ~ 2}'", 1, 15),
        ('a: "\\" ${1 ~ 2}"', 1, 12),
        ("a: x ${1}\n  y ${1 ~ 2}", 2, 9),
        ("a: |\n  x\n  ${1 ~ 2}\n", 3, 7),
        ("a: >-\n  x\n  ${1 ~ 2}\n", 3, 7),
        ('a: "x\n  ${1 ~ 2}"', 2, 7),
        ("a: |\r\n  x\r\n  ${1 ~ 2}\r\n", 3, 7),
        ("é: ü${1 ~ 2}", 1, 9),
    ],
)
def test_an_error_points_into_the_expression_however_it_is_quoted(text: str, line: int, column: int) -> None:
    (found,) = refused(text)
    assert told(found) == f"{line}:{column} MLI-CFG-032 this is no expression that can be read"
    assert marked(found).startswith("~")


def test_where_escapes_hide_the_dollar_the_whole_is_meant() -> None:
    (found,) = refused('a: "\\x24{1 ~ 2}"')
    assert marked(found) == '"\\x24{1 ~ 2}"'


def test_in_a_folded_text_an_expression_may_go_over_lines() -> None:
    node = read("a: >-\n  ${1 +\n  2}\n").value["a"]
    assert node.value.parts[0].text == "1 + 2"


def test_the_whole_of_an_unclosed_expression_is_underlined() -> None:
    (found,) = refused('a: "x ${var.y"')
    assert marked(found) == "${var.y"
    assert found.detail.startswith("Add the closing `}`.")


def test_a_quote_that_is_not_closed_is_named() -> None:
    (found,) = refused('a: "${var.y + \'}"')
    assert found.detail.startswith("A quote ' in it is not closed.")
