"""``mlinfra state diff``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.render import kept
from mlinfra.state.compare import compare


@click.command()
@click.argument("before", metavar="A", type=click.IntRange(0))
@click.argument("after", metavar="[B]", type=click.IntRange(0), required=False)
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def diff(
    ctx: click.Context, before: int, after: int | None, inputs: Inputs, as_json: bool, no_color: bool
) -> None:
    """Show what changed from the state of serial A to that of serial B, or to the current one.

    `state history` lists the serials.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        archive = place.manager(place.head(inputs)).archive
        old, new = archive.state(before), archive.state(after)
    found = compare(old, new)
    if as_json:
        console.document(kept.difference_json(found, old.serial, new.serial))
    else:
        console.show(console.stdout(no_color=no_color), kept.difference(found))
