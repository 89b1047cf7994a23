"""Resources whose blocks have other addresses now: they stay what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mlinfra.engine.decide import Work
from mlinfra.engine.instance import Instance
from mlinfra.engine.schema import comparable
from mlinfra.model.address import Address
from mlinfra.model.configuration import Moved
from mlinfra.model.diagnostic import Diagnostic, warning
from mlinfra.model.plan import Action, Reason
from mlinfra.model.selection import moved_along
from mlinfra.model.state import Record, State
from mlinfra.model.value import Attrs, canonical


def renamed(instances: Iterable[Instance], state: State, moved: Sequence[Moved]) -> dict[Address, Record]:
    """By new address: what is recorded under an address that is gone, and is wanted under this one.

    That is told by ``moved:``, or by type and id: without it, giving a block another name would delete the
    resource, or delete it after taking it over.
    """
    wanted = list(instances)
    declared = {instance.address for instance in wanted}
    gone = {address: record for address, record in state.records.items() if address not in declared}
    by_id = {record.id.casefold(): record for record in gone.values()}
    found: dict[Address, Record] = {}
    for instance in wanted:
        if instance.address in state.records:
            continue
        old = next((gone[a] for a in _earlier(instance.address, moved) if a in gone), None)
        if old is None and instance.id is not None:
            old = by_id.get(instance.id.casefold())
        if old is not None and old.type == instance.type.name:
            found[instance.address] = replace(old, address=instance.address)
    return found


def _earlier(address: Address, moved: Sequence[Moved]) -> Iterator[Address]:
    """The addresses that it had, the last one first, along chains of moves too."""
    seen = {address}
    while True:
        step = next((old for move in reversed(moved) if (old := _before(address, move)) is not None), None)
        if step is None or step in seen:
            return
        seen.add(step)
        yield step
        address = step


def _before(address: Address, move: Moved) -> Address | None:
    old, new = move.old, move.new
    if not isinstance(old, Address) or not isinstance(new, Address):
        return moved_along(address, new, old) if isinstance(old, tuple) and isinstance(new, tuple) else None
    if address == new:
        return old
    return old.instance(address.key) if address.block == new else None


def lookalikes(works: Sequence[Work]) -> Iterator[Diagnostic]:
    """What is destroyed and created again under another name: a block that was renamed, most likely.

    They differ in their names alone, and those are the blocks' own.
    """
    gone = [w for w in works if w.change.action is Action.DELETE and w.change.reason is Reason.REMOVED]
    if not gone:
        return
    new: dict[tuple[str, bytes], Work] = {}
    for work in works:
        if work.change.action is Action.CREATE and work.change.reason is Reason.NONE and work.instance:
            body = _unnamed(work, work.instance.attrs)
            if body is not None:
                new.setdefault((work.change.type, body), work)
    for old in gone:
        body = _unnamed(old, old.record.desired) if old.record is not None else None
        if body is not None and (twin := new.get((old.change.type, body))) is not None:
            yield _told(old, twin)


def _unnamed(work: Work, attrs: Attrs) -> bytes | None:
    """All but the name, alike where it is equal; None where the name is not the block's own."""
    if attrs.get("name") != work.address.name:
        return None
    rest = {key: value for key, value in attrs.items() if key != "name"}
    return canonical(comparable(rest, work.schema))


def _told(old: Work, new: Work) -> Diagnostic:
    return warning(
        "MLI-PLN-026",
        f"{old.address} is destroyed, and {new.address} created just like it",
        f"If the block was only renamed, write in it  name: {old.address.name}  and at the top of the stack  "
        f"moved: [{{from: {old.address}, to: {new.address}}}]: then the resource stays.",
        new.change.position,
        new.address,
    )
