"""``mlinfra state push``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.state.hold import hold
from mlinfra.cli.wiring import Workplace
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import State
from mlinfra.render import kept
from mlinfra.state.compare import compare

LARGEST = 512 * 2**20
"""Bytes of a file that are read at most; a state of 10,000 resources has a fiftieth of it."""


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@options.inputs
@options.lock_timeout
@click.option("--force", is_flag=True, help="Whatever lineage and serial the file has.")
@options.no_color
@click.pass_context
def push(
    ctx: click.Context, file: Path, inputs: Inputs, lock_timeout: float, force: bool, no_color: bool
) -> None:
    """Make the state in FILE (- for standard input) the current one.

    FILE is what `state pull` printed, or a recovery file. It must be of this stack's lineage and of a higher
    serial than what is recorded: raise "serial" in a file that you edited. It is written as the next serial.
    """
    folder: Path = ctx.obj
    name = "standard input" if str(file) == "-" else str(file)
    data = _read(folder, file)
    with Workplace(folder) as place:
        manager = place.manager(place.head(inputs))
        pushed = manager.reader.state(data, name, by_hand=True)
        with hold(ctx, manager, "state push", lock_timeout, pushed.lineage) as session:
            snapshot = session.snapshot
            if not force and snapshot.etag is not None:
                _refuse_another(pushed, snapshot.state)
            found = compare(snapshot.state, pushed)
            console.show(console.stdout(no_color=no_color), kept.difference(found))
            written = session.commit(pushed, f"{name}, serial {pushed.serial}", lineage=pushed.lineage)
    console.say(f"\nPushed; the state has serial {written.serial}.")


def _read(folder: Path, file: Path) -> bytes:
    try:
        with click.open_file("-" if str(file) == "-" else str(folder / file), "rb") as stream:
            data: bytes = stream.read(LARGEST + 1)
    except OSError as wrong:
        what = (wrong.strerror or str(wrong)).lower()
        raise MlinfraError(
            error("MLI-STA-054", f"{file} cannot be read: {what}", "`mlinfra state pull > FILE` makes one.")
        ) from wrong
    if len(data) > LARGEST:
        raise MlinfraError(error("MLI-STA-055", f"{file} is too large for a state", "Look at what it is."))
    return data


def _refuse_another(pushed: State, recorded: State) -> None:
    if pushed.lineage != recorded.lineage:
        raise MlinfraError(
            error(
                "MLI-STA-056",
                f"the file is of another lineage, {pushed.lineage}; what is recorded has {recorded.lineage}",
                "It was begun anew, or is of another copy of the stack: resources carry the lineage that "
                "made them. --force takes the file's lineage for the stack's.",
            )
        )
    if pushed.serial <= recorded.serial:
        raise MlinfraError(
            error(
                "MLI-STA-057",
                f"the file has serial {pushed.serial}, and serial {recorded.serial} is recorded already",
                f"Somebody may have applied since it was pulled. Pull again; or, if you edited it, write "
                f'"serial": {recorded.serial + 1} in it. --force puts it in the place of what is recorded.',
            )
        )
