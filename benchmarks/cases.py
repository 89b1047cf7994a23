"""What is measured, and what is promised for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from benchmarks.stacks import Stack, fan_out, mixed


class Start(Enum):
    """What there is when a case begins."""

    ANY = "whatever there is"
    EMPTY = "an empty cloud, nothing recorded"
    APPLIED = "the stack as it was applied"


@dataclass(frozen=True, slots=True)
class Goal:
    """What is promised, at most: seconds, MiB; ``time``, ``memory``, ``requests`` as shares of the peer's."""

    seconds: float | None = None
    mib: float | None = None
    time: float | None = None
    memory: float | None = None
    requests: float | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """The peer's side of a case: which engine it is asked for, how many resources, and which step."""

    engine: str
    count: int
    step: str


@dataclass(frozen=True, slots=True)
class Case:
    """One command on one stack.

    ``stack`` makes the text; without one it is that ``example``. ``runs`` is how often it runs in each
    round: short ones need more runs to tell a median.
    """

    name: str
    command: tuple[str, ...]
    goal: Goal = Goal()
    stack: Stack | None = None
    count: int = 0
    start: Start = Start.ANY
    peer: Peer | None = None
    runs: int = 1
    example: str = "quickstart"

    @property
    def folder(self) -> str:
        """The name of its stack's folder: cases of one stack share it."""
        return f"{self.stack.__name__}-{self.count}" if self.stack else self.example


@dataclass(frozen=True, slots=True)
class Span:
    """An apply whose simulated time is held against the least that is possible."""

    shape: str
    count: int

    @property
    def name(self) -> str:
        """As a table shows it."""
        return f"{self.shape} of {self.count:,}"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many resources the stacks have. ``spans``: a chain decides how long the first ones take, the budget
    of requests the others."""

    small: int = 1_000
    large: int = 10_000
    mixed: int = 200
    spans: tuple[Span, ...] = (
        Span("mixed", 200),
        Span("mixed", 2_000),
        Span("fan-out", 2_000),
        Span("mixed", 6_000),
    )


QUICK = Sizes(small=10, large=20, mixed=22, spans=(Span("mixed", 22),))
"""Enough to see that the benchmark itself works; its figures tell nothing."""

_TENTH = Goal(time=1 / 10, memory=1 / 3)
_EIGHTH = Goal(time=1 / 8, memory=1 / 3)
_PLAN = ("plan",)
_OFFLINE = ("plan", "--no-refresh")
_APPLY = ("apply", "--auto-approve")


def cases(sizes: Sizes) -> Iterator[Case]:
    """Every case; those that apply stand before those that need their stack applied."""
    yield Case("--help", ("--help",), Goal(0.15), runs=3)
    yield Case("version", ("version",), Goal(0.15), runs=3)
    yield Case("validate, quickstart", ("validate",), Goal(0.3), runs=3)
    yield Case("empty plan, quickstart", _PLAN, Goal(0.6, 120), start=Start.APPLIED, runs=3)
    teams = "team-workspaces"
    yield Case(f"validate, {teams}", ("validate",), Goal(0.5), runs=3, example=teams)
    yield Case(f"empty plan, {teams}", _PLAN, Goal(2.0), start=Start.APPLIED, runs=3, example=teams)
    yield Case(
        f"apply of {sizes.small:,}",
        _APPLY,
        Goal(time=1 / 5),
        fan_out,
        sizes.small,
        Start.EMPTY,
        Peer("data", sizes.small, "apply"),
    )
    for count, promised in ((sizes.small, False), (sizes.large, True)):
        for name, command, goal in (("", _PLAN, _EIGHTH), (", no refresh", _OFFLINE, _TENTH)):
            yield Case(
                f"empty plan of {count:,}{name}",
                command,
                goal if promised else Goal(),
                fan_out,
                count,
                Start.APPLIED,
                Peer("data", count, "noop"),
            )
    for name, command, start, step, requests in (
        ("plan", _PLAN, Start.EMPTY, "plan", None),
        ("apply", _APPLY, Start.EMPTY, "apply", None),
        ("empty plan", _PLAN, Start.APPLIED, "noop", 1 / 10),
    ):
        goal = Goal(time=1 / 8, memory=1 / 4, requests=requests)
        title = f"{name} of {sizes.mixed}, mixed"
        yield Case(title, command, goal, mixed, sizes.mixed, start, Peer("aws", sizes.mixed, step))


def growths(sizes: Sizes) -> list[tuple[str, str]]:
    """The names of cases that differ in size alone, the small one first."""
    names = [f"empty plan of {{:,}}{rest}" for rest in ("", ", no refresh")]
    return [(name.format(sizes.small), name.format(sizes.large)) for name in names]
