"""``mlinfra state list`` and ``show``: a look into what is recorded."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import AddressType, Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import Record, State
from mlinfra.render import json, terminal


@click.command("list")
@options.inputs
@click.pass_context
def list_(ctx: click.Context, inputs: Inputs) -> None:
    """List the addresses of everything recorded."""
    recorded = _recorded(ctx, inputs)
    console.show(console.stdout(no_color=True), terminal.resources(recorded.records.values()))


@click.command()
@click.argument("address", type=AddressType())
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def show(ctx: click.Context, address: Address, inputs: Inputs, as_json: bool, no_color: bool) -> None:
    """Show what is recorded of the resource at ADDRESS."""
    record = _find(_recorded(ctx, inputs), address)
    if as_json:
        console.document(json.resource(record))
    else:
        console.show(console.stdout(no_color=no_color), terminal.resource(record))


def _recorded(ctx: click.Context, inputs: Inputs) -> State:
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        return place.recorded(place.head(inputs))


def _find(recorded: State, address: Address) -> Record:
    record = recorded.records.get(address)
    if record is not None:
        return record
    known = [str(other) for other in sorted(recorded.records)]
    of_block = [str(other) for other in sorted(recorded.records) if other.block == address]
    if of_block:
        hint = f"It has instances: {', '.join(of_block)}."
    elif near := get_close_matches(str(address), known, n=1):
        hint = f"Did you mean `{near[0]}`?"
    else:
        hint = "`mlinfra state list` shows what there is."
    raise MlinfraError(error("MLI-STA-031", f"nothing is recorded at {address}", hint))
