"""``mlinfra``: the group of commands, and the one place that turns what went wrong into an exit code.

0 fine · 1 error, usage errors too · 2 there are changes (``plan --detailed-exitcode``, ``drift``) · 3 refused
by policy · 4 locked · 130 interrupted. A command answers its own code; errors come as exceptions.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from mlinfra.cli import completing
from mlinfra.cli.interrupt import terminate_as_interrupt
from mlinfra.cli.lazy import LazyGroup

_AT = "mlinfra.cli."

_COLLECT_AFTER = (100_000, 50, 50)
"""How many new objects the garbage collector waits for, and its generations for each other."""

COMMANDS = {
    "init": (f"{_AT}init", "init", "Write a commented starter stack."),
    "validate": (f"{_AT}validate", "validate", "Check the configuration without asking any service."),
    "fmt": (f"{_AT}fmt", "fmt", "Lay out YAML files in one way; comments stay."),
    "plan": (f"{_AT}plan", "plan", "Show what apply would change."),
    "apply": (f"{_AT}apply", "apply", "Make what is written come true."),
    "destroy": (f"{_AT}destroy", "destroy", "Delete everything that the stack made."),
    "show": (f"{_AT}show", "show", "Show what is recorded of the stack, or the plan in FILE."),
    "output": (f"{_AT}output", "output", "Show the outputs of the last apply, or one of them."),
    "drift": (f"{_AT}drift", "drift", "Show what was changed outside mlinfra; exits 2 when something was."),
    "status": (f"{_AT}status", "status", "Show how the stacks in these folders and beneath stand."),
    "refresh": (f"{_AT}refresh", "refresh", "Record what others changed: it is no drift any more."),
    "state": (f"{_AT}state", "state", "Look into the recorded state, or change it by hand."),
    "graph": (f"{_AT}graph", "graph", "Draw the resources of the stack and what needs what."),
    "policy": (f"{_AT}policy", "policy", "Judge the stack's plan by rules; list and test them."),
    "test": (f"{_AT}test", "test", "Run the tests of stacks and modules on a simulator of their own."),
    "modules": (f"{_AT}modules", "modules", "Show the modules of the stack, or take newer commits of them."),
    "matrix": (f"{_AT}matrix", "matrix", "List the stacks that a change touches, as jobs for a CI."),
    "console": (f"{_AT}ask", "console", "Evaluate an expression in the stack."),
    "explain": (
        f"{_AT}explain",
        "explain",
        "Tell all there is to say of a resource, a type, or the code of a message.",
    ),
    "schema": (
        f"{_AT}schema",
        "schema",
        "Print the JSON Schema of a stack, a module or a test file, for editors.",
    ),
    "completion": (
        f"{_AT}completion",
        "completion",
        "Print the script with which a shell completes commands, options and names.",
    ),
    "simulator": (f"{_AT}simulator", "simulator", "Look into the embedded simulator, or change it by hand."),
    "version": (f"{_AT}version", "version", "Show the version."),
}


STREAMING = frozenset({"plan", "apply", "destroy"})
"""Commands whose ``--json`` prints events."""


class Mlinfra(LazyGroup):
    """The group; its ``main`` catches what the commands let through."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one command and leave with its exit code."""
        if completing.VARIABLE in os.environ:
            from mlinfra.cli import shells  # noqa: F401  # registers how ours are answered
        try:
            name = prog_name or "mlinfra"
            code = super().main(
                args, name, complete_var, False, windows_expand_args=windows_expand_args, **extra
            )
        except (Exception, KeyboardInterrupt) as wrong:
            if completing.VARIABLE in os.environ:  # what is said would stand in the line that somebody types
                sys.exit(1)
            # Imported here: what reports an error (rich, the renderer) is not paid for by what has none.
            from mlinfra.cli.failure import report

            given = list(sys.argv[1:] if args is None else args)
            code = report(wrong, as_json=_as_json(given), streams=_streams(given))
        if not standalone_mode:
            return code
        sys.exit(code or 0)


def _as_json(given: Sequence[str]) -> bool:
    """Whether a machine reads what is printed, by what was typed: not all of it may have been understood."""
    return "--json" in given or "--format=json" in given or ("--format", "json") in pairwise(given)


def _streams(given: Sequence[str]) -> bool:
    """Whether it reads events, a line each, and not one document."""
    words = iter(given)
    for word in words:
        if word in ("-C", "--chdir"):
            next(words, None)
        elif not word.startswith("-"):
            return word in STREAMING and "--json" in given
    return False


@click.group(
    cls=Mlinfra,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `mlinfra init` in an empty folder, then `mlinfra plan`.",
)
@click.option(
    "-C",
    "--chdir",
    "folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    shell_complete=completing.stacks,
    help="The stack's folder, when it is not this one.",
)
@click.pass_context
def cli(ctx: click.Context, folder: Path) -> None:
    """Plan and apply for Azure Machine Learning, from YAML."""
    ctx.obj = folder


def main() -> None:
    """Entry point of the program.

    What a command makes (modules, nodes, resources) it needs until it ends: the collector, which would walk
    it again and again, looks rarely, and not at all on the way out. That is a tenth of a command's time.
    """
    gc.set_threshold(*_COLLECT_AFTER)
    terminate_as_interrupt()
    try:
        cli()
    finally:
        gc.freeze()
