"""How long a plan takes to be put into words and into Markdown: ``python -m benchmarks.review [COUNT]``."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stacks import mixed
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.planner import make_plan
from mlinfra.render.markdown import document
from mlinfra.render.markup import units
from mlinfra.render.view import view

GOAL = 1.0
"""Seconds for both together, of a plan with 1,000 changes."""


@dataclass(frozen=True, slots=True)
class Review:
    """One plan: its changes, the characters of its Markdown, and the processor's seconds for both."""

    changes: int
    characters: int
    view: float
    markdown: float

    def told(self) -> str:
        """As one line of the table."""
        took = self.view + self.markdown
        kept = "kept" if took <= GOAL else "MISSED"
        return (
            f"review of {self.changes:,} changes: view {self.view:.3f} s + Markdown {self.markdown:.3f} s = "
            f"{took:.3f} s, {self.characters:,} characters, goal {GOAL:.0f} s: {kept}"
        )


def measure(count: int) -> Review:
    """Plan a mixed stack of so many resources from nothing, then show it. Raises MlinfraError."""
    with tempfile.TemporaryDirectory(prefix="mlinfra-review-") as home, Workplace(Path(home), {}) as place:
        (place.folder / "mlinfra.yaml").write_text("".join(mixed(count)), encoding="utf-8")
        config = place.config(Inputs())
        plan = make_plan(config, place.manager(config.head).load(), place.context()).plan
    begun = time.process_time()
    seen = view(plan)
    between = time.process_time()
    text = document(seen)
    return Review(len(plan.changes), units(text), between - begun, time.process_time() - between)


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000).told())
