"""How long an apply takes on the simulator's clock, against the least that it can take.

Durations are those of real services, requests are held to Resource Manager's buckets, and the clock is the
simulator's: hours of it take seconds. ``python -m benchmarks.makespan SHAPE COUNT`` prints a result as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.bound import Bound, Link, bound
from benchmarks.stacks import Stack, fan_out, mixed
from mlinfra.cli.options import PARALLELISM, Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.applier import Applied, StopSignal, apply
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.providers.azure.budget import verb_of
from mlinfra.providers.azure.operations import DEFAULT_WAIT
from mlinfra.providers.azure.types.arm_place import split
from mlinfra.simulator import Simulator
from mlinfra.simulator.clock import TICK

GOAL = 1.05
"""At most so many times the bound."""

DURATIONS: Mapping[str, float] = {
    "Microsoft.MachineLearningServices/workspaces": 360,
    "Microsoft.MachineLearningServices/workspaces/computes": 120,
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints": 120,
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments": 600,
    "Microsoft.Authorization/roleAssignments": 10,
}
"""Seconds that creations take, by ARM type; what is not here takes what the simulator says. A role is
answered at once and can be read so much later. What is not simulated yet joins when it is."""

SHAPES: Mapping[str, Stack] = {"mixed": mixed, "fan-out": fan_out}


@dataclass(frozen=True, slots=True)
class Makespan:
    """One apply: simulated seconds, requests by verb, and the bound they are held against."""

    name: str
    steps: int
    seconds: float
    requests: Mapping[str, int]
    bound: Bound

    @property
    def ratio(self) -> float:
        """How many times the bound it took."""
        return self.seconds / self.bound.seconds

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **asdict(self),
            "bound": {**asdict(self.bound), "seconds": self.bound.seconds, "binding": self.bound.binding},
            "ratio": round(self.ratio, 4),
            "goal": GOAL,
            "kept": self.ratio <= GOAL,
        }


class _Place(Workplace):
    """A stack's folder, over a cloud of its own in memory that notes each request."""

    @property
    def log(self) -> Path:
        """Where it notes them."""
        return self.folder / "requests.jsonl"

    @cached_property
    def simulator(self) -> Simulator:
        """It is asked by many at once, so that each request takes its share of a round trip."""
        return Simulator(log=self.log, tick=TICK / PARALLELISM, durations=DURATIONS)

    def sent(self) -> Counter[str]:
        """How many requests Resource Manager got, by verb."""
        noted = map(json.loads, self.log.read_text(encoding="utf-8").splitlines())
        return Counter(verb_of(one["method"]) for one in noted if "account" not in one)


def measure(shape: str, count: int) -> Makespan:
    """Apply a stack of that shape from nothing. Raises MlinfraError; RuntimeError where a step failed."""
    with tempfile.TemporaryDirectory(prefix="mlinfra-makespan-") as home, _Place(Path(home), {}) as place:
        (place.folder / "mlinfra.yaml").write_text("".join(SHAPES[shape](count)), encoding="utf-8")
        config, context = place.config(Inputs()), place.context()
        with place.manager(config.head).session(command="apply") as session:
            planned = make_plan(config, session.snapshot, context)
            before = place.sent()
            applied = apply(planned, session, context, lambda _: None, StopSignal())
        if applied.failures:
            raise RuntimeError(f"{shape} of {count}: {applied.failures[0]}")
        sent = place.sent() - before
        links = _links(planned, applied, place.simulator)
    return Makespan(
        f"{shape} of {count:,}",
        len(planned.plan.steps),
        round(applied.seconds, 1),
        dict(sent),
        bound(planned.plan.needs, links, sent),
    )


def _links(planned: Planned, applied: Applied, cloud: Simulator) -> dict[str, Link]:
    """What each step took in the cloud, by its own account, and how often it wanted to be asked."""
    took = {
        one["resource"].lower(): Link(one["seconds"], one["retry_after"] or DEFAULT_WAIT)
        for one in cloud.operations()
    }
    readable = {type_.lower(): Link(seconds, DEFAULT_WAIT) for type_, seconds in DURATIONS.items()}
    links: dict[str, Link] = {}
    for step in planned.plan.steps:
        id = applied.state.records[step.address].id.lower()
        place = split(id)
        links[step.id] = took.get(id) or readable.get(place[1] if place else "", Link())
    return links


def main(arguments: list[str]) -> int:
    """Print one result."""
    shape, count = arguments
    print(json.dumps(measure(shape, int(count)).document()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
