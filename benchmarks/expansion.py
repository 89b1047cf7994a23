"""How long many instances of a module take to be expanded: ``python -m benchmarks.expansion [COUNT]``."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.validate import validate

GOAL = 0.3
"""Seconds for 200 instances of a module with five resources."""

ROUNDS = 7

_STACK = """\
stack: expansion
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: eastus}}
modules:
  team:
    source: team
    for_each: "${{[tostring(number) for number in range({count})]}}"
    inputs: {{name: "team${{each.key}}"}}
"""

_MODULE = """\
inputs: {name: {type: string}}
resources:
  resource_group:
    main: {name: "rg-${var.name}"}
  storage_account:
    main: {name: "st${var.name}", sku: Standard_LRS}
  user_assigned_identity:
    main: {name: "id-${var.name}"}
  log_analytics_workspace:
    main: {name: "log-${var.name}"}
  application_insights:
    main: {name: "appi-${var.name}", log_analytics_workspace: "${log_analytics_workspace.main.id}"}
outputs: {group: {value: "${resource_group.main.id}"}}
"""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A stack of modules: the blocks that their instances came to, and the processor's seconds until those
    were there (``read``) and every value in them was worked out and checked (``checked``)."""

    instances: int
    blocks: int
    read: float
    checked: float

    def told(self) -> str:
        """As one line of the table."""
        took = self.read + self.checked
        return (
            f"{self.instances:,} instances of a module, {self.blocks:,} resources: "
            f"expanded {self.read:.3f} s + checked {self.checked:.3f} s = {took:.3f} s, goal {GOAL:.1f} s: "
            f"{'kept' if took <= GOAL else 'MISSED'}"
        )


def measure(count: int) -> Expansion:
    """Read and check the whole stack, its YAML included, several times; the medians. Raises MlinfraError."""
    read: list[float] = []
    checked: list[float] = []
    blocks = 0
    with tempfile.TemporaryDirectory(prefix="mlinfra-expansion-") as home:
        folder = Path(home)
        (folder / "team").mkdir()
        (folder / "team" / "module.yaml").write_text(_MODULE, encoding="utf-8")
        (folder / "mlinfra.yaml").write_text(_STACK.format(count=count), encoding="utf-8")
        for _ in range(ROUNDS):
            with Workplace(folder, {}) as place:
                begun = time.process_time()
                config = place.config(Inputs())
                between = time.process_time()
                validate(config, place.context())
                read.append(between - begun)
                checked.append(time.process_time() - between)
                blocks = len(config.blocks)
    return Expansion(count, blocks, median(read), median(checked))


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200).told())
