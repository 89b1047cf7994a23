"""Thousands of random steps, by `make test-full`; a few of them, always the same, in `make test`."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Machine
from tests.machine.worlds import Azure, Files


class FilesMachine(Machine):
    """On disk."""

    world_of = Files


class AzureMachine(Machine):
    """In the simulator."""

    world_of = Azure


@pytest.fixture(autouse=True)
def hurried_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here, so nobody waits for the disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


PARTS = 5
"""What ten thousand steps are cut into, so that workers share them."""

MACHINES = pytest.mark.parametrize("machine", [FilesMachine, AzureMachine])


@MACHINES
def test_a_few_steps(machine: type[Machine]) -> None:
    few = settings(
        max_examples=10, stateful_step_count=20, derandomize=True, database=None, phases=[Phase.generate]
    )
    run_state_machine_as_test(machine, settings=few)


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
@MACHINES
def test_ten_thousand_steps(machine: type[Machine], part: int) -> None:
    many = settings(max_examples=250 // PARTS, stateful_step_count=40, print_blob=True)
    run_state_machine_as_test(machine, settings=many)
