"""``mlinfra plan``."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.failure import tell_checks
from mlinfra.cli.judging import REFUSED, judge, write_sarif
from mlinfra.cli.options import Inputs, Rules, Scope
from mlinfra.cli.stream import Stream
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.checks import refusals
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.model.plan import Options
from mlinfra.render import json, policy, terminal
from mlinfra.render.settled import settled
from mlinfra.render.view import view
from mlinfra.state.seal.api import Seal
from mlinfra.state.session import Snapshot

TERMINAL, JSON = FORMATS = ("terminal", "json")

CHANGES = 2
"""The exit code that says that there is something to do."""


@click.command()
@options.inputs
@options.scope
@options.rules
@options.sarif
@click.option(
    "--out", "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Save the plan."
)
@click.option("--destroy", is_flag=True, help="Plan the end of everything that the stack made.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=TERMINAL,
    help="How to show the plan: json is one document.",
)
@click.option("--json", "as_json", is_flag=True, help="Print events as they happen, one JSON object a line.")
@options.no_color
@click.pass_context
def plan(
    ctx: click.Context,
    inputs: Inputs,
    scope: Scope,
    rules: Rules,
    sarif: Path | None,
    file: Path | None,
    destroy: bool,
    detailed_exitcode: bool,
    form: str,
    as_json: bool,
    no_color: bool,
) -> int:
    """Show what apply would change.

    Takes no lock and writes nothing: neither to Azure nor to the recorded state. What --out saves holds no
    secret; `apply FILE` does exactly that, or refuses and says what moved. Exits 3 when a rule refuses it.

    --json tells what happens as it happens, the plan at the end; --format json prints the plan alone.
    """
    if as_json and form != TERMINAL:
        raise click.UsageError("--json prints events, --format one document: say one of them.", ctx)
    folder: Path = ctx.obj
    stream = Stream(as_json)
    stream.begin("plan", folder)
    with Workplace(folder) as place:
        config = place.config(inputs)
        gate = place.gate(config.policy, rules)
        snapshot = place.manager(config.head).load()
        wanted = replace(scope.options(destroy=destroy), digests=file is not None)
        context = place.context(scope.parallelism, stream.looked)
        planned = make_plan(config, snapshot, context, wanted)
        found = judge(place, planned, gate)
        if sarif is not None:
            write_sarif(folder / sarif, found, place)
        if file is not None:
            _save(folder / file, planned, snapshot, wanted, place, place.seal(config.head))
    if as_json:
        stream.planned(planned, found)
    elif form == JSON:
        console.document(json.plan(planned.plan, found))
    else:
        screen = console.stdout(no_color=no_color)
        if planned.settled:
            console.show(screen, settled(planned.settled))
            console.say()
        console.show(screen, terminal.plan(view(planned.plan)), policy.summary(found))
        if not found.refused and not planned.plan.is_empty:
            console.say()
            if file is not None:
                command = f"`{options.typed(ctx, f'apply {shlex.quote(str(file))}')}`"
                console.say(f"The plan is in {file}. Run {command} to make exactly these changes.")
            else:
                name = "destroy" if destroy else "apply"
                console.say(f"Run {options.next_command(ctx, name, inputs)} to make these changes.")
    if failed := tell_checks(refusals(planned.plan.checks), no_color=no_color):
        return failed
    if found.refused:
        return REFUSED
    return CHANGES if detailed_exitcode and not planned.plan.is_empty else 0


def _save(
    file: Path, planned: Planned, snapshot: Snapshot, wanted: Options, place: Workplace, seal: Seal
) -> None:
    from mlinfra.cli import planfile  # not for a plan that is only looked at
    from mlinfra.cli.commit import commit
    from mlinfra.engine.clock import SystemClock
    from mlinfra.engine.saved import saved
    from mlinfra.state.manager import Who

    now, who = SystemClock().now(), Who.here()
    planfile.write(
        file,
        saved(
            planned,
            snapshot,
            wanted,
            made=now,
            owner=f"{who.owner} on {who.host}",
            commit=commit(place.root),
        ),
        seal,
    )
