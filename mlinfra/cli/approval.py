"""Asking for a yes before something is written or sent."""

from __future__ import annotations

import sys

import click

from mlinfra.cli import console, options
from mlinfra.model.diagnostic import MlinfraError, error


def ask(ctx: click.Context, command: str, question: str, hint: str | None = None) -> None:
    """Come back when the answer is yes; raise MlinfraError when it is not, or nobody can answer.

    ``hint`` says how to do without an answer; by default it is as for what shows a plan first.
    """
    if not console.interactive():
        raise MlinfraError(
            error(
                "MLI-PLN-090",
                f"there is no terminal to ask for a yes, so {command} changed nothing",
                hint or f"Read the plan above, then run `{options.typed(ctx, command)} --auto-approve`.",
            )
        )
    console.say()
    sys.stdout.write(f"{question} Only `yes` will do it: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip() != "yes":
        raise MlinfraError(error("MLI-PLN-091", f"{command} was not approved"))
