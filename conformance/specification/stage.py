"""What must be there before the request of an example can succeed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.door import Door
from conformance.seeds import REGION, Seeds
from conformance.specification.operations import Operation
from conformance.specification.requests import Sent
from mlinfra.simulator.ids import Path, parse

Step = Callable[[Seeds, Path, Sent], None]


def stage(door: Door, operation: Operation, sent: Sent) -> None:
    """Seed the world for a request. Raises NotSeeded."""
    location = sent.body.get("location") if isinstance(sent.body, dict) else None
    seeds = Seeds(door, location if isinstance(location, str) else REGION)
    path = parse(sent.path)
    seeds.mentioned(sent.body)
    if not path.item:
        seeds.ensure(path.parent)
    elif sent.method != "PUT":
        seeds.ensure(path.text)
    else:
        seeds.ensure(path.parent)
    if operation.id in STEPS:
        STEPS[operation.id](seeds, path, sent)


STEPS: Mapping[str, Step] = {}
"""What an operation needs beyond its parents and what its body points to, by the operation's id."""
