"""The first line of a YAML file, by which editors find its schema."""

from __future__ import annotations

import pytest

from mlinfra.config.modeline import with_modeline

LINE = "# yaml-language-server: $schema=../s/mlinfra.schema.json"
OURS = ("mlinfra.schema.json",)


def lined(text: str) -> str | None:
    return with_modeline(text, "../s/mlinfra.schema.json", OURS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stack: a\n", f"{LINE}\nstack: a\n"),
        ("", f"{LINE}\n"),
        ("stack: a", f"{LINE}\nstack: a"),
        ("stack: a\r\nlocals: {}\r\n", f"{LINE}\r\nstack: a\r\nlocals: {{}}\r\n"),
        ("\ufeffstack: a\r\n", f"\ufeff{LINE}\r\nstack: a\r\n"),
        ("---\nstack: a\n", f"{LINE}\n---\nstack: a\n"),
        ("%YAML 1.2\n---\nstack: a\n", f"{LINE}\n%YAML 1.2\n---\nstack: a\n"),
        ("# about\n\nstack: a # b\n", f"{LINE}\n# about\n\nstack: a # b\n"),
        (f"x: |\n  {LINE}\n", f"{LINE}\nx: |\n  {LINE}\n"),
    ],
    ids=["plain", "empty", "no-end", "crlf", "bom", "document", "directive", "comments", "in-a-text"],
)
def test_a_line_is_put_first_and_all_else_stays(text: str, expected: str) -> None:
    assert lined(text) == expected
    assert lined(expected) == expected


@pytest.mark.parametrize(
    "old",
    [
        "# yaml-language-server: $schema=mlinfra.schema.json",
        "#yaml-language-server: $schema=https://example.org/mlinfra.schema.json",
        "# yaml-language-server:$schema=elsewhere/mlinfra.schema.json  ",
    ],
)
def test_a_line_of_ours_is_renewed_where_it_stands(old: str) -> None:
    assert lined(f"# about\r\n{old}\r\nstack: a\r\n") == f"# about\r\n{LINE}\r\nstack: a\r\n"


@pytest.mark.parametrize("schema", ["own.json", "https://example.org/a.json", "a/b/module.schema.json"])
def test_a_line_that_names_another_schema_is_left_alone(schema: str) -> None:
    assert lined(f"# yaml-language-server: $schema={schema}\nstack: a\n") is None
