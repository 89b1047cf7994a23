"""Text of strangers in Markdown, where none of it can mean anything.

Nothing of a user's is ever Markdown. It stands in a code span or a code block, where code hosts look for no
mention (``@name``), no reference (``#1``, ``owner/repo#1``, a commit's hash), no link, no emoji and no HTML;
or it is a plain word, which none of these can be.
"""

from __future__ import annotations

import html
import re

_RUNS = re.compile(r"`+")
_WORD = re.compile(
    r"(?P<open>\(?)(?:`(?P<code>[^`]+)`|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*|\d{1,6}))(?P<end>[,.;:!?)]*)"
)
_TOKEN = re.compile(r"\(?`[^`\s][^`]*`[,.;:!?)]*(?=\s|$)|\S+")
_HASH = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE | re.ASCII)
_SIGNS = ("→", "·", "–", "×")


def units(text: str) -> int:
    """Its length as the strictest host counts it: in UTF-16 code units, never fewer than characters."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, most: int) -> str:
    """At most so many units of it, ``…`` being the last where something is missing."""
    if units(text) <= most:
        return text
    kept, room = [], most - 1
    for char in text:
        room -= 2 if char > "\uffff" else 1
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + "…"


def code(text: str) -> str:
    """A code span, also within a cell of a table: a ``|`` there would end the cell, so it is shown as its
    escape. Empty for an empty text."""
    if not text.strip():
        return ""
    text = text.replace("|", "\\x7c")
    fence = "`" * (max(map(len, _RUNS.findall(text)), default=0) + 1)
    blank = text[0] in "` " or text[-1] in "` "
    return f"{fence} {text} {fence}" if blank else f"{fence}{text}{fence}"


def prose(text: str) -> str:
    """A sentence that may hold words of users: plain words as they are, all else in code spans."""
    parts: list[tuple[bool, str]] = []
    for token in _TOKEN.findall(text):
        known = _WORD.fullmatch(token)
        if token in _SIGNS:
            parts.append((True, token))
        elif known and known["code"]:
            parts.append((True, known["open"] + code(known["code"]) + known["end"]))
        elif known and not _HASH.fullmatch(known["word"]):
            parts.append((True, token))
        elif parts and not parts[-1][0]:
            parts[-1] = (False, f"{parts[-1][1]} {token}")
        else:
            parts.append((False, token))
    return " ".join(part if plain else code(part) for plain, part in parts)


def block(lines: list[str], language: str = "diff") -> str:
    """A code block, fenced by more backticks than any of its lines has."""
    longest = max((len(run) for line in lines for run in _RUNS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def folded(summary: str, body: str) -> str:
    """What opens when it is clicked; ``summary`` is HTML."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def span(text: str) -> str:
    """Code in HTML, for a summary."""
    return f"<code>{html.escape(text)}</code>"


def table(heads: tuple[str, ...], rows: list[str]) -> str:
    """A table; each row is one from `row`."""
    return "\n".join([row(heads), row(tuple("---" for _ in heads)), *rows])


def row(cells: tuple[str, ...]) -> str:
    """One row of a table."""
    return f"| {' | '.join(cells)} |"
