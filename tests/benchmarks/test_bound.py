"""The least time of an apply, on cases that a pencil can follow."""

from __future__ import annotations

import pytest

from benchmarks.bound import Link, bound

WORKSPACE, CLUSTER, ROLE = Link(360, 5), Link(120, 5), Link(10, 5)


def test_the_longest_chain_with_a_poll_for_each_link() -> None:
    needs = {"group": [], "workspace": ["group"], "cluster": ["workspace"], "role": ["workspace"]}
    links = {"group": Link(), "workspace": WORKSPACE, "cluster": CLUSTER, "role": ROLE}
    found = bound(needs, links, {"reads": 100, "writes": 4})
    assert (found.seconds, found.binding) == (365 + 125, "path")
    assert set(found.buckets.values()) == {0.0}


def test_what_needs_nothing_of_each_other_is_no_chain() -> None:
    needs: dict[str, list[str]] = {str(n): [] for n in range(100)}
    assert bound(needs, dict.fromkeys(needs, ROLE), {}).seconds == 15


def test_a_step_without_a_link_takes_no_time() -> None:
    assert bound({"a": [], "join": ["a"], "b": ["join"]}, {"a": ROLE, "b": CLUSTER}, {}).seconds == 140


@pytest.mark.parametrize(
    ("sent", "seconds", "binding"),
    [
        ({"writes": 200}, 0, "path"),
        ({"writes": 1_200}, 100, "writes"),
        ({"writes": 1_200, "reads": 5_250}, 200, "reads"),
        ({"deletes": 700, "writes": 200}, 50, "deletes"),
    ],
)
def test_what_a_bucket_does_not_hold_comes_in_at_its_rate(
    sent: dict[str, int], seconds: float, binding: str
) -> None:
    found = bound({"a": []}, {}, sent)
    assert (found.seconds, found.binding) == (seconds, binding)


def test_the_longer_of_chain_and_bucket_counts() -> None:
    sent = {"writes": 1_200}
    assert bound({"a": []}, {"a": CLUSTER}, sent).seconds == 125
    assert bound({"a": []}, {"a": ROLE}, sent).seconds == 100


def test_nothing_to_do() -> None:
    assert bound({}, {}, {}).seconds == 0
