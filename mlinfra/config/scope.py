"""What names mean: scopes that are looked up, never walked.

`mlinfra.config.scopes` makes one for each module; ``each`` and ``self`` are laid over it, which costs the
same however much is beneath.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Set
from typing import Any

from mlinfra.config import codes
from mlinfra.config.expression import evaluate
from mlinfra.config.namespace import Lazy, Unresolved
from mlinfra.config.references import local_reads
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.diagnostic import Diagnostic, Via, error
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


class Worked(Lazy, ABC):
    """Names whose values are worked out when first asked for, by `_work`.

    What is ``fixed`` (reads nothing but what is given from outside) is kept; what reads a resource is worked
    out again each time, since what is known of resources grows while a plan is made and applied. While one
    of those is being worked out, those it reads are kept until it is done, so that a chain stays a chain.
    Not thread-safe, so neither is a scope that has it.
    """

    __slots__ = ("_busy", "_fixed", "_kept", "_reported")

    def __init__(self, fixed: frozenset[str]) -> None:
        self._fixed = fixed
        self._kept: dict[str, Any] = {}
        self._busy: list[str] = []
        self._reported: set[str] = set()

    @abstractmethod
    def _work(self, name: str, problems: list[Diagnostic]) -> Any:
        """The value of one of the names; KeyError when there is none such."""

    @abstractmethod
    def _ring(self, path: list[str]) -> Diagnostic:
        """What is said of names that need each other."""

    def kept(self, name: Any) -> Any:
        """The value where it is at hand; None where it has to be worked out, or is null."""
        return self._kept.get(name)

    def find(self, name: Any) -> Any:
        """The value; KeyError when there is no such name, Unresolved when it cannot be worked out."""
        if name in self._kept:
            return self._kept[name]
        if name in self._busy:
            raise Unresolved([self._ring([*self._busy[self._busy.index(name) :], name])])
        found: list[Diagnostic] = []
        self._busy.append(name)
        try:
            value = self._work(name, found)
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


class Locals(Worked):
    """``local``: each in the scope that it belongs to."""

    __slots__ = ("_nodes", "_scope")

    def __init__(self, nodes: Mapping[str, Node], fixed: frozenset[str], scope: Scope) -> None:
        super().__init__(fixed)
        self._nodes = nodes
        self._scope = scope

    def names(self) -> Iterable[str]:
        """Every local."""
        return self._nodes

    def _work(self, name: str, problems: list[Diagnostic]) -> Any:
        value = evaluate(self._nodes[name], self._scope, problems)
        problems[:] = [found.within(self._scope.via) for found in problems]
        return value

    def _ring(self, path: list[str]) -> Diagnostic:
        return local_cycle(path, self._nodes[path[0]])


class Scope:
    """Names over other names. Immutable; `extended` makes one with more.

    ``around`` is what functions can reach from here besides values; None where there is no stack around.
    ``via`` are the calls that lead to the module whose scope it is.
    """

    __slots__ = ("_below", "_locals", "_values", "around", "via")

    def __init__(
        self,
        values: Mapping[str, Any],
        below: Scope | None = None,
        locals: tuple[Mapping[str, Node], frozenset[str]] | None = None,
        around: Surroundings | None = None,
        via: tuple[Via, ...] = (),
    ) -> None:
        self.via: tuple[Via, ...] = via if below is None else below.via
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


def fixed_locals(nodes: Mapping[str, Node], loose: Set[str] = frozenset()) -> frozenset[str]:
    """The locals that read no resource, directly, through others, or through one of the ``loose`` inputs."""
    reads = {name: local_reads(node, loose) for name, node in nodes.items()}
    fixed = {name for name, (_, others) in reads.items() if not others}
    while True:
        left = {name for name in fixed if any(n in nodes and n not in fixed for n in reads[name][0])}
        if not left:
            return frozenset(fixed)
        fixed -= left


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
