from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from mlinfra.state.local import LocalStore
from mlinfra.state.manager import StateManager, Who
from mlinfra.testing.clocks import HandClock
from tests.state.flaky import Flaky

MakeManager: TypeAlias = Callable[..., StateManager]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path, clock: HandClock) -> Flaky:
    return Flaky(LocalStore(folder, "churn", clock=clock))


@pytest.fixture
def make_manager(store: Flaky, clock: HandClock) -> MakeManager:
    """A manager of the stack ``churn`` in ``stacks/churn``, as ana runs it, without a heartbeat."""

    def make(**other: Any) -> StateManager:
        given: dict[str, Any] = {
            "stack": "churn",
            "folder": "stacks/churn",
            "clock": clock,
            "tool": "mlinfra 0.1.0",
            "who": Who("ana", "laptop"),
            "heartbeat": False,
        }
        return StateManager(**{"store": store, **given, **other})

    return make


@pytest.fixture
def manager(make_manager: MakeManager) -> StateManager:
    return make_manager()
