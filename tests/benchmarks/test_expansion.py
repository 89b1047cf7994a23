"""The measure of what modules cost."""

from __future__ import annotations

from benchmarks.expansion import Expansion, measure


def test_it_expands_so_many_instances() -> None:
    found = measure(3)
    assert (found.instances, found.blocks) == (3, 15)
    assert found.read > 0
    assert found.checked > 0


def test_told_as_a_line() -> None:
    assert Expansion(200, 1_000, 0.125, 0.05).told() == (
        "200 instances of a module, 1,000 resources: expanded 0.125 s + checked 0.050 s = 0.175 s, "
        "goal 0.3 s: kept"
    )
    assert Expansion(200, 1_000, 0.2, 0.11).told().endswith("MISSED")
