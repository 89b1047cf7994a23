"""What the conditions of a test see: the names of the stack or module, and what its run did."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlinfra.config.dotted import LITERALS
from mlinfra.config.evaluator import Evaluator
from mlinfra.config.expression import evaluate
from mlinfra.config.functions import FUNCTIONS
from mlinfra.config.marks import Failure, UnknownRead
from mlinfra.config.namespace import Unresolved
from mlinfra.config.scope import Scope, Table
from mlinfra.config.scopes import secret_if
from mlinfra.engine.conditions import WORDS, Side
from mlinfra.engine.resolve import Resolver
from mlinfra.model.address import Address, ModulePath
from mlinfra.model.configuration import Output
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.source import Node
from mlinfra.model.value import Unknown

_COUNTS = {word: word.replace("-", "_") for word in WORDS.values()} | {WORDS[Action.ADOPT]: "adopt"}
"""What the number of changes of each action is called under ``plan``: a name that expressions can write."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run leaves to look at. ``plan`` is None where none was made."""

    resolver: Resolver
    plan: Plan | None = None
    warnings: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    requests: Sequence[Mapping[str, Any]] = ()


def names_of(seen: Seen, module: ModulePath, keys: Mapping[str, frozenset[str]]) -> Scope:
    """The scope of conditions: that of the outputs of ``module``, and the names of a test over it.

    ``keys`` are those of each type: a key that a change does not have is null, one of no type a mistake.
    """
    scope = seen.resolver.within(module)
    own: dict[str, Any] = {
        "resource": _Resources(scope),
        "output": _Outputs(seen.resolver.config.modules[module].definition.outputs, scope),
        "warnings": list(seen.warnings),
        "findings": list(seen.findings),
        "requests": [dict(request) for request in seen.requests],
    }
    if seen.plan is not None:
        own["plan"] = _plan(seen.plan, module, keys)
    return scope.extended(own)


def _plan(plan: Plan, module: ModulePath, keys: Mapping[str, frozenset[str]]) -> Table:
    """``plan``: of a module under test only what is in it, with addresses as they are inside."""
    inside = [change for change in plan.changes if change.address.module[: len(module)] == module]
    counts = Counter(WORDS[change.action] for change in inside)
    changes = {_relative(change.address, module): _change(change, keys) for change in inside}
    return Table(
        {
            **{name: counts[word] for word, name in _COUNTS.items()},
            "import": counts[WORDS[Action.ADOPT]],
            "drift": sum(each.address.module[: len(module)] == module for each in plan.drift),
            "changes": Table(changes),
        }
    )


def _relative(address: Address, module: ModulePath) -> str:
    return str(Address(address.type, address.name, address.key, address.module[len(module) :]))


def _change(change: Change, keys: Mapping[str, frozenset[str]]) -> Table:
    known = keys.get(change.type, frozenset())
    return Table(
        {
            "action": WORDS[change.action],
            "before": Side(change.before, known) if change.before is not None else None,
            "after": Side(change.after, known) if change.after is not None else None,
            "id": change.id,
            "type": change.type,
        }
    )


class _Resources:
    """``resource``: the types of the stack or module, which can be read without it too."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def find(self, name: Any) -> Any:
        """The blocks of a type; KeyError where there are none."""
        if name not in self.names():
            raise KeyError(name)
        return self._scope.find(name)

    def names(self) -> Iterable[str]:
        """The types."""
        return [name for name in self._scope.names() if name not in _NO_TYPES]


_NO_TYPES = frozenset({"var", "local", "data", "module", "stack"})


class _Outputs:
    """``output``: worked out in the stack or module when it is looked up."""

    def __init__(self, outputs: Mapping[str, Output], scope: Scope) -> None:
        self._declared, self._scope = outputs, scope

    def find(self, name: Any) -> Any:
        """The value; KeyError where there is no such output, Unresolved where it cannot be worked out."""
        output = self._declared[name]
        problems: list[Diagnostic] = []
        value = evaluate(output.value, self._scope, problems)
        if problems:
            raise Unresolved(problems)
        return secret_if(output.sensitive, value)

    def names(self) -> Iterable[str]:
        """Every output."""
        return self._declared


# ---- what a condition read -------------------------------------------------------------------------------


def read_values(condition: Node, scope: Scope) -> tuple[tuple[str, Any], ...]:
    """Every name that a condition reads, as it is written, with its value; marks stay in the values."""
    found: dict[str, Any] = {}
    evaluator = Evaluator(scope)
    for expression in condition.expressions():
        for node in _names(expression.tree, frozenset()):
            try:
                value = evaluator.result(node)
            except UnknownRead as unknown:
                value = Unknown(sensitive=unknown.sensitive or evaluator.tainted)
            except (Failure, Unresolved):
                continue  # a whole namespace, or what the condition only tries
            found[ast.unparse(node)] = value
    return tuple(found.items())


def _names(tree: ast.AST, bound: frozenset[str]) -> Iterator[ast.expr]:
    """The longest dotted names in an expression, but for those that a comprehension binds."""
    if isinstance(tree, ast.Name | ast.Attribute | ast.Subscript):
        base: ast.AST = tree
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if isinstance(base, ast.Name):
            if base.id not in bound and base.id not in LITERALS and base.id not in FUNCTIONS:
                yield tree
            return
    if isinstance(tree, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        names = (node for part in tree.generators for node in ast.walk(part.target))
        bound |= {node.id for node in names if isinstance(node, ast.Name)}
    for child in ast.iter_child_nodes(tree):
        yield from _names(child, bound)
