"""``mlinfra validate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.validate import validate as check
from mlinfra.model.diagnostic import Diagnostic, MlinfraError


@click.command()
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def validate(ctx: click.Context, inputs: Inputs, as_json: bool, no_color: bool) -> int:
    """Check the configuration without asking any service.

    Reads the stack, evaluates what can be, and holds every resource against the schema of its type. Needs no
    login and no state.
    """
    folder: Path = ctx.obj
    try:
        with Workplace(folder) as place:
            config = place.config(inputs)
            place.store_kind(config.backend)
            place.seal(config.head)
            place.gate(config.policy)
            warnings = check(config, place.context())
    except MlinfraError as wrong:
        if not as_json:
            raise
        _document(wrong.diagnostics)
        return wrong.exit_code
    if as_json:
        _document(warnings)
        return 0
    if warnings:
        from mlinfra.render import diagnostics

        console.show(console.stderr(no_color=no_color), diagnostics.report(warnings, untouched=False))
    blocks = len(config.blocks)
    console.say(f"{config.stack} is valid: {blocks} resource block{'s' * (blocks != 1)}.")
    console.say(f"Run {options.next_command(ctx, 'plan', inputs)} to see what apply would do.")
    return 0


def _document(found: Sequence[Diagnostic]) -> None:
    from mlinfra.render import json

    console.document(json.diagnostics(found))
