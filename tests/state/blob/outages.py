"""The store fails in the middle of an apply: nothing new is sent, the next command takes up what was sent.

Held against the simulator and against Azurite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from mlinfra_files import provider

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Op
from mlinfra.state.blob.store import BlobStore
from mlinfra.state.manager import StateManager
from mlinfra.testing.clocks import HandClock
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider
from tests.state.blob.cloud import Wire

COUNT = 12
STACK = "resources:\n  folder:\n" + "".join(f"    f{n}: {{name: folder-{n}}}\n" for n in range(COUNT))


class Container(Protocol):
    """A container, and what goes wrong with it."""

    clock: HandClock
    wire: Any

    def store(self, wire: Wire | None = None, key: str = "churn", **settings: str) -> BlobStore: ...

    def break_lease(self, path: str) -> None: ...


@dataclass
class BlobBench(Bench):
    """A stack whose state is in the container."""

    container: Container | None = field(default=None, kw_only=True)

    @property
    def manager(self) -> StateManager:
        assert self.container is not None
        return StateManager(
            self.container.store(key="bench"),
            stack="bench",
            folder=".",
            clock=self.container.clock,
            tool="test",
            heartbeat=False,
            aside=self.folder,
        )


class Outages:
    """Derive, and add a fixture ``container``."""

    @pytest.fixture
    def bench(self, tmp_path: Path, container: Container) -> BlobBench:
        made = BlobBench(tmp_path, FlakyProvider(provider), container=container)
        made.write(STACK)
        return made

    def test_a_moment_is_waited_for(self, bench: BlobBench, container: Container) -> None:
        left = [3]

        def busy(said: str) -> tuple[int, str] | None:
            if "appendblock" in said and left[0]:
                left[0] -= 1
                return 503, "ServerBusy"
            return None

        container.wire.before = busy
        assert bench.apply().failures == ()
        assert left == [0]
        assert bench.settled_empty()

    def test_while_it_is_down_nothing_new_is_sent(self, bench: BlobBench, container: Container) -> None:
        def fail(op: Op, id: str) -> None:
            if len(writes(bench)) == 4:
                container.wire.before = lambda said: (503, "ServerBusy")

        trouble(bench).before = fail
        with pytest.raises(MlinfraError) as told:
            bench.apply()
        assert "too busy, or ill (503 ServerBusy)" in str(told.value.diagnostics)
        container.wire.before = lambda said: None
        self.check_taken_up(bench, container)

    def test_a_lease_that_is_broken_by_hand_ends_it(self, bench: BlobBench, container: Container) -> None:
        def break_it(op: Op, id: str) -> None:
            if len(writes(bench)) == 4:
                container.break_lease("states/bench/state.json")
                container.clock.advance(11)

        trouble(bench).before = break_it
        with pytest.raises(MlinfraError, match="could not be written") as told:
            bench.apply()
        (kept,) = bench.folder.glob("bench.recovery-*")
        assert kept.name in (told.value.diagnostics[0].detail or "")
        self.check_taken_up(bench, container)

    def check_taken_up(self, bench: BlobBench, container: Container) -> None:
        """What was sent is known to the next command, which makes the rest, and nothing twice."""
        sent = list(writes(bench))
        assert 4 <= len(sent) <= 4 + bench.context.parallelism, "what was under way, and nothing after it"
        trouble(bench).before = lambda op, id: None
        container.clock.advance(61)
        assert bench.apply().failures == ()
        assert len(writes(bench)) == len(set(writes(bench))) == COUNT
        assert len(bench.recorded()) == COUNT
        assert bench.settled_empty()


def trouble(bench: Bench) -> Any:
    assert isinstance(bench.provider, FlakyProvider)
    return bench.provider.trouble


def writes(bench: Bench) -> list[tuple[Op, str]]:
    found: list[tuple[Op, str]] = trouble(bench).writes
    return found
