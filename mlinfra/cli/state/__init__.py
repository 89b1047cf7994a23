"""``mlinfra state``: what is recorded, and what can be done about it; one file for each of its commands."""

from __future__ import annotations

import click

from mlinfra.cli.lazy import LazyGroup

_AT = "mlinfra.cli.state."

COMMANDS = {
    "list": (f"{_AT}look", "list_", "List the addresses of everything recorded."),
    "show": (f"{_AT}look", "show", "Show what is recorded of the resource at ADDRESS."),
    "history": (f"{_AT}history", "history", "List the states that are kept, the current one first."),
    "diff": (
        f"{_AT}diff",
        "diff",
        "Show what changed from the state of serial A to that of serial B, or to the current one.",
    ),
    "restore": (f"{_AT}restore", "restore", "Make the state of an earlier SERIAL the current one again."),
    "pull": (f"{_AT}pull", "pull", "Print the state as the JSON that it is kept as."),
    "push": (f"{_AT}push", "push", "Make the state in FILE (- for standard input) the current one."),
    "mv": (f"{_AT}mv", "mv", "Record the resource at OLD under the address NEW."),
    "rm": (f"{_AT}rm", "rm", "Forget what is recorded at each ADDRESS; the resources stay."),
    "verify": (
        f"{_AT}verify",
        "verify",
        "Read everything that is kept, and say what is damaged.",
    ),
    "migrate": (f"{_AT}migrate", "migrate", "Move the state to where `backend:` says now."),
    "unlock": (f"{_AT}unlock", "unlock", "Take the lock with this ID from the command that holds it."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def state() -> None:
    """Look into the recorded state, or change it by hand."""
