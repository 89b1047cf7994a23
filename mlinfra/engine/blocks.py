"""Which block needs which: expressions, ``depends_on``, implied parents, names written the az ml way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from mlinfra.config.reading import Reads
from mlinfra.engine.check import near
from mlinfra.engine.directory import Directory
from mlinfra.engine.schema import Schema, child, holding, properties
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.graph import Cycle, ordered
from mlinfra.model.source import Node, Position, Template
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Catalogue, Registered

Parents: TypeAlias = dict[tuple[Address, str], Address | None]


@dataclass(frozen=True, slots=True)
class BlockGraph:
    """The blocks of a stack in an order in which each comes after all that it needs.

    ``parents`` maps a block and a parent's type to the block (or, with a key, the instance) that it lives in;
    to None where that is ambiguous or wrong, and has been reported.
    """

    blocks: Mapping[Address, Block]
    registered: Mapping[Address, Registered]
    needs: Mapping[Address, frozenset[Address]]
    parents: Mapping[tuple[Address, str], Address | None]
    order: tuple[Address, ...]
    back: Mapping[Address, frozenset[Address]]
    sources: Mapping[Address, frozenset[Address]]
    """By block of ``data:``, the blocks of resources that tell which one it is."""
    source_parents: Mapping[tuple[Address, str], Address | None]
    """As ``parents``, of blocks of ``data:``."""

    def readers(self, address: Address) -> frozenset[Address]:
        """The blocks that need this one, directly."""
        return self.back.get(address, frozenset())

    def ordered_with(self, more: Mapping[Address, set[Address]]) -> Sequence[Address]:
        """The order when these edges count too; an edge that would close a cycle does not."""
        if all(targets <= self.needs[address] for address, targets in more.items()):
            return self.order
        needs = {a: dict.fromkeys(sorted({*targets, *more.get(a, ())})) for a, targets in self.needs.items()}
        while True:
            try:
                return ordered(needs)
            except Cycle as wrong:
                first, second = next(
                    (a, b) for a, b in pairwise(wrong.path) if b in more.get(a, ()) and b not in self.needs[a]
                )
                needs[first].pop(second, None)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What is found of a stack's blocks before they are put in order; ``edges`` says where each is told."""

    blocks: dict[Address, Block]
    registered: dict[Address, Registered]
    edges: dict[Address, dict[Address, Position]]
    parents: Parents
    sources: dict[Address, frozenset[Address]]
    source_parents: Parents


def _gathered(config: Config, catalogue: Catalogue, problems: list[Diagnostic]) -> _Gathered:
    registered: dict[Address, Registered] = {}
    blocks: dict[Address, Block] = {}
    for block in config.blocks:
        found = catalogue.types.get(block.address.type)
        if found is None:
            problems.append(unknown_type(block, catalogue))
        else:
            registered[block.address] = found
            blocks[block.address] = block
    directory = Directory(blocks.values(), config.modules)
    reads = Reads(config.modules, problems)
    reads.follow_inputs()
    source_parents: Parents = {}
    sources = {
        block.address: _source_needs(block, config, reads, directory, source_parents, catalogue, problems)
        for block in config.data
    }
    parents: Parents = {}
    edges: dict[Address, dict[Address, Position]] = {}
    for address, block in blocks.items():
        found_edges = edges[address] = {}
        for target, position in _written_needs(block, reads, directory, sources):
            if target in blocks:
                found_edges.setdefault(target, position)
        schema = registered[address].type.schema(static_attrs(block))
        for target, position in _named_needs(block, schema, directory):
            found_edges.setdefault(target, position)
        for target in _parents(block, schema, directory, parents, problems):
            found_edges.setdefault(target, (block.parent or block.body).position)
    return _Gathered(blocks, registered, edges, parents, sources, source_parents)


def block_graph(config: Config, catalogue: Catalogue, problems: list[Diagnostic]) -> BlockGraph:
    """The graph of a stack's blocks; what is wrong with it goes to ``problems``.

    A block of an unknown type is reported and left out; a cycle is reported with its path and broken.
    """
    found = _gathered(config, catalogue, problems)
    edges = found.edges
    order = _in_order(edges, found.blocks, problems)
    back: dict[Address, set[Address]] = {}
    for address, targets in edges.items():
        for target in targets:
            back.setdefault(target, set()).add(address)
    return BlockGraph(
        blocks=found.blocks,
        registered=found.registered,
        needs={address: frozenset(targets) for address, targets in edges.items()},
        parents=found.parents,
        order=tuple(order),
        back={address: frozenset(readers) for address, readers in back.items()},
        sources=found.sources,
        source_parents=found.source_parents,
    )


def places_of_needs(config: Config, catalogue: Catalogue) -> Mapping[Address, Mapping[Address, Position]]:
    """By block, the blocks that it needs and where it says so. Made anew: only who asks pays for them."""
    return _gathered(config, catalogue, []).edges


def _in_order(
    edges: dict[Address, dict[Address, Position]],
    blocks: Mapping[Address, Block],
    problems: list[Diagnostic],
) -> list[Address]:
    """The blocks, each after what it needs; the first edge of a cycle is taken out."""
    while True:
        try:
            return ordered(edges)
        except Cycle as wrong:
            problems.append(_cycle(wrong.path, edges, blocks))
            first, second = wrong.path[0], wrong.path[1]
            del edges[first][second]


def _source_needs(
    block: Block,
    config: Config,
    reads: Reads,
    directory: Directory,
    parents: Parents,
    catalogue: Catalogue,
    problems: list[Diagnostic],
) -> frozenset[Address]:
    """The resources of the stack that a block of ``data:`` lies in or is told by."""
    registered = catalogue.types.get(block.address.type)
    if registered is None:
        return frozenset()
    found: set[Address] = set()
    for read, position in reads.of(block.body, block.address.module):
        if read.data:
            problems.append(_reads_another(block, read.address, position))
        else:
            found.add(read.address)
    schema = registered.type.schema(static_attrs(block))
    found.update(target for target, _ in _named_needs(block, schema, directory))
    defaults = config.settings.get(registered.provider.name)
    given = {*block.body.value, *(defaults.value if defaults is not None and defaults.is_map else ())}
    for name, part in properties(schema, "x-parent"):
        if "id" in given or (block.parent is None and {name, *part.get("x-unless", ())} & given):
            continue
        chosen = directory.parent(block, part["x-ref"], problems)
        parents[block.address, part["x-ref"]] = chosen
        if chosen is not None:
            found.add(chosen.block)
    return frozenset(target for target in found if target in directory)


def _reads_another(block: Block, other: Address, position: Position) -> Diagnostic:
    return error(
        "MLI-REF-013",
        f"{block.label} reads data.{other.type}.{other.name}, which is only read too",
        "Write it with variables, locals and resources of this stack.",
        position,
    )


def static_attrs(block: Block) -> Attrs:
    """The body as far as it can be read without evaluating anything: what holds an expression is left out."""

    def plain(node: Node) -> Any:
        value = node.value
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if not isinstance(v.value, Template)}
        if isinstance(value, tuple):
            return [plain(v) for v in value if not isinstance(v.value, Template)]
        return value

    found = plain(block.body)
    return found if isinstance(found, dict) else {}


def _written_needs(
    block: Block, reads: Reads, directory: Directory, sources: Mapping[Address, frozenset[Address]]
) -> Iterator[tuple[Address, Position]]:
    """Blocks that expressions read, through locals, modules and ``data`` too, and those that ``depends_on``
    and ``replace_triggered_by`` name. A check may read its own resource by its address.

    The place is where the block says so.
    """
    beside = (block.for_each, block.count, block.when, block.parent, block.import_id)
    for node in (block.body, *(n for n in beside if n is not None)):
        yield from _read(node, block, reads, sources)
    for check in block.checks:
        for node in (check.condition, check.message):
            needed = _read(node, block, reads, sources)
            yield from ((target, position) for target, position in needed if target != block.address)
    for waited, position in block.depends_on:
        if isinstance(waited, Address):
            yield waited.block, position
        else:
            yield from ((target, position) for target in directory.inside(waited))
    for trigger in block.lifecycle.replace_triggered_by:
        yield trigger.address.block, trigger.position


def _read(
    node: Node, block: Block, reads: Reads, sources: Mapping[Address, frozenset[Address]]
) -> Iterator[tuple[Address, Position]]:
    """Blocks that the expressions of one node of a block read."""
    for read, position in reads.of(node, block.address.module):
        if read.data:
            yield from ((target, position) for target in sources.get(read.address, frozenset()))
        else:
            yield read.address, position


def _named_needs(block: Block, schema: Schema, directory: Directory) -> Iterator[tuple[Address, Position]]:
    """Blocks that are named as plain text, the az ml way, and where they are."""
    body = block.body
    for name, part in holding(schema, "x-ref"):
        if name in body.value:
            for type_name, value, position in _names(body.value[name], part):
                for target in directory.named(type_name, value, block.address.module):
                    yield target, position


def _names(node: Node, schema: Schema) -> Iterator[tuple[str, str, Position]]:
    """What stands, at any depth, where a resource of a certain type is named, and where it stands."""
    if isinstance(node.value, str) and "x-ref" in schema:
        yield schema["x-ref"], node.value, node.position
    elif isinstance(node.value, dict):
        for key, inner in node.value.items():
            yield from _names(inner, child(schema, key))
    elif isinstance(node.value, tuple):
        for inner in node.value:
            yield from _names(inner, child(schema, 0))


def _parents(
    block: Block, schema: Schema, directory: Directory, parents: Parents, problems: list[Diagnostic]
) -> Iterator[Address]:
    """The blocks that this one lives in without saying so in its body; they go to ``parents`` as well."""
    for name, part in properties(schema, "x-parent"):
        reported = len(problems)
        told = {name, *part.get("x-unless", ())} & block.body.value.keys()
        chosen = None if told else directory.parent(block, part["x-ref"], problems)
        if chosen is not None or len(problems) > reported:
            parents[block.address, part["x-ref"]] = chosen
        if chosen is not None:
            yield chosen.block


def unknown_type(block: Block, catalogue: Catalogue) -> Diagnostic:
    """The message for a type that no provider has."""
    name = block.address.type
    return error(
        "MLI-TYP-001",
        f"unknown resource type `{name}`",
        f"{near(name, catalogue.types)}Types are: {', '.join(sorted(catalogue.types))}.",
        block.position,
        block.address,
    )


def _cycle(
    path: tuple[Address, ...],
    edges: Mapping[Address, Mapping[Address, Position]],
    blocks: Mapping[Address, Block],
) -> Diagnostic:
    def edge(a: Address, b: Address) -> Position:
        return edges[a].get(b, blocks[a].position)

    steps = list(pairwise(path))
    told = "\n".join(f"{a} needs {b}  ({edge(a, b)})" for a, b in steps)
    return error(
        "MLI-REF-004",
        "these resources need each other: " + " -> ".join(map(str, path)),
        f"{told}\nTake one of these references out, or write the value itself.",
        edge(*steps[0]),
        path[0],
    )
