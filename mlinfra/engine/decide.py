"""What happens to one resource: desired, recorded and live in, a `Change` out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from mlinfra.engine.differ import SameSecret, differences, merged, overlaid, projection, respelled
from mlinfra.engine.instance import Instance
from mlinfra.engine.refresh import Live
from mlinfra.engine.risks import risks
from mlinfra.engine.schema import Schema
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.plan import Action, AttributeChange, Change, Delta, Drift, Reason
from mlinfra.model.source import Position
from mlinfra.model.state import Record
from mlinfra.model.value import Attrs, Path, Unknown, dotted, surely_equal
from mlinfra.providers.api import Registered


class Work(msgspec.Struct, frozen=True):
    """One change with all that carrying it out needs."""

    change: Change
    registered: Registered
    settings: Mapping[str, Any]
    schema: Schema
    instance: Instance | None = None
    record: Record | None = None
    live: Attrs | None = None

    @property
    def address(self) -> Address:
        """Whose change it is."""
        return self.change.address

    @property
    def comes_back(self) -> bool:
        """Whether it is deleted and made again under one and the same id."""
        if self.change.action is not Action.DELETE_CREATE or self.instance is None or self.record is None:
            return False
        return self.instance.id is not None and self.instance.id.casefold() == self.record.id.casefold()

    @property
    def dies_unasked(self) -> bool:
        """Whether the deletion of what it lives in is all that its own takes.

        Not where the service would keep its name, or refuse the deletion because of it: then it is deleted,
        and its name freed, beforehand.
        """
        keeps_its_name = self.comes_back and bool(self.schema.get("x-soft-delete"))
        alone = keeps_its_name or bool(self.schema.get("x-guards"))
        return self.change.dies_with is not None and not alone


def decide(
    instance: Instance,
    record: Record | None,
    live: Live | None,
    existing: Live | None,
    *,
    lineage: str,
    same: SameSecret,
    problems: list[Diagnostic],
) -> Work:
    """The change of a resource that is in the configuration.

    ``live`` is what is there under the recorded id, ``existing`` what is there under the desired id of a
    resource that is not recorded, or recorded under another id.
    """
    attrs = instance.attrs
    there = live or (existing if record is None else None)
    if there is not None:
        attrs = overlaid(attrs, there.attrs, instance.block.lifecycle.ignore_changes)
        instance = replace(instance, attrs=attrs) if attrs is not instance.attrs else instance
    previous = record.desired if record else {}
    if record is None and instance.import_id is not None and (existing is None or not _is_kin(instance)):
        problems.append(_nothing_to_import(instance))
    if record is None and existing is not None:
        return _take_over(instance, existing, lineage=lineage, same=same, problems=problems)
    if record is None or live is None:
        if existing is not None and (record is None or existing is not live):
            problems.append(_exists(instance))
        reason = Reason.GONE if record is not None else Reason.NONE
        return _work(instance, record, None, Action.CREATE, reason, _creation(instance))
    settled = respelled(live.attrs, record.observed, previous, instance.schema)
    found = differences(settled, attrs, previous, instance.schema, same)
    problems.extend(_one_way(instance, found))
    if instance.schema.get("x-versioned"):
        problems.extend(_changed_version(instance, found))
        if any(a.path == ("version",) for a in found) and not _moves(found):
            return _new_version(instance, record, live.attrs, existing, found, same)
    if any(a.forces_replacement for a in found):
        if existing is not None:
            problems.append(_exists(instance))
        return _anew(instance, record, live.attrs, Reason.IMMUTABLE, found, problems)
    if record.broken:
        if instance.schema.get("x-replace-broken"):
            return _work(instance, record, live.attrs, Action.DELETE_CREATE, Reason.BROKEN, found)
        return _work(instance, record, live.attrs, Action.UPDATE, Reason.BROKEN, found)
    return _work(instance, record, live.attrs, Action.UPDATE if found else Action.NO_OP, Reason.NONE, found)


def replaced(work: Work, reason: Reason, problems: list[Diagnostic]) -> Work:
    """The same resource, deleted and made again although no key forces that."""
    assert work.instance is not None and work.record is not None and work.live is not None
    return _anew(work.instance, work.record, work.live, reason, work.change.attributes, problems)


def _anew(
    instance: Instance,
    record: Record,
    live: Attrs,
    reason: Reason,
    found: tuple[AttributeChange, ...],
    problems: list[Diagnostic],
) -> Work:
    """A replacement, the new one first where the lifecycle says so."""
    first = instance.block.lifecycle.create_before_destroy
    action = Action.CREATE_DELETE if first else Action.DELETE_CREATE
    work = _work(instance, record, live, action, reason, found)
    if first and is_one_name(work):
        problems.append(first_made(work))
    return work


def is_one_name(work: Work) -> bool:
    """Whether what is replaced and what replaces it would have one id."""
    old, new = work.record, work.instance
    return bool(old and new and new.id and new.id.casefold() == old.id.casefold())


def first_made(work: Work, because: Address | None = None) -> Diagnostic:
    """The refusal of a resource that should be created before the one with its own id is destroyed."""
    name = work.instance.attrs.get("name") if work.instance is not None else None
    why = f", as {because} asks, which needs it" if because is not None else ""
    return error(
        "MLI-PLN-024",
        f"{work.address} cannot be created before it is destroyed{why}: both have one name",
        f"Give it a name that moves along:  name: {name or work.address.name}-${{self.fingerprint}}\n"
        "Where nothing of it changes (--replace), take create_before_destroy out.",
        work.change.position,
        work.address,
        ("name",),
    )


def replaced_with_parent(work: Work, parent: Work) -> Work:
    """The same resource when what it lives in is deleted and made again, before or after."""
    assert work.instance is not None
    if work.change.action is Action.CREATE:
        return work
    first = parent.change.action is Action.CREATE_DELETE and not is_one_name(work)
    action = Action.CREATE_DELETE if first else Action.DELETE_CREATE
    anew = _work(work.instance, work.record, work.live, action, Reason.PARENT, work.change.attributes)
    return replace(anew, change=replace(anew.change, dies_with=parent.address))


def taken_along(work: Work) -> Work:
    """The same resource when its block has another address than the one it is recorded under."""
    if work.change.action is not Action.NO_OP:
        return work
    return replace(work, change=replace(work.change, action=Action.ADOPT, reason=Reason.RENAMED))


def removal(
    record: Record, registered: Registered, live: Live | None, reason: Reason, *, keep: Reason | None = None
) -> Work:
    """The change of a record that is not wanted any more; ``keep`` says why the resource itself stays."""
    schema = registered.type.schema(_plain(record.desired))
    gone = live is None
    if keep is Reason.RENAMED:
        live = None  # another record stands for it
    before = projection(live.attrs, {}, record.desired, schema) if live and keep is None else None
    forgotten = gone or keep is not None
    change = Change(
        address=record.address,
        type=record.type,
        provider=record.provider,
        action=Action.FORGET if forgotten else Action.DELETE,
        id=record.id,
        reason=keep or (Reason.GONE if gone else reason),
        before=live.attrs if live else None,
        attributes=tuple(AttributeChange((k,), Delta.REMOVED, v) for k, v in (before or {}).items()),
        data_loss="" if forgotten else str(schema.get("x-data", "")),
        risks=() if forgotten else risks(Action.DELETE, before, None, schema),
    )
    return Work(change, registered, record.settings, schema, None, record, live.attrs if live else None)


def drifted(record: Record, registered: Registered, live: Live | None, same: SameSecret) -> Drift | None:
    """What someone changed outside since it was recorded, among the keys that are managed."""
    if live is None:
        return Drift(record.address, record.type, record.id, deleted=True)
    if surely_equal(record.observed, live.attrs):
        return None
    schema = registered.type.schema(_plain(record.desired))
    before = projection(record.observed, {}, record.desired, schema)
    after = projection(live.attrs, {}, record.desired, schema)
    found = differences(before, after, {}, schema, same)
    if not found:
        return None
    told = tuple(
        replace(a, delta=Delta.REMOVED if a.delta is Delta.RELEASED else a.delta, forces_replacement=False)
        for a in found
    )
    return Drift(record.address, record.type, record.id, told)


def _work(
    instance: Instance,
    record: Record | None,
    live: Attrs | None,
    action: Action,
    reason: Reason,
    found: tuple[AttributeChange, ...],
) -> Work:
    schema = instance.schema
    if action is Action.NO_OP:
        after = live
    elif action is Action.CREATE or action.replaces:
        # What is asked for is made anew; an older version stays, and is no ground for the new one.
        after = {**instance.attrs, **_invented(instance)}
    else:
        after = merged(live or {}, instance.attrs, record.desired if record else {}, schema)
    change = Change(
        address=instance.address,
        type=instance.type.name,
        provider=instance.registered.provider.name,
        action=action,
        id=record.id if record and not action.replaces and reason is not Reason.VERSION else instance.id,
        reason=reason,
        before=live,
        after=after,
        attributes=found,
        data_loss=_lost(instance, record) if action.replaces else "",
        position=instance.block.position,
        risks=risks(action, None if reason is Reason.VERSION else live, after, schema),
    )
    return Work(change, instance.registered, instance.settings, schema, instance, record, live)


def _new_version(
    instance: Instance,
    record: Record,
    before: Attrs,
    existing: Live | None,
    found: tuple[AttributeChange, ...],
    same: SameSecret,
) -> Work:
    """Another version beside the old one; one that is there already has this very content: see its hash."""
    if existing is None:
        told = tuple(replace(a, forces_replacement=False) for a in found)
        return _work(instance, record, before, Action.CREATE, Reason.VERSION, told)
    rest = differences(existing.attrs, instance.attrs, instance.attrs, instance.schema, same)
    return _work(instance, record, existing.attrs, Action.ADOPT, Reason.VERSION, rest)


def previous_of(work: Work) -> Attrs:
    """What was managed of the resource that is worked on when it was last applied.

    Of a version that is taken up again: what is wanted now, since its content is the same.
    """
    if work.record is None:
        return {}
    if work.change.reason is Reason.VERSION and work.instance is not None:
        return work.instance.attrs
    return work.record.desired


def _moves(found: tuple[AttributeChange, ...]) -> bool:
    """Whether more than the content changed: an asset of another name, or in another workspace."""
    return any(a.forces_replacement and a.path[0] in ("name", "workspace") for a in found)


def _changed_version(instance: Instance, found: tuple[AttributeChange, ...]) -> list[Diagnostic]:
    """A version that the user numbered is what it is: other content needs another number."""
    parts = instance.schema["properties"]
    content = [a for a in found if parts.get(str(a.path[0]), {}).get("x-content")]
    if not content or any(a.path == ("version",) for a in found):
        return []
    keys = ", ".join(dict.fromkeys(f"`{a.path[0]}`" for a in content))
    return [
        error(
            "MLI-PLN-012",
            f"{keys} of {instance.address} changed, and version {instance.attrs.get('version')} cannot",
            "A version never changes. Write another  version:  or take it out: then the content makes it.",
            _position(instance, ("version",)),
            instance.address,
            content[0].path,
        )
    ]


def _position(instance: Instance, path: Path) -> Position:
    """Where a key is written; of one that is not, where the block is."""
    node = instance.block.body.at(path)
    return instance.block.position if node is instance.block.body else node.position


def _lost(instance: Instance, record: Record | None) -> str:
    """What data goes with what is there now, which may be of another kind than what comes."""
    old = instance.type.schema(_plain(record.desired)) if record else instance.schema
    return str(old.get("x-data", ""))


def _take_over(
    instance: Instance,
    existing: Live,
    *,
    lineage: str,
    same: SameSecret,
    problems: list[Diagnostic],
) -> Work:
    """Something is there already: ours after a crash, asked for by ``import:``, equal, or someone else's."""
    found = differences(existing.attrs, instance.attrs, {}, instance.schema, same)
    fixed = [a for a in found if a.forces_replacement]
    ours = existing.owner == lineage or instance.import_id is not None
    if not ours and not (instance.schema.get("x-adopts-equal") and not fixed):
        problems.append(_exists(instance))
    elif fixed:
        keys = ", ".join(f"`{dotted(a.path)}`" for a in fixed)
        problems.append(
            error(
                "MLI-PLN-004",
                f"{instance.address} cannot be taken over: it differs in {keys}",
                "What exists has another value there, and that cannot change in place. Write the value "
                "that it has, or delete it first.",
                instance.block.body.at(fixed[0].path).position,
                instance.address,
                fixed[0].path,
            )
        )
    return _work(instance, None, existing.attrs, Action.ADOPT, Reason.EXISTS, found)


def _exists(instance: Instance) -> Diagnostic:
    return error(
        "MLI-PLN-003",
        f"{instance.address} exists already, and this stack did not make it",
        f"At {instance.id}\nTo take it over, add to the block:\n    import: {instance.id}\n"
        "or give the resource another name.",
        instance.block.body.at(("name",)).position,
        instance.address,
    )


def _is_kin(instance: Instance) -> bool:
    """Whether an imported id is one of this type: its last segments but the name are as in the type's own."""
    own, given = instance.own_id or "", instance.import_id or ""
    return own.casefold().split("/")[-3:-1] == given.casefold().split("/")[-3:-1]


def _nothing_to_import(instance: Instance) -> Diagnostic:
    written = instance.import_node
    return error(
        "MLI-PLN-008",
        f"there is no {instance.type.name} to import for {instance.address}",
        f"At {instance.import_id}\nAn id of this type looks like {instance.own_id}\n"
        "Write the id of what exists, or take  import:  out to create it.",
        written.position if written is not None else instance.block.position,
        instance.address,
    )


def _one_way(instance: Instance, found: tuple[AttributeChange, ...]) -> list[Diagnostic]:
    wrong = []
    for attribute in found:
        why = instance.schema["properties"].get(attribute.path[0], {}).get("x-one-way")
        if why and attribute.before and attribute.delta is not Delta.RELEASED:
            wrong.append(
                error(
                    "MLI-PLN-006",
                    f"`{dotted(attribute.path)}` of {instance.address} is set and cannot be changed",
                    str(why),
                    instance.block.body.at(attribute.path).position,
                    instance.address,
                    attribute.path,
                )
            )
    return wrong


def _creation(instance: Instance) -> tuple[AttributeChange, ...]:
    shown = {**instance.attrs, **_invented(instance)}
    if instance.id is not None and "id" in shown:
        shown["id"] = instance.id
    parts = instance.schema["properties"]
    return tuple(
        AttributeChange((k,), Delta.ADDED, None, v, unit="s" if parts[k].get("x-duration") else "")
        for k, v in shown.items()
    )


def _invented(instance: Instance) -> Attrs:
    """What the service will make up: known after the apply."""
    known: Attrs = {"id": instance.id} if instance.id is not None else {}
    return {
        name: known.get(name, Unknown(sensitive=bool(part.get("x-sensitive"))))
        for name, part in instance.schema["properties"].items()
        if part.get("x-computed") and name not in instance.attrs
    }


def _plain(attrs: Attrs) -> Attrs:
    return {key: value for key, value in attrs.items() if isinstance(value, str | int | bool)}
