"""Names that deleted resources still have, and what ``lifecycle.on_soft_deleted`` does about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from mlinfra.engine.context import Context
from mlinfra.engine.decide import Work
from mlinfra.engine.marks import known_part
from mlinfra.engine.patience import patiently
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block, OnSoftDeleted
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.plan import Action, Reason
from mlinfra.providers.api import Catalogue, Grave, ProviderError, Registered, SoftDeletes

_ACTIONS = {OnSoftDeleted.RECOVER: Action.RECOVER, OnSoftDeleted.PURGE: Action.PURGE}

_PERHAPS = {
    OnSoftDeleted.RECOVER: "should one of this name be soft-deleted, it is recovered instead; only making it "
    "shows whether there is one",
    OnSoftDeleted.PURGE: "should one of this name be soft-deleted, it is purged first; only making it shows "
    "whether there is one",
}


def meant(
    blocks: Mapping[Address, Block], registered: Mapping[Address, Registered], catalogue: Catalogue
) -> Iterator[Diagnostic]:
    """An error for each block that says what to do with what its type never keeps."""
    keeping = sorted(name for name, one in catalogue.types.items() if isinstance(one.type, SoftDeletes))
    for address, found in registered.items():
        block = blocks[address]
        wanted = block.lifecycle.on_soft_deleted
        if wanted is not OnSoftDeleted.REFUSE and not isinstance(found.type, SoftDeletes):
            yield error(
                "MLI-PLN-015",
                f"`lifecycle.on_soft_deleted` of {block.label} means nothing: no deleted {found.type.name} "
                "keeps its name",
                f"Take it out. It is for {' and '.join(keeping)}." if keeping else "Take it out.",
                block.position,
                address,
            )


def unearthed(
    works: Sequence[Work], context: Context | None, problems: list[Diagnostic], ending: Collection[str]
) -> list[Work]:
    """The same works; a creation whose name is kept recovers or purges what keeps it, or is refused.

    ``ending`` are ids, without case, whose names will be free when what is open has been settled.
    ``context`` is None when nothing may be read; then, and where the service does not say, it comes out when
    the resource is made. Raises MlinfraError when the service refuses to answer.
    """
    free = {work.address for work in works if (work.change.id or "").casefold() in ending}
    asked = [work for work in works if work.address not in free]
    found = _asked(asked, context) if context is not None else {}
    return [work if work.address in free else _decided(work, found, problems) for work in works]


def _decided(work: Work, found: Mapping[Address, Grave | None], problems: list[Diagnostic]) -> Work:
    wanted = _wanted(work)
    if wanted is None:
        return work
    if work.address not in found:
        notes = (_PERHAPS[wanted],) if wanted in _PERHAPS else ()
        return replace(work, change=replace(work.change, notes=(*work.change.notes, *notes)))
    grave = found[work.address]
    if grave is None:
        return work
    refusal = _refusal(work, grave, wanted)
    if refusal is not None:
        problems.append(refusal)
        return work
    lost = str(work.schema.get("x-data", "")) if wanted is OnSoftDeleted.PURGE else ""
    change = replace(work.change, action=_ACTIONS[wanted], reason=Reason.SOFT_DELETED, data_loss=lost)
    return replace(work, change=change)


def _wanted(work: Work) -> OnSoftDeleted | None:
    """What is to be done with what keeps the name of a creation; None where there can be no such thing."""
    if work.change.action is not Action.CREATE or work.instance is None or work.change.id is None:
        return None
    if not isinstance(work.registered.type, SoftDeletes):
        return None
    return work.instance.block.lifecycle.on_soft_deleted


def _asked(works: Iterable[Work], context: Context) -> dict[Address, Grave | None]:
    found: dict[Address, Grave | None] = {}
    for work in works:
        type_ = work.registered.type
        if _wanted(work) is None or not isinstance(type_, SoftDeletes):
            continue
        assert work.instance is not None and work.change.id is not None
        try:
            connection = context.connect(work.registered.provider.name, work.settings)
            wanted = {work.change.id: known_part(work.instance.attrs)}
            answers = patiently(partial(type_.graves, connection, wanted), context.clock)
        except ProviderError as wrong:
            raise MlinfraError(error(wrong.code, wrong.summary, wrong.hint, address=work.address)) from wrong
        if work.change.id in answers:
            found[work.address] = answers[work.change.id]
    return found


def _refusal(work: Work, grave: Grave, wanted: OnSoftDeleted) -> Diagnostic | None:
    assert work.instance is not None and work.change.id is not None
    until = f", until {grave.until}" if grave.until else ""
    kept = f"a deleted {work.change.type} is still kept and has the name of {work.address}{until}"
    if grave.id.casefold() != work.change.id.casefold():
        advice = f"It was {grave.id}: recover or purge it there, or take another name."
    elif wanted is OnSoftDeleted.REFUSE:
        advice = CHOICES
    elif wanted is OnSoftDeleted.PURGE and not grave.purgeable:
        advice = (
            "It is protected from being purged. Recover it (lifecycle: {on_soft_deleted: recover}), or take "
            "another name."
        )
    else:
        return None
    return error(
        "MLI-PLN-016", kept, advice, work.instance.block.body.at(("name",)).position, work.address, ("name",)
    )


CHOICES = (
    "Say in its block what is to be done with it:\n"
    "    lifecycle: {on_soft_deleted: recover}    it comes back with what it held\n"
    "    lifecycle: {on_soft_deleted: purge}      it is gone for good, and a new one is made\n"
    "or take another name."
)
"""The ways out for a user."""
