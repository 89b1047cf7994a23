"""The instances of a stack's modules: which there are is known before any resource is looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from mlinfra.config import codes
from mlinfra.config.expand import instances
from mlinfra.config.functions import MAX_ITEMS
from mlinfra.config.namespace import Unresolved
from mlinfra.config.scopes import Scopes
from mlinfra.model.address import Address, Key, ModulePath, ModuleStep, shown_module
from mlinfra.model.configuration import Block, Lifecycle, Trigger, Variable, Waits
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Via, error
from mlinfra.model.module import Call, Definition, Module
from mlinfra.model.source import Node, Position
from mlinfra.model.value import Unknown

MOST = MAX_ITEMS
"""How many instances of modules a stack may have."""


def expanded(
    stack: str,
    definition: Definition,
    variables: Mapping[str, Variable],
    environment: Mapping[str, str],
    problems: list[Diagnostic],
) -> dict[ModulePath, Module]:
    """Every module, each after the one that calls it; what is wrong goes to ``problems``."""
    expansion = _Expansion(problems)
    root = Module((), definition)
    expansion.modules[()] = root
    expansion.scopes = Scopes(
        stack, variables, expansion.modules, environment, expansion.later, expansion.children
    )
    return {module.path: module for module in expansion.below(root)}


class _Expansion:
    """Calls are expanded when something asks for their instances: another call, or the end."""

    scopes: Scopes

    def __init__(self, problems: list[Diagnostic]) -> None:
        self.problems = problems
        self.modules: dict[ModulePath, Module] = {}
        self._busy: list[tuple[ModulePath, str]] = []

    def below(self, module: Module) -> Iterator[Module]:
        """This module and all that it calls, at any depth."""
        yield module
        for name in module.definition.calls:
            for path in self._expanded(module, name).values():
                yield from self.below(self.modules[path])

    def _expanded(self, module: Module, name: str) -> Mapping[Key, ModulePath]:
        try:
            return self.children(module, name)
        except Unresolved as wrong:
            self.problems.extend(wrong.diagnostics)
            return {}

    def children(self, module: Module, name: str) -> Mapping[Key, ModulePath]:
        """The instances of one call. Raises Unresolved where they need each other."""
        if name in module.children:
            return module.children[name]
        call = module.definition.calls[name]
        if (module.path, name) in self._busy:
            raise Unresolved([_ring(module, name).within(module.via)])
        found: list[Diagnostic] = []
        self._busy.append((module.path, name))
        try:
            each = instances(call, self.scopes.of(module.path), found)
        finally:
            self._busy.pop()
        self.problems.extend(one.within(module.via) for one in found)
        if len(self.modules) + len(each) > MOST:
            raise MlinfraError(_too_many(call.position).within(module.via))
        paths: dict[Key, ModulePath] = {}
        for member in each:
            path = (*module.path, ModuleStep(name, member.key))
            made = Module(path, call.definition, call, member.key, member.value, _via(path, call, module))
            self.modules[path] = made
            paths[member.key] = path
        module.children[name] = paths
        return paths

    def later(self, path: ModulePath) -> Mapping[str, Any]:
        """What is not known yet: the resources of a module."""
        definition = self.modules[path].definition
        types = {block.address.type for block in definition.blocks}
        return {name: _Later(2) for name in types} | ({"data": _Later(3)} if definition.data else {})


class _Later:
    """A resource, before anything is known of it: whatever is asked of it is unknown."""

    __slots__ = ("_levels",)

    def __init__(self, levels: int) -> None:
        self._levels = levels

    def find(self, _name: Any) -> Any:
        return _Later(self._levels - 1) if self._levels > 1 else Unknown()

    def names(self) -> Iterable[str]:
        return ()


def _via(path: ModulePath, call: Call, caller: Module) -> tuple[Via, ...]:
    return (Via(shown_module(path), call.position), *caller.via)


def _ring(module: Module, name: str) -> Diagnostic:
    return error(
        codes.LOCAL_CYCLE,
        f"which instances module.{name} has depends on itself",
        "Its `for_each`, `count` or `when` reads its own outputs, or those of a module that needs it.",
        module.definition.calls[name].position,
    )


def _too_many(position: Position) -> Diagnostic:
    return error(
        codes.FOR_EACH_SHAPE, f"this stack has more than {MOST} instances of modules", "Use fewer.", position
    )


# ---- what is in them -------------------------------------------------------------------------------------


def blocks_of(module: Module, callers: Iterable[Module], *, data: bool = False) -> list[Block]:
    """The blocks of a module, addresses whole, with what its ``callers`` (nearest first) hand down."""
    own = module.definition.data if data else module.definition.blocks
    if module.call is None:
        return list(own)
    provider: Node | None = None
    waits: Waits = ()
    for each in (module, *callers):
        if each.call is not None:
            provider = provider or each.call.provider
            waits = (*waits, *_absolute(each.call.depends_on, each.path[:-1]))
    return [_placed(block, module.path, provider, waits) for block in own]


def _placed(block: Block, path: ModulePath, provider: Node | None, waits: Waits) -> Block:
    address = block.address
    return replace(
        block,
        address=Address(address.type, address.name, None, path),
        depends_on=(*_absolute(block.depends_on, path), *waits) if block.depends_on or waits else (),
        lifecycle=_triggered(block.lifecycle, path),
        provider=block.provider or provider,
    )


def _absolute(waits: Waits, path: ModulePath) -> Waits:
    return tuple((_inside(target, path), position) for target, position in waits)


def _inside(target: Address | ModulePath, path: ModulePath) -> Address | ModulePath:
    if isinstance(target, Address):
        return Address(target.type, target.name, target.key, path)
    return (*path, *target)


def _triggered(lifecycle: Lifecycle, path: ModulePath) -> Lifecycle:
    if not lifecycle.replace_triggered_by:
        return lifecycle
    found = tuple(
        Trigger(Address(t.address.type, t.address.name, t.address.key, path), t.path, t.position)
        for t in lifecycle.replace_triggered_by
    )
    return dataclasses.replace(lifecycle, replace_triggered_by=found)
