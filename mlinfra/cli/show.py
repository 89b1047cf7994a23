"""``mlinfra show``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.render import json, terminal


@click.command()
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def show(ctx: click.Context, inputs: Inputs, as_json: bool, no_color: bool) -> None:
    """Show what is recorded of the stack.

    Every resource as it was when it was last applied or refreshed, and the outputs. Asks no service.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        state = place.recorded(place.head(inputs))
    if as_json:
        console.document(json.state(state))
    else:
        console.show(console.stdout(no_color=no_color), terminal.state(state))
