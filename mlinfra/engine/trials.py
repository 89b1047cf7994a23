"""Runs a test file: each of its runs on the cloud and the state that the one before left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from mlinfra.config.staging import module_path
from mlinfra.engine.applier import StopSignal, apply
from mlinfra.engine.checks import refusals
from mlinfra.engine.conditions import WORDS, keys_of
from mlinfra.engine.context import DEFAULTS, Context
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.engine.policies import judged
from mlinfra.engine.remembering import remember
from mlinfra.engine.settle import settle
from mlinfra.engine.trial_conditions import judge
from mlinfra.engine.trial_names import Seen, names_of
from mlinfra.engine.trial_secrets import hidden_in, without_secrets
from mlinfra.engine.validate import inspect, validate
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error
from mlinfra.model.plan import Action, Plan
from mlinfra.model.policy import Judgement, Policy
from mlinfra.model.trial import Command, Ending, Failure, Outcome, Request, Run, Trial
from mlinfra.model.value import dotted
from mlinfra.policy.gate import Gate
from mlinfra.state.session import Session, Snapshot


class Ground(Protocol):
    """A cloud and a state of its own, for the runs of one file."""

    context: Context
    """What the engine's verbs are handed; every connection leads into that cloud."""

    def config(self, run: Run) -> Config:
        """What the run works on. Raises MlinfraError."""
        ...

    def gate(self, own: Policy) -> Gate:
        """What judges its plans. Raises MlinfraError."""
        ...

    def snapshot(self, config: Config) -> Snapshot:
        """What is recorded."""
        ...

    def session(self, config: Config, command: str) -> AbstractContextManager[Session]:
        """What is recorded, held."""
        ...

    def send(self, request: Request) -> None:
        """Send what somebody else sends, and wait for its end. Raises MlinfraError where it is refused."""
        ...

    def written(self) -> Sequence[Mapping[str, Any]]:
        """The requests since the last call that changed something, or should have."""
        ...

    def today(self) -> date:
        """The day in that cloud."""
        ...


def run_trial(trial: Trial, ground: Ground, monotonic: Callable[[], float]) -> Iterator[Outcome]:
    """The runs of a file, one after the other; after one that fails the others are skipped."""
    failed = False
    waiting = trial.requests
    for run in trial.runs:
        if failed:
            yield Outcome(run, Ending.SKIPPED)
            continue
        started = monotonic()
        failures = _failures(trial, replace(run, requests=(*waiting, *run.requests)), ground)
        waiting = ()
        failed = bool(failures)
        ending = Ending.FAILED if failed else Ending.PASSED
        yield Outcome(run, ending, monotonic() - started, len(run.assertions), failures)


def _failures(trial: Trial, run: Run, ground: Ground) -> tuple[Failure, ...]:
    hidden = hidden_in(trial, run)
    try:
        found = list(_attempt(trial, run, ground))
    except MlinfraError as wrong:
        found = [Failure(problem) for problem in wrong.diagnostics]
    return tuple(without_secrets(failure, hidden, trial) for failure in found)


def _attempt(trial: Trial, run: Run, ground: Ground) -> Iterator[Failure]:
    """Everything that is wrong with one run. Raises MlinfraError where it cannot even begin."""
    for request in run.requests:
        ground.send(request)
    ground.written()
    try:
        done = _done(run, ground)
    except MlinfraError as wrong:
        done = _Done(refused=tuple(d for d in wrong.diagnostics if d.severity is Severity.ERROR))
    if run.refusal is not None:
        yield from _held_against(run, done.refused)
        return
    yield from map(Failure, done.refused)
    if done.refused or done.seen is None:
        return
    scope = names_of(done.seen, module_path(trial), keys_of(ground.context.catalogue))
    for assertion in run.assertions:
        failure = judge(assertion, scope)
        if failure is not None:
            yield failure
    if run.command is Command.APPLY and run.settles and done.config is not None:
        again = make_plan(done.config, ground.snapshot(done.config), ground.context).plan
        if not again.is_empty:
            yield Failure(_unsettled(run, again))


@dataclass(frozen=True, slots=True)
class _Done:
    """What one run did: what there is to look at, or the errors that it was refused with."""

    seen: Seen | None = None
    config: Config | None = None
    refused: tuple[Diagnostic, ...] = ()


def _done(run: Run, ground: Ground) -> _Done:
    """Carry out the command of a run. Raises MlinfraError."""
    config = ground.config(run)
    gate = ground.gate(config.policy)
    if run.command is Command.VALIDATE:
        warnings = validate(config, ground.context)
        seen = Seen(inspect(config, ground.context, {}, outputs=True), warnings=_codes(warnings))
        return _Done(seen, config)
    options = replace(DEFAULTS, destroy=run.command is Command.DESTROY)
    if run.command is Command.PLAN:
        planned = make_plan(config, ground.snapshot(config), ground.context, options)
        judgement = judged(planned, gate, ground.today())
        refused = (*_refused(judgement), *refusals(planned.plan.checks))
        return _Done(_seen(planned, judgement, ground), config, refused)
    with ground.session(config, run.command.value) as session:
        settle(session, ground.context, lambda event: None)
        planned = make_plan(config, session.snapshot, ground.context, options)
        judgement = judged(planned, gate, ground.today())
        refused = _refused(judgement)
        if not refused and planned.plan.is_empty:
            remember(planned, session)
            refused = tuple(refusals(planned.plan.checks))
        elif not refused:
            applied = apply(planned, session, ground.context, lambda event: None, StopSignal())
            grave = (d for d in applied.findings if d.severity is Severity.ERROR)
            refused = (*applied.failures, *grave)
    return _Done(_seen(planned, judgement, ground), config, refused)


def _seen(planned: Planned, judgement: Judgement, ground: Ground) -> Seen:
    return Seen(
        planned.resolver,
        planned.plan,
        _codes(planned.plan.warnings),
        tuple(finding.code for finding in judgement.findings),
        ground.written(),
    )


def _codes(found: Sequence[Diagnostic]) -> tuple[str, ...]:
    return tuple(problem.code for problem in found)


def _refused(judgement: Judgement) -> tuple[Diagnostic, ...]:
    """The findings that refuse a plan, as errors that have the codes of their rules."""
    return tuple(
        error(finding.code, finding.summary, "A rule refuses it.", finding.position, finding.address)
        for finding in judgement.findings
        if finding.refuses
    )


# ---- what is said of a run -------------------------------------------------------------------------------


def _held_against(run: Run, refused: Sequence[Diagnostic]) -> Iterator[Failure]:
    """What is wrong with a run that has to be refused."""
    wanted = run.refusal
    assert wanted is not None
    if any(d.code == wanted.code and wanted.message in f"{d.summary}\n{d.detail}" for d in refused):
        return
    told = f"{wanted.code} with `{wanted.message}` in its text" if wanted.message else wanted.code
    if not refused:
        yield Failure(
            error(
                "MLI-TST-014",
                f"nothing was refused, and {told} was expected",
                f"The {run.command.value} went through. What should have stopped it?",
                wanted.position,
            )
        )
        return
    yield Failure(
        error(
            "MLI-TST-015",
            f"it was refused, but not with {told}",
            "What it was refused with stands beneath.",
            wanted.position,
        )
    )
    yield from map(Failure, refused)


_SHOWN = 10
"""Changes of a second plan that are listed."""


def _unsettled(run: Run, plan: Plan) -> Diagnostic:
    changed = [change for change in plan.changes if change.action is not Action.NO_OP]
    lines = [
        f"{WORDS[change.action]} {change.address}"
        + (f": {', '.join(dotted(a.path) for a in change.attributes)}" if change.before else "")
        for change in changed[:_SHOWN]
    ]
    lines += [f"… and {len(changed) - _SHOWN} more"] if len(changed) > _SHOWN else []
    lines += [f"output {each.name}" for each in plan.outputs if each.action is not Action.NO_OP]
    told = "\n".join(f"  {line}" for line in lines)
    return error(
        "MLI-TST-013",
        "a second plan is not empty",
        f"{told}\nThe cloud answers something else than what is written: write what it answers, or leave the "
        "key to the service. Where it has to be so:  settles: false  with a  reason:.",
        run.position,
    )
