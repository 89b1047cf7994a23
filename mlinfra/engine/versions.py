"""Versions that a plan makes: why, who uses the one before, and which earlier ones go (`keep_versions`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from mlinfra.engine.decide import Work
from mlinfra.model.address import Address
from mlinfra.model.plan import Action, AttributeChange, Reason
from mlinfra.model.value import Attrs, dotted, leaves

NAMED = 10
"""Addresses that are named as users of a version at most."""


def versioned(works: Sequence[Work]) -> list[Work]:
    """The same works; those of versioned types told what their plan makes of earlier versions.

    An earlier version that `keep_versions` has no room for goes, the oldest first; one that a resource of the
    stack still uses stays.
    """
    concerned = [work for work in works if _is_new(work) or _surplus(work)]
    if not concerned:
        return list(works)
    users = _users(works)
    told = {work.address: _told(work, users) for work in concerned}
    return [told.get(work.address, work) for work in works]


def earlier_versions(work: Work, id: str | None) -> tuple[str, ...]:
    """The ids of the versions that are there beside ``id`` once the change is made, oldest first."""
    record = work.record
    if record is None:
        return ()
    stays = work.change.reason is Reason.VERSION or work.change.action is Action.CREATE_DELETE
    made = (*record.versions, record.id) if stays else record.versions
    return tuple(dict.fromkeys(each for each in made if each.casefold() != (id or "").casefold()))


def because(found: Iterable[AttributeChange], work: Work) -> str:
    """What changed, by its files where it comes from files: ``conda.yml changed``."""
    assert work.instance is not None
    parts = work.schema.get("properties", {})
    names = [_written(change, work) for change in found if parts.get(change.path[0], {}).get("x-content")]
    return f"{', '.join(dict.fromkeys(names))} changed" if names else ""


@dataclass(frozen=True, slots=True)
class _Uses:
    """Who names an id: as it is now, and as it will be."""

    now: list[Address]
    then: list[Address]


def _is_new(work: Work) -> bool:
    return work.change.reason is Reason.VERSION


def _surplus(work: Work) -> tuple[str, ...]:
    """The earlier versions beyond what `keep_versions` keeps, the one in use included.

    Of what has no versions: what a successor was created before, when the apply ended between the two.
    """
    if work.instance is None or work.change.action is Action.DELETE_CREATE:
        return ()
    if not work.schema.get("x-versioned"):
        return work.record.versions if work.record is not None else ()
    if work.change.action is Action.CREATE_DELETE:
        return ()
    keep = work.instance.block.lifecycle.keep_versions
    earlier = earlier_versions(work, work.instance.id)
    return earlier[: max(len(earlier) + 1 - keep, 0)] if keep is not None else ()


def _told(work: Work, users: Mapping[str, _Uses]) -> Work:
    notes = list(work.change.notes)
    if _is_new(work) and work.record is not None:
        why = because(work.change.attributes, work)
        notes = [f"because {why}", *notes] if why else notes
        notes += _succession(work.record.id, users.get(_key(work.record.id)))
    retired: list[str] = []
    for id in _surplus(work):
        uses = users.get(_key(id))
        if uses is not None and uses.then:
            notes.append(f"earlier version {_version(id)} stays: {_named(uses.then)} still uses it")
        else:
            retired.append(id)
    if retired:
        names = ", ".join(map(_version, retired))
        if work.instance is not None and work.schema.get("x-versioned"):
            keep = work.instance.block.lifecycle.keep_versions
            notes.append(f"earlier versions that go: {names} (keep_versions: {keep})")
        else:
            notes.append(f"left over from an earlier replacement, and deleted now: {names}")
    action = work.change.action
    if retired and action is Action.NO_OP:
        action = Action.UPDATE
    return replace(
        work, change=replace(work.change, action=action, notes=tuple(notes), retires=tuple(retired))
    )


def _succession(old: str, uses: _Uses | None) -> Iterator[str]:
    """Who used the version before, and who still does."""
    if uses is None:
        return
    going_over = [address for address in uses.now if address not in uses.then]
    if uses.then:
        yield f"was {_version(old)}, still used by: {_named(uses.then)}"
    if going_over:
        yield f"{_named(going_over)} {'goes' if len(going_over) == 1 else 'go'} over to the new version"


def _users(works: Iterable[Work]) -> dict[str, _Uses]:
    """By every id that is written in a resource, or was when it was applied: who has it. Not by its own."""
    found: dict[str, _Uses] = {}
    for work in works:
        record, instance = work.record, work.instance
        own = {_key(id) for id in (work.change.id, record and record.id) if id}
        now = set(_texts(record.desired if record else {})) - own
        then = set(_texts(instance.attrs if instance else {})) - own
        for key in sorted(now | then):
            uses = found.setdefault(key, _Uses([], []))
            if key in now:
                uses.now.append(work.address)
            if key in then:
                uses.then.append(work.address)
    return found


def _texts(attrs: Attrs) -> Iterator[str]:
    return (_key(leaf) for _, leaf in leaves(attrs) if isinstance(leaf, str) and "/" in leaf)


def _key(id: str) -> str:
    """An id as it is compared: without the prefix that az ml's files put before one."""
    return id.casefold().removeprefix("azureml:")


def _written(change: AttributeChange, work: Work) -> str:
    """The file that a changed key comes from, as it is written; else the key."""
    assert work.instance is not None
    body = work.instance.block.body
    older = (n for n, part in work.schema["properties"].items() if part.get("x-alias-of") == change.path[0])
    for path in (change.path, *((name, *change.path[1:]) for name in older)):
        for length in range(len(path), 0, -1):
            node = body.at(path[:length])
            if node is not body and isinstance(node.value, str) and _is_file(change, work, length):
                return node.value.removeprefix("file:")
    return dotted(change.path[:1])


def _is_file(change: AttributeChange, work: Work, length: int) -> bool:
    """Whether the schema says that a path may stand at the first ``length`` parts of a changed key."""
    part = work.schema
    for name in change.path[:length]:
        part = part.get("properties", {}).get(name, {})
    return "x-path" in part


def _version(id: str) -> str:
    return id.rpartition("/")[2]


def _named(addresses: Sequence[Address]) -> str:
    more = len(addresses) - NAMED
    return ", ".join(map(str, addresses[:NAMED])) + (f" and {more:,} more" if more > 0 else "")
