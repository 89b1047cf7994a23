"""What may not be destroyed, what goes down with what, and what nobody manages but would be lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from mlinfra.engine.containment import nearest, unmanaged
from mlinfra.engine.context import Context
from mlinfra.engine.decide import Work
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.plan import Reason
from mlinfra.model.state import State


def protected(
    works: Sequence[Work],
    config: Config,
    state: State,
    context: Context | None,
    problems: list[Diagnostic],
) -> list[Work]:
    """The same works, those that destroy told what they take along; refusals go to ``problems``.

    ``context`` is None when nothing may be read: then nobody is asked what lives there unmanaged.
    """
    if not any(work.change.action.destroys for work in works):
        return list(works)
    blocks = {block.address: block for block in config.blocks}
    dying: dict[Address, list[Work]] = {}
    for work in works:
        if work.change.dies_with is not None and work.change.action.destroys:
            dying.setdefault(work.change.dies_with, []).append(work)
    managed = {record.id.casefold() for record in state.records.values()}
    finished: list[Work] = []
    problems.extend(_lost_though_kept(works))
    for work in works:
        if work.change.action.destroys:
            block = blocks.get(work.address.block)
            if _is_protected(work, block):
                problems.append(_forbidden(work, block))
            victims = dying.get(work.address, [])
            work = replace(work, change=replace(work.change, loses=tuple(w.address for w in victims)))
            if work.change.dies_with is None and context is not None:
                found = unmanaged([work, *victims], managed, context)
                work = replace(work, change=replace(work.change, unmanaged=found))
                if found and not _allows_loss(work, block):
                    problems.append(_unmanaged_loss(work, found))
        finished.append(work)
    return finished


def _is_protected(work: Work, block: Block | None) -> bool:
    """What is written counts; of a block that has left the configuration, what was recorded."""
    if work.instance is not None:
        return work.instance.prevent_destroy
    if block is not None and isinstance(block.lifecycle.prevent_destroy, bool):
        return block.lifecycle.prevent_destroy
    return bool(work.record and "prevent_destroy" in work.record.lifecycle)


def _allows_loss(work: Work, block: Block | None) -> bool:
    if block is not None:
        return block.lifecycle.allow_unmanaged_loss
    return bool(work.record and "allow_unmanaged_loss" in work.record.lifecycle)


def _lost_though_kept(works: Sequence[Work]) -> Iterator[Diagnostic]:
    """What should be kept, and lives in what is destroyed."""
    dying = {w.record.id.casefold(): w for w in works if w.record and w.change.action.destroys}
    for work in works:
        if work.change.reason is not Reason.KEPT or work.record is None:
            continue
        container = nearest(work.record.id, dying)
        if container is not None:
            yield error(
                "MLI-PLN-025",
                f"{work.address} is to be kept, and would be lost with {container.address}",
                f"It lives in {container.address}, which this plan deletes. Keep that too; or bring the "
                "block back without keep_on_remove, apply, and take it out.",
                container.change.position,
                work.address,
            )


def _forbidden(work: Work, block: Block | None) -> Diagnostic:
    change = work.change
    verb = "replaced" if change.action.replaces else "destroyed"
    because = f" together with {change.dies_with}" if change.dies_with else ""
    keys = ", ".join(dict.fromkeys(f"`{a.path[0]}`" for a in change.attributes if a.forces_replacement))
    if block is None:
        advice = "It was recorded so: put the block back without prevent_destroy, apply, then take it out."
    elif keys:
        advice = f"Write {keys} as it was, or take prevent_destroy out to allow it."
    else:
        advice = "Take prevent_destroy out to allow it."
    return error(
        "MLI-PLN-002",
        f"{work.address} would be {verb}{because}, and its lifecycle.prevent_destroy forbids that",
        advice,
        block.position if block else None,
        work.address,
    )


def _unmanaged_loss(work: Work, found: tuple[str, ...]) -> Diagnostic:
    listed = "\n".join(f"  {id}" for id in found[:10]) + ("\n  …" if len(found) > 10 else "")
    count = "1 resource" if len(found) == 1 else f"{len(found)} resources"
    return error(
        "MLI-PLN-007",
        f"{count} that mlinfra does not manage would be lost with {work.address}",
        f"{listed}\nMove them away or bring them into the stack; to lose them on purpose, write\n"
        f"    lifecycle: {{allow_unmanaged_loss: true}}\nin the block of {work.address}.",
        work.change.position,
        work.address,
    )
