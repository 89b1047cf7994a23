"""``mlinfra apply``."""

from __future__ import annotations

import click

from mlinfra.cli import options
from mlinfra.cli.change import Manner, change
from mlinfra.cli.options import Inputs, Scope


@click.command()
@options.inputs
@options.scope
@options.auto_approve
@options.lock_timeout
@options.as_json
@options.no_color
@click.pass_context
def apply(
    ctx: click.Context,
    inputs: Inputs,
    scope: Scope,
    auto_approve: bool,
    lock_timeout: float,
    as_json: bool,
    no_color: bool,
) -> int:
    """Make what is written come true.

    Plans, shows the plan, asks, and makes the changes. Holds the stack's lock all the while. When something
    fails, the rest goes on, what was done is recorded, and `apply` again is the right thing to do.
    """
    return change(ctx, inputs, scope, Manner("apply", auto_approve, lock_timeout, as_json, no_color))
