"""Events of an apply: counted, as plain lines, as JSON data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.event import (
    Accepted,
    Event,
    Failed,
    Finished,
    Retrying,
    Settled,
    Started,
    Timing,
    Uploading,
)
from mlinfra.model.plan import Action, Op, Plan, Step
from mlinfra.render.escape import shown, visible
from mlinfra.render.json import diagnostic
from mlinfra.render.words import about, elapsed, size

DOING = {
    Op.CREATE: "creating",
    Op.UPDATE: "updating",
    Op.DELETE: "deleting",
    Op.FORGET: "forgetting",
    Op.ADOPT: "recording",
    Op.RECOVER: "recovering",
    Op.PURGE: "purging and creating",
}
DONE = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.DELETE: "deleted",
    Op.FORGET: "forgotten",
    Op.ADOPT: "recorded",
    Op.RECOVER: "recovered",
    Op.PURGE: "purged and created",
}


_WAS = {
    Op.CREATE: "was being created",
    Op.UPDATE: "was being changed",
    Op.DELETE: "was being deleted",
    Op.FORGET: "was being forgotten",
    Op.ADOPT: "was being recorded",
    Op.RECOVER: "was being recovered",
    Op.PURGE: "was being purged and created",
}
_FOUND = {
    "recorded": ("Azure has it", "recorded"),
    "absent": ("Azure did not do it", "planned again"),
    "failed": ("Azure gave it up half-way", "planned again"),
    "pending": ("still going on", "the next command looks again"),
}
FOUND = ("resumed", *_FOUND)
"""What may be found of a step that was left open."""
_FOUND_OF = {
    (Op.CREATE, "absent"): ("Azure never got it", "planned again"),
    (Op.RECOVER, "absent"): ("Azure never got it", "planned again"),
    (Op.PURGE, "absent"): ("whether it is purged is not known", "planned again"),
    (Op.UPDATE, "absent"): ("whether Azure did it is not known", "planned again"),
    (Op.DELETE, "recorded"): ("it is gone", "recorded"),
    (Op.DELETE, "absent"): ("Azure still has it", "planned again"),
    (Op.FORGET, "recorded"): ("only the state was meant", "recorded"),
}


class Tally:
    """What came of the steps, counted by resource: ``added``, ``changed``, ``destroyed``, ….

    One that is replaced is both added and destroyed. Steps that turned out to change nothing do not count.
    With ``plan`` what only touches state is told apart from an import: a change that releases a key.
    """

    def __init__(self, plan: Plan | None = None) -> None:
        self.failures: list[Failed] = []
        self.finished = 0
        self._done: dict[Op, set[Address]] = {op: set() for op in Op}
        self._skipped: set[str] = set()
        changes = plan.changes if plan else ()
        self._released = {change.address for change in changes if change.action is Action.UPDATE}

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, Finished):
            self.finished += 1
            if event.changed:
                self._done[event.step.op].add(event.step.address)
        elif isinstance(event, Failed):
            if event.done:
                self._done[event.step.op].add(event.step.address)
            self.failures.append(event)
            self._skipped.update(step.id for step in event.skipped)

    @property
    def _made(self) -> set[Address]:
        return {address for op in Op if op.makes for address in self._done[op]}

    @property
    def added(self) -> int:
        """Resources that were created."""
        return len(self._made)

    @property
    def changed(self) -> int:
        """Resources that were changed in place and not also created."""
        released = self._done[Op.ADOPT] & self._released
        return len((self._done[Op.UPDATE] | released) - self._made)

    @property
    def destroyed(self) -> int:
        """Resources that were deleted."""
        return len(self._done[Op.DELETE])

    @property
    def imported(self) -> int:
        """Resources that were taken over."""
        return len(self._done[Op.ADOPT] - self._released)

    @property
    def forgotten(self) -> int:
        """Resources that were left to themselves."""
        return len(self._done[Op.FORGET])

    @property
    def skipped(self) -> int:
        """Steps that were not started because of a failure."""
        return len(self._skipped)


def became(event: Settled) -> tuple[str, str, str]:
    """What a step was at, what was found of it, and what follows, in words."""
    if event.found == "resumed":
        return _WAS[event.op], "still going, taken up again", DONE[event.op]
    other = _FOUND.get(event.found, (visible(event.found), "looked at"))
    what, result = _FOUND_OF.get((event.op, event.found), other)
    return _WAS[event.op], what, result


def told(event: Event) -> Iterable[str]:
    """One event in plain lines: its own, and one for each step that will not run because of it."""
    if isinstance(event, Settled):
        was, what, result = became(event)
        return [f"{visible(event.address)}: {was}, {what}: {result}"]
    address, op = label(event.step), event.step.op
    if isinstance(event, Started):
        usual = about(event.expected)
        return [f"{address}: {DOING[op]}…" + (f" usually {usual}" if usual else "")]
    if isinstance(event, Accepted):
        return [f"{address}: {DOING[op]}, the service works on it"]
    if isinstance(event, Uploading):
        return [f"{address}: {uploading(event)}"]
    if isinstance(event, Retrying):
        return [f"{address}: {DOING[op]}, again in {elapsed(event.after)}: {visible(event.why)}"]
    if isinstance(event, Finished):
        what = DONE[op] if event.changed else "nothing to change"
        return [f"{address}: {what} after {elapsed(event.seconds)}"]
    found = event.diagnostic
    after = f" after {elapsed(event.seconds)}" if event.seconds >= 1 else ""
    what = f"{DONE[op]}{after}, but refused" if event.done else f"not {DONE[op]}{after}"
    return [
        f"{address}: {what}: {visible(found.code)} {visible(found.summary)}",
        *(f"{label(step)}: not started, it needs {address}" for step in event.skipped),
    ]


def as_json(event: Event) -> dict[str, Any]:
    """One event as plain JSON data; seconds are those of the event's own clock."""
    if isinstance(event, Settled):
        return {"type": "settled", "address": event.address, "op": event.op.value, "found": event.found}
    common = {"at": event.at, **_step(event.step)}
    if isinstance(event, Started):
        return {"type": "started", **common, "expected": event.expected}
    if isinstance(event, Accepted):
        return {"type": "accepted", **common}
    if isinstance(event, Uploading):
        return {"type": "uploading", **common, "sent": event.sent, "total": event.total}
    if isinstance(event, Retrying):
        return {"type": "retrying", **common, "after": event.after, "why": event.why}
    if isinstance(event, Finished):
        return {"type": "finished", **common, "seconds": event.seconds, "changed": event.changed}
    return {
        "type": "failed",
        **common,
        "seconds": event.seconds,
        "done": event.done,
        "diagnostic": diagnostic(event.diagnostic),
        "skipped": [_step(step) for step in event.skipped],
    }


def timing_json(timing: Timing) -> dict[str, Any]:
    """How long one step took, as plain JSON data."""
    return {**_step(timing.step), "seconds": timing.seconds, "done": timing.done}


def label(step: Step) -> str:
    """What a step is called: its address, with the version where an earlier one is meant."""
    version = f" version {visible(step.target.rpartition('/')[2])}" if step.target else ""
    return f"{shown(step.address)}{version}"


def uploading(event: Uploading) -> str:
    """How far an upload is."""
    return f"uploading, {event.sent * 100 // event.total} % of {size(event.total)}"


def _step(step: Step) -> dict[str, Any]:
    return {"step": step.id, "address": str(step.address), "op": step.op.value}
