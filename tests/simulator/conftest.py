from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlinfra.simulator import Simulator
from tests.simulator.door import Door


@pytest.fixture
def door() -> Iterator[Door]:
    """A new world in memory, with one resource group."""
    simulator = Simulator()
    found = Door(simulator)
    found.group()
    yield found
    simulator.close()
