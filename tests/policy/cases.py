"""A rule's good and bad example: complete stacks, planned on the simulator, and what is found in them."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from mlinfra.cli.main import cli
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.engine.policies import judged
from mlinfra.model.plan import Plan
from mlinfra.model.policy import Judgement
from mlinfra.policy.gate import Bench, Gate, Judge

FOLDER = Path(__file__).parent
MAIN = "mlinfra.yaml"
TODAY = date(2026, 11, 21)

_FINDS = re.compile(r"#\s*finds: (?P<codes>[A-Z0-9, -]+)$")


@dataclass(frozen=True)
class Example:
    """One stack, planned, with the gate that judges it by one rule alone."""

    planned: Planned
    gate: Gate

    @property
    def plan(self) -> Plan:
        return self.planned.plan

    @property
    def judge(self) -> Judge:
        return self.gate.benches[0].judges[0]

    def judgement(self, today: date = TODAY, **more: object) -> Judgement:
        return judged(self.planned, replace(self.gate, **more), today)  # type: ignore[arg-type]


def example(code: str, kind: str, target: Path) -> Example:
    """``kind`` is good or bad; what ``before.yaml`` describes is there already."""
    before = FOLDER / code / "before.yaml"
    if before.exists():
        shutil.copyfile(before, target / MAIN)
        done = CliRunner().invoke(cli, ["-C", str(target), "apply", "--auto-approve"], prog_name="mlinfra")
        assert done.exit_code == 0, done.output
    shutil.copyfile(FOLDER / code / f"{kind}.yaml", target / MAIN)
    return planned(target, code)


def planned(target: Path, code: str, environment: Mapping[str, str] | None = None) -> Example:
    """The stack in a folder, planned, and judged by one rule."""
    with Workplace(target, environment or {}) as place:
        config = place.config(Inputs())
        gate = place.gate(config.policy)
        made = make_plan(config, place.manager(config.head).load(), place.context(4))
    (own,) = gate.benches
    judges = tuple(each for each in own.judges if each.rule.code == code)
    return Example(made, Gate((Bench(judges, own.exemptions),), gate.strict))


def expected(text: str, code: str) -> Counter[tuple[int, int]]:
    """Line and column of what a file says that the rule finds; of what has no place, zeros."""
    places: Counter[tuple[int, int]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        match = _FINDS.search(line)
        if match and code in match["codes"]:
            written = line[: match.start()]
            column = len(re.match(r"[ -]*", written)[0]) + 1  # type: ignore[index]
            places[(number, column) if written.strip() else (0, 0)] += 1
    return places


def found(judgement: Judgement, code: str) -> Counter[tuple[int, int]]:
    """Line and column of what the rule found."""
    positions = [f.position for f in judgement.findings if f.code == code]
    return Counter((at.line, at.column) if at else (0, 0) for at in positions)
