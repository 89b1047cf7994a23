"""``mlinfra state rm``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import ADDRESS, Inputs
from mlinfra.cli.state.find import find
from mlinfra.cli.state.hold import hold
from mlinfra.cli.wiring import Workplace
from mlinfra.model.address import Address
from mlinfra.model.state import State
from mlinfra.render.words import count


@click.command()
@click.argument(
    "addresses",
    metavar="ADDRESS…",
    nargs=-1,
    required=True,
    type=ADDRESS,
    shell_complete=completing.recorded,
)
@options.inputs
@options.lock_timeout
@click.pass_context
def rm(ctx: click.Context, addresses: tuple[Address, ...], inputs: Inputs, lock_timeout: float) -> None:
    """Forget what is recorded at each ADDRESS; the resources stay.

    An address of a block with instances means all of them. What is still written in the stack is found again
    by the next plan, or stands in its way: take the block out as well. `removed:` does both for everybody.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        manager = place.manager(place.head(inputs))
        with hold(ctx, manager, "state rm", lock_timeout) as session:
            state = session.snapshot.state
            gone = meant(state, addresses)
            ids = {str(address): state.records[address].id for address in sorted(gone)}
            written = session.commit(without(state, gone), f"forgotten: {', '.join(ids)}")
    for address, id in ids.items():
        console.say(f"{address} is forgotten; it stays: {id}")
    console.say(
        f"\n{count(len(ids), 'resource')} forgotten; the state has serial {written.serial}. Take the blocks "
        f"out too. In a team better write `removed: [{{from: {addresses[0]}, destroy: false}}]` in the "
        "stack: it is reviewed, and done where it is applied."
    )


def meant(state: State, addresses: tuple[Address, ...]) -> frozenset[Address]:
    """The recorded addresses: of a block those of its instances. Raises MlinfraError for one that is none."""
    found: set[Address] = set()
    for address in addresses:
        instances = {known for known in state.records if known.block == address}
        found |= instances or {find(state, address).address}
    return frozenset(found)


def without(state: State, gone: frozenset[Address]) -> State:
    """The state without these, and nothing left that depends on them."""
    records = {
        address: replace(record, dependencies=tuple(a for a in record.dependencies if a not in gone))
        for address, record in state.records.items()
        if address not in gone
    }
    return replace(state, records=records)
