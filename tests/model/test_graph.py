from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.model.graph import (
    Cycle,
    deciding_chain,
    dependants,
    heaviest_before,
    longest_path,
    ordered,
    requirements,
)

NEEDS = {"app": ["db", "net"], "db": ["net"], "net": [], "lone": []}


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, list[int]]:
    """Graphs without a cycle: each node needs only smaller ones."""
    size = draw(st.integers(0, 12))
    return {n: draw(st.lists(st.integers(0, n - 1), unique=True)) if n else [] for n in range(size)}


@given(graphs())
def test_every_node_comes_after_what_it_needs(needs: dict[int, list[int]]) -> None:
    order = ordered(needs)
    assert sorted(order) == sorted(needs)
    place = {node: index for index, node in enumerate(order)}
    assert all(place[need] < place[node] for node in needs for need in needs[node])


def test_what_is_needed_but_has_no_entry_is_a_node_too() -> None:
    assert ordered({"a": ["b"]}) == ["b", "a"]


@pytest.mark.parametrize(
    "needs", [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}]
)
def test_a_cycle_is_told_from_need_to_need(needs: dict[str, list[str]]) -> None:
    with pytest.raises(Cycle) as told:
        ordered(needs)
    path = told.value.path
    assert path[0] == path[-1]
    assert len(path) == len(set(path)) + 1
    assert all(later in needs[node] for node, later in pairwise(path))
    assert str(told.value) == " -> ".join(path)


def test_dependants() -> None:
    assert dependants(NEEDS, ["net"]) == {"db", "app"}
    assert dependants(NEEDS, ["app", "lone"]) == set()
    assert dependants(NEEDS, ["net", "db"]) == {"db", "app"}, "a root that needs another one depends on it"


def test_requirements() -> None:
    assert requirements(NEEDS, ["app"]) == {"app", "db", "net"}
    assert requirements(NEEDS, ["lone"]) == {"lone"}
    assert requirements(NEEDS, []) == set()


@given(graphs())
def test_what_needs_something_is_what_that_is_required_by(needs: dict[int, list[int]]) -> None:
    for node in needs:
        assert dependants(needs, [node]) == {
            n for n in needs if n != node and node in requirements(needs, [n])
        }


def test_longest_path_counts_from_a_node_to_the_last_that_waits_for_it() -> None:
    weight = {"app": 5.0, "db": 10.0, "net": 1.0}
    assert longest_path(NEEDS, weight) == {"app": 5.0, "db": 15.0, "net": 16.0, "lone": 0.0}


@given(graphs())
def test_with_equal_weights_the_longest_path_counts_nodes(needs: dict[int, list[int]]) -> None:
    found = longest_path(needs, dict.fromkeys(needs, 1.0))
    for node, length in found.items():
        after = [found[n] for n in needs if node in needs[n]]
        assert length == 1 + max(after, default=0)


def test_the_chain_that_decides_is_what_ended_last_and_what_it_waited_for_longest() -> None:
    ended = {"net": 2.0, "db": 9.0, "app": 10.0, "lone": 8.0}
    assert deciding_chain(NEEDS, ended) == ["net", "db", "app"]
    assert deciding_chain(NEEDS, {**ended, "lone": 11.0}) == ["lone"]
    assert deciding_chain(NEEDS, {**ended, "net": 9.5}) == ["net", "app"]


def test_a_chain_passes_over_what_never_ended() -> None:
    assert deciding_chain(NEEDS, {"net": 2.0, "app": 1.0}) == ["net"]
    assert deciding_chain(NEEDS, {"db": 2.0}) == ["db"]
    assert deciding_chain(NEEDS, {}) == []


def test_the_heaviest_chain_ends_where_it_is_asked_for() -> None:
    needs = {"app": ["cache", "db"], "cache": ["net"], "db": ["net"], "net": [], "later": ["app"]}
    assert heaviest_before(needs, {"cache": 5.0, "db": 2.0}, "app") == ["net", "cache", "app"]
    assert heaviest_before(needs, {"db": 2.0, "later": 99.0}, "app") == ["net", "db", "app"]
    assert heaviest_before(needs, {}, "net") == ["net"]


@given(graphs(), st.data())
def test_with_equal_weights_the_heaviest_chain_has_most_links(
    needs: dict[int, list[int]], data: st.DataObject
) -> None:
    if not needs:
        return
    node = data.draw(st.sampled_from(sorted(needs)))
    chain = heaviest_before(needs, {}, node)
    assert chain[-1] == node
    assert all(first in needs[second] for first, second in pairwise(chain))
    depth: dict[int, int] = {}
    for each in ordered(needs):
        depth[each] = 1 + max((depth[need] for need in needs[each]), default=0)
    assert len(chain) == depth[node]
