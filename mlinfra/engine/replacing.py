"""Replacements that no key forces: asked for, or because something else changes; and their order.

With `create_before_destroy` the successor is made first. What it needs, where that is replaced too, must then
be made first as well, or the old ones could never be let go of. Terraform carries the word along likewise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from mlinfra.engine.decide import Work, first_made, is_one_name
from mlinfra.model.address import Address
from mlinfra.model.configuration import Trigger
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Action, Change, Delta, Reason
from mlinfra.model.selection import Selection, covers


def reason_to_replace(
    work: Work, asked: Collection[Selection], works: Mapping[Address, Work]
) -> Reason | None:
    """Why a resource that would stay is replaced all the same; None: it stays."""
    if work.change.action not in (Action.NO_OP, Action.UPDATE) or work.instance is None:
        return None
    if any(covers(each, work.address) for each in asked):
        return Reason.ASKED
    fired = any(_fires(trigger, works) for trigger in work.instance.block.lifecycle.replace_triggered_by)
    return Reason.TRIGGERED if fired else None


def _fires(trigger: Trigger, works: Mapping[Address, Work]) -> bool:
    one = works.get(trigger.address)
    meant = [one] if one is not None else [w for w in works.values() if w.address.block == trigger.address]
    return any(_changes(work.change, trigger.path) for work in meant)


def _changes(change: Change, path: tuple[str | int, ...]) -> bool:
    """Whether it is changed, replaced or made anew; with ``path``, whether that key of it is."""
    if change.action.replaces or change.reason in (Reason.VERSION, Reason.GONE):
        return True
    changed = [a.path for a in change.attributes if a.delta is not Delta.RELEASED]
    return change.action is Action.UPDATE and any(
        not path or each[: len(path)] == path[: len(each)] for each in changed
    )


def carried(works: Mapping[Address, Work], problems: list[Diagnostic]) -> dict[Address, Work]:
    """The same works; what is replaced and needed by what is created first is created first, too."""
    result = dict(works)
    waiting = [work for work in works.values() if work.change.action is Action.CREATE_DELETE]
    if not waiting:
        return result
    by_block: dict[Address, list[Address]] = {}
    for address in works:
        by_block.setdefault(address.block, []).append(address)
    while waiting:
        work = waiting.pop()
        for address in _needed(work, by_block):
            other = result[address]
            if other.change.action is not Action.DELETE_CREATE or other.change.dies_with is not None:
                continue
            if is_one_name(other):
                problems.append(first_made(other, because=work.address))
                continue
            for member in (other, *_inside(other, result.values())):
                change = replace(member.change, action=Action.CREATE_DELETE)
                result[member.address] = replace(member, change=change)
                waiting.append(result[member.address])
    return result


def _needed(work: Work, by_block: Mapping[Address, list[Address]]) -> Iterable[Address]:
    blocks = work.instance.needs if work.instance is not None else frozenset()
    return (address for block in sorted(blocks) for address in by_block.get(block, ()))


def _inside(work: Work, works: Iterable[Work]) -> list[Work]:
    """What is replaced because it lives in it."""
    return [
        each
        for each in works
        if each.change.dies_with == work.address and each.change.action is Action.DELETE_CREATE
    ]
