"""Fixtures of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlinfra_files import provider

from tests.engine.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, provider)
