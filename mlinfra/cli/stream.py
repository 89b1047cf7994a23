"""What ``--json`` of plan, apply and destroy prints on the way to a plan, where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlinfra.cli import console
from mlinfra.engine.checks import refusals
from mlinfra.engine.planner import Planned
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.event import Looked
from mlinfra.render import stream
from mlinfra.render.findings import FindingsView


@dataclass(frozen=True, slots=True)
class Stream:
    """Lines for machines on stdout; ``wanted`` is whether anybody reads them, else nothing is printed."""

    wanted: bool

    def begin(self, command: str, folder: Path) -> None:
        """Who speaks, and which stack is being read."""
        if self.wanted:
            console.event(stream.version(command))
            console.event(stream.reading(folder.as_posix()))

    def looked(self, event: Looked) -> None:
        """What is found while a plan is made."""
        if self.wanted:
            console.event(stream.looked(event))

    def planned(self, planned: Planned, found: FindingsView) -> None:
        """The plan, and what refuses it."""
        if self.wanted:
            for line in stream.planned(planned.plan, found, refusals(planned.plan.checks)):
                console.event(line)

    def diagnostics(self, found: Sequence[Diagnostic]) -> None:
        """What is said beside it, if anything."""
        if self.wanted and found:
            console.event(stream.diagnostics(found))
