from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlinfra.testing.clocks import HandClock
from tests.state.blob.cloud import Cloud


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def cloud(clock: HandClock) -> Iterator[Cloud]:
    made = Cloud(clock)
    yield made
    made.simulator.close()
