"""``mlinfra console``: expressions, answered. (`mlinfra.cli.console` is where words go.)"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from mlinfra.cli import console as screen
from mlinfra.cli import options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.config.question import read_question
from mlinfra.engine.resolve import Resolver
from mlinfra.engine.validate import inspect
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, refuse_errors
from mlinfra.render import diagnostics
from mlinfra.render.answer import answer

PROMPT = "> "
WELCOME = "An expression, as it stands between ${ and }. `exit` or Ctrl-D leaves."
_LEAVE = ("exit", "quit")


@click.command()
@click.argument("expression", required=False)
@options.inputs
@options.no_color
@click.pass_context
def console(ctx: click.Context, expression: str | None, inputs: Inputs, no_color: bool) -> int:
    """Evaluate an expression in the stack.

    It sees what an output would see: variables, locals, functions, and resources as they are written and as
    they were recorded. Asks no service. Without EXPRESSION it reads one from each line of its input; in a
    pipe it exits 1 when any of them was wrong. Put EXPRESSION in single quotes: mlinfra console 'var.team'
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        config = place.config(inputs)
        resolver = inspect(config, place.context(), place.recorded(config.head).records, outputs=True)
        if expression is not None:
            _tell(_value(resolver, expression))
            return 0
        return _session(resolver, no_color)


def _session(resolver: Resolver, no_color: bool) -> int:
    failed = False
    there = screen.interactive()
    if there:
        screen.say(WELCOME)
    for line in _lines(there):
        try:
            _tell(_value(resolver, line))
        except MlinfraError as wrong:
            failed = True
            told = diagnostics.report(wrong.diagnostics, untouched=False)
            screen.show(screen.stderr(no_color=no_color), told)
    return 1 if failed and not there else 0


def _lines(prompted: bool) -> Iterator[str]:
    """What is asked, line by line, until the end or ``exit``; blank lines and comments are left out."""
    if prompted:
        with suppress(ImportError):
            import readline  # noqa: F401  # gives `input` its arrow keys and its memory
    while True:
        try:
            line = input(PROMPT) if prompted else sys.stdin.readline()
        except EOFError:
            screen.say()
            return
        if (not line and not prompted) or line.strip() in _LEAVE:
            return
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def _value(resolver: Resolver, text: str) -> object:
    problems: list[Diagnostic] = []
    value = resolver.answer(read_question(text), problems)
    refuse_errors(problems)
    return value


def _tell(value: object) -> None:
    screen.say(answer(value, safe=sys.stdout.isatty()))
