"""``mlinfra modules``: what a stack is made of; one file for each of its commands."""

from __future__ import annotations

import click

from mlinfra.cli.lazy import LazyGroup

_AT = "mlinfra.cli.modules."

COMMANDS = {
    "tree": (f"{_AT}tree", "tree", "Show which modules are used, and what they use."),
    "upgrade": (f"{_AT}upgrade", "upgrade", "Pin the commits that git modules' refs name now."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def modules() -> None:
    """Show the modules of the stack, or take newer commits of them."""
