"""What an earlier command left open: each step is taken up, recorded or dropped. Nothing is sent again.

What is missing afterwards is simply planned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlinfra.engine.context import Context
from mlinfra.engine.deeds import deeds
from mlinfra.engine.refresh import is_ours, read, seen
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.event import Settled
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.state import State
from mlinfra.model.value import Attrs, has_unknown
from mlinfra.providers.api import Pending, ProviderError, Registered
from mlinfra.state.journal import fold
from mlinfra.state.session import Session, Snapshot

PATIENCE = 3600.0
"""Seconds to wait for the service to say what became of a step, while it puts the question off."""


LOOKING = 300.0
"""The same for a command that only looks."""


def settle(session: Session, context: Context, on_event: Callable[[Settled], None]) -> None:
    """Settle what is open, for good: operations still going on are waited for, the state is written.

    Raises MlinfraError when the service cannot be asked.
    """
    if not session.snapshot.open:
        return
    found: list[Entry] = []

    def ended(before: Entry, after: Entry) -> None:
        session.record(after)
        found.append(after)
        on_event(_told(before, after))

    _settle(session.snapshot, context, ended, session.guard, resume=True, patience=PATIENCE)
    state, _ = fold(session.snapshot.state, found)
    session.commit(state, f"settled: {deeds(found)}")


def settled_in_memory(snapshot: Snapshot, context: Context) -> tuple[State, tuple[Settled, ...]]:
    """The state as settling would leave it, for commands that only look: nothing is resumed or written."""
    entries: list[Entry] = []
    told: list[Settled] = []

    def ended(before: Entry, after: Entry) -> None:
        entries.append(after)
        told.append(_told(before, after))

    _settle(snapshot, context, ended, lambda: None, resume=False, patience=LOOKING)
    state, _ = fold(snapshot.state, entries)
    return state, tuple(told)


@dataclass(frozen=True, slots=True)
class _Later:
    """Not over yet: ask again after so many seconds, with this entry."""

    entry: Entry
    after: float
    why: MlinfraError | None = None


def _settle(
    snapshot: Snapshot,
    context: Context,
    ended: Callable[[Entry, Entry], None],
    guard: Callable[[], None],
    *,
    resume: bool,
    patience: float,
) -> None:
    """Ask about each entry until it has ended. Raises MlinfraError for what never does."""
    waiting = [(entry, entry) for entry in snapshot.open]
    lineage = snapshot.state.lineage
    waited = 0.0
    while waiting:
        later: list[tuple[Entry, _Later]] = []
        for first, entry in waiting:
            guard()
            outcome = _ask(entry, context, lineage, resume=resume)
            if isinstance(outcome, _Later):
                later.append((first, outcome))
            else:
                ended(first, outcome)
        waiting = [(first, postponed.entry) for first, postponed in later]
        if later:
            stuck = next((postponed.why for _, postponed in later if postponed.why), None)
            if stuck is not None and waited > patience:
                raise stuck
            pause = max(postponed.after for _, postponed in later)
            context.clock.sleep(pause)
            waited += max(pause, 1.0)


def _told(before: Entry, after: Entry) -> Settled:
    if after.kind is EntryKind.FAILED:
        found = "absent" if not after.broken else "failed"
    else:
        found = "resumed" if before.kind is EntryKind.ACCEPTED else "recorded"
    return Settled(str(before.address), before.op, found)


def _ask(entry: Entry, context: Context, lineage: str, *, resume: bool) -> Entry | _Later:
    registered = context.catalogue.types.get(entry.type)
    if registered is None:
        raise MlinfraError(
            error(
                "MLI-PLN-001",
                f"no provider knows the type `{entry.type}` of {entry.address}, which was left open",
                f"Install the provider `{entry.provider}`.",
                address=entry.address,
            )
        )
    if entry.op is Op.FORGET:
        return replace(entry, kind=EntryKind.DONE)
    try:
        connection = context.connect(entry.provider, entry.settings)
        if resume and entry.kind is EntryKind.ACCEPTED and entry.token is not None:
            return _resumed(entry, registered, connection)
        return _looked_up(entry, registered, connection, lineage)
    except ProviderError as wrong:
        told = error(
            wrong.code,
            f"{entry.address} was left open and cannot be looked up: {wrong.summary}",
            wrong.hint,
            address=entry.address,
        )
        if wrong.retryable:
            return _Later(entry, 5.0 if wrong.after is None else wrong.after, MlinfraError(told))
        raise MlinfraError(told) from wrong


def _resumed(entry: Entry, registered: Registered, connection: Any) -> Entry | _Later:
    """Ask how an accepted operation came out; one that failed is told by what is there now."""
    assert entry.token is not None
    try:
        progress = registered.type.resume(connection, Pending(entry.token))
    except ProviderError as wrong:
        if wrong.retryable and wrong.sent:
            raise
        if not entry.op.makes:
            return replace(entry, kind=EntryKind.FAILED, token=None, message=wrong.summary)
        attrs = _read(entry, registered, connection)
        return replace(
            entry, kind=EntryKind.FAILED, token=None, message=wrong.summary, broken=attrs is not None
        )
    if isinstance(progress, Pending):
        return _Later(replace(entry, token=progress.token), progress.after)
    if entry.op is Op.DELETE:
        return replace(entry, kind=EntryKind.DONE, token=None)
    attrs = progress.attrs if progress.attrs is not None else _read(entry, registered, connection)
    return _recorded(replace(entry, id=progress.id or entry.id), registered, attrs)


def _looked_up(entry: Entry, registered: Registered, connection: Any, lineage: str) -> Entry:
    """Whether the service has it, whatever became of the request."""
    attrs = _read(entry, registered, connection)
    if entry.op is Op.DELETE:
        return replace(entry, kind=EntryKind.DONE if attrs is None else EntryKind.FAILED, token=None)
    if entry.op is Op.UPDATE:
        return replace(
            entry, kind=EntryKind.FAILED, token=None, message="whether it got through is not known"
        )
    if entry.op.makes and attrs is not None and not is_ours(attrs, registered.type, lineage):
        attrs = None
    return _recorded(entry, registered, attrs)


def _read(entry: Entry, registered: Registered, connection: Any) -> Attrs | None:
    if entry.id is None:
        return None
    return read(registered.type, connection, {entry.id: entry.desired or {}}).get(entry.id)


def _recorded(entry: Entry, registered: Registered, attrs: Attrs | None) -> Entry:
    if attrs is None:
        return replace(entry, kind=EntryKind.FAILED, token=None, message="the service does not have it")
    desired = {key: value for key, value in (entry.desired or {}).items() if not has_unknown(value)}
    observed = seen(attrs, registered.type, desired).attrs
    return replace(entry, kind=EntryKind.DONE, token=None, desired=desired, observed=observed)


def ending_for_good(entries: Sequence[Entry]) -> frozenset[str]:
    """The ids, without case, whose open deletions leave nothing behind that keeps a name."""
    return frozenset(
        e.id.casefold() for e in entries if e.op is Op.DELETE and e.desired is not None and e.id is not None
    )


def open_steps(entries: Sequence[Entry]) -> tuple[str, ...]:
    """What is open, in words, for the message before settling."""
    words = {
        Op.CREATE: "created",
        Op.UPDATE: "changed",
        Op.DELETE: "deleted",
        Op.RECOVER: "recovered",
        Op.PURGE: "purged and created",
    }
    return tuple(f"{e.address} was being {words.get(e.op, 'recorded')}" for e in entries)
