"""``mlinfra schema``."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from mlinfra.cli import console
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.document import module_document, stack_document
from mlinfra.engine.trial_document import trial_document

_DOCUMENTS = {
    "stack": stack_document,
    "module": module_document,
    "test": trial_document,
}
"""Those of files; `mlinfra.cli.schemas.NAMES` says what they are called where they are written."""


@click.command()
@click.argument("what", type=click.Choice([*_DOCUMENTS, "plan", "events"]), default="stack")
@click.option(
    "--write",
    "target",
    metavar="[FOLDER]",
    is_flag=False,
    flag_value="",
    type=click.Path(file_okay=False),
    help="Write those of stacks, modules and test files into FOLDER (.mlinfra/schemas of the repository when "
    "left out), and name them in the first line of each such file.",
)
@click.option("--check", is_flag=True, help="With --write: write nothing; exit 1 when something would be.")
@click.pass_context
def schema(ctx: click.Context, what: str, target: str | None, check: bool) -> int:
    """Print the JSON Schema of a stack, a module or a test file, for editors.

    With it an editor completes keys, tells what each is, and marks mistakes. `schema --write` puts all of
    them into the repository, and a first line into each file that has none:
    # yaml-language-server: $schema=.mlinfra/schemas/mlinfra.schema.json

    `schema plan` prints the one of a plan's JSON, `schema events` the one of a line of plan, apply and
    destroy with --json.
    """
    if target is not None:
        if ctx.get_parameter_source("what") is ParameterSource.COMMANDLINE:
            raise click.UsageError("--write writes all of them: name none.")
        return _write(ctx.obj, target, check=check)
    if check:
        raise click.UsageError("--check is for --write.")
    if what in ("plan", "events"):
        from mlinfra.render.event_schema import event_schema
        from mlinfra.render.plan_schema import plan_schema

        console.document(plan_schema() if what == "plan" else event_schema())
        return 0
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        console.document(_DOCUMENTS[what](place.catalogue, place.stores))
    return 0


def _write(folder: Path, target: str, *, check: bool) -> int:
    from mlinfra.cli.schemas import USUAL, outcome, write
    from mlinfra.render.escape import visible

    with Workplace(folder) as place:
        root = place.root
        documents = {kind: make(place.catalogue, place.stores) for kind, make in _DOCUMENTS.items()}
    found = outcome(root, folder / target if target else root / USUAL, documents)
    for writing in found.writings:
        if not check:
            write(writing)
        console.say(visible(f"{writing.what}  {writing.path.relative_to(root).as_posix()}"))
    for path, why in found.left:
        console.warn(visible(f"left alone  {path.relative_to(root).as_posix()}: {why}"))
    if not found.writings:
        console.say("Schemas and mode lines are as they should be.")
    return 1 if check and found.writings else 0
