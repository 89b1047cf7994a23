"""``mlinfra show``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.render import json, terminal


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def show(ctx: click.Context, file: Path | None, inputs: Inputs, as_json: bool, no_color: bool) -> None:
    """Show what is recorded of the stack, or the plan in FILE.

    Every resource as it was when it was last applied or refreshed, and the outputs. With FILE, which
    `plan --out FILE` made: that plan. Asks no service.
    """
    folder: Path = ctx.obj
    if file is not None:
        _plan(folder, file, inputs, as_json, no_color)
        return
    with Workplace(folder) as place:
        state = place.recorded(place.head(inputs))
    if as_json:
        console.document(json.state(state))
    else:
        console.show(console.stdout(no_color=no_color), terminal.state(state))


def _plan(folder: Path, file: Path, inputs: Inputs, as_json: bool, no_color: bool) -> None:
    from mlinfra.cli import planfile
    from mlinfra.render.saved import origin
    from mlinfra.render.view import view

    with Workplace(folder) as place:
        data = planfile.load(folder / file)
        saved = planfile.read(file, data, lambda: place.seal(place.head(inputs)))
    if as_json:
        console.document(json.plan(saved.plan))
    else:
        console.show(console.stdout(no_color=no_color), terminal.plan(view(saved.plan)))
        console.say()
        console.say(origin(saved))
