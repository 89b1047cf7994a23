"""``mlinfra matrix``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mlinfra.cli import completing, console
from mlinfra.cli.revision import Changes, changed_since
from mlinfra.config.footprint import Footprint, Surveyor
from mlinfra.config.stackfile import FILE, repository
from mlinfra.model.diagnostic import MlinfraError, error

MOST_JOBS = 256
"""Jobs that GitHub makes of one matrix."""

NOTHING = frozenset({40 * "0", 64 * "0"})
"""What GitHub calls the commit before the first one of a branch."""


@click.command()
@click.argument(
    "folders",
    nargs=-1,
    metavar="[DIR]…",
    type=click.Path(path_type=Path),
    shell_complete=completing.stacks,
)
@click.option(
    "--since",
    metavar="REF",
    help="Only stacks that a change since this commit touches: a branch, a tag, an id.",
)
@click.option(
    "--also",
    "shared",
    multiple=True,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A file or folder that every stack rests on, such as the pipeline's own policy; may be repeated.",
)
@click.pass_context
def matrix(
    ctx: click.Context, folders: tuple[Path, ...], since: str | None, shared: tuple[Path, ...]
) -> None:
    """List the stacks that a change touches, as jobs for a CI.

    Looks in every DIR (here, if none is named), and prints {"include": [{"stack": …, "folder": …}]}; folders
    are seen from the root of the repository. Without --since it is all stacks; with it those that a change
    touches: in their own folder, or in a file that they include, upload or name anywhere, modules and
    policies followed. What is not committed counts as well. A stack that cannot be read is always there:
    its job tells why.
    """
    here: Path = ctx.obj
    tops = [here / folder for folder in folders or (Path(),)]
    root = repository(here)
    found = list(_stacks(tops, root))
    surveyor = Surveyor(root)
    prints = [surveyor.footprint(folder) for folder in found]
    if since is not None and since not in NOTHING:
        changes = changed_since(root, since)
        _tell_gone(changes, tops, root)
        common = [os.path.normpath(here.resolve() / path) for path in shared]
        if not any(changes.touch(path) for path in common):
            prints = _touched(prints, changes, frozenset(map(os.fspath, found)))
    if len(prints) > MOST_JOBS:
        console.warn(f"{len(prints)} stacks, and GitHub makes {MOST_JOBS} jobs of one matrix: name folders.")
    jobs = [{"stack": one.stack, "folder": _from(root, one.folder)} for one in prints]
    console.event({"include": jobs})


def _stacks(tops: Sequence[Path], root: Path) -> Iterator[Path]:
    """Every folder with a stack's file, in order, each once. Raises MlinfraError."""
    seen: set[Path] = set()
    for top in tops:
        start = top.resolve()
        if not start.is_dir():
            raise MlinfraError(error("MLI-GIT-005", f"there is no folder {top}", "Look at its name."))
        if not start.is_relative_to(root):
            raise MlinfraError(
                error("MLI-GIT-006", f"{top} lies outside of the repository", "Go there with -C.")
            )
        for where, folders, files in os.walk(start):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            if FILE in files and (folder := Path(where)) not in seen:
                seen.add(folder)
                yield folder


def _touched(prints: Sequence[Footprint], changes: Changes, homes: frozenset[str]) -> list[Footprint]:
    own = {_home(path, homes) for path in changes.paths}
    return [
        one
        for one in prints
        if not one.readable
        or os.fspath(one.folder) in own
        or any(changes.touch(path) for path in one.named)
        or any(changes.begin_with(start) for start in one.begun)
    ]


def _home(path: str, homes: frozenset[str]) -> str | None:
    """The stack in whose folder this lies: the nearest one up."""
    return next((up for parent in Path(path).parents if (up := os.fspath(parent)) in homes), None)


def _tell_gone(changes: Changes, tops: Sequence[Path], root: Path) -> None:
    """A stack that is deleted has no job: what it made stays, so it is told."""
    starts = [top.resolve() for top in tops]
    for path in map(Path, changes.ordered):
        if path.name == FILE and not path.exists() and any(path.is_relative_to(top) for top in starts):
            console.warn(
                f"{_from(root, path.parent)} is a stack no more; what it made is still there. "
                "`mlinfra destroy` needs its files."
            )


def _from(root: Path, folder: Path) -> str:
    return folder.relative_to(root).as_posix()
