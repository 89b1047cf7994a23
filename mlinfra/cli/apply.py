"""``mlinfra apply``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import options
from mlinfra.cli.change import Manner, change
from mlinfra.cli.options import Inputs, Rules, Scope


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.inputs
@options.scope
@options.rules
@options.auto_approve
@options.lock_timeout
@options.as_json
@options.no_color
@click.pass_context
def apply(
    ctx: click.Context,
    file: Path | None,
    inputs: Inputs,
    scope: Scope,
    rules: Rules,
    auto_approve: bool,
    lock_timeout: float,
    as_json: bool,
    no_color: bool,
) -> int:
    """Make what is written come true.

    Plans, shows the plan, asks, and makes the changes. Holds the stack's lock all the while. When something
    fails, the rest goes on, what was done is recorded, and `apply` again is the right thing to do.

    With FILE, which `plan --out FILE` made, it does exactly what that plan says and asks nobody; where
    anything moved since, it refuses and says what.
    """
    manner = Manner("apply", auto_approve or file is not None, lock_timeout, as_json, no_color, rules)
    if file is None:
        return change(ctx, inputs, scope, manner)
    if scope != Scope(parallelism=scope.parallelism):
        raise click.UsageError("A saved plan says itself what it looks at: leave these options out.", ctx)
    from mlinfra.cli.carry import carry_out

    return carry_out(ctx, file, inputs, manner, scope.parallelism)
