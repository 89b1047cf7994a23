"""``mlinfra state unlock``: the way out of a lock that nobody lets go."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.approval import ask
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace


@click.command()
@click.argument("id", metavar="ID")
@options.inputs
@click.option("--force", is_flag=True, help="Do not ask.")
@click.pass_context
def unlock(ctx: click.Context, id: str, inputs: Inputs, force: bool) -> None:
    """Take the lock with this ID from the command that holds it.

    A lock ends by itself when nobody renews it, so this is for one that somebody renews and should not. The
    command that had it sends nothing more; what it has in flight is in the journal, and the next command
    settles that.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        head = place.head(inputs)
        manager = place.manager(head)
        held = manager.holder()
        if held is not None and held.id == id and not force:
            since = f"{held.since:%Y-%m-%d %H:%M:%S} UTC"
            console.say(f"{held.owner} on {held.host} runs mlinfra {held.command} since {since}.")
            ask(
                ctx,
                "state unlock",
                f'Take the lock of "{head.stack}" away from it?',
                f"Make sure that it is stuck, then run `{options.typed(ctx, f'state unlock --force {id}')}`.",
            )
        manager.unlock(id)
    console.say(f'The stack "{head.stack}" is unlocked.')
