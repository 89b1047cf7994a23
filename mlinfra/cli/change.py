"""What ``apply`` and ``destroy`` have in common: plan under the lock, show, ask, do, tell."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import click

from mlinfra.cli import console
from mlinfra.cli.approval import ask
from mlinfra.cli.failure import INTERRUPTED, tell_checks
from mlinfra.cli.interrupt import graceful
from mlinfra.cli.judging import REFUSED, judge, refused
from mlinfra.cli.options import NO_RULES, Inputs, Rules, Scope
from mlinfra.cli.stream import Stream
from mlinfra.cli.takeup import take_up
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.applier import Applied, StopSignal
from mlinfra.engine.applier import apply as make_changes
from mlinfra.engine.checks import refusals
from mlinfra.engine.context import Context
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.engine.remembering import remember
from mlinfra.render import policy, terminal
from mlinfra.render.checks import checks_json
from mlinfra.render.events import Tally, timing_json
from mlinfra.render.findings import FindingsView
from mlinfra.render.progress import Json, Lines, Live
from mlinfra.render.view import view
from mlinfra.state.session import Session

Progress: TypeAlias = Lines | Live | Json


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is made and shown. ``command`` is ``apply`` or ``destroy``."""

    command: str
    auto_approve: bool = False
    lock_timeout: float = 0.0
    as_json: bool = False
    no_color: bool = False
    rules: Rules = NO_RULES

    @property
    def destroys(self) -> bool:
        """Whether everything is to go."""
        return self.command == "destroy"

    @property
    def stream(self) -> Stream:
        """Where machines read what happens."""
        return Stream(self.as_json)


def change(ctx: click.Context, inputs: Inputs, scope: Scope, manner: Manner) -> int:
    """Run the command; answers its exit code."""
    folder: Path = ctx.obj
    if manner.as_json and not manner.auto_approve:
        raise click.UsageError("--json leaves nobody to ask: say --auto-approve as well.", ctx)
    wanted = scope.options(destroy=manner.destroys)
    manner.stream.begin(manner.command, folder)
    with Workplace(folder) as place, ExitStack() as held:
        config = place.config(inputs)
        gate = place.gate(config.policy, manner.rules)
        manager = place.manager(config.head)
        context = place.context(scope.parallelism, manner.stream.looked)
        lock = manager.session(command=manner.command, lock_timeout=manner.lock_timeout)
        session = held.enter_context(lock)
        take_up(session, context, as_json=manner.as_json, no_color=manner.no_color)
        planned = make_plan(config, session.snapshot, context, wanted)
        found = judge(place, planned, gate)
        show_plan(planned, found, manner)
        if refused(found):
            return tell_checks(refusals(planned.plan.checks), no_color=manner.no_color) or REFUSED
        if planned.plan.is_empty:
            remember(planned, session)
            return tell_checks(refusals(planned.plan.checks), no_color=manner.no_color)
        if not manner.auto_approve:
            ask(ctx, manner.command, "Delete all of this?" if manner.destroys else "Make these changes?")
        return make(place, planned, session, context, manner, held)


def show_plan(planned: Planned, found: FindingsView, manner: Manner) -> None:
    """Show what is about to be done, and what the rules say of it."""
    if manner.as_json:
        manner.stream.planned(planned, found)
        return
    screen = console.stdout(no_color=manner.no_color)
    console.show(screen, terminal.plan(view(planned.plan)), policy.summary(found))


def make(
    place: Workplace, planned: Planned, session: Session, context: Context, manner: Manner, held: ExitStack
) -> int:
    """Make the changes and tell what became of them; answers the exit code."""
    stop = StopSignal()
    if not manner.as_json:
        console.say()
    with _progress(place, planned, manner) as progress, graceful(stop, lambda: _leave(held)):
        applied = make_changes(planned, session, context, progress, stop)
    tally = progress.tally
    chain = applied.chain if len(applied.timings) > 1 else ()
    if manner.as_json:
        manner.stream.diagnostics(applied.findings)
        console.event(_summary(applied, tally))
    elif planned.plan.steps:
        console.say()
    if applied.failures or applied.interrupted:
        told = terminal.failed(
            applied.failures,
            tally,
            requests=applied.requests,
            seconds=applied.seconds,
            chain=chain,
            skipped=applied.skipped,
            interrupted=applied.interrupted,
            destroy=manner.destroys,
        )
        console.show(console.stderr(no_color=manner.no_color), told)
        return INTERRUPTED if applied.interrupted else 1
    if not manner.as_json:
        told = terminal.applied(
            tally,
            requests=applied.requests,
            seconds=applied.seconds,
            chain=chain,
            outputs=applied.state.outputs,
            destroy=manner.destroys,
        )
        console.show(console.stdout(no_color=manner.no_color), told)
    return tell_checks(applied.findings, no_color=manner.no_color)


def _summary(applied: Applied, tally: Tally) -> dict[str, Any]:
    """The last line of ``--json``."""
    return {
        "type": "summary",
        "added": tally.added,
        "changed": tally.changed,
        "destroyed": tally.destroyed,
        "failed": applied.failed,
        "skipped": len(applied.skipped),
        "requests": applied.requests,
        "seconds": applied.seconds,
        "interrupted": applied.interrupted,
        "serial": applied.state.serial,
        "durations": [timing_json(timing) for timing in applied.timings],
        "checks": checks_json(applied.checks),
        "chain": [timing_json(timing) for timing in applied.chain],
    }


def _progress(place: Workplace, planned: Planned, manner: Manner) -> Progress:
    if manner.as_json:
        return Json(_write, planned.plan)
    if console.colourful(sys.stdout, no_color=manner.no_color):
        before = place.requests
        return Live(
            console.stdout(),
            steps=len(planned.plan.steps),
            now=place.clock.monotonic,
            requests=lambda: place.requests - before,
            plan=planned.plan,
        )
    return Lines(_write, planned.plan)


def _write(line: str) -> None:
    console.say(line.rstrip("\n"))


def _leave(held: ExitStack) -> None:
    """End the process now. The lock is let go if that is quick: a lease that is not runs out by itself."""
    letting_go = threading.Thread(target=held.close, daemon=True)
    letting_go.start()
    letting_go.join(2)
    os._exit(INTERRUPTED)
