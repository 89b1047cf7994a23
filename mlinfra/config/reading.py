"""Which blocks an expression reads: itself, through locals, through what modules are given and give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import msgspec

from mlinfra.config import codes
from mlinfra.config.dotted import MODULE, ROOTS, reads_each
from mlinfra.model.address import Address, Key, ModulePath, shown_module
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Module
from mlinfra.model.source import Node, Position


class Read(msgspec.Struct, frozen=True, gc=False):
    """A block that is read; ``data``: one that is only read, under ``data:``."""

    address: Address
    data: bool = False

    @property
    def label(self) -> str:
        """What expressions in its module call it."""
        return f"{'data.' if self.data else ''}{self.address.type}.{self.address.name}"


_Name = tuple[ModulePath, str, str]
"""A module, the kind of a name in it (``local``, ``var``, ``output``), and the name."""


class Reads:
    """Follows names through the modules of a stack, each once. Rings go to ``problems``, each once."""

    def __init__(self, modules: Mapping[ModulePath, Module], problems: list[Diagnostic]) -> None:
        self._modules = modules
        self._problems = problems
        self._known: dict[_Name, frozenset[Read]] = {}
        self._busy: dict[_Name, None] = {}

    def follow_inputs(self) -> None:
        """Follow every input of every module, so that every ring among them is found."""
        for path, module in self._modules.items():
            for name in module.call.inputs if module.call is not None else ():
                self._through((path, "var", name))

    def of(self, node: Node, path: ModulePath, key: Key = None) -> Iterator[tuple[Read, Position]]:
        """The blocks that a node in a module reads, and where the node says so.

        ``key`` is what ``each.key`` is there, where that is known.
        """
        for expression in node.expressions():
            for name in expression.references:
                for read in self._followed(name, path, key):
                    yield read, expression.position

    def _followed(self, name: tuple[str, ...], path: ModulePath, key: Key) -> Iterator[Read]:
        root = name[0]
        if len(name) < 2:
            return
        if root == "local":
            yield from self._through((path, "local", name[1]))
        elif root == "var":
            yield from self._through((path, "var", name[1])) if path else ()
        elif root == MODULE:
            for child, output in self._outputs(name, path, key):
                yield from self._through((child, "output", output))
        elif root == "data":
            if len(name) > 2:
                yield Read(Address(name[1], name[2], None, path), True)
        elif root not in ROOTS:
            yield Read(Address(root, name[1], None, path))

    def _outputs(self, name: tuple[str, ...], path: ModulePath, key: Key) -> Iterator[tuple[ModulePath, str]]:
        """The outputs that ``module.ws…`` reads: of one instance, or where that is worked out, of all."""
        children = self._modules[path].children.get(name[1], {})
        rest = name[2:]
        if rest and rest[0].startswith("["):
            chosen = instance_key(rest[0], key)
            children = {chosen: children[chosen]} if chosen in children else children
            rest = rest[1:]
        for child in children.values():
            for output in rest[:1] or self._modules[child].definition.outputs:
                yield child, output

    def _through(self, name: _Name) -> frozenset[Read]:
        if name in self._known:
            return self._known[name]
        if name in self._busy:
            self._ring(name)
            return frozenset()
        self._busy[name] = None
        found = frozenset(self._behind(*name))
        del self._busy[name]
        self._known[name] = found
        return found

    def _behind(self, path: ModulePath, kind: str, name: str) -> Iterator[Read]:
        """What one name reads where it is written."""
        module = self._modules[path]
        if kind == "var" and module.call is not None:
            node = module.call.inputs.get(name)
            if node is not None:
                yield from (read for read, _ in self.of(node, path[:-1], module.key))
                yield from self._member(node, module)
            return
        if kind == "output":
            written = module.definition.outputs.get(name)
            node = written.value if written is not None else None
        else:
            node = module.definition.locals.get(name)
        if node is not None:
            yield from (read for read, _ in self.of(node, path))

    def _member(self, node: Node, module: Module) -> Iterator[Read]:
        """What ``each.value`` in an input reads: what the members of the call are made of."""
        members = module.call.for_each if module.call is not None else None
        if members is not None and reads_each(node, "value"):
            yield from (read for read, _ in self.of(members, module.path[:-1]))

    def _ring(self, name: _Name) -> None:
        names = list(self._busy)
        ring = [*names[names.index(name) :], name]
        if all(kind == "local" for _, kind, _ in ring):
            return  # that was said when the file was read
        path, _, last = name
        module = self._modules[path]
        call = module.call
        self._problems.append(
            error(
                codes.LOCAL_CYCLE,
                "these values need each other: " + " -> ".join(map(_shown, ring)),
                "Take one of these references out, or write the value itself.",
                call.position if call is not None else module.definition.locals[last].position,
            ).within(module.via[1:])
        )


def instance_key(written: str, key: Key) -> Key | None:
    """What stands in brackets after the name of a module; None where only working it out would tell."""
    inside = written[1:-1]
    if inside == "each.key":
        return key
    try:
        found = json.loads(inside)
    except ValueError:
        return None
    return found if isinstance(found, str | int) else None


def _shown(name: _Name) -> str:
    path, kind, last = name
    inside = f"{shown_module(path)}." if path else ""
    return f"{inside}{last}" if kind == "output" else f"{inside}{kind}.{last}"
