"""``--target`` and ``--exclude``: a plan of some addresses and what they need, or of all but some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlinfra.engine.check import near
from mlinfra.engine.containment import dying_together, enclosing
from mlinfra.engine.decide import Work
from mlinfra.model.address import Address, shown_module
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, warning
from mlinfra.model.graph import dependants, requirements
from mlinfra.model.plan import Action
from mlinfra.model.selection import Selection, covers, modules_of, shown_selection


def check_targets(targets: Iterable[Selection], known: set[Address]) -> None:
    """Raise MlinfraError for what is neither declared nor recorded, with the near name."""
    blocks = {address.block for address in known}
    absent = [
        target
        for target in targets
        if not (target in known or target in blocks)
        and not (isinstance(target, tuple) and any(covers(target, address) for address in known))
    ]
    if absent:
        names = [*map(str, known | blocks), *map(shown_module, modules_of(known))]
        raise MlinfraError([_absent(shown_selection(target), names) for target in absent])


def _absent(target: str, names: Iterable[str]) -> Diagnostic:
    return error(
        "MLI-PLN-011",
        f"there is no {target} in this stack",
        f"{near(target, names)}An address looks like compute.cpu, a module like module.team.",
    )


def targeted(
    works: Mapping[Address, Work], targets: Sequence[Selection]
) -> tuple[dict[Address, Work], Diagnostic]:
    """The works that the targets are or need, and the warning that goes with them.

    Of what is destroyed: also everything that uses it and is destroyed too, and what lives in it. A target
    whose container stays is deleted by a request of its own.
    """
    kept = requirements(_needs(works), _meant(works, targets))
    notice = warning(
        "MLI-PLN-010",
        f"this plan is limited to {', '.join(map(shown_selection, targets))}",
        "The stack may be left half-way; plan again without --target afterwards.",
    )
    return dying_together({address: work for address, work in works.items() if address in kept}), notice


def without(
    works: Mapping[Address, Work], excluded: Sequence[Selection]
) -> tuple[dict[Address, Work], Diagnostic]:
    """The works but for the excluded and what needs them, and the warning that goes with them.

    What is destroyed needs that its users go, and what lives in it: where one of those stays, it stays.
    """
    meant = _meant(works, excluded)
    left = {*meant, *dependants(_needs(works), meant)}
    notice = warning(
        "MLI-PLN-010",
        f"this plan leaves out {', '.join(map(shown_selection, excluded))} and what needs it",
        "The stack may be left half-way; plan again without --exclude afterwards.",
    )
    return dying_together({address: work for address, work in works.items() if address not in left}), notice


def _meant(works: Mapping[Address, Work], named: Iterable[Selection]) -> list[Address]:
    """The works of these instances, of all instances of these blocks, of all that lies in these modules."""
    wanted = set(named)
    modules = [each for each in wanted if isinstance(each, tuple)]
    return [
        address
        for address in works
        if address in wanted or address.block in wanted or any(covers(module, address) for module in modules)
    ]


def _needs(works: Mapping[Address, Work]) -> dict[Address, set[Address]]:
    """By work, the works without which it cannot be done."""
    inside = _inside(works)
    by_block: dict[Address, set[Address]] = {}
    users: dict[Address, set[Address]] = {}
    for address, work in works.items():
        by_block.setdefault(address.block, set()).add(address)
        for needed in work.record.dependencies if work.record and work.change.action.destroys else ():
            users.setdefault(needed.block, set()).add(address)
    needs: dict[Address, set[Address]] = {address: set() for address in works}
    for address, work in works.items():
        for block in work.instance.needs if work.instance else ():
            needs[address] |= by_block.get(block, set())
        if work.change.action.destroys:
            needs[address] |= users.get(address.block, set())
            needs[address] |= inside.get(address, set())
    for old, new in _renames(works):
        needs[old].add(new)
        needs[new].add(old)
    return needs


def _renames(works: Mapping[Address, Work]) -> Iterator[tuple[Address, Address]]:
    """Old and new address of what is recorded under another one from now on: neither goes without the other,
    or the record would be lost."""
    heirs = {work.record.id.casefold(): a for a, work in works.items() if work.record and work.instance}
    for address, work in works.items():
        if work.change.action is Action.FORGET and work.record is not None:
            heir = heirs.get(work.record.id.casefold())
            if heir is not None:
                yield address, heir


def _inside(works: Mapping[Address, Work]) -> dict[Address, set[Address]]:
    """By address of what is destroyed: what is destroyed and lives in it, at any depth."""
    ids = {w.record.id.casefold(): a for a, w in works.items() if w.record and w.change.action.destroys}
    found: dict[Address, set[Address]] = {}
    for id, address in ids.items():
        for above in enclosing(id):
            if above in ids:
                found.setdefault(ids[above], set()).add(address)
    return found
