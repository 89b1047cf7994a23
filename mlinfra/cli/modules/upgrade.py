"""``mlinfra modules upgrade``."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.config.lock import every_pin, pin_of_call, read_lock
from mlinfra.render.modules import SHORT


@click.command()
@click.argument("name", required=False, shell_complete=completing.git_modules)
@options.inputs
@click.pass_context
def upgrade(ctx: click.Context, name: str | None, inputs: Inputs) -> None:
    """Pin the commits that the refs of git modules name now, in mlinfra.lock.yaml.

    With NAME, as it stands under `modules:`, only what that one is taken from. Look at the difference before
    you commit it: what these modules say is planned from now on.
    """
    folder: Path = ctx.obj
    renewed: Container[str] = every_pin() if name is None else {pin_of_call(folder, name)}
    before = read_lock(folder)
    with Workplace(folder) as place:
        place.config(inputs, renewed)
    after = read_lock(folder)
    moved = [key for key in sorted(after) if before.get(key) != after[key]]
    for key in moved:
        old = before[key].commit[:SHORT] if key in before else "new"
        console.say(f"{key}  {old} → {after[key].commit[:SHORT]}")
    if not moved:
        console.say(
            "Every git module is at the commit that its ref names." if after else "There is no git module."
        )
