"""``mlinfra state migrate``: the state follows ``backend:``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.approval import ask
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.source import SourceFile
from mlinfra.render.words import count
from mlinfra.state.manager import StateManager
from mlinfra.state.migration import Move, carry, look


@click.command()
@click.option(
    "--from",
    "before",
    metavar="YAML",
    default="",
    help="What `backend:` said until now, as {postgres: {host: …}}; left out, it said nothing.",
)
@options.inputs
@options.auto_approve
@options.lock_timeout
@click.pass_context
def migrate(ctx: click.Context, before: str, inputs: Inputs, auto_approve: bool, lock_timeout: float) -> None:
    """Move the state to where `backend:` says now.

    State, key, earlier states and what a killed apply left open go along; the serial stays. The old state is
    removed when the new one has been read back. Cut short, it is run again.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        new = place.manager(place.head(inputs), moving=True)
        old = place.manager(place.head(inputs, instead=SourceFile("--from", before)), moving=True)
        if old.store.where() == new.store.where():
            what = f"the state is in {new.store.where()}, before and after"
            how = "Write under `backend:` where it should go, and with --from where it was, if not in files."
            raise MlinfraError(error("MLI-STA-078", what, how))
        move = look(old, new)
        if move is None:
            console.say(f"The state is in {new.store.where()} already; there is nothing to move.")
            return
        _show(move, old, new)
        if not auto_approve:
            again = f"`{options.typed(ctx, 'state migrate')} --auto-approve`"
            ask(ctx, "state migrate", "Move it?", f"Look at the places above, then run {again}.")
        carry(move, old, new, command="state migrate", lock_timeout=lock_timeout)
    console.say(f"Moved: serial {move.snapshot.state.serial} is in {new.store.where()}.")


def _show(move: Move, old: StateManager, new: StateManager) -> None:
    state = move.snapshot.state
    console.say(f"{state.stack} · state serial {state.serial} · {count(len(state.records), 'resource')}")
    console.say(f"  from  {old.store.where()}")
    console.say(f"  to    {new.store.where()}{', which has it already' if move.copied else ''}")
    if move.snapshot.open:
        console.say(f"  with  {count(len(move.snapshot.open), 'step')} that never ended")
    if move.history and not move.copied:
        earlier = count(move.history, "earlier state")
        told = f"with  {earlier}" if move.takes_history else f"but without {earlier}, which stay there"
        console.say(f"  {told}")
