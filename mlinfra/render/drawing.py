"""A plan as a small drawing: what changes, block by block, and what of it waits for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from mlinfra.model.address import Address
from mlinfra.model.diagram import Arrow, Box, Diagram
from mlinfra.model.plan import Action, Change, Op, Plan

BOXES = 25
"""Blocks that are drawn at most: those with the gravest changes."""
ARROWS = 80
"""Arrows that are drawn at most; beyond, a drawing tells nothing any more."""

_End: TypeAlias = tuple[Address, bool]
"""A block, and whether it is a deletion of it that is waited for."""


def drawing(plan: Plan, changes: Sequence[Change]) -> Diagram:
    """``changes`` as boxes, in this order; arrows lead from what needs to what is needed."""
    happens: dict[Address, list[Change]] = {}
    for change in changes:
        happens.setdefault(change.address.block, []).append(change)
    drawn = dict(list(happens.items())[:BOXES])
    boxes = tuple(_box(block, found) for block, found in drawn.items())
    arrows = sorted(_arrows(plan, drawn), key=lambda arrow: _rank(arrow, list(drawn)))
    return Diagram(plan.stack, boxes, tuple(arrows[:ARROWS]), planned=True)


def left_out(changes: Iterable[Change]) -> int:
    """How many blocks `drawing` has no box for."""
    return max(len({change.address.block for change in changes}) - BOXES, 0)


def _box(block: Address, found: Sequence[Change]) -> Box:
    single = len(found) == 1 and found[0].address.key is None
    actions: Counter[Action] = Counter(change.action for change in found)
    return Box(block, None, None if single else len(found), tuple(actions.items()))


def _rank(arrow: Arrow, order: list[Address]) -> tuple[int, int]:
    return order.index(arrow.source), order.index(arrow.target)


def _arrows(plan: Plan, drawn: Mapping[Address, object]) -> set[Arrow]:
    """What is made waits for what it needs; what is deleted waits for what needs it."""
    ends: dict[str, frozenset[_End]] = {
        step.id: frozenset({(step.address.block, step.op is Op.DELETE)})
        if step.address.block in drawn
        else frozenset()
        for step in plan.steps
    }
    joins = {join.id: join.after for join in plan.joins}
    found: set[Arrow] = set()
    for step in plan.steps:
        own, deletes = step.address.block, step.op is Op.DELETE
        if own not in drawn or step.with_parent is not None:
            continue  # what goes with its parent waits for that, and does not need it less
        for need in step.after:
            for other, is_deletion in _reached(need, ends, joins):
                if is_deletion is deletes and other != own:
                    found.add(Arrow(other, own) if deletes else Arrow(own, other))
    return found


def _reached(
    id: str, ends: dict[str, frozenset[_End]], joins: Mapping[str, Sequence[str]]
) -> frozenset[_End]:
    """The steps behind a step or a join, remembered: a join may stand before thousands of steps."""
    waiting = [id]
    while waiting:
        last = waiting[-1]
        if last in ends:
            waiting.pop()
        elif missing := [each for each in joins[last] if each not in ends]:
            waiting += missing
        else:
            ends[last] = frozenset().union(*(ends[each] for each in joins[last]))
    return ends[id]
