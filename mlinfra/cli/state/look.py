"""``mlinfra state list`` and ``show``: a look into what is recorded."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import ADDRESS, Inputs
from mlinfra.cli.state.find import find
from mlinfra.cli.wiring import Workplace
from mlinfra.model.address import Address
from mlinfra.model.state import State
from mlinfra.render import json, terminal


@click.command("list")
@options.inputs
@click.pass_context
def list_(ctx: click.Context, inputs: Inputs) -> None:
    """List the addresses of everything recorded."""
    recorded = _recorded(ctx, inputs)
    console.show(console.stdout(no_color=True), terminal.resources(recorded.records.values()))


@click.command()
@click.argument("address", type=ADDRESS, shell_complete=completing.recorded)
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def show(ctx: click.Context, address: Address, inputs: Inputs, as_json: bool, no_color: bool) -> None:
    """Show what is recorded of the resource at ADDRESS."""
    record = find(_recorded(ctx, inputs), address)
    if as_json:
        console.document(json.resource(record))
    else:
        console.show(console.stdout(no_color=no_color), terminal.resource(record))


def _recorded(ctx: click.Context, inputs: Inputs) -> State:
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        return place.recorded(place.head(inputs))
