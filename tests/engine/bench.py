"""A stack of folders and files in a temporary folder, with everything an engine needs around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mlinfra.config.loader import load
from mlinfra.engine.applier import Applied, StopSignal, apply
from mlinfra.engine.context import Context, Options
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.engine.remembering import remember
from mlinfra.engine.settle import settle
from mlinfra.model.address import parse_address
from mlinfra.model.event import Event
from mlinfra.model.plan import Action, Change
from mlinfra.providers.api import Catalogue, Provider
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import StateManager


class Clock:
    """Time that moves when somebody sleeps."""

    virtual = True

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Bench:
    """``write`` a stack, then ``plan``, ``apply``, ``destroy`` it; ``disk`` is where the provider works."""

    folder: Path
    provider: Provider[Any]
    clock: Clock = field(default_factory=Clock)
    values: dict[str, str] = field(default_factory=dict)
    connection: Any = None
    events: list[Event] = field(default_factory=list)

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    def write(self, text: str) -> None:
        self.disk.mkdir(exist_ok=True)
        head = f"stack: bench\nfiles: {{root: {json.dumps(str(self.disk))}}}\n"
        (self.folder / "mlinfra.yaml").write_text(head + text)

    @property
    def context(self) -> Context:
        if self.connection is None:
            self.connection = self.provider.connect({"root": str(self.disk)})
        return Context(Catalogue.of([self.provider]), lambda _name, _settings: self.connection, self.clock, 4)

    @property
    def manager(self) -> StateManager:
        store = LocalStore(self.folder / "state", "bench", clock=self.clock)
        return StateManager(store, stack="bench", folder=".", clock=self.clock, tool="test", heartbeat=False)

    def plan(self, **options: Any) -> Planned:
        config = load(self.folder, values=self.values)
        return make_plan(config, self.manager.load(), self.context, Options(**options))

    def actions(self, **options: Any) -> dict[str, Action]:
        changes = self.plan(**options).plan.changes
        return {str(c.address): c.action for c in changes if c.action is not Action.NO_OP}

    def change(self, address: str, **options: Any) -> Change:
        wanted = parse_address(address)
        return next(c for c in self.plan(**options).plan.changes if c.address == wanted)

    def apply(self, *, between: Callable[[], None] = lambda: None, **options: Any) -> Applied:
        with self.manager.session(command="apply") as session:
            settle(session, self.context, self.events.append)
            config = load(self.folder, values=self.values)
            planned = make_plan(config, session.snapshot, self.context, Options(**options))
            between()
            if planned.plan.is_empty:
                remember(planned, session)
            return apply(planned, session, self.context, self.events.append, StopSignal())

    def settled_empty(self) -> bool:
        """Whether a plan would change nothing."""
        return self.plan().plan.is_empty

    def recorded(self) -> Mapping[str, Any]:
        return {str(a): r for a, r in self.manager.load().state.records.items()}
