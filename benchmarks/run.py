"""Every case in turn, round after round, the peer's runs between ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.cases import Case, Peer
from benchmarks.measure import Cost
from benchmarks.peer import PeerMissing, run_peer
from benchmarks.place import Place


@dataclass(frozen=True, slots=True)
class Result:
    """A case with what each of its runs cost, and each of the peer's."""

    case: Case
    ours: list[Cost] = field(default_factory=list)
    theirs: list[Cost] = field(default_factory=list)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure; of the peak the highest, since memory that is not there ends a run."""
    asked = [cost.requests for cost in costs if cost.requests is not None]
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.mib for cost in costs),
        int(median(asked)) if asked else None,
    )


def run(
    wanted: Sequence[Case],
    home: Path,
    *,
    rounds: int,
    script: Path | None,
    say: Callable[[str], None],
    warm: bool = True,
) -> tuple[Result, ...]:
    """Run every case in each of ``rounds`` rounds, in folders of ``home``; ``warm``: after one uncounted run.

    ``script`` is the peer's; its engines take turns with our cases. Where it cannot run, ``say`` is told why
    and the results have our side alone. Raises RunError.
    """
    place = Place(home)
    results = tuple(Result(case) for case in wanted)
    for case in wanted if warm else ():
        say(f"warming up: {case.name}")
        place.run(case)
    peer = _Turns(script, say)
    for number in range(1, rounds + 1):
        for result in results:
            say(f"round {number} of {rounds}: {result.case.name}")
            result.ours.extend(place.run(result.case) for _ in range(result.case.runs))
            peer.begin(result.case.peer, number)
        for result in results:
            result.theirs.extend(peer.answer(result.case.peer, number))
    return results


class _Turns:
    """The peer's runs: each engine and size once a round, at the place of the first case that needs it."""

    def __init__(self, script: Path | None, say: Callable[[str], None]) -> None:
        self._script = script
        self._say = say
        self._missing: set[str] = set()
        self._done: dict[tuple[str, int, int], dict[str, Cost]] = {}

    def begin(self, peer: Peer | None, number: int) -> None:
        """Have its run of this round, if it has not been yet."""
        if self._script is None or peer is None or peer.engine in self._missing:
            return
        key = peer.engine, peer.count, number
        if key in self._done:
            return
        self._say(f"round {number}: the peer's {peer.engine} with {peer.count:,}")
        try:
            self._done[key] = dict(run_peer(self._script, peer.engine, peer.count))
        except PeerMissing as wrong:
            self._missing.add(peer.engine)
            self._say(f"no peer for {peer.engine}: {wrong}")

    def answer(self, peer: Peer | None, number: int) -> Iterator[Cost]:
        """What the step of this round cost; nothing where there was none."""
        if peer is not None:
            steps = self._done.get((peer.engine, peer.count, number), {})
            if peer.step in steps:
                yield steps[peer.step]
