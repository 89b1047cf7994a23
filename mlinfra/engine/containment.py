"""What lives inside what. Ids tell it: an id that lies under another's dies with it.

Ids being known while planning, no attribute of a child changes when its parent is replaced; so nobody
but the planner can say that the child goes too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from mlinfra.engine.context import Context
from mlinfra.engine.decide import Work
from mlinfra.engine.instance import Instance
from mlinfra.engine.patience import patiently
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.providers.api import Lists, ProviderError

T = TypeVar("T")


def enclosing(id: str) -> Iterator[str]:
    """The ids that an id could lie under, nearest first, without regard to case."""
    above = id.casefold().rpartition("/")[0]
    while above:
        yield above
        above = above.rpartition("/")[0]


def nearest(id: str, known: Mapping[str, T]) -> T | None:
    """What ``known`` has for the nearest id that ``id`` lies under."""
    return next((known[above] for above in enclosing(id) if above in known), None)


def within(id: str, known: Mapping[str, T]) -> list[T]:
    """What ``known`` (ids without regard to case) has for the ids that lie under ``id``, at any depth."""
    above = f"{id.casefold()}/"
    return [found for other, found in known.items() if other.startswith(above)]


def contained_blocks(instances: Iterable[Instance]) -> dict[Address, set[Address]]:
    """Block edges that ids alone tell: what lies under another's id comes after it."""
    by_id = {i.id.casefold(): i.block.address for i in instances if i.id is not None}
    edges: dict[Address, set[Address]] = {}
    containers: dict[str, Address | None] = {}
    for id, block in by_id.items():
        collection = id.rpartition("/")[0]
        if collection not in containers:  # thousands may lie in one
            containers[collection] = nearest(id, by_id)
        container = containers[collection]
        if container is not None and container != block:
            edges.setdefault(block, set()).add(container)
    return edges


class Doomed:
    """The resources that a plan destroys, and which of them take others along."""

    def __init__(self) -> None:
        self._roots: dict[str, Address] = {}

    def add(self, id: str, address: Address, root: Address | None) -> None:
        """``address`` is destroyed, together with ``root`` where it lives in one that is destroyed itself."""
        self._roots[id.casefold()] = root or address

    def root(self, id: str) -> Address | None:
        """The outermost destroyed resource that ``id`` lives in."""
        return nearest(id, self._roots) if self._roots else None


def dying_together(works: dict[Address, Work]) -> dict[Address, Work]:
    """The same works, each dying with the outermost container that is still among them."""
    doomed = Doomed()
    dying = [w for w in works.values() if w.change.action.destroys and w.record is not None]
    for work in sorted(dying, key=lambda w: w.record.id.count("/") if w.record else 0):
        assert work.record is not None
        root = doomed.root(work.record.id)
        doomed.add(work.record.id, work.address, root)
        works[work.address] = replace(work, change=replace(work.change, dies_with=root))
    return works


def unmanaged(dying: Iterable[Work], managed: Collection[str], context: Context) -> tuple[str, ...]:
    """The ids of what lives in resources that are destroyed, and that mlinfra does not manage.

    ``managed`` are recorded ids without regard to case. Raises MlinfraError when the service refuses to say.
    """
    found: dict[str, None] = {}
    for work in dying:
        type_ = work.registered.type
        if not isinstance(type_, Lists) or work.record is None:
            continue
        try:
            connection = context.connect(work.registered.provider.name, work.settings)
            children = patiently(partial(_children, type_, connection, work.record.id), context.clock)
        except ProviderError as wrong:
            raise MlinfraError(error(wrong.code, wrong.summary, wrong.hint, address=work.address)) from wrong
        found.update({id: None for id in children if id.casefold() not in managed})
    return tuple(found)


def _children(type_: Lists, connection: Any, id: str) -> list[str]:
    return list(type_.children(connection, id))
