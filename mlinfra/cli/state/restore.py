"""``mlinfra state restore``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.approval import ask
from mlinfra.cli.options import Inputs
from mlinfra.cli.state.hold import hold
from mlinfra.cli.wiring import Workplace
from mlinfra.render import kept
from mlinfra.state.compare import compare


@click.command()
@click.argument("serial", metavar="SERIAL", type=click.IntRange(0))
@options.inputs
@options.auto_approve
@options.lock_timeout
@options.no_color
@click.pass_context
def restore(
    ctx: click.Context, serial: int, inputs: Inputs, auto_approve: bool, lock_timeout: float, no_color: bool
) -> None:
    """Make the state of an earlier SERIAL the current one again.

    It is written as a new serial, so nothing is lost by it. Only what is recorded changes, no resource: shows
    what that means first, and asks. The next plan compares it with what is really there.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        manager = place.manager(place.head(inputs))
        with hold(ctx, manager, "state restore", lock_timeout) as session:
            earlier = manager.archive.state(serial)
            found = compare(session.snapshot.state, earlier)
            console.show(console.stdout(no_color=no_color), kept.difference(found))
            if not found:
                console.say("The state is as that was: nothing to restore.")
                return
            if not auto_approve:
                ask(ctx, f"state restore {serial}", "Record this instead? No resource is touched.")
            written = session.commit(earlier, f"serial {serial} again", lineage=earlier.lineage)
    again = options.next_command(ctx, "plan", inputs)
    console.say(f"\nThe state of serial {serial} is recorded again, as serial {written.serial}. Run {again}.")
