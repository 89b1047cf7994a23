"""What commands that judge a plan have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mlinfra import __version__
from mlinfra.cli import console
from mlinfra.cli.options import Rules
from mlinfra.cli.wiring import Workplace
from mlinfra.config.policy import policy_of_stack
from mlinfra.config.stackfile import FILE
from mlinfra.engine.planner import Planned
from mlinfra.engine.policies import judged
from mlinfra.model.plan import Plan
from mlinfra.model.policy import Policy
from mlinfra.policy.gate import Gate
from mlinfra.policy.gate import judge as judge_plan
from mlinfra.render import sarif
from mlinfra.render.findings import FindingsView, findings

REFUSED = 3
"""The exit code that says that a rule refuses the plan."""


def judge(place: Workplace, planned: Planned, gate: Gate) -> FindingsView:
    """What the rules say of a plan, today. Raises MlinfraError."""
    return findings(judged(planned, gate, place.today()))


def judge_saved(place: Workplace, plan: Plan, rules: Rules) -> FindingsView:
    """What the rules say today of a plan that was saved: those of the stack, where this is its folder, and
    ``rules``. Asks no service. Raises MlinfraError."""
    own = policy_of_stack(place.folder) if (place.folder / FILE).exists() else Policy()
    return findings(judge_plan(place.gate(own, rules), plan, place.today()))


def refused(found: FindingsView) -> bool:
    """Whether nothing may be done, which is told on stderr."""
    if found.refused:
        console.warn("Refused by policy: nothing was sent, and nothing was changed.")
    return bool(found.refused)


def write_sarif(target: Path, found: FindingsView, place: Workplace) -> None:
    """What the rules found, as SARIF."""
    log = sarif_log(found, place)
    target.write_bytes(msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n")


def sarif_log(found: FindingsView, place: Workplace) -> dict[str, Any]:
    """The same as data; places are seen from the root of the repository."""
    folder = place.folder.resolve().relative_to(place.root).as_posix()
    return sarif.document(found, version=__version__, folder=folder, main=FILE)
