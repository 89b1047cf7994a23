"""``mlinfra destroy``."""

from __future__ import annotations

import click

from mlinfra.cli import options
from mlinfra.cli.change import Manner, change
from mlinfra.cli.options import Inputs, Rules, Scope


@click.command()
@options.inputs
@options.scope
@options.rules
@options.auto_approve
@options.lock_timeout
@options.as_json
@options.no_color
@click.pass_context
def destroy(
    ctx: click.Context,
    inputs: Inputs,
    scope: Scope,
    rules: Rules,
    auto_approve: bool,
    lock_timeout: float,
    as_json: bool,
    no_color: bool,
) -> int:
    """Delete everything that the stack made.

    Shows what would go, asks, and deletes it, the last made first. What the stack did not make stays, unless
    it lives in something that goes; the plan says so.
    """
    return change(ctx, inputs, scope, Manner("destroy", auto_approve, lock_timeout, as_json, no_color, rules))
