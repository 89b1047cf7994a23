"""``mlinfra drift``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs, Scope
from mlinfra.cli.plan import CHANGES
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.planner import make_plan
from mlinfra.render import json, terminal
from mlinfra.render.view import view


@click.command()
@options.inputs
@options.scope
@options.as_json
@options.no_color
@click.pass_context
def drift(ctx: click.Context, inputs: Inputs, scope: Scope, as_json: bool, no_color: bool) -> int:
    """Show what was changed outside mlinfra; exits 2 when something was.

    Compares what is recorded with what is really there. Takes no lock and writes nothing.
    """
    if not scope.refresh:
        raise click.UsageError("drift is found by reading: --no-refresh leaves nothing to compare.", ctx)
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        config = place.config(inputs)
        snapshot = place.manager(config.head).load()
        wanted = scope.options()
        plan = make_plan(config, snapshot, place.context(scope.parallelism), wanted).plan
    if as_json:
        shape = json.plan(plan)
        console.document({key: shape[key] for key in ("format_version", "resource_drift")})
    else:
        console.show(console.stdout(no_color=no_color), terminal.drift(view(plan)))
        if plan.drift:
            console.say()
            console.say(
                f"Run {options.next_command(ctx, 'plan', inputs)} to see what apply would do about it."
            )
    return CHANGES if plan.drift else 0
