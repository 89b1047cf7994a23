"""``mlinfra apply FILE``: a plan that was saved, carried out just so or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from mlinfra import __version__
from mlinfra.cli import planfile
from mlinfra.cli.change import Manner, make, show_plan
from mlinfra.cli.failure import tell_checks
from mlinfra.cli.judging import REFUSED, judge, refused
from mlinfra.cli.options import PARALLELISM, Inputs
from mlinfra.cli.takeup import take_up
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.checks import refusals
from mlinfra.engine.planner import make_plan
from mlinfra.engine.remembering import remember
from mlinfra.engine.saved import check_recorded, check_same, exactly
from mlinfra.model.savedplan import SavedPlan


def carry_out(
    ctx: click.Context, file: Path, inputs: Inputs, manner: Manner, parallelism: int = PARALLELISM
) -> int:
    """Apply the plan in ``file``; answers the exit code. Nobody is asked: the plan was looked at.

    It is judged again: rules may have changed since, and exceptions expired. Raises MlinfraError with what
    moved since it was made.
    """
    folder: Path = ctx.obj
    manner.stream.begin(manner.command, folder)
    data = planfile.load(folder / file)
    saved = _read(folder, file, data, inputs)
    with Workplace(folder, values=planfile.environment(saved, inputs)) as place, ExitStack() as held:
        config = place.config(inputs)
        planfile.refuse_plain(file, data, place.seal(config.head))
        gate = place.gate(config.policy, manner.rules)
        manager = place.manager(config.head)
        context = place.context(parallelism, manner.stream.looked)
        lock = manager.session(
            command=f"apply {file.name}", lock_timeout=manner.lock_timeout, lineage=saved.plan.lineage
        )
        session = held.enter_context(lock)
        take_up(session, context, as_json=manner.as_json, no_color=manner.no_color)
        check_recorded(saved, session.snapshot, __version__)
        planned = make_plan(config, session.snapshot, context, exactly(saved))
        check_same(saved, planned, session.snapshot)
        found = judge(place, planned, gate)
        show_plan(planned, found, manner)
        if refused(found):
            return tell_checks(refusals(planned.plan.checks), no_color=manner.no_color) or REFUSED
        if planned.plan.is_empty:
            remember(planned, session)
            return tell_checks(refusals(planned.plan.checks), no_color=manner.no_color)
        return make(place, planned, session, context, manner, held)


def _read(folder: Path, file: Path, data: bytes, inputs: Inputs) -> SavedPlan:
    """The saved plan. What the key of an encrypted one is made from cannot come out of the plan itself."""
    with Workplace(folder) as place:
        return planfile.read(file, data, lambda: place.seal(place.head(inputs)))
