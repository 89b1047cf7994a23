"""``mlinfra state mv``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import SELECTION, Inputs
from mlinfra.cli.state.find import find, nothing
from mlinfra.cli.state.hold import hold
from mlinfra.cli.wiring import Workplace
from mlinfra.model.address import Address, ModulePath
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.selection import Selection, moved_along, shown_selection
from mlinfra.model.state import State


@click.command()
@click.argument("old", type=SELECTION, shell_complete=completing.recorded)
@click.argument("new", type=SELECTION)
@options.inputs
@options.lock_timeout
@click.pass_context
def mv(ctx: click.Context, old: Selection, new: Selection, inputs: Inputs, lock_timeout: float) -> None:
    """Record the resource at OLD under the address NEW.

    OLD may be a block with instances, or a module: then all of them are moved. No resource is touched; write
    the block under NEW as well, or the next plan destroys it. `moved:` in the stack does both for everybody.
    """
    folder: Path = ctx.obj
    before, after = shown_selection(old), shown_selection(new)
    with Workplace(folder) as place:
        manager = place.manager(place.head(inputs))
        with hold(ctx, manager, "state mv", lock_timeout) as session:
            moves = moved(session.snapshot.state, old, new)
            state = renamed(session.snapshot.state, moves)
            written = session.commit(state, f"{before} → {after}")
    for was, now in moves.items():
        console.say(f"{was} is {now} now")
    console.say(
        f"\nThe state has serial {written.serial}. Write the block under its new name too. In a team better "
        f"write `moved: [{{from: {before}, to: {after}}}]` in the stack: it is reviewed, and done where it "
        "is applied."
    )


def moved(state: State, old: Selection, new: Selection) -> dict[Address, Address]:
    """Which addresses become which. Raises MlinfraError: nothing is at ``old``, ``new`` is taken, another
    type.
    """
    if isinstance(old, tuple) and isinstance(new, tuple):
        moves = _of_module(state, old, new)
    elif isinstance(old, Address) and isinstance(new, Address) and old.type == new.type:
        moves = _of_block(state, old, new)
    else:
        kind = f"of the type {old.type}" if isinstance(old, Address) else "a module"
        raise MlinfraError(
            error(
                "MLI-STA-060",
                f"{shown_selection(old)} is {kind}, and {shown_selection(new)} is not",
                "What was made as one type cannot become another. Take an address of the same type.",
            )
        )
    taken = [after for after in moves.values() if after in state.records and after not in moves]
    if taken or old == new:
        raise MlinfraError(
            error(
                "MLI-STA-061",
                f"{taken[0] if taken else shown_selection(new)} is recorded already",
                "Move or `state rm` that one first, if it is not what you mean.",
            )
        )
    return moves


def _of_block(state: State, old: Address, new: Address) -> dict[Address, Address]:
    instances = [address for address in sorted(state.records) if address.block == old]
    if old in state.records or not instances or new.key is not None:
        return {find(state, old).address: new}
    return {address: new.instance(address.key) for address in instances}


def _of_module(state: State, old: ModulePath, new: ModulePath) -> dict[Address, Address]:
    along = {address: moved_along(address, old, new) for address in sorted(state.records)}
    found = {address: after for address, after in along.items() if after is not None}
    if not found:
        raise nothing(state, old)
    return found


def renamed(state: State, moves: Mapping[Address, Address]) -> State:
    """The state with these addresses changed, and whatever depends on them told so."""
    records = {}
    for address, record in state.records.items():
        needs = tuple(moves.get(needed, needed) for needed in record.dependencies)
        now = moves.get(address, address)
        records[now] = replace(record, address=now, dependencies=needs)
    return replace(state, records=records)
