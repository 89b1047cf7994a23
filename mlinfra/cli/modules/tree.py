"""``mlinfra modules tree``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.config.lock import read_lock
from mlinfra.render.modules import tree as drawn


@click.command()
@options.inputs
@click.pass_context
def tree(ctx: click.Context, inputs: Inputs) -> None:
    """Show which modules are used, how often, from where, and what they use themselves.

    Asks no service. Behind a git module stands the commit that mlinfra.lock.yaml pins.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        config = place.config(inputs)
    commits = {name: pin.commit for name, pin in read_lock(folder).items()}
    for line in drawn(config, commits):
        console.say(line)
