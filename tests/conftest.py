"""What every test gets: no environment of the machine that it runs on leaks into what mlinfra reads."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("mlinfra.testing")

# Machines are slow and noisy: how long an example takes says nothing about what is tested.
settings.register_profile(
    "any-machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),  # there the same change must always come out the same
)
settings.load_profile("any-machine")

# The tests' own provider comes in as any other does: a distribution on the path with an entry point.
sys.path.append(str(Path(__file__).parent / "plugins"))

_READ_BY_US = ("MLINFRA_", "AZURE_", "PG")
_LOOKS = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that would change a result are gone; a test that needs one sets it."""
    for name in list(os.environ):
        if name.startswith(_READ_BY_US) or name in _LOOKS:
            monkeypatch.delenv(name)
