"""One command after the other on a stack, each a process of its own, over a cloud that outlives them."""

from __future__ import annotations

import json
import platform
import shutil
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlinfra.config.loader import load
from mlinfra.engine.applier import Applied, StopSignal, apply
from mlinfra.engine.context import DEFAULTS, Context, Options
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.engine.remembering import remember
from mlinfra.engine.settle import settle
from mlinfra.model.event import Event, Settled
from mlinfra.model.plan import Action
from mlinfra.state.manager import StateManager, Who
from tests.conformance.clouds import CLOUDS, Cloud
from tests.conformance.examples import CATALOGUE, Example
from tests.conformance.mortal import Fate, Killed, MortalStore, Weather
from tests.conformance.worlds import World

LINEAGE = "11111111-2222-3333-4444-555555555555"
"""Of every stack here, so that two runs make the same."""


@dataclass(frozen=True, slots=True)
class Want:
    """What a stack should be: its resources, and how it is asked for."""

    resources: Mapping[str, Any]
    options: Options = DEFAULTS


@dataclass(frozen=True, slots=True)
class Left:
    """What there is of a stack: in its cloud, and by address in its state."""

    there: frozenset[str]
    recorded: Mapping[str, tuple[str, tuple[str, ...]]]


@dataclass
class Process:
    """One command's own objects; nothing of it is left when it has ended."""

    world: World
    context: Context
    store: MortalStore
    manager: StateManager
    settled: list[Settled] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Life:
    """A stack around one example in ``folder``, and its cloud."""

    def __init__(self, example: Example, folder: Path) -> None:
        self.example, self.folder = example, folder
        self.settings: Mapping[str, Any] = {}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data.csv").write_text("a,b\n1,2\n")
        self.cloud: Cloud = CLOUDS[example.registered.provider.name](
            example.registered.provider, folder / "world"
        )
        self.settings = self.process().world.settings

    def copy(self, folder: Path) -> Life:
        """The same once more, in a folder that is emptied for it."""
        shutil.rmtree(folder, ignore_errors=True)
        other = Life.__new__(Life)
        other.example, other.folder, other.settings = self.example, folder, self.settings
        folder.mkdir()
        for name in ("mlinfra.yaml", "data.csv"):
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, folder / name)
        if (self.folder / "state").exists():
            shutil.copytree(self.folder / "state", folder / "state")
        other.cloud = self.cloud.copy(folder / "world")
        return other

    def write(self, resources: Mapping[str, Any]) -> None:
        stack = {
            "stack": "conformance",
            self.example.registered.provider.name: dict(self.settings),
            "resources": resources,
        }
        (self.folder / "mlinfra.yaml").write_text(json.dumps(stack))

    def process(
        self,
        fate: Fate | None = None,
        weather: Weather | None = None,
        *,
        parallelism: int = 1,
        host: str = "",
    ) -> Process:
        """A command begins, on this machine unless ``host`` is another."""
        fate = fate or Fate()
        world = self.cloud.process(fate, weather or fate.weather)
        store = MortalStore(self.folder / "state", "conformance", world.clock, fate)
        manager = StateManager(
            store,
            stack="conformance",
            folder=".",
            clock=world.clock,
            tool="test",
            who=Who("tester", host or platform.node()),
            heartbeat=False,
            new_lineage=lambda: LINEAGE,
        )
        return Process(world, Context(CATALOGUE, world.connect, world.clock, parallelism), store, manager)

    def apply(self, process: Process, options: Options, lock_timeout: float = 0.0) -> Applied | None:
        """What the command does; None where there was nothing to do. Raises what ends it: MlinfraError,
        `Killed`."""
        try:
            with process.manager.session(command="apply", lock_timeout=lock_timeout) as session:
                settle(session, process.context, process.settled.append)
                planned = make_plan(load(self.folder), session.snapshot, process.context, options)
                if planned.plan.is_empty:
                    remember(planned, session)
                    return None
                return apply(planned, session, process.context, process.events.append, StopSignal())
        except Killed:
            _end_threads()
            raise

    def reach(self, want: Want) -> None:
        """Undisturbed, with whatever that takes."""
        self.write(want.resources)
        applied = self.apply(self.process(), want.options)
        assert applied is None or _failures(applied) == []

    def converge(self, want: Want, lock_timeout: float = 0.0) -> Process:
        """Apply once; nothing fails, and nothing is left to do."""
        process = self.process()
        applied = self.apply(process, want.options, lock_timeout)
        assert applied is None or _failures(applied) == []
        left = self.plan(want)
        changes = {str(c.address): c.attributes for c in left.plan.changes if c.action is not Action.NO_OP}
        assert (changes, left.plan.drift, left.settled) == ({}, (), ())
        return process

    def plan(self, want: Want) -> Planned:
        process = self.process()
        return make_plan(load(self.folder), process.manager.load(), process.context, want.options)

    def look(self) -> Hashable:
        """What differs when anything but the time has changed, in the cloud or in what is recorded."""
        return self.cloud.look(), self.files()

    def files(self) -> Hashable:
        """What is recorded, to the byte."""
        files = sorted(p for p in (self.folder / "state").rglob("*") if p.is_file())
        return tuple((path, path.read_bytes()) for path in files)

    def left(self) -> Left:
        """What there is now."""
        snapshot = self.process().manager.load()
        assert snapshot.open == ()
        recorded = {str(a): (r.id.casefold(), r.versions) for a, r in snapshot.state.records.items()}
        assert not any(r.broken for r in snapshot.state.records.values())
        return Left(self.cloud.everything(), recorded)


def _failures(applied: Applied) -> list[str]:
    return [f"{d.address} {d.code} {d.summary} {d.detail}" for d in applied.failures]


def _end_threads() -> None:
    """A process takes its threads along: requests in flight arrive, and nobody hears the answers."""
    for thread in threading.enumerate():
        if thread.name.startswith("step"):
            thread.join()
