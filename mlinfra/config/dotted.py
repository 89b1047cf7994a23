"""The dotted names that an expression reads."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass

from mlinfra.model.source import Node

ROOTS = ("var", "local", "each", "self", "stack")
"""Names that always mean the same; every other name is a type's."""

MODULE = "module"
"""What the outputs of modules are read from."""

LITERALS = {"true": True, "false": False, "null": None}
"""Names that are values."""


def reads_each(node: Node, *path: str) -> bool:
    """Whether an expression in a node reads ``each``, or with a path that part of it."""
    wanted = ("each", *path)
    return any(name[: len(wanted)] == wanted for found in node.expressions() for name in found.references)


@dataclass(frozen=True, slots=True)
class Reference:
    """One dotted name; ``nodes`` are those that end each of its parts."""

    path: tuple[str, ...]
    nodes: tuple[ast.expr, ...]


def references(tree: ast.AST, bound: frozenset[str] = frozenset()) -> Iterator[Reference]:
    """Dotted names outermost first, in the order written; those a comprehension binds are none.

    A constant text in brackets right after the root counts as a part (``var["x"]``), and so does whatever
    stands in brackets right after the name of a module, brackets included (``module.ws["a"].id``). Any other
    subscript ends the name: ``team["ana"].id`` reads ``team``.
    """
    if isinstance(tree, ast.Name):
        if tree.id not in bound and tree.id not in LITERALS:
            yield Reference((tree.id,), (tree,))
    elif isinstance(tree, ast.Attribute | ast.Subscript):
        yield from _dotted(tree, bound)
    elif isinstance(tree, ast.Call):
        for argument in (*tree.args, *tree.keywords):
            yield from references(argument, bound)
    elif isinstance(tree, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        yield from _comprehension(tree, bound)
    else:
        for child in ast.iter_child_nodes(tree):
            yield from references(child, bound)


def _dotted(node: ast.expr, bound: frozenset[str]) -> Iterator[Reference]:
    chain: list[ast.Attribute | ast.Subscript] = []
    base = node
    while isinstance(base, ast.Attribute | ast.Subscript):
        chain.append(base)
        base = base.value
    chain.reverse()
    if isinstance(base, ast.Name) and base.id not in bound and base.id not in LITERALS:
        path = [base.id]
        nodes: list[ast.expr] = [base]
        for link in chain:
            if isinstance(link, ast.Attribute):
                path.append(link.attr)
            elif (
                len(path) == 1 and isinstance(link.slice, ast.Constant) and isinstance(link.slice.value, str)
            ):
                path.append(link.slice.value)
            elif len(path) == 2 and path[0] == MODULE:
                path.append(f"[{_written(link.slice)}]")
            else:
                break
            nodes.append(link)
        yield Reference(tuple(path), tuple(nodes))
    else:
        yield from references(base, bound)
    for link in chain:
        if isinstance(link, ast.Subscript):
            yield from references(link.slice, bound)


def _written(key: ast.expr) -> str:
    """A key as addresses have it; what is worked out as it is written."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
        return json.dumps(key.value, ensure_ascii=False)
    return ast.unparse(key)


def _comprehension(
    tree: ast.ListComp | ast.GeneratorExp | ast.DictComp, bound: frozenset[str]
) -> Iterator[Reference]:
    for generator in tree.generators:
        yield from references(generator.iter, bound)
        bound = bound | {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
        for condition in generator.ifs:
            yield from references(condition, bound)
    for part in (tree.key, tree.value) if isinstance(tree, ast.DictComp) else (tree.elt,):
        yield from references(part, bound)
