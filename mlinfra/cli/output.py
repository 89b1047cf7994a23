"""``mlinfra output``."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import OutputValue
from mlinfra.render import json, terminal


@click.command()
@click.argument("name", required=False, shell_complete=completing.outputs)
@click.option("--raw", is_flag=True, help="Print the bare value of NAME, for scripts.")
@options.inputs
@options.as_json
@options.no_color
@click.pass_context
def output(
    ctx: click.Context, name: str | None, raw: bool, inputs: Inputs, as_json: bool, no_color: bool
) -> None:
    """Show the outputs of the last apply, or one of them.

    A sensitive output is shown as (sensitive): mlinfra does not keep it, so it must be read where it lives.
    """
    if raw and (name is None or as_json):
        raise click.UsageError("--raw prints one value: it needs a NAME, and goes without --json.", ctx)
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        outputs = place.recorded(place.head(inputs)).outputs
    if name is None:
        if as_json:
            console.document(json.outputs(outputs))
        elif outputs:
            console.show(console.stdout(no_color=no_color), terminal.outputs(outputs))
        else:
            console.say(f"No outputs are recorded yet. Run {options.next_command(ctx, 'apply')} first.")
        return
    value = _find(outputs, name)
    if as_json:
        _refuse_secret(name, value)
        console.document(value.value)
    elif raw:
        _refuse_secret(name, value)
        console.say(_raw(name, value))
    else:
        console.show(console.stdout(no_color=no_color), terminal.outputs({name: value}))


def _find(outputs: Mapping[str, OutputValue], name: str) -> OutputValue:
    if name not in outputs:
        near = get_close_matches(name, outputs, n=1)
        known = f"There are: {', '.join(outputs)}." if outputs else "Nothing was applied yet."
        hint = f"Did you mean `{near[0]}`? " if near else ""
        raise MlinfraError(error("MLI-REF-010", f"no output `{name}` is recorded", hint + known))
    return outputs[name]


def _refuse_secret(name: str, value: OutputValue) -> None:
    if value.sensitive:
        raise MlinfraError(
            error(
                "MLI-STA-030",
                f"the value of output `{name}` is sensitive and is not kept",
                "Recorded state holds no secrets. Read it from the service that has it.",
            )
        )


def _raw(name: str, value: OutputValue) -> str:
    if isinstance(value.value, bool):
        return str(value.value).lower()
    if isinstance(value.value, str | int | float):
        return str(value.value)
    raise MlinfraError(
        error(
            "MLI-REF-011",
            f"output `{name}` is no single value",
            "--raw prints text, numbers, true and false. Use --json for lists and maps.",
        )
    )
