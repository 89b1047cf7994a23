"""``mlinfra refresh``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.approval import ask
from mlinfra.cli.options import Inputs
from mlinfra.cli.takeup import take_up
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.accept import accepted
from mlinfra.engine.planner import make_plan
from mlinfra.render import terminal
from mlinfra.render.view import view
from mlinfra.render.words import count


@click.command()
@options.inputs
@options.auto_approve
@options.lock_timeout
@options.no_color
@click.pass_context
def refresh(
    ctx: click.Context, inputs: Inputs, auto_approve: bool, lock_timeout: float, no_color: bool
) -> int:
    """Record what others changed: it is no drift any more.

    Shows the drift, asks, and writes the state; nothing is sent to Azure. Where the configuration wants
    something else, the next plan still says so.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        config = place.config(inputs)
        manager = place.manager(config.head)
        context = place.context()
        with manager.session(command="refresh", lock_timeout=lock_timeout) as session:
            take_up(session, context, no_color=no_color)
            planned = make_plan(config, session.snapshot, context)
            console.show(console.stdout(no_color=no_color), terminal.drift(view(planned.plan)))
            if not planned.plan.drift:
                return 0
            if not auto_approve:
                ask(ctx, "refresh", "Record this as it is?")
            changed = count(len(planned.plan.drift), "resource")
            state = session.commit(accepted(planned), f"{changed} as found")
    console.say(f"\nRecorded {changed} as found; the state has serial {state.serial}.")
    return 0
