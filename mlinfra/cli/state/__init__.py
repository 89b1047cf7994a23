"""``mlinfra state``: what is recorded, and what can be done about it; one file for each of its commands."""

from __future__ import annotations

import click

from mlinfra.cli.lazy import LazyGroup

_AT = "mlinfra.cli.state."

COMMANDS = {
    "list": (f"{_AT}look", "list_", "List the addresses of everything recorded."),
    "show": (f"{_AT}look", "show", "Show what is recorded of the resource at ADDRESS."),
    "unlock": (f"{_AT}unlock", "unlock", "Take the lock with this ID from the command that holds it."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def state() -> None:
    """Look into the recorded state, or unlock it."""
