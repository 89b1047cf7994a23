"""``mlinfra state history``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.render import kept


@click.command()
@options.inputs
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Show the last N only.")
@options.as_json
@options.no_color
@click.pass_context
def history(ctx: click.Context, inputs: Inputs, limit: int | None, as_json: bool, no_color: bool) -> None:
    """List the states that are kept, the current one first.

    Each with who wrote it, when, with which command and at which commit, and what that did. `state diff`
    compares two of them, `state restore` makes one the current state again.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        found = place.manager(place.head(inputs)).archive.history(limit)
    if as_json:
        console.document(kept.history_json(found))
    elif found:
        console.show(console.stdout(no_color=no_color), kept.history(found))
    else:
        console.say(f"Nothing is recorded yet. Run {options.next_command(ctx, 'apply')} first.")
