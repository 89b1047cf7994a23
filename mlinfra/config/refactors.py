"""``moved:``, ``removed:``, ``import:``: what became of addresses, and what exists already under an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from mlinfra.config import codes
from mlinfra.config.near import did_you_mean
from mlinfra.config.paths import read_address, read_module
from mlinfra.config.shape import Reader
from mlinfra.model.address import Address, ModulePath, shown_module
from mlinfra.model.configuration import Block, Import, Moved, Removed
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.selection import Selection, covers, modules_of, moved_along
from mlinfra.model.source import Node


def read_moved(
    section: Node | None, blocks: Sequence[Block], problems: list[Diagnostic]
) -> tuple[Moved, ...]:
    """The moves; one from what is still declared, or to what is not, goes to ``problems``."""
    found: list[Moved] = []
    declared = {block.address for block in blocks}
    for node, body in _members(section, "moved", ("from", "to"), problems):
        old, new = (_selection(body, key, "moved", node, problems) for key in ("from", "to"))
        if old is None or new is None:
            continue
        if isinstance(old, tuple) and isinstance(new, tuple):
            found += _moved_module(old, new, declared, body, problems)
        elif isinstance(old, tuple) or isinstance(new, tuple) or (old.key is None) != (new.key is None):
            what = "`moved` takes two blocks, two instances, or two modules"
            problems.append(_wrong(what, _SHAPE["moved"], node))
        elif old.block in declared and old.block != new.block:
            problems.append(_still_there(old, "moved", body["from"]))
        elif new.block not in declared:
            problems.append(_absent(new, declared, body["to"]))
        else:
            found.append(Moved(old, new))
    return tuple(found)


def _moved_module(
    old: ModulePath,
    new: ModulePath,
    declared: set[Address],
    body: Mapping[str, Node],
    problems: list[Diagnostic],
) -> Iterator[Moved]:
    stays = (moved_along(block, old, new) not in (None, block) for block in declared)
    if any(stays):
        problems.append(_still_there(shown_module(old), "moved", body["from"]))
    elif not any(covers(new, block) for block in declared):
        near = did_you_mean(shown_module(new), map(shown_module, modules_of(declared)))
        what = f"there is no {shown_module(new)}"
        advice = f"{near}What stands here is a module of this stack."
        problems.append(error(codes.NO_SUCH_NAME, what, advice, body["to"].position))
    else:
        yield Moved(old, new)


def read_removed(
    section: Node | None, blocks: Sequence[Block], problems: list[Diagnostic]
) -> tuple[Removed, ...]:
    """What left the configuration and is kept or destroyed; what is still declared goes to ``problems``."""
    found: list[Removed] = []
    declared = {block.address for block in blocks}
    for node, body in _members(section, "removed", ("from", "destroy"), problems):
        old = _address(body, "from", "removed", node, problems)
        if "destroy" not in body:
            problems.append(_wrong("`removed` needs `destroy`", _SHAPE["removed"], node))
        elif old is not None and old.key is None and old in declared:
            problems.append(_still_there(old, "removed", body["from"]))
        elif old is not None:
            found.append(Removed(old, Reader(problems, "`removed`").flag(body["destroy"], "destroy")))
    return tuple(found)


def with_imports(
    section: Node | None, blocks: Sequence[Block], problems: list[Diagnostic]
) -> tuple[Block, ...]:
    """The same blocks, each with what ``import:`` says of it."""
    imports: dict[Address, list[Import]] = {}
    declared = {block.address: block for block in blocks}
    for node, body in _members(section, "import", ("to", "id", "for_each"), problems):
        target = _address(body, "to", "import", node, problems)
        if target is None:
            continue
        if "id" not in body:
            problems.append(_wrong("`import` needs `id`", _SHAPE["import"], node))
        elif target.block not in declared:
            problems.append(_absent(target, declared, body["to"]))
        elif declared[target.block].import_id is not None:
            where = "Write it in the block or under `import:`, not in both."
            problems.append(_wrong(f"{target.block} has an `import` of its own", where, node))
        else:
            entry = Import(target.key, body["id"], body.get("for_each"))
            imports.setdefault(target.block, []).append(entry)
    return tuple(
        replace(block, imports=tuple(imports[block.address])) if block.address in imports else block
        for block in blocks
    )


_SHAPE = {
    "moved": "For example  moved: [{from: compute.cpu, to: compute.small}].",
    "removed": "For example  removed: [{from: compute.cpu, destroy: false}]: it stays and is forgotten.",
    "import": "For example  import: [{to: compute.cpu, id: /subscriptions/…}].",
}


def _members(
    section: Node | None, name: str, keys: tuple[str, ...], problems: list[Diagnostic]
) -> Iterator[tuple[Node, Mapping[str, Node]]]:
    if section is None or section.value is None:
        return
    if not section.is_list:
        problems.append(_wrong(f"`{name}` takes a list", _SHAPE[name], section))
        return
    for member in section.value:
        if member.is_map:
            yield member, Reader(problems, f"`{name}`").body(member, keys)
        else:
            problems.append(_wrong(f"`{name}` takes a list of maps", _SHAPE[name], member))


def _address(
    body: Mapping[str, Node], key: str, name: str, node: Node, problems: list[Diagnostic]
) -> Address | None:
    if key not in body:
        problems.append(_wrong(f"`{name}` needs `{key}`", _SHAPE[name], node))
        return None
    found = read_address(body[key])
    if found is None:
        problems.append(_wrong(f"`{key}` of `{name}` is no address", _SHAPE[name], body[key]))
        return None
    return found


def _selection(
    body: Mapping[str, Node], key: str, name: str, node: Node, problems: list[Diagnostic]
) -> Selection | None:
    """An address, or a module."""
    module = read_module(body[key]) if key in body else None
    return module or _address(body, key, name, node, problems)


def _still_there(address: Address | str, name: str, node: Node) -> Diagnostic:
    return _wrong(
        f"{address} is still declared",
        f"`{name}` says what became of an address that is gone. Take the block out, or this entry.",
        node,
    )


def _absent(address: Address, declared: Iterable[Address], node: Node) -> Diagnostic:
    near = did_you_mean(str(address.block), map(str, declared))
    return error(
        codes.NO_SUCH_NAME,
        f"there is no {address.block}",
        f"{near}What stands here is a block of this stack.",
        node.position,
    )


def _wrong(summary: str, advice: str, node: Node) -> Diagnostic:
    return error(codes.WRONG_SHAPE, summary, advice, node.position)
