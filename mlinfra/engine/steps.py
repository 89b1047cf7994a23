"""Changes → the whole order of work. Applying never plans again; it walks these steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from mlinfra.engine.containment import nearest
from mlinfra.engine.decide import Work
from mlinfra.model.address import Address
from mlinfra.model.plan import Action, Delta, Join, Op, Reason, Step

_WRITES = {
    Action.CREATE: Op.CREATE,
    Action.DELETE_CREATE: Op.CREATE,
    Action.CREATE_DELETE: Op.CREATE,
    Action.UPDATE: Op.UPDATE,
    Action.ADOPT: Op.ADOPT,
    Action.RECOVER: Op.RECOVER,
    Action.PURGE: Op.PURGE,
}


def build_steps(
    works: Sequence[Work], needs: Mapping[Address, frozenset[Address]]
) -> tuple[tuple[Step, ...], tuple[Join, ...]]:
    """The steps of these changes with what each must wait for, and the joins in which many wait for many.

    Made after what it needs and after what it lives in; deleted before what it needed, and after those
    that used it have let go of it.
    """
    changing = [work for work in works if work.change.action is not Action.NO_OP]
    if not changing:
        return (), ()
    writes: dict[Address, list[Op]] = {w.address: ops for w in changing if (ops := _writes(w))}
    groups = _Groups()
    deletions = _Deletions(works, writes, groups)
    for address, ops in writes.items():
        groups.add(_made(address.block), _id(ops[-1], address))
    by_id = {
        w.change.id.casefold(): w.address
        for w in works
        if w.change.id is not None and w.change.action not in (Action.FORGET, Action.DELETE)
    }
    taken_on = {w.record.id.casefold(): w.address for w in works if w.record and w.instance}
    heirs = {**taken_on, **by_id}
    steps: list[Step] = []
    for work in changing:
        address = work.address
        if work.change.action is Action.FORGET:
            heir = heirs.get((work.change.id or "").casefold())
            waits = (_id(writes[heir][-1], heir),) if heir in writes else ()
            steps.append(Step(_id(Op.FORGET, address), address, Op.FORGET, waits))
        elif work.change.action.destroys:
            earlier = _earlier_versions(work)
            steps.extend(earlier)
            own = deletions.step(work)
            steps.append(replace(own, after=(*own.after, *(step.id for step in earlier))))
        needed = map(_made, sorted(needs.get(address.block, ())))
        after = dict.fromkeys(name for name in needed if name in groups)
        container = nearest(work.change.id, by_id) if work.change.id is not None else None
        if container in writes:
            after[_id(writes[container][-1], container)] = None
        if work.change.action is Action.DELETE_CREATE:
            after[_id(Op.DELETE, address)] = None
        for op in writes.get(address, ()):
            steps.append(Step(_id(op, address), address, op, tuple(after)))
            after = {_id(op, address): None}
    steps.extend(_retirements(works, writes, needs, groups))
    return groups.joined(steps)


def _retirements(
    works: Sequence[Work],
    writes: Mapping[Address, Sequence[Op]],
    needs: Mapping[Address, frozenset[Address]],
    groups: _Groups,
) -> Iterator[Step]:
    """The deletions of earlier versions, after their successor is made and those that used them know it."""
    retiring = [work for work in works if work.change.retires]
    blocks = {work.address.block for work in retiring}
    readers: dict[Address, list[str]] = {}
    for reader in dict.fromkeys(address.block for address in writes):
        for block in needs.get(reader, frozenset()) & blocks:
            readers.setdefault(block, []).append(_made(reader))
    for work in retiring:
        own = (_id(writes[work.address][-1], work.address),) if work.address in writes else ()
        after = (*own, *readers.get(work.address.block, ()))
        for id in work.change.retires:
            yield _deletion(work, id, after)


class _Groups:
    """Steps by the name of what many wait for. A step is written to wait for a name, and `joined` decides."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, None]] = {}

    def add(self, name: str, *steps: str) -> None:
        """These steps are of that name, too."""
        self._members.setdefault(name, {}).update(dict.fromkeys(steps))

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def joined(self, steps: Sequence[Step]) -> tuple[tuple[Step, ...], tuple[Join, ...]]:
        """The steps waiting for joins where that takes fewer edges, and for each member itself elsewhere.

        A name without members is nothing to wait for.
        """
        waiting = Counter(name for step in steps for name in step.after)
        joins = {
            name: Join(name, tuple(members))
            for name, members in self._members.items()
            if len(members) * waiting[name] > len(members) + waiting[name]
        }

        def told(name: str) -> Iterable[str]:
            return (name,) if name in joins else self._members.get(name, (name,))

        written = (
            replace(step, after=tuple(dict.fromkeys(id for name in step.after for id in told(name))))
            for step in steps
        )
        return tuple(written), tuple(joins.values())


class _Deletions:
    """What is deleted, by which request, and in which order."""

    def __init__(
        self, works: Sequence[Work], writes: Mapping[Address, Sequence[Op]], groups: _Groups
    ) -> None:
        self.writes, self.groups = writes, groups
        self.dying = {work.address: work for work in works if work.change.action.destroys}
        self.users: dict[Address, list[Address]] = {}
        for work in works:
            for needed in work.record.dependencies if work.record else ():
                self.users.setdefault(needed.block, []).append(work.address)

    def step(self, work: Work) -> Step:
        """The deletion of one resource: its own request, or none because its container's takes it along."""
        address, root = work.address, work.change.dies_with
        if root is not None and work.dies_unasked:
            return Step(
                _id(Op.DELETE, address), address, Op.DELETE, (_id(Op.DELETE, root),), _id(Op.DELETE, root)
            )
        return Step(_id(Op.DELETE, address), address, Op.DELETE, tuple(self._after(work)))

    def _after(self, work: Work) -> dict[str, None]:
        address, root = work.address, work.change.dies_with
        inside = [a for a in work.change.loses if a in self.dying]
        victims = [address, *(a for a in inside if self.dying[a].dies_unasked)]
        after = {_id(Op.DELETE, a): None for a in inside if not self.dying[a].dies_unasked}
        for block in dict.fromkeys(victim.block for victim in victims):
            after[self._gone(block, (address, root) if root is not None else (address,))] = None
        let_go = (v.block for v in victims if self.dying[v].change.action is not Action.DELETE_CREATE)
        for block in dict.fromkeys(let_go):
            after[self._released(block)] = None
        for victim in victims:
            if self.dying[victim].change.action is Action.CREATE_DELETE:
                after[_id(Op.CREATE, victim)] = None
        return after

    def _gone(self, block: Address, around: tuple[Address, ...]) -> str:
        """The name of the deletions of those that used a block, seen from one that ``around`` belongs to.

        What goes down with an instance of those same blocks is no reason to wait: it is recorded which block
        was used and not which instance, and two instances would wait for each other.
        """
        own = tuple(address.block for address in around)
        name = f"gone:{block} for {' in '.join(map(str, own))}"
        if name not in self.groups:
            carriers = dict.fromkeys(self._carrier(u) for u in self.users.get(block, ()) if u in self.dying)
            self.groups.add(name, *(_id(Op.DELETE, c) for c in carriers if c.block not in own))
        return name

    def _released(self, block: Address) -> str:
        """The name of the writes after which those that used a block, and stay, use it no more."""
        name = f"released:{block}"
        if name not in self.groups:
            users = (u for u in self.users.get(block, ()) if u in self.writes and u not in self.dying)
            self.groups.add(name, *(_id(self.writes[user][-1], user) for user in users))
        return name

    def _carrier(self, address: Address) -> Address:
        """Whose deletion request takes this one along: its own, or that of what it lives in."""
        work = self.dying[address]
        return work.change.dies_with if work.change.dies_with and work.dies_unasked else address


def _earlier_versions(work: Work) -> list[Step]:
    """The deletions of the versions that a block made before its last one; none where all die anyway."""
    versions = work.record.versions if work.record is not None and not work.dies_unasked else ()
    return [_deletion(work, id) for id in versions]


def _deletion(work: Work, id: str, after: tuple[str, ...] = ()) -> Step:
    """The deletion of one earlier version."""
    name = f"{_id(Op.DELETE, work.address)}@{id.rpartition('/')[2]}"
    return Step(name, work.address, Op.DELETE, after, target=id)


def _id(op: Op, address: Address) -> str:
    return f"{op.value}:{address}"


def _made(block: Address) -> str:
    """The name of the last writes of a block's instances."""
    return f"made:{block}"


def _writes(work: Work) -> list[Op]:
    """What is asked for one change; keys that are only released touch state alone."""
    action, attributes = work.change.action, work.change.attributes
    released = bool(attributes) and all(a.delta is Delta.RELEASED for a in attributes)
    if action is Action.UPDATE and released and work.change.reason is not Reason.BROKEN:
        return [Op.ADOPT]
    if action is Action.UPDATE and work.change.retires and not attributes:
        return []  # the resource itself stays as it is
    if action is Action.ADOPT and any(a.delta is not Delta.RELEASED for a in attributes):
        return [Op.ADOPT, Op.UPDATE]
    return [_WRITES[action]] if action in _WRITES else []
