"""What looking at a value does: an unknown ends the evaluation, a secret taints it, and all of it costs."""

from __future__ import annotations

import ast
from typing import Any, NoReturn

from mlinfra.config import codes
from mlinfra.config.namespace import Namespace, is_namespace
from mlinfra.config.near import listed
from mlinfra.model.value import Redacted, Sensitive, Unknown

BUDGET = 1_000_000
"""Nodes, members and characters that one expression may work through; about a second."""


class UnknownRead(Exception):
    """An expression needs a value that only an apply can tell; ``cause`` is what it read."""

    def __init__(self, sensitive: bool, cause: str = "") -> None:
        self.sensitive, self.cause = sensitive, cause
        super().__init__(cause)


class Failure(Exception):
    """An expression that cannot be worked out: code, summary, detail, and the node where."""

    def __init__(self, code: str, summary: str, detail: str = "", node: ast.AST | None = None) -> None:
        self.code, self.summary, self.detail, self.node = code, summary, detail, node
        super().__init__(summary)


def truth(value: Any) -> bool:
    """Whether a bare value counts as true: not null, 0, or empty."""
    return True if is_namespace(value) else bool(value)


class Reading:
    """Looks at values for one expression. ``tainted`` tells whether any of them was a secret."""

    def __init__(self, budget: int = BUDGET, tainted: bool = False) -> None:
        self.tainted = tainted
        self._budget = self._left = budget

    @property
    def left(self) -> int:
        """What may still be worked through."""
        return self._left

    @property
    def spent(self) -> int:
        """What has been worked through so far."""
        return self._budget - self._left

    def spend(self, amount: int, node: ast.AST | None = None) -> None:
        """Count work against the budget."""
        self._left -= amount
        if self._left < 0:
            raise Failure(
                codes.TOO_MUCH,
                "this expression is too much work",
                "Give parts of it a name under `locals:`, or write the values themselves.",
                node,
            )

    def use(self, value: Any, node: ast.AST) -> Any:
        """The bare value, for something that looks at it; only its own mark, not those inside it."""
        if isinstance(value, Sensitive):
            self.tainted = True
            return self.use(value.value, node)
        if isinstance(value, Unknown):
            raise UnknownRead(value.sensitive or self.tainted, ast.unparse(node))
        if isinstance(value, Redacted):
            raise UnknownRead(True, ast.unparse(node))
        return value

    def bare(self, value: Any, node: ast.AST) -> Any:
        """The value without any mark, at any depth."""
        value = self.use(value, node)
        if isinstance(value, dict):
            self.spend(len(value), node)
            return {key: self.bare(item, node) for key, item in value.items()}
        if isinstance(value, list | tuple):
            self.spend(len(value), node)
            return [self.bare(item, node) for item in value]
        if is_namespace(value):
            self.whole(value, node)
        return value

    def finished(self, value: Any, node: ast.AST) -> tuple[Any, bool]:
        """The value as plain data with marks, and whether any leaf of it is unknown."""
        if isinstance(value, dict):
            self.spend(len(value), node)
            pairs = {key: self.finished(item, node) for key, item in value.items()}
            return {key: item for key, (item, _) in pairs.items()}, any(u for _, u in pairs.values())
        if isinstance(value, list | tuple):
            self.spend(len(value), node)
            members = [self.finished(item, node) for item in value]
            return [item for item, _ in members], any(u for _, u in members)
        if isinstance(value, Redacted):
            return Unknown(sensitive=True), True
        if is_namespace(value):
            self.whole(value, node)
        return value, isinstance(value, Unknown)

    def whole(self, value: Namespace, node: ast.AST) -> NoReturn:
        """Refuse a Namespace where a value is wanted."""
        names = list(value.names())
        example = "id" if "id" in names else next(iter(names), "name")
        written = ast.unparse(node)
        raise Failure(
            codes.NOTHING_THERE,
            f"`{written}` is not one value",
            f"Say which part of it, for example ${{{written}.{example}}}. It has: {listed(names)}.",
            node,
        )
