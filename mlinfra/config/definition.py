"""What one module declares, read and held together: of a stack's own files, and of a ``module.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.blocks import read_blocks
from mlinfra.config.bodies import Bodies
from mlinfra.config.calls import Library, Trail, read_calls
from mlinfra.config.include import Part, distinct, joined
from mlinfra.config.names import bad_name
from mlinfra.config.references import Checker, Names, check_local_cycles
from mlinfra.config.shape import Reader
from mlinfra.config.waits import check_waits
from mlinfra.model.configuration import Block, Output
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Call, Definition, Input
from mlinfra.model.source import Node

SHARED = ("locals", "resources", "data", "modules", "outputs")
"""The sections that stacks and modules have alike."""
OUTPUT_KEYS = ("value", "description", "sensitive")


def read_definition(
    parts: Sequence[Part],
    root: Path,
    inputs: Mapping[str, Input],
    input_names: Collection[str],
    library: Library,
    trail: Trail,
    bodies: Bodies,
    problems: list[Diagnostic],
) -> tuple[Definition, Names]:
    """What the ``parts`` of a module (the first one is its own file) declare, with every name checked.

    ``input_names`` are all that seem to be declared, those of ``inputs`` that could not be read too.
    """
    reader = Reader(problems)
    declared = {name: joined(parts, name, problems) for name in ("locals", "outputs", "modules")}
    blocks = [b for p in parts for b in read_blocks(p.sections.get("resources"), p.folder, bodies, problems)]
    data = [
        b for p in parts for b in read_blocks(p.sections.get("data"), p.folder, bodies, problems, read=True)
    ]
    calls: dict[str, Call | None] = {}
    for part in parts:
        found = read_calls(part.sections.get("modules"), part.folder, root, library, trail, problems)
        calls = {**found, **calls}
    definition = Definition(
        parts[0].source,
        parts[0].folder,
        root,
        inputs,
        _named(reader.members(declared["locals"], "locals"), "local", problems),
        tuple(distinct(blocks, problems) if len(parts) > 1 else blocks),
        tuple(distinct(data, problems) if len(parts) > 1 else data),
        _outputs(reader.members(declared["outputs"], "outputs"), problems),
        {name: call for name, call in calls.items() if call is not None},
    )
    # A section that could not be read declares what it seems to.
    names = Names(
        set(input_names),
        set(keys(declared["locals"])),
        _by_type(definition.blocks),
        _by_type(definition.data),
        {**dict.fromkeys(keys(declared["modules"])), **calls},
        is_stack=not trail.via,
    )
    _check(definition, names, problems)
    return definition, names


def keys(section: Node | None) -> Iterable[str]:
    """What a section seems to declare."""
    return section.value if section is not None and section.is_map else ()


def _by_type(blocks: Iterable[Block]) -> dict[str, dict[str, Block]]:
    """Looked up for every reference: a type may have ten thousand."""
    found: dict[str, dict[str, Block]] = {}
    for block in blocks:
        found.setdefault(block.address.type, {})[block.address.name] = block
    return found


def _named(nodes: Mapping[str, Node], what: str, problems: list[Diagnostic]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for name, node in nodes.items():
        wrong = bad_name(name, what, node.key or node.position)
        if wrong is None:
            found[name] = node
        else:
            problems.append(wrong)
    return found


def _outputs(nodes: Mapping[str, Node], problems: list[Diagnostic]) -> dict[str, Output]:
    found: dict[str, Output] = {}
    for name, node in _named(nodes, "output", problems).items():
        reader = Reader(problems, f"output `{name}`")
        if not node.is_map and node.value is not None:
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"output `{name}` is a map with the key `value`",
                    f'Write  {name}: {{value: "…"}}.',
                    node.position,
                )
            )
            continue
        body = reader.body(node, OUTPUT_KEYS)
        if "value" not in body:
            problems.append(
                error(
                    codes.MISSING_KEY,
                    f"output `{name}` needs `value`",
                    f'Write  {name}: {{value: "${{…}}"}}.',
                    node.key or node.position,
                )
            )
            continue
        found[name] = Output(
            name,
            body["value"],
            reader.text(body.get("description"), "description"),
            reader.flag(body.get("sensitive"), "sensitive"),
        )
    return found


def _check(definition: Definition, names: Names, problems: list[Diagnostic]) -> None:
    """Every name leads somewhere."""
    checker = Checker(names, problems)
    for node in definition.locals.values():
        checker.check(node)
    for block in definition.blocks:
        _check_block(block, checker)
    for block in definition.data:
        for node in (block.body, *((block.parent,) if block.parent is not None else ())):
            checker.check(node)
    for call in definition.calls.values():
        _check_call(call, checker)
    for output in definition.outputs.values():
        checker.check(output.value)
    check_waits((*definition.blocks, *definition.calls.values()), names, problems)
    check_local_cycles(definition.locals, problems)


def _check_block(block: Block, checker: Checker) -> None:
    each = not block.is_single
    checker.check(block.body, each=each, own=True)
    for meta in (block.for_each, block.count, block.when):
        if meta is not None:
            checker.check(meta)
    for meta in (block.parent, block.import_id):
        if meta is not None:
            checker.check(meta, each=each)
    for check in block.checks:
        for node in (check.condition, check.message):
            checker.check(node, each=each, own=True, whole=True)


def _check_call(call: Call, checker: Checker) -> None:
    each = not call.is_single
    for node in call.inputs.values():
        checker.check(node, each=each)
    for meta in (call.for_each, call.count, call.when):
        if meta is not None:
            checker.check(meta)
    if call.parent is not None:
        checker.check(call.parent, each=each)
