"""Where the value of a key comes from: through locals, variables and inputs of modules to what is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlinfra.config.dotted import MODULE, ROOTS
from mlinfra.config.reading import instance_key
from mlinfra.engine.schema import Schema, at
from mlinfra.model.address import Address, ModulePath, shown_module
from mlinfra.model.configuration import Block, Config
from mlinfra.model.explanation import Link, Origin
from mlinfra.model.module import Module
from mlinfra.model.plan import Action, AttributeChange, Delta
from mlinfra.model.source import Node

DEPTH = 20
"""Links that are followed one behind the other: names may not need each other in a ring, modules may nest."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an expression stands: in which module, and what its ``each`` goes through there."""

    module: ModulePath
    members: Node | None
    owner: str


class Origins:
    """Follows names backwards. ``actions`` says what a plan does to a block, where it does anything."""

    def __init__(self, config: Config, actions: Mapping[Address, Action]) -> None:
        self._config, self._actions = config, actions
        self._blocks = {block.address: block for block in config.blocks}

    def of(self, change: AttributeChange, block: Block, schema: Schema) -> Origin:
        """Where what one attribute should be comes from."""
        node = block.body.at(change.path)
        if node is block.body:
            return Origin(change.path, (), _unwritten(change, schema))
        place = _Place(block.address.module, block.for_each or block.count, block.label)
        links = list(dict.fromkeys(self._links("", node, place, DEPTH)))
        return Origin(change.path, tuple(links))

    def _links(self, what: str, node: Node, place: _Place, depth: int) -> Iterator[Link]:
        names = list(dict.fromkeys(name for found in node.expressions() for name in found.references))
        yield Link(what, node.position, tuple(map(_dotted, names)))
        for name in names if depth else ():
            yield from self._behind(name, place, depth - 1)

    def _behind(self, name: tuple[str, ...], place: _Place, depth: int) -> Iterator[Link]:
        root, module = name[0], self._config.modules[place.module]
        if root == "each" and place.members is not None:
            outside = _Place(place.module, None, place.owner)
            yield from self._links(f"the members of {place.owner}", place.members, outside, depth)
        if len(name) < 2:
            return
        if root == "local" and (node := module.definition.locals.get(name[1])) is not None:
            yield from self._links(f"local {name[1]}", node, _Place(place.module, None, ""), depth)
        elif root == "var":
            yield from self._given(name[1], module, depth)
        elif root == MODULE:
            yield from self._outputs(name, module, depth)
        elif root == "data":
            yield Link(_dotted(name[:3]), None)
        elif root not in ROOTS:
            yield self._resource(Address(root, name[1], None, place.module))

    def _given(self, name: str, module: Module, depth: int) -> Iterator[Link]:
        """A variable of the stack; an input of a module, as its call gives it or by its default."""
        call, declared = module.call, module.definition.inputs.get(name)
        if call is not None and (node := call.inputs.get(name)) is not None:
            outside = _Place(module.path[:-1], call.for_each or call.count, call.label)
            yield from self._links(f"input {name} of {shown_module(module.path)}", node, outside, depth)
        elif declared is not None:
            kind = "variable" if call is None else f"the default of {shown_module(module.path)}'s input"
            yield Link(f"{kind} {name}", declared.position)

    def _outputs(self, name: tuple[str, ...], module: Module, depth: int) -> Iterator[Link]:
        children = module.children.get(name[1], {})
        rest = name[2:]
        if rest and rest[0].startswith("["):
            key = instance_key(rest[0], module.key)
            children = {key: children[key]} if key in children else children
            rest = rest[1:]
        for path in children.values():
            output = self._config.modules[path].definition.outputs.get(rest[0]) if rest else None
            if output is not None:
                what = f"output {output.name} of {shown_module(path)}"
                yield from self._links(what, output.value, _Place(path, None, ""), depth)

    def _resource(self, address: Address) -> Link:
        block = self._blocks.get(address)
        position = block.position if block is not None else None
        return Link(str(address), position, action=self._actions.get(address))


def _unwritten(change: AttributeChange, schema: Schema) -> str:
    part = at(schema, change.path[:1])
    if change.delta is Delta.RELEASED:
        return "no longer written"
    if "default" in part:
        return "not written: its default"
    if part.get("x-from"):
        return f"not written: from {', then '.join(part['x-from'])}"
    if change.path == ("name",):
        return "not written: the name of its block"
    if part.get("x-parent"):
        return f"not written: the {part['x-ref']} that it lives in"
    return "not written"


def _dotted(name: tuple[str, ...]) -> str:
    """``module.ws["a"].id``: what stands in brackets is a part of its own."""
    return ".".join(name).replace(".[", "[")
