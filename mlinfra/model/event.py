"""What happens while a plan is made and during an apply, as values; a renderer shows them, the engine never
prints."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Op, Step


class Refreshing(msgspec.Struct, frozen=True):
    """Of ``resources`` that are looked at for a plan, ``read`` were asked for; told about ten times."""

    read: int
    resources: int


class Started(msgspec.Struct, frozen=True):
    """A step's request is about to be sent. ``expected`` seconds, where the type knows."""

    step: Step
    at: float
    expected: float | None = None


class Accepted(msgspec.Struct, frozen=True):
    """The service took the request and works on it; the step is polled from now on."""

    step: Step
    at: float


class Uploading(msgspec.Struct, frozen=True):
    """A step has sent ``sent`` of ``total`` bytes of local files."""

    step: Step
    at: float
    sent: int
    total: int


class Retrying(msgspec.Struct, frozen=True):
    """The service asked to come back later, in ``after`` seconds."""

    step: Step
    at: float
    after: float
    why: str


class Finished(msgspec.Struct, frozen=True):
    """A step is done; ``seconds`` since it started. ``changed`` is False for a recorded no-op."""

    step: Step
    at: float
    seconds: float
    changed: bool = True


class Failed(msgspec.Struct, frozen=True):
    """A step failed, ``seconds`` after it started; ``skipped`` are the steps that now will not run.

    ``done``: what it should do is done and recorded, and a check after it does not hold.
    """

    step: Step
    at: float
    diagnostic: Diagnostic
    skipped: tuple[Step, ...] = ()
    seconds: float = 0.0
    done: bool = False


class Settled(msgspec.Struct, frozen=True):
    """What became of a step that an earlier command left open.

    ``found`` is one of ``resumed`` (taken up again, now done), ``recorded`` (the service has it),
    ``absent`` (the service never got it, or it is gone: planned again), ``failed`` (it went wrong there).
    """

    address: str
    op: Op
    found: str


class Timing(msgspec.Struct, frozen=True):
    """How long one step took, by the clock of the apply: ``started`` and ``ended`` in seconds."""

    step: Step
    started: float
    ended: float
    done: bool

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.started


Looked: TypeAlias = Refreshing | Settled
"""What happens while a plan is made."""

Event: TypeAlias = Started | Accepted | Uploading | Retrying | Finished | Failed | Settled
