"""The instances of a stack as expressions see them, and as names written the az ml way mean them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.engine.schema import Schema, child
from mlinfra.engine.scope import Called, InstanceScope, KeyedScope
from mlinfra.model.address import Address, Key


class Members:
    """What each instance looks like from outside. Not thread-safe: its resolver owns it."""

    def __init__(self, types: Iterable[str]) -> None:
        self._scopes: dict[str, dict[str, Any]] = {name: {} for name in types}
        self._members: dict[Address, dict[Key, InstanceScope]] = {}
        self._called: dict[str, Called] = {}

    def namespaces(self) -> Mapping[str, KeyedScope]:
        """By type, its blocks: a view that follows what is put in later."""
        return {name: KeyedScope(blocks) for name, blocks in self._scopes.items()}

    def put(self, block: Address, scopes: dict[Key, InstanceScope], *, single: bool) -> None:
        """Say what the instances of a block are now. A ``single`` one stands for its block."""
        if (called := self._called.get(block.type)) is not None:
            for key in {**self._members.get(block, {}), **scopes}:
                called.put(block.instance(key), scopes.get(key))
        self._members[block] = scopes
        if single:
            self._scopes[block.type].pop(block.name, None)
        self._scopes[block.type][block.name] = scopes.get(None) if single else KeyedScope(scopes)

    def put_one(self, address: Address, scope: InstanceScope, *, single: bool) -> None:
        """`put` of one instance: a block may have ten thousand."""
        self._members[address.block][address.key] = scope
        if (called := self._called.get(address.type)) is not None:
            called.put(address, scope)
        if single:
            self._scopes[address.type][address.name] = scope

    def of(self, block: Address) -> InstanceScope | KeyedScope | None:
        """The instance of a single block, the instances of another; None before there is any."""
        found: InstanceScope | KeyedScope | None = self._scopes[block.type].get(block.name)
        return found

    def named(self, type_name: str, value: Any) -> InstanceScope | None:
        """The instance of this type that a written name or id means."""
        if not isinstance(value, str):
            return None
        if type_name not in self._called:
            blocks = [(block, found) for block, found in self._members.items() if block.type == type_name]
            self._called[type_name] = Called(
                (block.instance(key), scope) for block, found in blocks for key, scope in found.items()
            )
        return self._called[type_name].find(value)

    def referenced(self, value: Any, schema: Schema) -> Any:
        """Names of resources of this stack, written the az ml way, turned into ids; at any depth."""
        if isinstance(value, dict):
            return {key: self.referenced(item, child(schema, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.referenced(item, child(schema, 0)) for item in value]
        if not isinstance(value, str) or value.startswith("/") or "x-ref" not in schema:
            return value
        bare = value.removeprefix("azureml:")
        scope = self.named(schema["x-ref"], bare)
        return scope.find("id") if scope is not None else bare
