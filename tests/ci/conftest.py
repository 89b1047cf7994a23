"""The world of a pipeline, with the state in the simulator's storage and (marked full) in a real Azurite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci import hub as github
from tests.ci.world import Place, World
from tests.servers import azurite


@pytest.fixture
def hub() -> Iterator[github.Hub]:
    with github.running() as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[azurite.AzuriteServer]:
    with azurite.running() as running:
        yield running


@pytest.fixture(params=["simulator", pytest.param("azurite", marks=pytest.mark.full)])
def world(request: pytest.FixtureRequest, tmp_path: Path, hub: github.Hub) -> World:
    if request.param == "azurite":
        place = Place.in_azurite(request.getfixturevalue("server"))
    else:
        place = Place.in_simulator(tmp_path / "azure.db")
    return World(tmp_path, hub, place)
