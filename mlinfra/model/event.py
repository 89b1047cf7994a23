"""What happens while a plan is made and during an apply, as values; a renderer shows them, the engine never
prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Op, Step


@dataclass(frozen=True, slots=True)
class Refreshing:
    """Of ``resources`` that are looked at for a plan, ``read`` were asked for; told about ten times."""

    read: int
    resources: int


@dataclass(frozen=True, slots=True)
class Started:
    """A step's request is about to be sent. ``expected`` seconds, where the type knows."""

    step: Step
    at: float
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service took the request and works on it; the step is polled from now on."""

    step: Step
    at: float


@dataclass(frozen=True, slots=True)
class Uploading:
    """A step has sent ``sent`` of ``total`` bytes of local files."""

    step: Step
    at: float
    sent: int
    total: int


@dataclass(frozen=True, slots=True)
class Retrying:
    """The service asked to come back later, in ``after`` seconds."""

    step: Step
    at: float
    after: float
    why: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A step is done; ``seconds`` since it started. ``changed`` is False for a recorded no-op."""

    step: Step
    at: float
    seconds: float
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """A step failed, ``seconds`` after it started; ``skipped`` are the steps that now will not run.

    ``done``: what it should do is done and recorded, and a check after it does not hold.
    """

    step: Step
    at: float
    diagnostic: Diagnostic
    skipped: tuple[Step, ...] = ()
    seconds: float = 0.0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a step that an earlier command left open.

    ``found`` is one of ``resumed`` (taken up again, now done), ``recorded`` (the service has it),
    ``absent`` (the service never got it, or it is gone: planned again), ``failed`` (it went wrong there).
    """

    address: str
    op: Op
    found: str


@dataclass(frozen=True, slots=True)
class Timing:
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
