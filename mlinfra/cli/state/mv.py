"""``mlinfra state mv``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import AddressType, Inputs
from mlinfra.cli.state.find import find
from mlinfra.cli.state.hold import hold
from mlinfra.cli.wiring import Workplace
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import State


@click.command()
@click.argument("old", type=AddressType(), shell_complete=completing.recorded)
@click.argument("new", type=AddressType())
@options.inputs
@options.lock_timeout
@click.pass_context
def mv(ctx: click.Context, old: Address, new: Address, inputs: Inputs, lock_timeout: float) -> None:
    """Record the resource at OLD under the address NEW.

    OLD may be a block with instances: then all of them are moved. No resource is touched; write the block
    under NEW as well, or the next plan destroys it. `moved:` in the stack does both for everybody.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        manager = place.manager(place.head(inputs))
        with hold(ctx, manager, "state mv", lock_timeout) as session:
            moves = moved(session.snapshot.state, old, new)
            state = renamed(session.snapshot.state, moves)
            written = session.commit(state, f"{old} → {new}")
    for before, after in moves.items():
        console.say(f"{before} is {after} now")
    console.say(
        f"\nThe state has serial {written.serial}. Write the block under its new name too. In a team better "
        f"write `moved: [{{from: {old}, to: {new}}}]` in the stack: it is reviewed, and done where it is "
        "applied."
    )


def moved(state: State, old: Address, new: Address) -> dict[Address, Address]:
    """Which addresses become which. Raises MlinfraError: nothing is at ``old``, ``new`` is taken, another
    type.
    """
    if old.type != new.type:
        raise MlinfraError(
            error(
                "MLI-STA-060",
                f"{old} is of the type {old.type}, and {new} is not",
                "What was made as one type cannot become another. Take an address of the same type.",
            )
        )
    instances = [address for address in sorted(state.records) if address.block == old]
    if old in state.records or not instances or new.key is not None:
        moves = {find(state, old).address: new}
    else:
        moves = {address: new.instance(address.key) for address in instances}
    taken = [after for after in moves.values() if after in state.records and after not in moves]
    if taken or old == new:
        raise MlinfraError(
            error(
                "MLI-STA-061",
                f"{taken[0] if taken else new} is recorded already",
                "Move or `state rm` that one first, if it is not what you mean.",
            )
        )
    return moves


def renamed(state: State, moves: Mapping[Address, Address]) -> State:
    """The state with these addresses changed, and whatever depends on them told so."""
    records = {}
    for address, record in state.records.items():
        needs = tuple(moves.get(needed, needed) for needed in record.dependencies)
        now = moves.get(address, address)
        records[now] = replace(record, address=now, dependencies=needs)
    return replace(state, records=records)
