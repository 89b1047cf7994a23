"""``mlinfra schema``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.document import module_document, stack_document
from mlinfra.engine.trial_document import trial_document

_DOCUMENTS = {
    "stack": stack_document,
    "module": module_document,
    "test": trial_document,
}


@click.command()
@click.argument("what", type=click.Choice([*_DOCUMENTS, "plan", "events"]), default="stack")
@click.pass_context
def schema(ctx: click.Context, what: str) -> None:
    """Print the JSON Schema of a stack, a module or a test file, for editors.

    With it an editor completes keys, tells what each is, and marks mistakes. Keep it in a file, and say so in
    the first line of mlinfra.yaml:  # yaml-language-server: $schema=mlinfra.schema.json

    `schema plan` prints the one of a plan's JSON, `schema events` the one of a line of plan, apply and
    destroy with --json.
    """
    if what in ("plan", "events"):
        from mlinfra.render.event_schema import event_schema
        from mlinfra.render.plan_schema import plan_schema

        console.document(plan_schema() if what == "plan" else event_schema())
        return
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        console.document(_DOCUMENTS[what](place.catalogue, place.stores))
