from __future__ import annotations

import pytest

from tests.state.blob.cloud import Cloud
from tests.state.blob.outages import Outages


class TestOutagesOfTheSimulator(Outages):
    @pytest.fixture
    def container(self, cloud: Cloud) -> Cloud:
        return cloud
