"""``mlinfra test``: stacks and modules, tested on a simulator of their own."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.ground import Ground, Rehearsal
from mlinfra.config.trials import ENDING, FOLDER, read_trial, trial_files
from mlinfra.engine.clock import SystemClock
from mlinfra.engine.trials import run_trial
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.trial import Ending, Failure, Report, Trial
from mlinfra.render import junit as xml
from mlinfra.render import trials as pages


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--filter", "wanted", metavar="TEXT", default="", help="Only files and runs with TEXT in their name."
)
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write how it came out into this file, as JUnit XML.",
)
@options.as_json
@options.no_color
@click.pass_context
def test(
    ctx: click.Context,
    paths: tuple[Path, ...],
    wanted: str,
    junit: Path | None,
    as_json: bool,
    no_color: bool,
) -> int:
    """Run the tests of stacks and modules on a simulator of their own.

    They are files tests/NAME.test.yaml. PATH is one, or a folder: then all at and below it; left out, it is
    the stack's or module's folder. Each file has a cloud and a state of its own, which its runs share. No
    real cloud is asked, and what is recorded of the stack is not touched.

    --filter keeps of a file also the runs before the last that it names, which stands on them.
    """
    folder: Path = ctx.obj
    found = [_tested(path, folder, wanted) for path in _files(paths, folder)]
    reports = [report for report in found if report is not None]
    if not reports:
        raise MlinfraError(
            error(
                "MLI-TST-031",
                f"no file and no run has `{wanted}` in its name",
                "Leave --filter out to see all names.",
            )
        )
    if junit is not None:
        (folder / junit).write_text(xml.junit(reports), encoding="utf-8")
    if as_json:
        console.document(pages.document(reports))
    else:
        console.show(console.stdout(no_color=no_color), pages.report(reports))
        if failed := [report.path for report in reports if _failed(report)]:
            again = options.typed(ctx, f"test {' '.join(map(shlex.quote, failed))}")
            console.say(f"Run `{again}` when that is put right.")
    return 1 if any(map(_failed, reports)) else 0


def _files(paths: Sequence[Path], folder: Path) -> list[Path]:
    files = trial_files([folder / path for path in paths] or [folder])
    if files:
        return files
    here = "this folder" if folder == Path() else os.fspath(folder)
    where = ", ".join(map(os.fspath, paths)) or here
    raise MlinfraError(
        error(
            "MLI-TST-030",
            f"there are no tests in {where}",
            f"They stand in files {FOLDER}/NAME{ENDING} beside mlinfra.yaml or module.yaml: "
            "docs/guides/testing.md shows one.",
        )
    )


def _tested(path: Path, folder: Path, wanted: str) -> Report | None:
    """How one file came out; None where nothing in it is wanted."""
    home = path.parent.parent
    shown = Path(os.path.relpath(path, folder)).as_posix()
    report = Report(shown, os.path.relpath(home, folder))
    try:
        trial = read_trial(path, f"{FOLDER}/{path.name}" if path.parent.name == FOLDER else shown)
    except MlinfraError as wrong:
        return replace(report, failures=tuple(map(Failure, wrong.diagnostics)))
    report = replace(report, description=trial.description)
    chosen = _chosen(trial, shown, wanted)
    if not chosen.runs:
        return None
    with Rehearsal(trial.folder) as place:
        outcomes = tuple(run_trial(chosen, Ground(chosen, place), SystemClock().monotonic))
    return replace(report, outcomes=outcomes)


def _chosen(trial: Trial, shown: str, wanted: str) -> Trial:
    """The file up to the last run that is wanted: each stands on those before it."""
    if wanted in shown:
        return trial
    last = max((n for n, run in enumerate(trial.runs, 1) if wanted in run.name), default=0)
    return replace(trial, runs=trial.runs[:last])


def _failed(report: Report) -> bool:
    return bool(report.failures) or any(o.ending is not Ending.PASSED for o in report.outcomes)
