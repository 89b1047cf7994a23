"""What one step does to the world: each request in the journal before it is sent, each answer after it came.

Everything here runs on workers, several at a time; nothing here evaluates or decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlinfra.engine.context import Context
from mlinfra.engine.decide import Work
from mlinfra.engine.differ import differences, merged, overlaid
from mlinfra.engine.marks import known_part, uploadable
from mlinfra.engine.planner import Planned
from mlinfra.engine.refresh import is_ours, read, seen
from mlinfra.engine.versions import earlier_versions
from mlinfra.model.event import Event, Uploading
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Action, Op, Step
from mlinfra.model.value import Attrs, Path, dotted
from mlinfra.providers.api import (
    Admission,
    Counts,
    Done,
    Paced,
    Pending,
    ProviderError,
    Report,
    reporting,
)
from mlinfra.state.api import StoreError
from mlinfra.state.session import Session

TELLING_BYTES = 1 << 20
"""The smallest upload of whose progress is told."""


@dataclass(slots=True)
class Going:
    """One step on its way. ``attrs`` is what it makes true; ``tries`` counts what the service put off."""

    step: Step
    work: Work
    started: float
    attrs: Attrs
    id: str | None
    prior: Attrs | None = None
    desired: Attrs | None = None
    accepted: Pending | None = None
    begun: bool = False
    tries: int = 0
    op: Op = Op.CREATE
    """What is asked for now: that of the step, or what its turn of work has come to."""
    freed: bool = False
    """Whether something was done already about what keeps the name."""
    unanswered: bool = False
    """Whether an earlier try may have got through, without anybody having said so."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The next request of a step that takes several; ``entry`` is what the one before has brought about.
    ``refused`` says why there is no next one."""

    op: Op
    prior: Attrs | None = None
    desired: Attrs | None = None
    entry: Entry | None = None
    refused: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A step's end that the store would not take: what was done goes into the state, or the recovery file."""

    entry: Entry
    trouble: StoreError


class Worker:
    """Carries out steps for one apply. Thread-safe: what a step needs is in its `Going`."""

    def __init__(
        self, planned: Planned, session: Session, context: Context, on_event: Callable[[Event], None]
    ) -> None:
        self.planned, self.session, self.context, self.tell = planned, session, context, on_event
        self.connections: dict[int, Any] = {}

    def requests(self) -> int:
        """Requests that the connections of this plan have sent so far."""
        for work in self.planned.works.values():
            if work.change.action is not Action.NO_OP:
                self._connection(work)
        return sum(c.requests for c in self.connections.values() if isinstance(c, Counts))

    def admission(self, work: Work, op: Op | None, id: str) -> Admission | None:
        """Leave for what `begin` (with None: `resume`) sends, where the connection wants it asked for."""
        try:
            connection = self._connection(work)
        except ProviderError:
            return None  # it is told by whoever sends
        return connection.admission(op, id) if isinstance(connection, Paced) else None

    def begin(self, going: Going) -> Any:
        """Send what a step asks for now; answers an entry, a turn, a `Pending`, or an error."""
        work = going.work
        try:
            self.session.guard()
            self.session.record(self.entry(going, EntryKind.INTENT))
            connection = self._connection(work)
            op, prior = going.op, going.prior
            if op is Op.CREATE and going.tries and going.id is not None:
                # An earlier try may have got through although its answer was lost.
                there = read(work.registered.type, connection, {going.id: going.desired or {}}).get(going.id)
                if there is not None and not is_ours(there, work.registered.type, self.planned.state.lineage):
                    return ProviderError("MLI-PLN-003", "somebody else made it meanwhile", hint="Plan again.")
                if there is not None:
                    op, prior = Op.UPDATE, there
            if op is not Op.CREATE and going.id is None:
                return ProviderError("MLI-PLN-021", "its id is not known", hint="Plan again.")
            with reporting(self._uploads_of(going.step)):
                progress = work.registered.type.begin(connection, op, going.id or "", prior, going.desired)
            return self._progress(going, progress)
        except (ProviderError, StoreError) as wrong:
            return wrong

    def _uploads_of(self, step: Step) -> Report:
        """Tells how far a step's upload is, a tenth at a time; small ones are over before anyone looks."""
        told = 0

        def report(sent: int, total: int) -> None:
            nonlocal told
            share = sent * 10 // total if total >= TELLING_BYTES else 0
            if share > told:
                told = share
                self.tell(Uploading(step, self.context.clock.monotonic(), sent, total))

        return report

    def resume(self, going: Going, pending: Pending) -> Any:
        """Ask how an accepted request is doing; answers as `begin` does."""
        try:
            self.session.guard()
            progress = going.work.registered.type.resume(self._connection(going.work), pending)
            return self._progress(going, progress)
        except (ProviderError, StoreError) as wrong:
            return wrong

    def _progress(self, going: Going, progress: Done | Pending) -> Any:
        if isinstance(progress, Pending):
            if going.accepted is None or progress.token != going.accepted.token:
                self.session.record(self.entry(going, EntryKind.ACCEPTED, token=progress.token))
            return progress
        return self._following(going, progress) or self.record(going, progress)

    def _following(self, going: Going, done: Done) -> Any:
        """What has to be asked for after this; None where the step is at its end.

        What was recovered is recorded before it is brought in line: should that fail, it is planned again.
        """
        if going.op is Op.PURGE:
            return Turn(Op.CREATE)
        if going.op is not Op.RECOVER or done.attrs is None or going.work.instance is None:
            return None
        live, schema = self._seen(going, done.attrs), going.work.schema
        ignored = going.work.instance.block.lifecycle.ignore_changes
        attrs = overlaid(going.attrs, live, ignored)
        found = differences(live, attrs, {}, schema, self.session.snapshot.same_secret)
        if not found:
            return None
        recovered = self.record(replace(going, attrs={}), done)
        if not isinstance(recovered, Entry):
            return recovered
        fixed = [a for a in found if a.forces_replacement]
        if fixed:
            return Turn(Op.UPDATE, entry=recovered, refused=_another(fixed[0].path))
        wanted = merged(live, overlaid(going.desired or {}, live, ignored), {}, schema)
        return Turn(Op.UPDATE, known_part(live), known_part(uploadable(wanted)), recovered)

    def _seen(self, going: Going, attrs: Attrs) -> Attrs:
        return seen(attrs, going.work.registered.type, going.attrs).attrs

    def record(self, going: Going, done: Done) -> Any:
        """Write a step's end into the journal; answers the entry."""
        gone = going.step.op in (Op.DELETE, Op.FORGET)
        observed = None
        if not gone:
            if done.attrs is None:
                return ProviderError("MLI-PLN-022", "the provider did not say what it made")
            observed = done.attrs if done.attrs is going.work.live else self._seen(going, done.attrs)
        going.id = done.id or going.id
        if observed is not None and isinstance(observed.get("id"), str):
            going.id = done.id or observed["id"]
        entry = self.entry(going, EntryKind.DONE, observed=observed)
        try:
            self.session.record(entry)
        except StoreError as lost:
            return Unrecorded(entry, lost)
        return entry

    def entry(self, going: Going, kind: EntryKind, **more: Any) -> Entry:
        """What the journal is told of a step."""
        step, work = going.step, going.work
        gone = step.op in (Op.DELETE, Op.FORGET)
        return Entry(
            kind=kind,
            step=step.id,
            address=step.address,
            op=step.op,
            type=work.change.type,
            provider=work.change.provider,
            id=going.id,
            desired=None if gone and going.desired is None else going.attrs,
            settings=self._settings(work),
            dependencies=tuple(sorted(work.instance.needs)) if work.instance else (),
            type_version=work.registered.type.version,
            lifecycle=work.instance.lasting if work.instance else frozenset(),
            versions=earlier_versions(work, going.id),
            **more,
        )

    def _settings(self, work: Work) -> Mapping[str, Any]:
        if work.instance is None:
            return work.settings
        settings = self.planned.settings
        return settings.recordable(settings.chosen(work.instance.block, work.registered.provider.name))

    def _connection(self, work: Work) -> Any:
        connection = self.context.connect(work.registered.provider.name, work.settings)
        self.connections[id(connection)] = connection
        return connection


def _another(path: Path) -> ProviderError:
    return ProviderError(
        "MLI-PLN-017",
        f"what was recovered has another `{dotted(path)}`, which cannot change in place",
        path=path,
        hint="It is there, and recorded as it is. Plan again (it is replaced), or write the value it has.",
    )
