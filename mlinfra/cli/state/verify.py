"""``mlinfra state verify``."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.render import kept
from mlinfra.render.words import count


@click.command()
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def verify(ctx: click.Context, inputs: Inputs, as_json: bool, no_color: bool) -> int:
    """Read everything that is kept, and say what is damaged.

    The state, its journal and every earlier state: whether each can be read, whose it is, and that its
    checksums and its serial are right. Exits 1 when something is damaged. Takes no lock and writes nothing.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        found = place.manager(place.head(inputs)).archive.verify()
    damaged = sum(bool(one.problem) for one in found)
    if as_json:
        console.document({"valid": not damaged, "parts": msgspec.to_builtins(found)})
    elif not found:
        console.say("Nothing is recorded yet.")
    else:
        console.show(console.stdout(no_color=no_color), kept.findings(found))
        words = f"{damaged:,} damaged" if damaged else "nothing is damaged"
        console.say(f"\n{count(len(found), 'part')} read: {words}.")
    return 1 if damaged else 0
