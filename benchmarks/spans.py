"""The simulated time of applies, each measured in a process of its own: this one stays small (`measure`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.cases import Span
from benchmarks.measure import RunError
from benchmarks.place import ROOT

_HEAD = ("apply, in simulated time", "bound", "by", "took", "ratio", "goal", "reads", "writes", "")


def spans(wanted: Iterable[Span], say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The document of each; see `makespan.Makespan`. Raises RunError."""
    return [_measured(span, say) for span in wanted]


def _measured(span: Span, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"simulated time: {span.name}")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.makespan", span.shape, str(span.count)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RunError(f"the simulated time of {span.name} cannot be told\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows(found: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """A line for each, the head first."""
    return [_HEAD, *(_row(one) for one in found)]


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    limit = one["bound"]
    return (
        one["name"],
        f"{limit['seconds']:.0f} s",
        limit["binding"],
        f"{one['seconds']:.0f} s",
        f"{one['ratio']:.3f}",
        f"{one['goal']:.2f}",
        *(f"{one['requests'].get(verb, 0):,}" for verb in ("reads", "writes")),
        "kept" if one["kept"] else "MISSED",
    )
