"""Applies on the simulator's clock end within the promise."""

from __future__ import annotations

import pytest

from benchmarks.cases import Span
from benchmarks.makespan import GOAL, measure
from benchmarks.measure import RunError
from benchmarks.spans import rows, spans


@pytest.mark.parametrize(("shape", "count", "binding"), [("mixed", 60, "path"), ("fan-out", 400, "writes")])
def test_it_takes_hardly_longer_than_it_must(shape: str, count: int, binding: str) -> None:
    found = measure(shape, count)
    assert found.bound.binding == binding
    assert found.ratio <= GOAL
    assert found.requests["writes"] == found.steps


def test_the_chain_is_the_workspace_and_a_cluster_in_it() -> None:
    path = measure("mixed", 22).bound.path
    assert 360 + 5 + 120 + 5 < path < 360 + 5 + 120 + 5 + 60


def test_told_as_a_table() -> None:
    head, line = rows(spans([Span("mixed", 22)], lambda _: None))
    assert len(head) == len(line)
    assert line[0] == "mixed of 22"
    assert line[-1] == "kept"


def test_a_shape_that_nobody_knows() -> None:
    with pytest.raises(RunError, match="nowhere of 3"):
        spans([Span("nowhere", 3)], lambda _: None)
