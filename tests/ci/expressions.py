"""As much of GitHub's expressions as the action uses: names, texts, ``== != && || !`` and brackets."""

from __future__ import annotations

import re
from collections.abc import Callable

Look = Callable[[str], str]
"""What a name such as ``inputs.folder`` stands for; empty for what is not there."""

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(&&|\|\||==|!=|!|\(|\))|([A-Za-z_][\w.-]*)|(\S))")
_HOLE = re.compile(r"\$\{\{(.*?)\}\}")


def fill(text: str, look: Look) -> str:
    """The text with every ``${{ … }}`` in it worked out."""
    return _HOLE.sub(lambda hole: evaluate(hole[1], look), text)


def evaluate(text: str, look: Look) -> str:
    """What an expression gives, as text."""
    tokens = [(m[1], m[2] or m[4], m[3]) for m in _TOKEN.finditer(text.rstrip())]
    parser = _Parser(tokens, look)
    value = parser.alternatives()
    assert parser.at == len(tokens), f"what is this in {text}?"
    return value


class _Parser:
    def __init__(self, tokens: list[tuple[str | None, str | None, str | None]], look: Look) -> None:
        self.tokens, self.look, self.at = tokens, look, 0

    def alternatives(self) -> str:
        value = self.all()
        while self.take("||"):
            other = self.all()
            value = value or other
        return value

    def all(self) -> str:
        value = self.equal()
        while self.take("&&"):
            other = self.equal()
            value = other if value else value
        return value

    def equal(self) -> str:
        value = self.one()
        for sign in ("==", "!="):
            if self.take(sign):
                same = value.lower() == self.one().lower()
                return "true" if same == (sign == "==") else ""
        return value

    def one(self) -> str:
        if self.take("!"):
            return "" if self.one() else "true"
        if self.take("("):
            value = self.alternatives()
            assert self.take(")")
            return value
        text, _, name = self.tokens[self.at]
        self.at += 1
        if text is not None:
            return text.replace("''", "'")
        assert name is not None, "a sign that the action should not need"
        return self.look(name)

    def take(self, sign: str) -> bool:
        found = self.at < len(self.tokens) and self.tokens[self.at][1] == sign
        self.at += found
        return found
