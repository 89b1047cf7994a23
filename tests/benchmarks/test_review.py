"""The measure of what reviewers read."""

from __future__ import annotations

from benchmarks.review import Review, measure
from mlinfra.render.markdown import GITHUB


def test_it_shows_a_plan_of_that_many_changes() -> None:
    found = measure(60)
    assert found.changes == 60
    assert 5_000 < found.characters <= GITHUB


def test_told_as_a_line() -> None:
    assert Review(1_000, 65_000, 0.25, 0.5).told() == (
        "review of 1,000 changes: view 0.250 s + Markdown 0.500 s = 0.750 s, 65,000 characters, "
        "goal 1 s: kept"
    )
    assert Review(1_000, 65_000, 0.75, 0.5).told().endswith("MISSED")
