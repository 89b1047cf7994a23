"""What is said of files that are no YAML, and of expressions that are not the YAML they seem."""

from __future__ import annotations

import pytest

from mlinfra.config import codes
from tests.config.helpers import marked, plain, read, refused, told


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: b: c", "1:5 MLI-CFG-005 a second `: ` stands here"),
        ("a: [1, 2", "1:4 MLI-CFG-005 this `[` is never closed"),
        ("a: {b: 1\nc: 2\n", "2:2 MLI-CFG-005 a `{` is open, or a comma is missing"),
        ("a: {b: 1", "1:4 MLI-CFG-005 this `{` is never closed"),
        ("a: 'x", "1:4 MLI-CFG-005 this quote is never closed"),
        ('a: "x\nb: 1\n', "1:4 MLI-CFG-005 this quote is never closed"),
        ("a: @b", "1:4 MLI-CFG-005 text cannot start with `@`"),
        ("a: `b`", "1:4 MLI-CFG-005 text cannot start with ```"),
        ("a: %b", "1:4 MLI-CFG-005 text cannot start with `%`"),
        ('a: "\\q"', "1:5 MLI-CFG-005 this `\\` starts nothing that YAML knows"),
        ("a: 'b' c", "1:8 MLI-CFG-005 the value has ended before this"),
        ("a: {: x}", "1:5 MLI-CFG-005 a key or a value is missing here"),
        (": x", "1:1 MLI-CFG-005 a key is missing here"),
        ("a: 1\n  b: 2\n", "2:4 MLI-CFG-005 a second `: ` stands here"),
        ("a:\n    b: 1\n  c: 2\n", "3:3 MLI-CFG-005 this line does not fit the lines above it"),
        ("a: 1\nb\n", "2:1 MLI-CFG-005 here a `:` is missing"),
        ("a: 1\nb\nc: 2\n", "2:1 MLI-CFG-005 here a `:` is missing"),
        ("a: - b\n", "1:4 MLI-CFG-005 a list cannot start here"),
        ("a: *\n", "1:5 MLI-CFG-005 after `*` or `&` a name is missing"),
        ("a: x\x07y", "1:5 MLI-CFG-005 the character U+0007 cannot stand in YAML"),
        ("a: 1\nb: \x00", "2:4 MLI-CFG-005 the character U+0000 cannot stand in YAML"),
        ("- a\nb: 1\n", "2:1 MLI-CFG-005 this line does not fit the list above it"),
    ],
)
def test_what_is_said(text: str, wanted: str) -> None:
    assert told(refused(text)[0]) == wanted


def test_a_conda_file_whose_pip_list_is_not_indented() -> None:
    text = (
        "name: basic-env-ml\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.8\n  - pip\n"
        "- pip:\n  - numpy\n  - pandas\n"
    )
    (found,) = refused(text)
    assert told(found) == "7:1 MLI-CFG-005 a list member stands where a key should stand"
    assert "2 spaces before the `-`" in found.detail


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a:\n\tb: 1", "2:1"),
        ("a: 1\n\tb: 2", "2:1"),
        ("a:\n  - b\n  \t- c\n", "3:3"),
        ("a:\n- \tb: 1\n  c: 2", "2:3"),
    ],
)
def test_tabs(text: str, place: str) -> None:
    found = refused(text)[0]
    assert told(found) == f"{place} MLI-CFG-006 a tab stands where YAML wants spaces"
    assert set(marked(found)) == {"\t"}


def test_tabs_elsewhere_are_fine() -> None:
    assert plain(read("a:\tb\nc: x\ty\t# z\n")) == {"a": "b", "c": "x\ty"}


@pytest.mark.parametrize(
    ("text", "written", "advice"),
    [
        ("a: {b: ${var.x}}", "${var.x}", 'b: "${var.x}"'),
        ("a: {b: x-${var.x}-y, c: 1}", "x-${var.x}-y", 'b: "x-${var.x}-y"'),
        ("a: [1, ${var.x}, 2]", "${var.x}", '"${var.x}"'),
        ("a: [${var.x}]", "${var.x}", '"${var.x}"'),
        ("a: {b: ${concat(var.x, [1])}}", "${concat(var.x, [1])}", 'b: "${concat(var.x, [1])}"'),
        ('a: {b: ${var["x"]}}', '${var["x"]}', "b: '${var[\"x\"]}'"),
        ("a: {b: ${{inputs.x}}}", "${{inputs.x}}", 'b: "${{inputs.x}}"'),
        ("a: {'b c': ${var.x}}", "${var.x}", "'b c': \"${var.x}\""),
        ("a: {\n  b: ${var.x},\n}", "${var.x}", 'b: "${var.x}"'),
        ("a: {b: 1, c: ${var.x", "${var.x", 'c: "${var.x"'),
        ("a: ${ {'k': 1} }", "${ {'k': 1} }", "a: \"${ {'k': 1} }\""),
        ("a: ${x}-${ {'k': 1} }", "${x}-${ {'k': 1} }", "a: \"${x}-${ {'k': 1} }\""),
        ("- ${ {'k': 1} }", "${ {'k': 1} }", "\"${ {'k': 1} }\""),
        ("a:\n  - b: ${ {'k': 1} }", "${ {'k': 1} }", "b: \"${ {'k': 1} }\""),
        ("a: ${x #y}", "${x #y}", 'a: "${x #y}"'),
        ("a: ${f('x', \"y\") #}", "${f('x', \"y\") #}", "a: '${f(''x'', \"y\") #}'"),
    ],
)
def test_put_quotes_around_it(text: str, written: str, advice: str) -> None:
    found = refused(text)[0]
    assert (found.code, found.summary) == (codes.QUOTE_IT, "put quotes around the expression")
    assert marked(found) == written
    assert found.detail.endswith(f"Write  {advice}")


def test_the_advice_works() -> None:
    found = refused('a: {b: ${var["x"]}}')[0]
    advised = found.detail.split("Write  ")[1]
    assert plain(read(f"a: {{{advised}}}").value["a"])["b"].text == '${var["x"]}'


def test_it_is_said_once() -> None:
    assert len(refused("a: ${ {'k': 1} }")) == 1


def test_the_conditional_of_other_languages_is_not_about_quotes() -> None:
    found = refused("a: ${var.x ? 1 : 2}")
    assert [told(f) for f in found] == ["1:4 MLI-CFG-033 `a ? b : c` is written `b if a else c`"]
    assert marked(found[0]) == "${var.x ? 1 : 2}"


@pytest.mark.parametrize("text", ["a: $", "a: x$", "a: {b: $}", "a: '{b: ${'", "a: {b: $x}"])
def test_a_dollar_alone_is_a_dollar(text: str) -> None:
    if "${" in text:
        assert refused(text)[0].code == codes.UNCLOSED
    else:
        assert read(text).is_map
