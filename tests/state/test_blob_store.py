from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import MakeStore, StoreConformance
from tests.state.blob_cloud import Cloud


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def cloud(clock: HandClock) -> Iterator[Cloud]:
    made = Cloud(clock)
    yield made
    made.simulator.close()


class TestBlobStore(StoreConformance):
    @pytest.fixture
    def clock(self, clock: HandClock) -> HandClock:
        return clock

    @pytest.fixture
    def make_store(self, cloud: Cloud) -> MakeStore:
        return cloud.store
