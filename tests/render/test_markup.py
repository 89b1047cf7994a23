"""Text of strangers in Markdown: a CommonMark library finds it again as text, and as nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlinfra.render.escape import visible
from mlinfra.render.markup import block, code, cut, folded, prose, row, span, table, units

HOSTILE = (
    "@maria",
    "#1",
    "acme/secrets#12",
    "GH-12",
    "a|b",
    "a\\|b",
    "`",
    "``` ```",
    "`a` b `c",
    "[x](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "https://evil.example",
    "www.evil.example",
    "eve@evil.example",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "</code></summary>",
    "<!-- ",
    "&#64;maria",
    "*b* _i_ ~~s~~",
    ":tada:",
    "deadbeefcafe",
    "- item",
    "1. item",
    "> quote",
    "# heading",
    "---",
    "$x$",
    "\\",
    " ",
    "~~~",
)
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), max_size=5).map(" ".join).map(visible)
WORD = re.compile(r"[^\W\d_]+|\d{1,6}")


def parsed(text: str) -> list[Token]:
    """Every token of a GitHub-like Markdown, tables and bare links included."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(text)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def kinds(text: str) -> set[str]:
    return {token.type for token in parsed(text)}


@given(TEXTS)
@example("a\\|b")
@example("``")
def test_a_code_span_is_one_and_holds_the_text(text: str) -> None:
    found = [token for token in parsed(code(text)) if token.type == "code_inline"]
    assert [token.content.strip() for token in found] == (
        [text.replace("|", "\\x7c").strip()] if text.strip() else []
    )
    assert kinds(code(text)) <= {"paragraph_open", "inline", "code_inline", "paragraph_close"}


@given(TEXTS)
@example("see `a b`, and @maria or #1.")
def test_a_sentence_has_plain_words_and_code_and_nothing_else(text: str) -> None:
    line = f"told {prose(text)}"
    tokens = parsed(line)
    assert {token.type for token in tokens} <= {
        "paragraph_open",
        "inline",
        "text",
        "code_inline",
        "paragraph_close",
    }
    plain = " ".join(token.content for token in tokens if token.type == "text")
    for token in plain.split():
        bare = token.strip("(),.;:!?")
        assert not bare or all(WORD.fullmatch(part) for part in re.split(r"['-]", bare)) or bare in "→·–×", (
            token
        )
        assert not re.fullmatch(r"[0-9a-fA-F]{7,}", bare)
    said = "".join(token.content for token in tokens if token.type in ("text", "code_inline"))
    squeezed = re.sub(r"[\s`]", "", text.replace("|", "\\x7c"))
    assert re.sub(r"[\s`]", "", said).removeprefix("told") == squeezed


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_row_has_as_many_cells_as_it_was_given(texts: list[str]) -> None:
    cells = tuple(f"{code(text)} {prose(text)}" for text in texts)
    tokens = parsed(table(tuple("h" for _ in cells), [row(cells)]))
    assert sum(token.type == "td_open" for token in tokens) == len(cells)
    assert sum(token.type == "tr_open" for token in tokens) == 2
    assert not {"html_inline", "html_block", "link_open", "image", "em_open", "strong_open"} & {
        t.type for t in tokens
    }


@given(st.lists(TEXTS, max_size=5))
def test_a_block_holds_its_lines(lines: list[str]) -> None:
    tokens = parsed(block(lines))
    assert [(token.type, token.info) for token in tokens] == [("fence", "diff")]
    assert tokens[0].content == "".join(f"{line}\n" for line in lines)


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_what_is_folded_cannot_be_closed_from_within(text: str, lines: list[str]) -> None:
    tokens = parsed(folded(span(text), block(lines)))
    assert [token.type for token in tokens] == ["html_block", "fence", "html_block"]
    inner = (
        tokens[0].content.removeprefix("<details><summary><code>").rstrip().removesuffix("</code></summary>")
    )
    assert not re.search(r"[<>\"]", inner)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("role Owner, for @maria.", "role Owner, for `@maria.`"),
        ("write `a: b`, or (`c d`).", "write `a: b`, or (`c d`)."),
        ("Disabled → Enabled", "Disabled → Enabled"),
        ("kv_1 kv_2 end", "`kv_1 kv_2` end"),
        ("of deadbeef", "of `deadbeef`"),
    ],
)
def test_a_sentence_stays_readable(text: str, told: str) -> None:
    assert prose(text) == told


@given(st.text(max_size=40), st.integers(2, 30))
def test_a_cut_text_is_no_longer_than_asked(text: str, most: int) -> None:
    short = cut(text, most)
    assert units(short) <= most
    assert short == text or short.endswith("…")


def test_length_is_counted_as_the_strictest_host_counts() -> None:
    assert units("aä🎉") == len("aä🎉".encode("utf-16-le")) // 2 == 4
