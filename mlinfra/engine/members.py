"""The instances of a stack as expressions see them, and as names written the az ml way mean them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.engine.schema import Schema, child
from mlinfra.engine.scope import Called, InstanceScope, KeyedScope
from mlinfra.model.address import Address, Key, ModulePath


class Members:
    """What each instance looks like from outside. Not thread-safe: its resolver owns it."""

    def __init__(self, blocks: Iterable[Address]) -> None:
        self._scopes: dict[ModulePath, dict[str, dict[str, Any]]] = {}
        for block in blocks:
            self._scopes.setdefault(block.module, {}).setdefault(block.type, {})
        self._members: dict[Address, dict[Key, InstanceScope]] = {}
        self._called: dict[str, dict[ModulePath, Called]] = {}

    def namespaces(self, module: ModulePath) -> Mapping[str, KeyedScope]:
        """By type, the blocks of a module: a view that follows what is put in later."""
        return {name: KeyedScope(blocks) for name, blocks in self._scopes.get(module, {}).items()}

    def put(self, block: Address, scopes: dict[Key, InstanceScope], *, single: bool) -> None:
        """Say what the instances of a block are now. A ``single`` one stands for its block."""
        if block.type in self._called:
            called = self._called_in(block.type, block.module)
            for key in {**self._members.get(block, {}), **scopes}:
                called.put(block.instance(key), scopes.get(key))
        self._members[block] = scopes
        blocks = self._scopes[block.module][block.type]
        if single:
            blocks.pop(block.name, None)
        blocks[block.name] = scopes.get(None) if single else KeyedScope(scopes)

    def put_one(self, address: Address, scope: InstanceScope, *, single: bool) -> None:
        """`put` of one instance: a block may have ten thousand."""
        self._members[address.block][address.key] = scope
        if address.type in self._called:
            self._called_in(address.type, address.module).put(address, scope)
        if single:
            self._scopes[address.module][address.type][address.name] = scope

    def of(self, block: Address) -> InstanceScope | KeyedScope | None:
        """The instance of a single block, the instances of another; None before there is any."""
        found: InstanceScope | KeyedScope | None = self._scopes[block.module][block.type].get(block.name)
        return found

    def named(self, type_name: str, value: Any, module: ModulePath) -> InstanceScope | None:
        """The instance of this type that a name or id, written in a module, means: there, or further out."""
        if not isinstance(value, str):
            return None
        if type_name not in self._called:
            self._called[type_name] = {}
            for block, found in self._members.items():
                if block.type == type_name:
                    called = self._called_in(type_name, block.module)
                    for key, scope in found.items():
                        called.put(block.instance(key), scope)
        by_module = self._called[type_name]
        for depth in range(len(module), -1, -1):
            inside = by_module.get(module[:depth])
            meant = inside.find(value) if inside is not None else None
            if meant is not None:
                return meant
        return None

    def _called_in(self, type_name: str, module: ModulePath) -> Called:
        return self._called[type_name].setdefault(module, Called(()))

    def referenced(self, value: Any, schema: Schema, module: ModulePath) -> Any:
        """Names of resources, written in a module the az ml way, turned into ids; at any depth."""
        if isinstance(value, dict):
            return {key: self.referenced(item, child(schema, key), module) for key, item in value.items()}
        if isinstance(value, list):
            return [self.referenced(item, child(schema, 0), module) for item in value]
        if not isinstance(value, str) or value.startswith("/") or "x-ref" not in schema:
            return value
        bare = value.removeprefix("azureml:")
        scope = self.named(schema["x-ref"], bare, module)
        return scope.find("id") if scope is not None else bare
