"""Two states side by side. Secrets are compared by their traces, so they differ or not, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.difference import Altered, Difference
from mlinfra.model.plan import Action, AttributeChange, Delta, OutputChange
from mlinfra.model.state import OutputValue, Record, State
from mlinfra.model.value import Path

_ABSENT = object()


def compare(before: State, after: State) -> Difference:
    """What is in ``after`` and not in ``before``, the other way round, and what is otherwise."""
    gone = {a: r for a, r in before.records.items() if a not in after.records}
    by_id = {(record.type, record.id): record for record in gone.values()}
    added: list[Record] = []
    altered: list[Altered] = []
    for address in sorted(after.records):
        record = after.records[address]
        old = before.records.get(address) or by_id.get((record.type, record.id))
        if old is None:
            added.append(record)
            continue
        gone.pop(old.address, None)
        found = Altered(address, old.address, tuple(_attributes(old, record)), tuple(_notes(old, record)))
        if found.attributes or found.notes or address != old.address:
            altered.append(found)
    removed = tuple(gone[address] for address in sorted(gone))
    return Difference(tuple(added), removed, tuple(altered), tuple(_outputs(before.outputs, after.outputs)))


def _attributes(old: Record, new: Record) -> Iterator[AttributeChange]:
    yield from _differing((), _values(old), _values(new))


def _values(record: Record) -> dict[str, Any]:
    """As `show` has it: what was read, and of what is never answered what was sent."""
    return {"id": record.id, **record.desired, **record.observed}


def _differing(path: Path, old: Any, new: Any) -> Iterator[AttributeChange]:
    """Maps key by key; all else, lists too, as one attribute."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from _differing((*path, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif old is _ABSENT:
        yield AttributeChange(path, Delta.ADDED, None, new)
    elif new is _ABSENT:
        yield AttributeChange(path, Delta.REMOVED, old, None)
    elif type(old) is not type(new) or old != new:
        yield AttributeChange(path, Delta.CHANGED, old, new)


def _notes(old: Record, new: Record) -> Iterator[str]:
    """What a record says beside attributes."""
    if old.dependencies != new.dependencies:
        yield f"depends on: {_named(old.dependencies)} → {_named(new.dependencies)}"
    if old.lifecycle != new.lifecycle:
        yield f"lifecycle: {_named(sorted(old.lifecycle))} → {_named(sorted(new.lifecycle))}"
    if old.broken != new.broken:
        yield "its creation failed half-way" if new.broken else "it is whole again"
    if old.desired.keys() != new.desired.keys():
        yield "other keys of it are managed"


def _named(found: tuple[Address, ...] | list[str]) -> str:
    return ", ".join(map(str, found)) or "nothing"


def _outputs(before: Mapping[str, OutputValue], after: Mapping[str, OutputValue]) -> Iterator[OutputChange]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        action = Action.CREATE if old is None else Action.DELETE if new is None else Action.UPDATE
        yield OutputChange(name, action, old.value if old else None, new.value if new else None)
