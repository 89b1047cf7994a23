"""Takes ``${…}`` out of a string.

``$${`` is the two characters ``${``. ``${{ … }}`` is Azure ML's own form and stays as it is, so an
expression that is a dict is written ``${ {…} }``. An expression ends at the ``}`` that no brace or quote
inside it has claimed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from mlinfra.config import codes
from mlinfra.config.grammar import read_expression
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Expression, Position, Template

Place: TypeAlias = Callable[[int, int], Position]
"""Start and end in the string's value → where that is in the file."""

_TOKEN = re.compile(r"""['"{}]""")
_REST_OF_QUOTED = {
    "'": re.compile(r"(?:[^\\']|\\.)*'", re.DOTALL),
    '"': re.compile(r'(?:[^\\"]|\\.)*"', re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Span:
    """One ``${…}``: where its ``$`` is, and where what follows its ``}`` is."""

    start: int
    end: int


def closing(text: str, at: int) -> int | None:
    """Where the ``}`` is that ends the expression whose inside starts at ``at``; None when it never ends."""
    depth = 0
    while token := _TOKEN.search(text, at):
        at = token.end()
        if token[0] in _REST_OF_QUOTED:
            rest = _REST_OF_QUOTED[token[0]].match(text, at)
            if not rest:
                return None
            at = rest.end()
        elif token[0] == "{":
            depth += 1
        elif depth:
            depth -= 1
        else:
            return token.start()
    return None


def split(text: str) -> tuple[list[str | Span], int | None]:
    """Literal text and expressions in turn; and where a ``${`` is that never ends, if there is one."""
    pieces: list[str | Span] = []
    literal: list[str] = []
    at = 0

    def flush() -> None:
        if joined := "".join(literal):
            pieces.append(joined)
        literal.clear()

    while (found := text.find("${", at)) >= 0:
        if found > at and text[found - 1] == "$":
            literal += text[at : found - 1], "${"
            at = found + 2
        elif text.startswith("{", found + 2):
            end = text.find("}}", found + 3)
            end = len(text) if end < 0 else end + 2
            literal.append(text[at:end])
            at = end
        else:
            close = closing(text, found + 2)
            if close is None:
                return pieces, found
            literal.append(text[at:found])
            flush()
            at = close + 1
            pieces.append(Span(found, at))
    literal.append(text[at:])
    flush()
    return pieces, None


def compile_template(text: str, position: Position, problems: list[Diagnostic]) -> Template | str:
    """The text with its expressions read; a plain string when it holds none.

    ``position`` is where the text starts. What is wrong goes to ``problems``, and the text comes back as it
    is.
    """

    def place(start: int, end: int) -> Position:
        return Position(position.source, position.line, position.column + start, end - start)

    return compile_placed(text, place, problems)


def compile_placed(text: str, place: Place, problems: list[Diagnostic]) -> Template | str:
    """`compile_template` for text whose parts are not simply side by side in the file."""
    pieces, unclosed = split(text)
    if unclosed is not None:
        problems.append(_unclosed(text, unclosed, place))
        return text
    parts: list[str | Expression] = []
    failed = False
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        inside = text[piece.start + 2 : piece.end - 1]
        position = place(piece.start, piece.end)
        found = read_expression(inside, position, problems)
        if found is None:
            failed = True
        else:
            parts.append(Expression(inside, position, found.tree, found.references))
    if failed:
        return text
    if not any(isinstance(part, Expression) for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    return Template(text, tuple(parts))


def _unclosed(text: str, start: int, place: Place) -> Diagnostic:
    inside = re.sub(r"'(?:[^\\']|\\.)*'|\"(?:[^\\\"]|\\.)*\"", "", text[start + 2 :])
    open_quote = next((c for c in inside if c in "'\""), None)
    advice = f"A quote {open_quote} in it is not closed. " if open_quote else "Add the closing `}`. "
    end = text.find("\n", start)
    return error(
        codes.UNCLOSED,
        "this expression is never closed",
        f"{advice}For the characters themselves write `$${{`.",
        place(start, len(text.rstrip()) if end < 0 else end),
    )
