"""``mlinfra status``: many stacks at a glance."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.plan import CHANGES
from mlinfra.cli.wiring import Workplace
from mlinfra.config import codes
from mlinfra.config.stackfile import FILE
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.standing import Standing
from mlinfra.render.standing import standings, standings_json

AT_ONCE = 8
"""How many stacks are looked at together."""


@click.command()
@click.argument(
    "folders",
    metavar="[DIR]...",
    nargs=-1,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    shell_complete=completing.stacks,
)
@options.inputs
@click.option("--drift", "drift", is_flag=True, help="Read what is really there as well; exit 2 on drift.")
@options.as_json
@options.no_color
@click.pass_context
def status(
    ctx: click.Context, folders: tuple[Path, ...], inputs: Inputs, drift: bool, as_json: bool, no_color: bool
) -> int:
    """Show how the stacks in these folders and beneath stand.

    When each was last written and by whom, who holds its lock, what never ended. Takes no lock and writes
    nothing. A value of -v goes to every stack that declares the variable. Exits 1 when a stack could not be
    read.
    """
    here: Path = ctx.obj
    found = list(dict.fromkeys(stack for folder in folders or (here,) for stack in _stacks(folder)))
    if not found:
        where = ", ".join(map(str, folders or (here,)))
        what = f"there is no stack in {where} or beneath"
        raise MlinfraError(error(codes.NO_STACK, what, f"A stack is a folder that has a {FILE}."))
    files = tuple((here / file).absolute() for file in inputs.files)
    shared = replace(inputs, files=files, shared=True)
    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(found))) as pool:
        told = list(pool.map(lambda folder: standing(folder, shared, drift=drift), found))
    _show(told, as_json=as_json, no_color=no_color)
    if any(one.problems for one in told):
        return 1
    return CHANGES if any(one.drifted for one in told) else 0


def standing(folder: Path, inputs: Inputs, *, drift: bool = False) -> Standing:
    """How one stack stands; never raises what is the user's to put right."""
    told = Standing(folder.as_posix())
    try:
        with Workplace(folder) as place:
            head = place.head(inputs)
            told = replace(told, stack=head.stack)
            manager = place.manager(head)
            snapshot = manager.load()
            state = snapshot.state
            told = replace(told, resources=len(state.records), open_steps=len(snapshot.open))
            if snapshot.etag is not None:
                told = replace(told, serial=state.serial, written=state.written)
            told = replace(told, lock=manager.holder())
            if drift:
                from mlinfra.engine.planner import make_plan  # not for a look at what is recorded

                planned = make_plan(place.config(inputs), snapshot, place.context())
                told = replace(told, drifted=len(planned.plan.drift))
    except MlinfraError as wrong:
        return replace(told, problems=wrong.diagnostics)
    return told


def _stacks(folder: Path) -> Iterator[Path]:
    """The folders with a stack, this one and those beneath it; hidden ones are left out."""
    for at, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        if FILE in files:
            yield Path(at)


def _show(told: Sequence[Standing], *, as_json: bool, no_color: bool) -> None:
    if as_json:
        console.document(standings_json(told))
    else:
        console.show(console.stdout(no_color=no_color), standings(told))
