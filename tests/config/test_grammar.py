from __future__ import annotations

import ast
import warnings

import pytest

from mlinfra.config import codes
from mlinfra.config.dotted import references
from mlinfra.config.grammar import MAX_LENGTH, read_expression
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Position, SourceFile
from tests.config.helpers import marked


def paths(text: str) -> list[tuple[str, ...]]:
    problems: list[Diagnostic] = []
    found = read_expression(text, Position(SourceFile("s", ""), 1, 1), problems)
    assert not problems
    assert found is not None
    return list(found.references)


def wrong(text: str) -> Diagnostic:
    problems: list[Diagnostic] = []
    whole = f"${{{text}}}"
    position = Position(SourceFile("s", whole), 1, 1, len(whole))
    assert read_expression(text, position, problems) is None
    (found,) = problems
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2", []),
        ("true and null", []),
        ("var.a", [("var", "a")]),
        ("workspace.main.id", [("workspace", "main", "id")]),
        ("var.a + var.a + local.b", [("var", "a"), ("local", "b")]),
        ("var['a'].b", [("var", "a", "b")]),
        ("team.people['ana'].id", [("team", "people")]),
        ("team.people[var.x].id", [("team", "people"), ("var", "x")]),
        ("team.people[0].id", [("team", "people")]),
        ("var[local.x]", [("var",), ("local", "x")]),
        ("lower(var.a)", [("var", "a")]),
        ("lookup(map=var.a, key='x')", [("var", "a")]),
        ("[x.id for x in var.a]", [("var", "a")]),
        ("[x.id for x in x.y]", [("x", "y")]),
        ("[x + y for x in var.a for y in x.b if y > local.c]", [("var", "a"), ("local", "c")]),
        ("{k: v for k, v in items(var.a)}", [("var", "a")]),
        ("[x for x in var.a] + [x.y]", [("var", "a"), ("x", "y")]),
        ("{'a': var.b, **var.c}", [("var", "b"), ("var", "c")]),
        ("var.a if var.b else var.c", [("var", "b"), ("var", "a"), ("var", "c")]),
        ("[1, 2][var.i]", [("var", "i")]),
        ("lookup(var.m, 'k').x", [("var", "m")]),
        ("var.a[1:var.n]", [("var", "a"), ("var", "n")]),
    ],
)
def test_the_names_that_an_expression_reads(text: str, wanted: list[tuple[str, ...]]) -> None:
    assert sorted(paths(text)) == sorted(wanted)


def test_references_know_the_node_of_each_part() -> None:
    (found,) = references(ast.parse("a.b.c", mode="eval").body)
    assert [node.end_col_offset for node in found.nodes] == [1, 3, 5]


FORBIDDEN = [
    ("2 ** 3", "2 ** 3"),
    ("1 << 3", "1 << 3"),
    ("8 >> 3", "8 >> 3"),
    ("1 | 2", "1 | 2"),
    ("1 & 2", "1 & 2"),
    ("1 ^ 2", "1 ^ 2"),
    ("~1", "~1"),
    ("a.b @ c.d", "a.b @ c.d"),
    ("var.a is null", "var.a is null"),
    ("lambda: 1", "lambda: 1"),
    ("(x := 1)", "x := 1"),
    ("{1, 2}", "{1, 2}"),
    ("{x for x in var.a}", "{x for x in var.a}"),
    ("f'{var.a}'", "f'{var.a}'"),
    ("b'x'", "b'x'"),
    ("...", "..."),
    ("1j", "1j"),
    ("var.__class__", "var.__class__"),
    ("var.a.upper()", "var.a.upper()"),
    ("(lambda: 1)()", "(lambda: 1)()"),
    ("var.f[0]()", "var.f[0]()"),
    ("concat(*var.a)", "concat(*var.a)"),
    ("lookup(**var.a)", "lookup(**var.a)"),
    ("[var for var in [1]]", "var"),
    ("[true for true in [1]]", "true"),
    ("[x for x.y in [1]]", "x.y"),
    ("[x for x[0] in [1]]", "x[0]"),
    ("[x async for x in var.a]", "x"),
    ("await x", "await x"),
    ("(yield 1)", "yield 1"),
]


@pytest.mark.parametrize(("text", "underlined"), FORBIDDEN)
def test_what_the_language_does_not_have(text: str, underlined: str) -> None:
    found = wrong(text)
    assert found.code == codes.FORBIDDEN
    assert found.summary.endswith("is not possible in an expression")
    assert found.detail
    assert marked(found) == underlined


@pytest.mark.parametrize(
    ("text", "summary", "underlined"),
    [
        ("var.a && var.b", "`&&` is written `and`", "&&"),
        ("var.a || var.b", "`||` is written `or`", "||"),
        ("var.a ? 1 : 2", "`a ? b : c` is written `b if a else c`", "?"),
        ("!var.a", "`!x` is written `not x`", "!"),
        ("var.a == '&&' && 1", "`&&` is written `and`", "&&"),
    ],
)
def test_operators_of_other_languages(text: str, summary: str, underlined: str) -> None:
    found = wrong(text)
    assert (found.code, found.summary, marked(found)) == (codes.OTHER_LANGUAGE, summary, underlined)


def test_the_signs_of_other_languages_in_text_are_text() -> None:
    assert paths("var.a == 'x ? y && z || !w # v'") == [("var", "a")]


@pytest.mark.parametrize(
    "text", ["1 +", "(1", "1)", "'x", "a b", "x = 1", "import os", "1 2", "for x in y", "a.", ".a", "if"]
)
def test_what_cannot_be_read(text: str) -> None:
    found = wrong(text)
    assert found.code == codes.EXPRESSION_SYNTAX
    assert marked(found)
    assert "unknown>" not in found.detail
    assert "line 1" not in found.detail


@pytest.mark.parametrize("text", ["var.a = 'x'", "var.a = 'x' and var.b", "(var.a = 1)"])
def test_who_compares_with_one_sign_is_told_of_two(text: str) -> None:
    assert "==" in wrong(text).detail


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_no_expression(text: str) -> None:
    assert wrong(text).summary == "this expression is empty"


def test_a_comment_is_none() -> None:
    assert marked(wrong("var.a # x")) == "#"


def test_the_length_is_bounded() -> None:
    assert paths("1" + " " * (MAX_LENGTH - 1)) == []
    assert wrong("1" + " " * MAX_LENGTH).code == codes.TOO_MUCH


@pytest.mark.parametrize(
    "text",
    [
        "(" * 150 + "1" + ")" * 150 + "+1" * 80,
        "(" * 1500 + "1" + ")" * 1500,
        "+".join("1" * 1500),
        "not " * 1000 + "1",
        "-" * 4000 + "1",
        "[" * 190 + "]" * 190,
        "var" + ".a" * 1000,
        "1 if 1 else " * 300 + "1",
    ],
)
def test_the_depth_is_bounded(text: str) -> None:
    assert wrong(text).code == codes.TOO_MUCH


def test_numbers_are_bounded() -> None:
    assert wrong("9" * 400).code == codes.TOO_MUCH
    assert wrong("1e400").code == codes.TOO_MUCH


@pytest.mark.parametrize("text", ["'\\d'", "1if var.a else 2", "var.a == 'x\\.y'", "0or 1"])
def test_the_parser_prints_no_warnings(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_expression(text, Position(SourceFile("s", ""), 1, 1), [])


@pytest.mark.parametrize("text", ["'\x00'", "'\ud800'"])
def test_characters_that_nothing_can_read(text: str) -> None:
    assert wrong(text).code == codes.EXPRESSION_SYNTAX


def test_functions_are_called_as_they_are_declared() -> None:
    assert wrong("lower()").summary == "`lower` is not called like this"
    assert wrong("lower('a', 'b')").code == codes.FUNCTION
    assert wrong("lower(txt='a')").code == codes.FUNCTION
    assert 'It takes lower(text), for example lower("Churn").' in wrong("lower()").detail


def test_unknown_functions_have_near_names() -> None:
    assert "Did you mean `lower`?" in wrong("lowr('a')").detail
    assert "Did you mean `length`?" in wrong("len('a')").detail
    assert "Write  trim(var.a)." in wrong("var.a.strip()").detail
    assert "Write  split(var.a, …)." in wrong("var.a.split(',')").detail


def test_places_count_characters() -> None:
    assert marked(wrong("'é🎉' ** 2")) == "'é🎉' ** 2"
    assert marked(wrong("  lowr(1)")) == "lowr"
