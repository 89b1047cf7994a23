"""A planned stack and an address → `Explanation`. Asks nobody anything that the plan did not ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlinfra.config.reading import Reads
from mlinfra.engine.blocks import places_of_needs
from mlinfra.engine.containment import nearest, within
from mlinfra.engine.decide import Work
from mlinfra.engine.expectation import kind_of, usual
from mlinfra.engine.instance import Instance
from mlinfra.engine.origins import Origins
from mlinfra.engine.planner import Planned
from mlinfra.engine.schema import Schema
from mlinfra.engine.targets import check_targets
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block
from mlinfra.model.explanation import Explanation, Key, Needed, Origin, Timed, Took
from mlinfra.model.graph import dependants, heaviest_before
from mlinfra.model.plan import Action, Change, Op
from mlinfra.model.state import Deed, Record
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Catalogue

_OPS = (Op.CREATE, Op.UPDATE, Op.DELETE)
"""What is worth telling how long it takes."""


def explain(planned: Planned, address: Address, catalogue: Catalogue) -> Explanation:
    """All there is to say of the resource or block at an address.

    Raises MlinfraError for an address that is neither written nor recorded, with the near one.
    """
    known = {*planned.works, *planned.resolver.graph.blocks, *planned.state.records}
    check_targets([address], known)
    return _Explaining(planned, address, catalogue).run()


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is explained: its instances, or what is recorded of it, and the schema that goes for them."""

    works: tuple[Work, ...]
    type: str
    provider: str
    schema: Schema

    @property
    def only(self) -> Work | None:
        """The only instance; None where there are several, or none."""
        return self.works[0] if len(self.works) == 1 else None

    @property
    def attrs(self) -> Attrs:
        """What should be, else what was, of the first instance."""
        first = self.works[0] if self.works else None
        if first is not None and first.instance is not None:
            return first.instance.attrs
        return first.record.desired if first is not None and first.record is not None else {}

    @property
    def record(self) -> Record | None:
        return self.only.record if self.only is not None else None


class _Explaining:
    """One walk around one address."""

    def __init__(self, planned: Planned, address: Address, catalogue: Catalogue) -> None:
        self.planned, self.address, self.catalogue = planned, address, catalogue
        self.graph, self.state = planned.resolver.graph, planned.state
        self.block: Block | None = self.graph.blocks.get(address.block)
        works = (w for w in planned.works.values() if address in (w.address, w.address.block))
        self.subject = self._subject(tuple(works))
        self.rank = {each: number for number, each in enumerate(self.graph.blocks)}

    def run(self) -> Explanation:
        """Everything."""
        subject, block = self.subject, self.block
        changes = tuple(work.change for work in subject.works)
        readers = self._readers()
        inside = self._inside(changes)
        return Explanation(
            address=self.address,
            type=subject.type,
            kind=kind_of(subject.attrs, subject.schema),
            provider=subject.provider,
            position=block.position if block is not None else None,
            via=self.planned.config.via(self.address.module),
            keys=tuple(self._keys()),
            others=tuple(self._others()),
            changes=changes,
            origins=tuple(self._origins()),
            drift=next((d for d in self.planned.plan.drift if d.address == self.address), None),
            needs=tuple(self._needs()),
            chain=tuple(self._chain()),
            readers=readers,
            behind=self._behind(readers),
            outputs=tuple(self._outputs()),
            container=self._container(changes),
            inside=inside,
            data=str(subject.schema.get("x-data", "")),
            serves=str(subject.schema.get("x-serves", "")),
            guarded=self._guarded(),
            took=tuple(self._took()),
            record=subject.record,
            serial=self.state.serial,
            written=self.state.written,
        )

    def _subject(self, works: tuple[Work, ...]) -> _Subject:
        if works:
            change = works[0].change
            return _Subject(works, change.type, change.provider, works[0].schema)
        # A block without an instance: ``when: false``, or an empty ``for_each``.
        registered = self.graph.registered[self.address.block]
        return _Subject((), self.address.type, registered.provider.name, registered.type.schema({}))

    # ---- what is written -----------------------------------------------------------------------------

    def _keys(self) -> Iterator[Key]:
        work = self.subject.only
        if work is None or work.instance is None or self.block is None:
            return
        attrs, members = work.instance.attrs, work.schema.get("properties", {})
        for name, node in self.block.body.value.items():
            meant = members.get(name, {}).get("x-alias-of", name)
            if meant in attrs:
                yield Key(name, attrs[meant], node.key or node.position)

    def _others(self) -> Iterator[str]:
        written = self.block.body.value if self.block is not None else {}
        members: Mapping[str, Any] = self.subject.schema.get("properties", {})
        told = {members.get(name, {}).get("x-alias-of", name) for name in written}
        for name, part in members.items():
            settable = not part.get("x-computed") or part.get("x-optional")
            if settable and name not in told and "x-alias-of" not in part:
                yield name

    def _origins(self) -> Iterator[Origin]:
        work = self.subject.only
        if work is None or self.block is None or work.change.before is None:
            return
        actions: dict[Address, Action] = {}
        for change in self.planned.plan.changes:
            if change.action is not Action.NO_OP:
                actions.setdefault(change.address.block, change.action)
        origins = Origins(self.planned.config, actions)
        for attribute in work.change.attributes:
            yield origins.of(attribute, self.block, work.schema)

    # ---- what it needs, and what needs it ------------------------------------------------------------

    def _needs(self) -> Iterator[Needed]:
        if self.block is None:
            record = self.subject.record
            yield from (Needed(each) for each in (record.dependencies if record is not None else ()))
            return
        parents = self.graph.parents.items()
        own = {p.block for (child, _), p in parents if p is not None and child == self.address.block}
        places = places_of_needs(self.planned.config, self.catalogue)[self.address.block]
        for target in sorted(places, key=self.rank.__getitem__):
            yield Needed(target, places[target], target in own)

    def _chain(self) -> Iterator[Timed]:
        """The blocks that it waits for longest when everything is made anew."""
        if self.block is None:
            return
        seconds = {address: self._creation(address) for address in self.graph.blocks}
        known = {address: found for address, found in seconds.items() if found is not None}
        for address in heaviest_before(self.graph.needs, known, self.address.block):
            yield Timed(address, seconds[address])

    def _creation(self, address: Address) -> float | None:
        found: Instance | None = next(iter(self.planned.resolver.instances.get(address, {}).values()), None)
        if found is None:
            return None
        deed = Deed(address.type, kind_of(found.attrs, found.schema), Op.CREATE.value)
        return usual(deed, found.schema, self.state.durations)

    def _readers(self) -> tuple[Address, ...]:
        if self.block is not None:
            return tuple(sorted(self.graph.readers(self.address.block), key=self.rank.__getitem__))
        records = self.state.records.values()
        mine = (self.address, self.address.block)
        return tuple(r.address for r in records if any(each in mine for each in r.dependencies))

    def _behind(self, readers: tuple[Address, ...]) -> int:
        if self.block is None:
            return 0
        return len(dependants(self.graph.needs, [self.address.block])) - len(readers)

    def _outputs(self) -> Iterator[str]:
        reads = Reads(self.planned.config.modules, [])
        for name, output in self.planned.config.outputs.items():
            found = reads.of(output.value, ())
            if any(read.address == self.address.block and not read.data for read, _ in found):
                yield name

    # ---- what it lives in, and what lives in it ------------------------------------------------------

    def _ids(self) -> dict[str, Address]:
        """Every id that is recorded or should be, without regard to case, with whose it is."""
        found = {record.id.casefold(): address for address, record in self.state.records.items()}
        found |= {i.id.casefold(): i.address for i in self.planned.resolver.all() if i.id is not None}
        return found

    def _inside(self, changes: tuple[Change, ...]) -> tuple[Address, ...]:
        ids = self._ids()
        found = {a for change in changes if change.id is not None for a in within(change.id, ids)}
        last = len(self.rank)  # what has left the configuration has no place in the user's order
        return tuple(sorted(found, key=lambda a: (self.rank.get(a.block, last), a.sort_key)))

    def _container(self, changes: tuple[Change, ...]) -> Address | None:
        ids = self._ids()
        found = {nearest(change.id, ids) for change in changes if change.id is not None}
        return found.pop() if len(found) == 1 else None

    def _guarded(self) -> tuple[str, ...]:
        work = self.subject.only
        if work is None:
            return ()
        if work.instance is not None:
            return tuple(sorted(work.instance.lasting))
        return tuple(sorted(work.record.lifecycle)) if work.record is not None else ()

    def _took(self) -> Iterator[Took]:
        schema = self.subject.schema
        for op in _OPS:
            deed = Deed(self.subject.type, kind_of(self.subject.attrs, schema), op.value)
            seconds = usual(deed, schema, self.state.durations)
            if seconds is not None:
                yield Took(op.value, seconds, len(self.state.durations.get(deed, ())))
