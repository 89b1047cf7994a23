"""``mlinfra state pull``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra import __version__
from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.model.codec import encode_state
from mlinfra.model.diagnostic import MlinfraError, error


@click.command()
@options.inputs
@click.pass_context
def pull(ctx: click.Context, inputs: Inputs) -> None:
    """Print the state as the JSON that it is kept as.

    No secret is in it. What an apply that was cut short had recorded is in it; `state push` takes it back.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        snapshot = place.snapshot(place.head(inputs))
    if snapshot.etag is None:
        raise MlinfraError(
            error(
                "MLI-STA-053",
                f'there is no state of the stack "{snapshot.state.stack}" to pull',
                f"Run {options.next_command(ctx, 'apply')} first.",
            )
        )
    # Every secret in a state that was read is a trace already: the key is not used.
    text = encode_state(snapshot.state, b"", f"mlinfra {__version__}").decode()
    console.say(text.removesuffix("\n"))
