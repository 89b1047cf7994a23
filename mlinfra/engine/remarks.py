"""What types have to say of what is about to be made: warnings, and lines beside the change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from mlinfra.engine.decide import Work
from mlinfra.engine.instance import Instance
from mlinfra.engine.marks import described
from mlinfra.model.diagnostic import Diagnostic, warning
from mlinfra.model.source import Node
from mlinfra.model.state import Record
from mlinfra.providers.api import Remarks


def noted(works: Iterable[Work], records: Iterable[Record]) -> list[Work]:
    """The same works; what is created has its type's notes with it.

    What dies with its container is no company for what is made: its images go, too.
    """
    made = list(works)
    dying = {work.address for work in made if work.change.dies_with is not None}
    recorded: dict[str, list[Record]] = {}
    for record in (record for record in records if record.address not in dying):
        recorded.setdefault(record.type, []).append(record)
    return [_noted(work, recorded.get(work.change.type, ())) for work in made]


def _noted(work: Work, records: Sequence[Record]) -> Work:
    type_ = work.registered.type
    if work.instance is None or not _is_made(work) or not isinstance(type_, Remarks):
        return work
    notes = type_.notes(described(work.instance.attrs), [described(r.desired) for r in records])
    return replace(work, change=replace(work.change, notes=(*work.change.notes, *notes)))


def remarked(works: Iterable[Work], opened: Callable[[Instance], Node]) -> Iterator[Diagnostic]:
    """The warnings of what is created; ``opened`` answers a body with its files in it."""
    for work in works:
        type_ = work.registered.type
        if work.instance is None or not _is_made(work) or not isinstance(type_, Remarks):
            continue
        block, body = work.instance.block, opened(work.instance)
        for remark in type_.remarks(described(work.instance.attrs)):
            node = body.at(remark.path)
            position = block.position if node is body else node.position
            yield warning(remark.code, remark.summary, remark.hint, position, work.address, remark.path)


def _is_made(work: Work) -> bool:
    return work.change.action.makes or work.change.action.replaces
