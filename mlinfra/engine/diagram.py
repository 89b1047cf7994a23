"""A stack, evaluated or planned → `Diagram`.

An arrow to what a box lives in is left out: being inside says it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mlinfra.engine.containment import nearest
from mlinfra.engine.planner import Planned
from mlinfra.engine.resolve import Resolver
from mlinfra.model.address import Address
from mlinfra.model.diagram import Arrow, Box, Diagram
from mlinfra.model.plan import Action

_GRAVEST = (
    Action.DELETE,
    Action.DELETE_CREATE,
    Action.CREATE_DELETE,
    Action.FORGET,
    Action.PURGE,
    Action.UPDATE,
    Action.RECOVER,
    Action.CREATE,
    Action.ADOPT,
    Action.READ,
)


@dataclass(slots=True)
class _Thing:
    """One instance: as it is written, or, where it is written no more, as it is recorded."""

    address: Address
    id: str | None
    needs: frozenset[Address]
    parents: frozenset[Address] = frozenset()
    action: Action = Action.NO_OP


@dataclass(slots=True)
class _Group:
    """What becomes one box."""

    address: Address
    members: list[_Thing] = field(default_factory=list)


def diagram(resolver: Resolver, *, each: bool = False) -> Diagram:
    """What is written. ``each`` draws every instance by itself."""
    return _drawn(resolver, _written(resolver), each, planned=False)


def planned_diagram(planned: Planned, *, each: bool = False) -> Diagram:
    """What is written and what is to go, with what happens to it."""
    things = {thing.address: thing for thing in _written(planned.resolver)}
    for change in planned.plan.changes:
        record = planned.state.records.get(change.address)
        if change.address not in things:
            needs = frozenset(a.block for a in record.dependencies) if record is not None else frozenset()
            things[change.address] = _Thing(change.address, change.id, needs)
        things[change.address].action = change.action
    return _drawn(planned.resolver, things.values(), each, planned=True)


def _written(resolver: Resolver) -> Iterator[_Thing]:
    """Every instance in the user's own order."""
    parents = resolver.graph.parents
    above = {
        address: frozenset(p for (child, _), p in parents.items() if child == address and p is not None)
        for address in resolver.graph.blocks
    }
    for address in resolver.graph.blocks:
        for instance in resolver.instances.get(address, {}).values():
            yield _Thing(instance.address, instance.id, instance.needs, above[address])


def _drawn(resolver: Resolver, things: Iterable[_Thing], each: bool, *, planned: bool) -> Diagram:
    groups: dict[Address, _Group] = {}
    if not each:
        groups = {address: _Group(address) for address in resolver.graph.blocks}
    for thing in things:
        own = thing.address if each else thing.address.block
        groups.setdefault(own, _Group(own)).members.append(thing)
    inside = _containers(groups, each)
    boxes = []
    for address in _outermost_first(groups, inside):
        group = groups[address]
        block = resolver.graph.blocks.get(address)
        single = block.is_single if block is not None else all(m.address.key is None for m in group.members)
        count = None if each or single else len(group.members)
        happens = Counter(member.action for member in group.members)
        actions = tuple((action, happens[action]) for action in _GRAVEST if happens[action])
        boxes.append(Box(address, inside.get(address), count, actions))
    return Diagram(resolver.config.stack, tuple(boxes), tuple(_arrows(boxes, groups, inside)), planned)


def _containers(groups: Mapping[Address, _Group], each: bool) -> dict[Address, Address]:
    """The box that each box lives in, as ids tell it, or the implied parent where an id is not known yet."""
    by_id = {m.id.casefold(): a for a, group in groups.items() for m in group.members if m.id is not None}
    found: dict[Address, Address] = {}
    for address, group in groups.items():
        around: set[Address | None] = set()
        for member in group.members:
            if member.id is not None:
                around.add(nearest(member.id, by_id))
            else:
                # Drawn one by one, the instances of a parent are several boxes, and nobody knows which.
                parents = (p if each else p.block for p in member.parents)
                around.update(parent for parent in parents if parent in groups)
        container = around.pop() if len(around) == 1 else None
        if container is not None and container != address:
            found[address] = container
    return {address: found[address] for address in found if not _turns(address, found)}


def _turns(address: Address, inside: Mapping[Address, Address]) -> bool:
    """Whether it would lie in itself: two blocks whose instances live in each other's."""
    seen = {address}
    while (above := inside.get(address)) is not None:
        if above in seen:
            return True
        seen.add(above)
        address = above
    return False


def _outermost_first(
    groups: Mapping[Address, _Group], inside: Mapping[Address, Address]
) -> Iterator[Address]:
    """Every box right after the one that it lives in, else in the order given."""
    within: dict[Address | None, list[Address]] = {}
    for address in groups:
        within.setdefault(inside.get(address), []).append(address)
    waiting = list(reversed(within.get(None, ())))
    while waiting:
        address = waiting.pop()
        yield address
        waiting += reversed(within.get(address, ()))


def _arrows(
    boxes: Iterable[Box], groups: Mapping[Address, _Group], inside: Mapping[Address, Address]
) -> Iterator[Arrow]:
    """An arrow for each block that is needed: to its box, or to those of its instances."""
    rank = {box.address: number for number, box in enumerate(boxes)}
    of_block: dict[Address, list[Address]] = {}
    for address in rank:
        of_block.setdefault(address.block, []).append(address)
    for address in rank:
        around = set(_around(address, inside))
        needed = {block for member in groups[address].members for block in member.needs}
        targets = {target for block in needed for target in of_block.get(block, ())}
        for target in sorted(targets - around - {address}, key=rank.__getitem__):
            yield Arrow(address, target)


def _around(address: Address, inside: Mapping[Address, Address]) -> Iterator[Address]:
    while (above := inside.get(address)) is not None:
        yield above
        address = above
