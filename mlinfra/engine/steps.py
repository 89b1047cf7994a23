"""Changes → the whole order of work. Applying never plans again; it walks these steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlinfra.engine.containment import nearest
from mlinfra.engine.decide import Work
from mlinfra.model.address import Address
from mlinfra.model.plan import Action, Delta, Op, Step

_WRITES = {
    Action.CREATE: Op.CREATE,
    Action.DELETE_CREATE: Op.CREATE,
    Action.CREATE_DELETE: Op.CREATE,
    Action.UPDATE: Op.UPDATE,
    Action.ADOPT: Op.ADOPT,
}


def build_steps(works: Sequence[Work], needs: Mapping[Address, frozenset[Address]]) -> tuple[Step, ...]:
    """The steps of these changes with what each must wait for.

    Made after what it needs and after what it lives in; deleted before what it needed, and after those
    that used it have let go of it.
    """
    writes: dict[Address, list[Op]] = {w.address: ops for w in works if (ops := _writes(w))}
    deletes = {w.address: w for w in works if w.change.action.destroys or w.change.action is Action.FORGET}
    by_block: dict[Address, list[Work]] = {}
    for work in works:
        by_block.setdefault(work.address.block, []).append(work)
    by_id = {w.change.id.casefold(): w.address for w in works if w.change.id is not None}
    users = _users(works)
    steps: list[Step] = []
    for work in works:
        address = work.address
        if address in deletes:
            steps.append(_deletion(work, works, deletes, writes, users))
        after: dict[str, None] = {}
        for block in needs.get(address.block, ()):
            for other in by_block.get(block, ()):
                if other.address in writes:
                    after[_id(writes[other.address][-1], other.address)] = None
        container = nearest(work.change.id, by_id) if work.change.id is not None else None
        if container in writes:
            after[_id(writes[container][-1], container)] = None
        if work.change.action is Action.DELETE_CREATE:
            after[_id(Op.DELETE, address)] = None
        for op in writes.get(address, ()):
            steps.append(Step(_id(op, address), address, op, tuple(after)))
            after = {_id(op, address): None}
    return tuple(steps)


def _id(op: Op, address: Address) -> str:
    return f"{op.value}:{address}"


def _writes(work: Work) -> list[Op]:
    """What is asked for one change; keys that are only released touch state alone."""
    action, attributes = work.change.action, work.change.attributes
    if action is Action.UPDATE and attributes and all(a.delta is Delta.RELEASED for a in attributes):
        return [Op.ADOPT]
    if action is Action.ADOPT and any(a.delta is not Delta.RELEASED for a in attributes):
        return [Op.ADOPT, Op.UPDATE]
    return [_WRITES[action]] if action in _WRITES else []


def _users(works: Sequence[Work]) -> dict[Address, list[Work]]:
    """By block: the recorded resources that depended on it when they were applied."""
    found: dict[Address, list[Work]] = {}
    for work in works:
        for needed in work.record.dependencies if work.record else ():
            found.setdefault(needed.block, []).append(work)
    return found


def _deletion(
    work: Work,
    works: Sequence[Work],
    deletes: Mapping[Address, Work],
    writes: Mapping[Address, Sequence[Op]],
    users: Mapping[Address, Sequence[Work]],
) -> Step:
    address, root = work.address, work.change.dies_with
    if work.change.action is Action.FORGET:
        return Step(_id(Op.FORGET, address), address, Op.FORGET)
    if root is not None:
        return Step(
            _id(Op.DELETE, address), address, Op.DELETE, (_id(Op.DELETE, root),), _id(Op.DELETE, root)
        )
    dying = {address, *work.change.loses}
    after: dict[str, None] = {}
    for victim in dying:
        for user in users.get(victim.block, ()):
            if user.address in dying:
                continue
            if user.address in deletes and user.change.action is not Action.FORGET:
                after[_id(Op.DELETE, user.change.dies_with or user.address)] = None
            elif user.address in writes and work.change.action is not Action.DELETE_CREATE:
                after[_id(writes[user.address][-1], user.address)] = None
    if work.change.action is Action.CREATE_DELETE:
        after[_id(Op.CREATE, address)] = None
    after.pop(_id(Op.DELETE, address), None)
    return Step(_id(Op.DELETE, address), address, Op.DELETE, tuple(after))
