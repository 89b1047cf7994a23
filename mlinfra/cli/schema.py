"""``mlinfra schema``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.document import stack_document


@click.command()
@click.pass_context
def schema(ctx: click.Context) -> None:
    """Print the JSON Schema of mlinfra.yaml, for editors.

    With it an editor completes keys, tells what each is, and marks mistakes. Keep it in a file, and say so in
    the first line of mlinfra.yaml:  # yaml-language-server: $schema=mlinfra.schema.json
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        console.document(stack_document(place.catalogue, place.stores))
