"""``mlinfra state``: a look into what is recorded."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import AddressType
from mlinfra.cli.wiring import Workplace
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import Record, State
from mlinfra.render import json, terminal


@click.group()
def state() -> None:
    """Look into the recorded state."""


@state.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List the addresses of everything recorded."""
    recorded = _recorded(ctx)
    console.show(console.stdout(no_color=True), terminal.resources(recorded.records.values()))


@state.command()
@click.argument("address", type=AddressType())
@options.as_json
@options.no_color
@click.pass_context
def show(ctx: click.Context, address: Address, as_json: bool, no_color: bool) -> None:
    """Show what is recorded of the resource at ADDRESS."""
    record = _find(_recorded(ctx), address)
    if as_json:
        console.document(json.resource(record))
    else:
        console.show(console.stdout(no_color=no_color), terminal.resource(record))


def _recorded(ctx: click.Context) -> State:
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        return place.recorded()


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
