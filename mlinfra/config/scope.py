"""What names mean: scopes that are looked up, never walked.

`base_scope` has the roots of the configuration: ``var``, ``local``, ``stack``. The engine lays the resource
types over it, and ``each`` over that; laying one more on top costs the same however much is beneath.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.config import codes
from mlinfra.config.expression import evaluate
from mlinfra.config.namespace import Namespace, Unresolved
from mlinfra.config.references import local_reads
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node


class Table:
    """Names with values that are at hand."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[Any, Any]) -> None:
        self._values = values

    def find(self, name: Any) -> Any:
        """The value; KeyError when there is none."""
        return self._values[name]

    def names(self) -> Iterable[str]:
        """Every name."""
        return map(str, self._values)


class Locals:
    """``local``: each evaluated when first asked for, in the scope that it belongs to.

    What reads nothing but variables and such locals is kept; what reads a resource is worked out again
    each time, since what is known of resources grows while a plan is made and applied. While one of those
    is being worked out, the locals it reads are kept until it is done, so that a chain stays a chain. Not
    thread-safe, so neither is a scope that has it.
    """

    __slots__ = ("_busy", "_fixed", "_kept", "_nodes", "_reported", "_scope")

    def __init__(self, nodes: Mapping[str, Node], fixed: frozenset[str], scope: Namespace) -> None:
        self._nodes = nodes
        self._fixed = fixed
        self._scope = scope
        self._kept: dict[str, Any] = {}
        self._busy: list[str] = []
        self._reported: set[str] = set()

    def names(self) -> Iterable[str]:
        """Every local."""
        return self._nodes

    def find(self, name: Any) -> Any:
        """The value; KeyError when there is no such local, Unresolved when it cannot be worked out."""
        if name in self._kept:
            return self._kept[name]
        node = self._nodes[name]
        if name in self._busy:
            path = [*self._busy[self._busy.index(name) :], name]
            raise Unresolved([local_cycle(path, node)])
        found: list[Diagnostic] = []
        self._busy.append(name)
        try:
            value = evaluate(node, self._scope, found)
        finally:
            self._busy.pop()
        if not self._busy:
            self._kept = {kept: v for kept, v in self._kept.items() if kept in self._fixed}
        if found:
            new = [] if name in self._reported else found
            self._reported.add(name)
            raise Unresolved(new)
        if self._busy or name in self._fixed:
            self._kept[name] = value
        return value


class Scope:
    """Names over other names. Immutable; `extended` makes one with more.

    ``around`` is what functions can reach from here besides values; None where there is no stack around.
    """

    __slots__ = ("_below", "_locals", "_values", "around")

    def __init__(
        self,
        values: Mapping[str, Any],
        below: Scope | None = None,
        locals: tuple[Mapping[str, Node], frozenset[str]] | None = None,
        around: Surroundings | None = None,
    ) -> None:
        self._values = values
        self._below = below
        self.around: Surroundings | None = around if around is not None or below is None else below.around
        self._locals: Locals | None = None
        if locals is not None:
            self._locals = Locals(*locals, self)

    def find(self, name: Any) -> Any:
        """What the name means; KeyError when it means nothing."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._values:
                return scope._values[name]
            if name == "local" and scope._locals is not None:
                return scope._locals
            scope = scope._below
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """Every name, those on top first."""
        seen: dict[str, None] = {}
        scope: Scope | None = self
        while scope is not None:
            seen.update(dict.fromkeys(scope._values))
            if scope._locals is not None:
                seen["local"] = None
            scope = scope._below
        return list(seen)

    def extended(self, values: Mapping[str, Any]) -> Scope:
        """A scope with these names on top. Locals see them, unless all are names of one instance."""
        if values.keys() <= _OF_AN_INSTANCE:
            return Scope(values, self)
        held = self._held()
        return Scope(values, self, None if held is None else (held._nodes, held._fixed))

    def child(self, name: str, value: Any) -> Scope:
        """A scope with one more name."""
        return self.extended({name: value})

    def _held(self) -> Locals | None:
        scope: Scope | None = self
        while scope is not None and scope._locals is None:
            scope = scope._below
        return None if scope is None else scope._locals


_OF_AN_INSTANCE = frozenset({"each", "self"})


def base_scope(config: Config) -> Scope:
    """The roots that the configuration alone gives: ``var``, ``local``, ``stack``."""
    values = {
        "var": Table({name: variable.value for name, variable in config.variables.items()}),
        "stack": Table({"name": config.stack}),
    }
    return Scope(values, locals=(config.locals, fixed_locals(config.locals)), around=surroundings(config))


def surroundings(config: Config) -> Surroundings:
    """What the functions of a stack's expressions can reach."""
    return Surroundings(config.folder, config.root, config.environment)


def fixed_locals(nodes: Mapping[str, Node]) -> frozenset[str]:
    """The locals that read no resource, directly or through others."""
    reads = {name: local_reads(node) for name, node in nodes.items()}
    fixed = {name for name, (_, others) in reads.items() if not others}
    while True:
        loose = {name for name in fixed if any(n in nodes and n not in fixed for n in reads[name][0])}
        if not loose:
            return frozenset(fixed)
        fixed -= loose


def each_scope(key: Any, value: Any) -> Table:
    """``each`` of one instance."""
    return Table({"key": key, "value": value})


def local_cycle(path: Iterable[str], node: Node) -> Diagnostic:
    """Locals that need each other."""
    told = " -> ".join(f"local.{name}" for name in path)
    return error(
        codes.LOCAL_CYCLE,
        f"these locals need each other: {told}",
        "Take one of these references out, or write the value itself.",
        node.key or node.position,
    )
