from __future__ import annotations

from mlinfra.model.event import Timing
from mlinfra.model.plan import Op
from mlinfra.render.chain import slowest
from tests.render.sample import step


def took(address: str, seconds: float, op: Op = Op.CREATE) -> Timing:
    return Timing(step(address, op), 100.0, 100.0 + seconds, True)


def test_a_chain_is_told_with_the_seconds_of_its_links() -> None:
    chain = [took("workspace.main", 360), took("compute.cpu", 120)]
    assert slowest(chain) == "Slowest chain: workspace.main 6 min → compute.cpu 2 min"


def test_links_that_took_next_to_nothing_are_only_counted() -> None:
    chain = [took("resource_group.main", 2), took("workspace.main", 360), took("datastore.raw", 1)]
    assert slowest(chain) == "Slowest chain: workspace.main 6 min, and 2 shorter steps"


def test_what_is_there_twice_is_told_by_what_was_done() -> None:
    chain = [took("compute.lab", 60, Op.DELETE), took("compute.lab", 120), took("arm.x", 30, Op.UPDATE)]
    assert slowest(chain) == (
        "Slowest chain: deleting compute.lab 1 min → creating compute.lab 2 min → arm.x 30 s"
    )


def test_one_step_is_no_chain_and_what_is_quick_is_not_worth_a_line() -> None:
    assert slowest([took("workspace.main", 60)]) == "Slowest step: workspace.main 1 min"
    assert slowest([took("workspace.main", 59.9)]) == ""
    assert slowest([]) == ""
