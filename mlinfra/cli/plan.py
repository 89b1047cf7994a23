"""``mlinfra plan``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs, Scope
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.planner import make_plan
from mlinfra.render import json, terminal
from mlinfra.render.settled import settled
from mlinfra.render.view import view

CHANGES = 2
"""The exit code that says that there is something to do."""


@click.command()
@options.inputs
@options.scope
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@options.as_json
@options.no_color
@click.pass_context
def plan(
    ctx: click.Context, inputs: Inputs, scope: Scope, detailed_exitcode: bool, as_json: bool, no_color: bool
) -> int:
    """Show what apply would change.

    Takes no lock and writes nothing: neither to Azure nor to the recorded state.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        config = place.config(inputs)
        snapshot = place.manager(config.head).load()
        wanted = scope.options()
        planned = make_plan(config, snapshot, place.context(scope.parallelism), wanted)
    if as_json:
        console.document(json.plan(planned.plan))
    else:
        screen = console.stdout(no_color=no_color)
        if planned.settled:
            console.show(screen, settled(planned.settled))
            console.say()
        console.show(screen, terminal.plan(view(planned.plan)))
        if not planned.plan.is_empty:
            console.say()
            console.say(f"Run {options.next_command(ctx, 'apply', inputs)} to make these changes.")
    return CHANGES if detailed_exitcode and not planned.plan.is_empty else 0
