"""A plan's steps, carried out: intent → request → accepted → done, each in the journal before the next.

Nothing is planned here. What was unknown is evaluated as it becomes known; a step whose values turn out
otherwise than planned fails and says ``plan again``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlinfra.engine.context import Context
from mlinfra.engine.decide import Work, previous_of
from mlinfra.engine.deeds import deeds
from mlinfra.engine.differ import differences, merged, overlaid
from mlinfra.engine.expectation import remembered_durations, slowest_chain
from mlinfra.engine.guard import Guard
from mlinfra.engine.instance import Instance, refused
from mlinfra.engine.marks import known_part, unmarked, uploadable
from mlinfra.engine.planner import Planned
from mlinfra.engine.refresh import OWNER_TAG
from mlinfra.engine.remembering import remembered
from mlinfra.engine.scheduler import End, Gate, Next, Run, run
from mlinfra.engine.schema import comparable
from mlinfra.engine.scrub import scrubbed, secrets
from mlinfra.engine.worker import Going, Turn, Unrecorded, Worker
from mlinfra.model.check import CheckResult
from mlinfra.model.configuration import OnSoftDeleted
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.event import Accepted, Event, Failed, Finished, Retrying, Started, Timing
from mlinfra.model.graph import dependants
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op, Step
from mlinfra.model.state import OutputValue, State
from mlinfra.model.value import Attrs, Sensitive, has_unknown, is_sensitive, reveal
from mlinfra.providers.api import Done, OneWriter, Pending, ProviderError
from mlinfra.state.api import StoreError
from mlinfra.state.journal import fold
from mlinfra.state.session import Session

ATTEMPTS = 8
"""How often one request is sent before its step fails; waits double from a second, or are as asked for."""


_WANTED = {OnSoftDeleted.RECOVER: Op.RECOVER, OnSoftDeleted.PURGE: Op.PURGE}
_INSTEAD = {
    Op.RECOVER: "a deleted one has its name, and is recovered",
    Op.PURGE: "a deleted one has its name, and is purged first",
}

PATIENCE = 3600.0
"""Seconds that a step waits for somebody else's work on its resource to end."""


class StopSignal:
    """Set once by Ctrl-C or SIGTERM: nothing new starts, what is in flight is brought to its end."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """Ask for the stop."""
        self.requested = True


@dataclass(frozen=True, slots=True)
class Applied:
    """How an apply came out. ``state`` is what is written now; ``skipped`` are steps that never started."""

    state: State
    failures: tuple[Diagnostic, ...]
    done: int
    failed: int
    skipped: tuple[Step, ...]
    requests: int
    seconds: float
    interrupted: bool
    timings: tuple[Timing, ...] = ()
    """How long each step took that was carried out, in the order in which they ended."""
    chain: tuple[Timing, ...] = ()
    """Those of them that decided how long the apply took, each waiting for the one before."""
    checks: tuple[CheckResult, ...] = ()
    """How every check came out."""
    findings: tuple[Diagnostic, ...] = ()
    """What is said of checks that do not hold now that all is done: errors, and warnings."""


def apply(
    planned: Planned, session: Session, context: Context, on_event: Callable[[Event], None], stop: StopSignal
) -> Applied:
    """Carry out a plan that was made from this session's snapshot, and write the state.

    Raises MlinfraError when the state cannot be written or the lock is lost; what was done is then in the
    journal or in the recovery file that the message names.
    """
    crew = _Crew(planned, session, context, on_event, stop)
    started, sent = context.clock.monotonic(), crew.worker.requests()
    weights = {step.id: step.seconds or 1.0 for step in planned.plan.steps}
    # When this is cut short by an exception nothing is written: requests may still be in flight, and the
    # journal, which belongs to the state as it was, keeps all that is done and all that is open.
    steps, joins = planned.plan.steps, planned.plan.joins
    skipped = run(steps, crew, context.clock, context.parallelism, weights, joins)
    state = crew.write() if crew.entries or not planned.plan.is_empty else session.snapshot.state
    if crew.lost is not None:
        raise MlinfraError(
            error("MLI-STA-020", f"stopped: {crew.lost.summary}", crew.lost.hint), untouched=False
        )
    complete = not (skipped or crew.failures or stop.requested)
    checks, findings = crew.guard.at_end(complete=complete)
    return Applied(
        state=state,
        failures=tuple(crew.failures),
        done=crew.done,
        failed=len(crew.failures),
        skipped=tuple(skipped),
        requests=crew.worker.requests() - sent,
        seconds=context.clock.monotonic() - started,
        interrupted=stop.requested,
        checks=checks,
        findings=findings,
        timings=tuple(crew.timings),
        chain=slowest_chain(planned.plan, crew.timings),
    )


class _Crew:
    """What the scheduler calls: it owns the resolver and the entries, and hands only I/O to workers."""

    def __init__(
        self,
        planned: Planned,
        session: Session,
        context: Context,
        on_event: Callable[[Event], None],
        stop: StopSignal,
    ) -> None:
        self.planned, self.session, self.context = planned, session, context
        self.tell, self.stop = on_event, stop
        self.entries: list[Entry] = []
        self.failures: list[Diagnostic] = []
        self.timings: list[Timing] = []
        self.lost: StoreError | None = None
        self.done = 0
        self.going: dict[str, Going] = {}
        self.steps = {step.id: step for step in planned.plan.steps}
        self.guard = Guard(planned)
        self.worker = Worker(planned, session, context, on_event)

    @property
    def stopping(self) -> bool:
        """Stop when asked to, and when the store is lost."""
        return self.stop.requested or self.lost is not None

    def gate(self, step: Step) -> Gate:
        """Alone in the lane of what the step writes, and leave for its requests, where it sends any."""
        if step.op in (Op.FORGET, Op.ADOPT) or step.with_parent is not None:
            return Gate()
        work = self.planned.works[step.address]
        id = step.target or work.change.id or self._id_by_now(work)
        type_ = work.registered.type
        lane = type_.lane(id) if id and isinstance(type_, OneWriter) else None
        place = (work.registered.provider.name, lane) if lane is not None else None
        return Gate(place, self.worker.admission(work, step.op, id))

    def _id_by_now(self, work: Work) -> str:
        """The id of what is made, which was not known when the plan was; empty where it still is not."""
        resolver = self.planned.resolver
        instance = resolver.refreshed(work.address.block).get(work.address.key)
        if resolver.problems:
            resolver.problems.clear()
            resolver.forget(work.address.block)  # `_prepare` finds them again, and tells them
        return (instance.id if instance is not None else None) or ""

    def start(self, step: Step) -> Next:
        """Evaluate what the step sends, or end it where nothing needs to be sent."""
        work = self.planned.works[step.address]
        going = Going(step, work, self.context.clock.monotonic(), {}, work.change.id, op=step.op)
        self.going[step.id] = going
        if step.op is Op.FORGET or step.with_parent is not None:
            going.id = work.record.id if work.record else going.id
            return Run(lambda: self.worker.record(going, Done()))
        if step.op is Op.DELETE:
            assert work.record is not None
            going.id = step.target or work.record.id
            going.prior = known_part(work.live or {}) if step.target is None else None
            going.attrs = work.record.desired
            if work.comes_back and work.instance is not None:
                going.desired = known_part(work.instance.attrs)
        else:
            trouble = self._prepare(going) or self.guard.before(step)
            if trouble is not None:
                return self._fail(going, trouble)
            if step.op is Op.ADOPT and f"{Op.UPDATE.value}:{step.address}" in self.steps:
                going.attrs = {}  # nothing of it is applied yet: should the update fail, all is planned again
            if step.op is Op.ADOPT or (step.op is Op.UPDATE and not self._differs(going)):
                going.desired = None
                return Run(lambda: self.worker.record(going, Done(work.live)))
        going.begun = True
        self.tell(Started(step, going.started, step.seconds))
        return Run(lambda: self.worker.begin(going))

    def result(self, step: Step, result: Any) -> Next:
        """Record what came back, and say what is next."""
        going = self.going[step.id]
        now = self.context.clock.monotonic()
        if isinstance(result, StoreError):
            self.lost = self.lost or result
            return End(False)
        if isinstance(result, Unrecorded):
            self.lost = self.lost or result.trouble
            self.entries.append(result.entry)
            return End(False)
        if isinstance(result, Pending):
            if going.accepted is None:
                self.tell(Accepted(step, now))
            going.accepted, going.tries = result, 0
            left = self._time_left(going, now)
            if left is not None and left <= 0:
                return self._fail(going, _too_slow(going, now))
            if left is not None:
                return self._ask(going, result, min(result.after, left))
            return self._ask(going, result, result.after)
        if isinstance(result, Turn):
            return self._turn(going, result)
        if isinstance(result, ProviderError):
            instead = self._instead(going) if result.kept else None
            if instead is not None:
                self.tell(Retrying(step, now, 0.0, _INSTEAD[instead.op]))
                return self._turn(going, instead)
            if result.retryable and self._has_patience(going, result, now):
                after = result.after if result.after is not None else min(60.0, 2.0**going.tries)
                going.tries += not result.busy
                going.unanswered |= result.sent
                self.tell(Retrying(step, now, after, scrubbed(result.summary, secrets(going.attrs))))
                if not result.sent:
                    # The operation is over without effect: there is nothing to poll, it is begun anew.
                    going.accepted = None
                return self._again(going, after)
            return self._fail(going, result)
        assert isinstance(result, Entry)
        return self._finish(going, result, now)

    def _turn(self, going: Going, turn: Turn) -> Next:
        """Go on with the next request of the same step."""
        if turn.entry is not None:
            self.entries.append(turn.entry)
        if turn.refused is not None:
            return self._fail(going, turn.refused)
        going.op, going.prior, going.accepted, going.tries = turn.op, turn.prior, None, 0
        if turn.desired is not None:
            going.desired = turn.desired
        return self._begin(going, 0.0)

    def _again(self, going: Going, after: float) -> Run:
        """What is to be done once more: asking how it is doing, or the request itself."""
        return self._ask(going, going.accepted, after) if going.accepted else self._begin(going, after)

    def _ask(self, going: Going, pending: Pending, after: float) -> Run:
        leave = self.worker.admission(going.work, None, going.id or "")
        return Run(lambda: self.worker.resume(going, pending), after, leave, asks=True)

    def _begin(self, going: Going, after: float) -> Run:
        leave = self.worker.admission(going.work, going.op, going.id or "")
        return Run(lambda: self.worker.begin(going), after, leave)

    def _instead(self, going: Going) -> Turn | None:
        """What the user wants where the name of a creation is kept, once for each step; None: it fails."""
        if going.step.op is not Op.CREATE or going.op is not Op.CREATE or going.freed:
            return None
        assert going.work.instance is not None
        going.freed = True
        op = _WANTED.get(going.work.instance.block.lifecycle.on_soft_deleted)
        return Turn(op) if op is not None else None

    def _time_left(self, going: Going, now: float) -> float | None:
        """Seconds until the step's `timeouts` is over; None where it has none."""
        block = going.work.instance.block if going.work.instance else None
        names = {Op.DELETE: "delete", Op.UPDATE: "update"}
        limit = block.timeouts.get(names.get(going.step.op, "create")) if block else None
        return None if limit is None else going.started + limit - now

    def _has_patience(self, going: Going, wrong: ProviderError, now: float) -> bool:
        """Whether to try again: a number of times, or as long as somebody else is at work on it."""
        if self.stopping and going.accepted is None:
            return False
        return now - going.started < PATIENCE if wrong.busy else going.tries < ATTEMPTS

    def _finish(self, going: Going, entry: Entry, now: float) -> Next:
        step = going.step
        self.entries.append(entry)
        self.done += 1
        if entry.observed is not None:
            self.planned.resolver.observe(step.address, entry.observed)
        self._took(going, now, done=True)
        trouble = self.guard.after(step)
        if trouble is not None:
            return self._refuse(going, trouble, now)
        changed = going.desired is not None or step.op is not Op.UPDATE
        self.tell(Finished(step, now, now - going.started, changed=changed))
        return End(True)

    def _took(self, going: Going, now: float, *, done: bool) -> None:
        """Remember how long a step took of which anything was asked."""
        if going.begun:
            self.timings.append(Timing(going.step, going.started, now, done))

    def _refuse(self, going: Going, trouble: Diagnostic, now: float) -> Next:
        """Go no further from a step that is done and recorded: a check after it does not hold."""
        self.failures.append(trouble)
        seconds = now - going.started
        self.tell(Failed(going.step, now, trouble, self._held_up(going.step), seconds, done=True))
        return End(False)

    def _held_up(self, step: Step) -> tuple[Step, ...]:
        """The steps that will not run when this one fails."""
        waiting = dependants(self.planned.plan.needs, [step.id]) & self.steps.keys()
        return tuple(self.steps[id] for id in sorted(waiting))

    def _fail(self, going: Going, trouble: ProviderError | Diagnostic) -> Next:
        step, work = going.step, going.work
        block = work.instance.block if work.instance else None
        if isinstance(trouble, ProviderError):
            found = (
                refused(trouble, block, going.attrs)
                if block
                else error(trouble.code, trouble.summary, trouble.hint, address=step.address)
            )
        else:
            found = trouble
        found = replace(found, address=step.address)
        found = found.within(self.planned.config.via(step.address.module))
        broken = going.accepted is not None and going.op in (Op.CREATE, Op.RECOVER)
        unsure = isinstance(trouble, ProviderError) and trouble.retryable and trouble.sent
        # A refusal of the last try says nothing of an earlier one: the next command looks what became of it.
        unsure |= going.unanswered and going.accepted is None
        if going.begun and not unsure:
            entry = self.worker.entry(going, EntryKind.FAILED, message=found.summary, broken=broken)
            try:
                self.session.record(entry)
                self.entries.append(entry)
            except StoreError as lost:
                self.lost = self.lost or lost
        self.failures.append(found)
        now = self.context.clock.monotonic()
        self._took(going, now, done=False)
        self.tell(Failed(step, now, found, self._held_up(step), now - going.started))
        return End(False)

    def _prepare(self, going: Going) -> Diagnostic | None:
        """Evaluate the step's resource with what is known by now; a diagnostic when that cannot be sent."""
        work, resolver = going.work, self.planned.resolver
        assert work.instance is not None
        resolver.problems.clear()
        instance = resolver.refreshed(work.address.block).get(work.address.key)
        if resolver.problems:
            resolver.forget(work.address.block)
            return resolver.problems[0]
        if instance is None:
            return _plan_again(work, "it is no longer in the configuration")
        attrs = instance.attrs
        if work.live is not None:
            attrs = overlaid(attrs, work.live, instance.block.lifecycle.ignore_changes)
        still = [key for key, value in attrs.items() if has_unknown(value)]
        if still:
            return _plan_again(work, f"`{still[0]}` is still unknown")
        moved = _moved(work.instance.attrs, attrs, instance)
        if moved is not None:
            return _plan_again(work, f"`{moved}` turned out to be another value than planned")
        going.attrs = attrs
        going.id = work.change.id if going.step.op is Op.UPDATE else instance.id or work.change.id
        owned = self._owned(attrs, instance)
        if going.step.op is Op.UPDATE:
            assert work.live is not None
            previous = previous_of(work)
            going.prior = known_part(work.live)
            going.desired = known_part(uploadable(merged(work.live, owned, previous, instance.schema)))
        elif going.step.op.makes:
            going.desired = known_part(uploadable(owned))
        return None

    def _differs(self, going: Going) -> bool:
        """Whether an update has anything to do, now that everything is known."""
        work = going.work
        assert work.live is not None
        if work.record is not None and work.record.broken:
            return True
        same = self.session.snapshot.same_secret
        return bool(differences(work.live, going.attrs, previous_of(work), work.schema, same))

    def _owned(self, attrs: Attrs, instance: Instance) -> Attrs:
        """With the tag by which we know our own."""
        key = instance.schema.get("x-owner-tag")
        if not key:
            return attrs
        written = attrs.get(key)
        tags = {**(reveal(written) or {}), OWNER_TAG: self.planned.state.lineage}
        return {**attrs, key: Sensitive(tags) if isinstance(written, Sensitive) else tags}

    # ---- around it -----------------------------------------------------------------------------------

    def write(self) -> State:
        """The state with everything done laid over it, and the outputs, written."""
        state, _ = fold(self.planned.state, self.entries)
        records = remembered(self.planned, state.records)
        durations = remembered_durations(state.durations, self.timings, self.planned.works)
        return self.session.commit(
            replace(state, records=records, outputs=self._outputs(), durations=durations),
            deeds(self.entries),
        )

    def _outputs(self) -> Mapping[str, OutputValue]:
        if self.planned.plan.destroy:
            return {} if not self.failures else self.planned.state.outputs
        found: dict[str, OutputValue] = {}
        for name, output in self.planned.config.outputs.items():
            value = self.planned.resolver.value(output.value, [])
            if has_unknown(value):
                if name in self.planned.state.outputs:
                    found[name] = self.planned.state.outputs[name]
                continue
            secret = output.sensitive or is_sensitive(value)
            found[name] = OutputValue(unmarked(value, secret=secret), secret)
        return found


def _too_slow(going: Going, now: float) -> ProviderError:
    """What a step fails with whose `timeouts` is over: it stays open, since the service is still at it."""
    return ProviderError(
        "MLI-PLN-023",
        f"it was not done within {now - going.started:.0f} seconds, which its timeouts allow",
        hint="The service still works on it. The next command takes it up again; or allow more time.",
        retryable=True,
    )


def _moved(planned: Attrs, attrs: Attrs, instance: Instance) -> str | None:
    """The first key that was known when the plan was made and has another value now."""
    for key, value in planned.items():
        if has_unknown(value):
            continue
        part = instance.schema["properties"].get(key, {})
        if comparable(reveal(value), part) != comparable(reveal(attrs.get(key)), part):
            return key
    return None


def _plan_again(work: Work, why: str) -> Diagnostic:
    return error(
        "MLI-PLN-020",
        f"{work.address} cannot be done as planned: {why}",
        "Nothing was sent for it. Plan again.",
        work.change.position,
        work.address,
    )
