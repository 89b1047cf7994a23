"""What commands that judge a plan have in common."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlinfra import __version__
from mlinfra.cli import console
from mlinfra.cli.wiring import Workplace
from mlinfra.config.stackfile import FILE
from mlinfra.engine.planner import Planned
from mlinfra.engine.policies import judged
from mlinfra.policy.gate import Gate
from mlinfra.render import sarif
from mlinfra.render.findings import FindingsView, findings

REFUSED = 3
"""The exit code that says that a rule refuses the plan."""


def judge(place: Workplace, planned: Planned, gate: Gate) -> FindingsView:
    """What the rules say of a plan, today. Raises MlinfraError."""
    return findings(judged(planned, gate, place.today()))


def refused(found: FindingsView) -> bool:
    """Whether nothing may be done, which is told on stderr."""
    if found.refused:
        console.warn("Refused by policy: nothing was sent, and nothing was changed.")
    return bool(found.refused)


def write_sarif(target: Path, found: FindingsView, place: Workplace) -> None:
    """What the rules found, as SARIF; places are seen from the root of the repository."""
    folder = place.folder.resolve().relative_to(place.root).as_posix()
    log = sarif.document(found, version=__version__, folder=folder, main=FILE)
    target.write_bytes(msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n")
