"""``mlinfra show``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs, Rules
from mlinfra.cli.wiring import Workplace
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.render import json, terminal

TERMINAL, MARKDOWN, JSON, SARIF = FORMATS = ("terminal", "markdown", "json", "sarif")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.inputs
@options.rules
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=TERMINAL,
    help="How to show a plan: markdown is for pull requests, sarif is what rules find in it.",
)
@click.option(
    "--max-chars",
    type=click.IntRange(4_000),
    help="The longest Markdown that is wanted; 65536, what GitHub takes, when nobody says otherwise.",
)
@options.as_json
@options.no_color
@click.pass_context
def show(
    ctx: click.Context,
    file: Path | None,
    inputs: Inputs,
    rules: Rules,
    form: str,
    max_chars: int | None,
    as_json: bool,
    no_color: bool,
) -> None:
    """Show what is recorded of the stack, or the plan in FILE.

    Every resource as it was when it was last applied or refreshed, and the outputs. With FILE, which
    `plan --out FILE` made: that plan, judged by today's rules. Asks no service.
    """
    folder: Path = ctx.obj
    form = JSON if as_json else form
    if max_chars is not None and form != MARKDOWN:
        raise click.UsageError("--max-chars is for --format markdown.")
    if file is not None:
        _plan(ctx, file, inputs, rules, form, max_chars, no_color)
        return
    if form not in (TERMINAL, JSON):
        raise MlinfraError(
            error(
                "MLI-CLI-020",
                f"what is recorded cannot be shown as {form}",
                "A saved plan can: mlinfra plan --out FILE, then mlinfra show FILE.",
            )
        )
    with Workplace(folder) as place:
        state = place.recorded(place.head(inputs))
    if form == JSON:
        console.document(json.state(state))
    else:
        console.show(console.stdout(no_color=no_color), terminal.state(state))


def _plan(
    ctx: click.Context,
    file: Path,
    inputs: Inputs,
    rules: Rules,
    form: str,
    max_chars: int | None,
    no_color: bool,
) -> None:
    from mlinfra.cli import planfile
    from mlinfra.cli.judging import judge_saved, sarif_log
    from mlinfra.render import markdown, policy
    from mlinfra.render.saved import origin, sentence
    from mlinfra.render.view import view

    folder: Path = ctx.obj
    with Workplace(folder) as place:
        data = planfile.load(folder / file)
        saved = planfile.read(file, data, lambda: place.seal(place.head(inputs)))
        found = judge_saved(place, saved.plan, rules)
        log = sarif_log(found, place) if form == SARIF else {}
    if form == SARIF:
        console.document(log)
    elif form == JSON:
        console.document(json.plan(saved.plan, found))
    else:
        told = origin(saved, options.typed(ctx, f"apply {shlex.quote(_told(file, form))}"))
        if form == MARKDOWN:
            text = markdown.document(view(saved.plan), found, told, max_chars or markdown.GITHUB)
            console.say(text.removesuffix("\n"))
        else:
            screen = console.stdout(no_color=no_color)
            console.show(screen, terminal.plan(view(saved.plan)), policy.summary(found))
            console.say()
            console.say(sentence(told))


def _told(file: Path, form: str) -> str:
    """The plan's file as a reader can name it: a comment is read on another machine than the runner."""
    return file.name if form == MARKDOWN and file.is_absolute() else str(file)
