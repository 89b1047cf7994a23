"""Reads the parts of the language that have a fixed shape; what does not fit goes to ``problems``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mlinfra.config import codes
from mlinfra.config.functions import kind
from mlinfra.config.near import did_you_mean
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Template


class Reader:
    """Reads one thing, which messages call ``what``."""

    def __init__(self, problems: list[Diagnostic], what: str = "") -> None:
        self.problems = problems
        self.what = what

    def members(self, section: Node | None, name: str) -> Mapping[str, Node]:
        """The members of a section; none when it is absent, empty or no map."""
        if section is None or section.value is None:
            return {}
        if isinstance(section.value, Mapping):
            return section.value
        self._expected(section, f"`{name}`", "a map", f"Write  {name}:  and below it  NAME: …, indented.")
        return {}

    def map(self, node: Node) -> Mapping[str, Node]:
        """The members of a map whose keys are free; nothing written is an empty map."""
        if node.value is None:
            return {}
        if isinstance(node.value, Mapping):
            return node.value
        self._expected(node, self.what, "a map", "Write  key: value  below it, indented.")
        return {}

    def body(self, node: Node, known: Iterable[str]) -> Mapping[str, Node]:
        """The keys of a map with a fixed set of keys; unknown ones are reported and left out."""
        names = tuple(known)
        if node.value is None:
            return {}
        if not isinstance(node.value, Mapping):
            self._expected(node, self.what, "a map", f"It takes: {', '.join(names)}.")
            return {}
        found: dict[str, Node] = {}
        for key, child in node.value.items():
            if key in names:
                found[key] = child
                continue
            self.problems.append(
                error(
                    codes.UNKNOWN_KEY,
                    f"unknown key `{key}` in {self.what}",
                    f"{did_you_mean(key, names)}It takes: {', '.join(names)}.",
                    child.key or child.position,
                )
            )
        return found

    def flag(self, node: Node | None, key: str) -> bool:
        """True or false; false when absent."""
        if node is None or node.value is None:
            return False
        if isinstance(node.value, bool):
            return node.value
        self._expected(node, self._key(key), "true or false")
        return False

    def number(self, node: Node | None, key: str, *, least: int) -> int | None:
        """A whole number of at least ``least``; None when absent."""
        if node is None or node.value is None:
            return None
        if isinstance(node.value, int) and not isinstance(node.value, bool) and node.value >= least:
            return node.value
        self._expected(node, self._key(key), f"a whole number from {least} on")
        return None

    def one_of(self, node: Node | None, key: str, words: Sequence[str]) -> str:
        """One of these words; the first when absent."""
        if node is None or node.value is None or node.value in words:
            return str(node.value) if node is not None and node.value is not None else words[0]
        self._expected(node, self._key(key), f"{', '.join(words[:-1])} or {words[-1]}")
        return words[0]

    def text(self, node: Node | None, key: str) -> str:
        """A text without expressions; empty when absent."""
        if node is None or node.value is None:
            return ""
        if isinstance(node.value, str):
            return node.value
        advice = "" if isinstance(node.value, Template | Mapping | tuple) else "Put quotes around it."
        self._expected(node, self._key(key), "text", advice)
        return ""

    def _key(self, key: str) -> str:
        return f"`{key}` of {self.what}" if self.what else f"`{key}`"

    def _expected(self, node: Node, what: str, wanted: str, advice: str = "") -> None:
        held = "an expression" if isinstance(node.value, Template) else kind(node.value)
        self.problems.append(
            error(codes.WRONG_SHAPE, f"{what} is {held}, it should be {wanted}", advice, node.position)
        )
