"""The simulator as a session meets it: one empty world each, asked at its door."""

from __future__ import annotations

from typing import Any

from conformance.door import Door, json_of
from conformance.replay.asked import KINDS, pinned
from mlinfra.simulator import Response, Simulator
from mlinfra.simulator.ids import parse

LONG = 3600.0
"""Seconds after which no operation of the simulator is still at work."""


class World(Door):
    """One empty simulated cloud."""

    def __init__(self) -> None:
        super().__init__(Simulator())

    def exists(self, id: str) -> bool:
        """Whether the resource of a type of ours is there."""
        return self.read(id) is not None

    def read(self, id: str) -> Any:
        """The resource as it is answered, None when it is not there."""
        answer = self.send("GET", id, version_of(parse(id).type))
        return answer.json() if answer.status == 200 else None

    def wait(self, seconds: float = LONG) -> None:
        """Let time pass; as it stands, until whatever is at work has ended."""
        self.simulator.advance(seconds)

    def close(self) -> None:
        """Forget the world."""
        self.simulator.close()


def version_of(type_: str) -> str:
    """The api-version the harness itself uses for a type of ours."""
    first, known = pinned(type_), KINDS[type_].api_versions
    return first if first in known else known[0]


def body_of(response: Response | None) -> Any:
    """The answer's JSON, None when there is no answer or no JSON in it."""
    return None if response is None else json_of(response)
