"""How an expression makes lists and maps: written out, or ``[… for … in …]``."""

from __future__ import annotations

import ast
from typing import Any

from mlinfra.config import codes
from mlinfra.config.functions import MAX_ITEMS, kind
from mlinfra.config.marks import BUDGET, Failure, Reading, truth
from mlinfra.config.namespace import is_namespace


class Collecting(Reading):
    """The part of the evaluator that makes lists and maps; ``_bound`` are the names of its ``for``s."""

    def __init__(self, budget: int = BUDGET, tainted: bool = False) -> None:
        super().__init__(budget, tainted)
        self._bound: list[dict[str, Any]] = []

    def _eval(self, node: ast.AST) -> Any:
        """The value of a node; whoever evaluates has it."""
        raise AssertionError(f"nobody evaluates {node!r}")

    def _eval_list(self, node: ast.List | ast.Tuple) -> list[Any]:
        result: list[Any] = []
        for part in node.elts:
            if isinstance(part, ast.Starred):
                result += self._iterated(self._eval(part.value), part.value)
            else:
                result.append(self._eval(part))
        return result

    def _eval_dict(self, node: ast.Dict) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self._eval(value_node)
            if key_node is not None:
                result[self._key(key_node)] = value
                continue
            inner = self.use(value, value_node)
            if not isinstance(inner, dict):
                raise Failure(codes.FAILS, f"`**` takes a map, and this is {kind(inner)}", "", value_node)
            self.spend(len(inner), node)
            result.update(inner)
        return result

    def _key(self, node: ast.expr) -> str:
        key = self.use(self._eval(node), node)
        if not isinstance(key, str):
            raise Failure(
                codes.FAILS,
                f"a key of a map is text, and this is {kind(key)}",
                "Turn it into text with tostring(…).",
                node,
            )
        return key

    def _iterated(self, value: Any, node: ast.expr) -> list[Any]:
        inner = self.use(value, node)
        if is_namespace(inner):
            members: list[Any] = list(inner.names())
        elif isinstance(inner, list | tuple | dict):
            members = list(inner)
        else:
            advice = "Cut it with split(…)." if isinstance(inner, str) else ""
            raise Failure(
                codes.FAILS, f"`{ast.unparse(node)}` is {kind(inner)} and has no members", advice, node
            )
        self.spend(len(members), node)
        return members

    def _eval_comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Any:
        found_list: list[Any] = []
        found_map: dict[str, Any] = {}

        def generate(index: int) -> None:
            if index == len(node.generators):
                if isinstance(node, ast.DictComp):
                    found_map[self._key(node.key)] = self._eval(node.value)
                else:
                    found_list.append(self._eval(node.elt))
                if len(found_list) + len(found_map) > MAX_ITEMS:
                    raise Failure(codes.TOO_MUCH, f"this would make more than {MAX_ITEMS} members", "", node)
                return
            generator = node.generators[index]
            for member in self._iterated(self._eval(generator.iter), generator.iter):
                names: dict[str, Any] = {}
                self._bind(generator.target, member, names)
                self._bound.append(names)
                try:
                    if all(truth(self.use(self._eval(test), test)) for test in generator.ifs):
                        generate(index + 1)
                finally:
                    self._bound.pop()

        generate(0)
        return found_map if isinstance(node, ast.DictComp) else found_list

    def _bind(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        if isinstance(target, ast.Name):
            names[target.id] = value
            return
        parts: list[ast.expr] = getattr(target, "elts", [])
        members = self.use(value, target)
        if not isinstance(members, list | tuple) or len(members) != len(parts):
            raise Failure(
                codes.FAILS,
                f"`{ast.unparse(target)}` takes {len(parts)} values at a time",
                "For keys with their values write  for key, value in items(…).",
                target,
            )
        for part, member in zip(parts, members, strict=True):
            self._bind(part, member, names)
