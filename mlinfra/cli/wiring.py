"""Where seams meet implementations: providers, the store, the simulator, the clock. The only such place.

Azure's packages, the simulator and the store are imported when they are needed: ``state list`` needs neither
of the first two, ``validate`` none of them.
"""

from __future__ import annotations

import glob
import os
import re
import threading
from collections.abc import Callable, Container, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from mlinfra import __version__
from mlinfra.cli import console
from mlinfra.cli.clock import CommandClock
from mlinfra.cli.commit import commit
from mlinfra.cli.options import NO_RULES, PARALLELISM, Inputs, Rules
from mlinfra.config import loader
from mlinfra.config.stackfile import repository
from mlinfra.engine.clock import SystemClock
from mlinfra.engine.context import Context, nobody
from mlinfra.model.configuration import Backend, Config, Head
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import State
from mlinfra.providers import registry
from mlinfra.providers.api import Catalogue, Counts

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

    from mlinfra.model.clock import Clock
    from mlinfra.model.event import Looked
    from mlinfra.model.policy import Policy
    from mlinfra.model.source import SourceFile
    from mlinfra.policy.gate import Gate
    from mlinfra.providers.azure.budget import Budget
    from mlinfra.simulator import Response, Simulator
    from mlinfra.state.api import Store, StoreKind
    from mlinfra.state.manager import StateManager
    from mlinfra.state.seal.api import Seal
    from mlinfra.state.session import Snapshot

HOME = "state"
"""The folder, at the root of a repository, of the local store and of the simulator."""

UNREADABLE_SIMULATOR = "MLI-SIM-002"


class Workplace:
    """What one command works with. ``folder`` is the stack's; close it (or use ``with``) when done.

    ``values`` are those of variables, by their names in the environment; they win over what is there.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] = os.environ,
        *,
        values: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.folder = folder
        self.root = repository(folder)
        self.clock = CommandClock()
        self.environment = {**environment, **values}
        self._connections: dict[bytes, Any] = {}
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._planning = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(wrong, MlinfraError) and self._planning:
            wrong.offline = not self._connections
        self._open.close()

    @property
    def home(self) -> Path:
        """Where recorded states and the simulator's file are: at the root, so that stacks share one cloud."""
        return self.root / HOME

    def config(self, inputs: Inputs, renewed: Container[str] = ()) -> Config:
        """The stack, read; pins of modules that are ``renewed`` do not count. Raises MlinfraError."""
        self._planning = True
        from mlinfra.fetching.checkouts import GitCheckouts, cache_folder

        checkouts = GitCheckouts(cache_folder(self.environment))
        return loader.load(
            self.folder, **self._given(inputs), shared=inputs.shared, checkouts=checkouts, renewed=renewed
        )

    def _given(self, inputs: Inputs) -> dict[str, Any]:
        files = [self.folder / file for file in inputs.files]
        return {"values": inputs.values, "var_files": files, "environment": self.environment}

    def head(self, inputs: Inputs, *, instead: SourceFile | None = None) -> Head:
        """What says where the stack's state is; nothing else of its files needs to be right. MlinfraError.

        ``instead`` is YAML that stands for its ``backend:``.
        """
        from mlinfra.config.head import load_head

        before, self._planning = self._planning, True
        head = load_head(self.folder, **self._given(inputs), instead=instead)
        self._planning = before
        return head

    def manager(self, head: Head, *, anywhere: bool = False, moving: bool = False) -> StateManager:
        """The keeper of a stack's state. Its lease runs in real time, also over the simulator.

        ``anywhere``: nobody knows the stack's own folder, so it is not held against what is recorded.
        ``moving``: a state that is not there yet is no reason to complain that it was left elsewhere. Raises
        MlinfraError where ``backend:`` names no store, or cannot be.
        """
        from mlinfra.cli.leftbehind import left_behind
        from mlinfra.state.manager import StateManager

        clock = SystemClock()
        return StateManager(
            self.store(head, clock),
            stack=head.stack,
            folder=None if anywhere else head.folder.resolve().relative_to(head.root).as_posix(),
            clock=clock,
            tool=f"mlinfra {__version__}",
            commit=lambda: commit(self.root),
            left_behind=(lambda: "") if moving or anywhere else partial(left_behind, self, head),
            seal=self.seal(head),
        )

    def seal(self, head: Head) -> Seal:
        """What encrypts the state and saved plans of the stack. Raises MlinfraError where it cannot be."""
        from mlinfra.state.seal.api import PLAIN

        if head.encryption is None:
            return PLAIN
        from mlinfra.state.seal.settings import Surroundings, make_seal

        around = Surroundings(head.folder, head.root, self.environment, self._vault_words)
        return make_seal(head.encryption, around)

    def _vault_words(self, cloud: str) -> Mapping[str, Any]:
        """The way into the simulator's vaults; nothing for those of a real cloud."""
        if cloud != "simulator":
            return {}
        from mlinfra.simulator.transport import SimulatorTransport

        return {"transport": SimulatorTransport(self.simulator), "credential": SimulatedCredential()}

    def store(self, head: Head, clock: Clock) -> Store:
        """Where the stack's state is kept, by ``backend:``. Raises MlinfraError."""
        from mlinfra.state.api import Site, StoreError

        kind, settings = self.store_kind(head.backend)
        try:
            site = Site(head.stack, head.folder, head.root, clock)
            return self._wired(kind, settings).open(settings, site)
        except StoreError as wrong:
            place = head.backend.node.position if head.backend else None
            raise MlinfraError(error("MLI-STA-042", wrong.summary, wrong.hint, place)) from wrong

    def _wired(self, kind: StoreKind, settings: Mapping[str, Any]) -> StoreKind:
        """The kind as it is, or with the way into the simulator where it is to be there."""
        if settings.get("cloud") != "simulator":
            return kind
        from mlinfra.state.blob import BlobKind

        if not isinstance(kind, BlobKind):
            return kind
        from mlinfra.simulator.transport import SimulatorTransport

        transport = SimulatorTransport(self.simulator)
        return replace(kind, transport=transport, credential=SimulatedCredential())

    def store_kind(self, backend: Backend | None) -> tuple[StoreKind, Mapping[str, Any]]:
        """The kind of store that ``backend:`` names, with its settings checked. Raises MlinfraError."""
        if backend is None:
            from mlinfra.state.local import (
                kind as local,  # not by entry point: they take 40 ms to look through
            )

            return local, {"folder": HOME}
        from mlinfra.engine.settings import backend_settings
        from mlinfra.state.registry import load_kind

        found = load_kind(backend)
        return found, backend_settings(backend, found.settings_schema)

    def gate(self, own: Policy, chosen: Rules = NO_RULES) -> Gate:
        """What judges the stack's plans: its ``own`` policy, and those from outside, which it cannot weaken.

        Raises MlinfraError with what is wrong in any of them.
        """
        from mlinfra.engine.policies import make_gate
        from mlinfra.policy.registry import load_rules

        policies = [own, *self._outside_policies(chosen)]
        return make_gate(policies, load_rules(), self.catalogue, strict=chosen.strict)

    def _outside_policies(self, chosen: Rules) -> list[Policy]:
        """Those of the command line, and of MLINFRA_POLICY. Raises MlinfraError."""
        from mlinfra.config.policy import read_policy_file
        from mlinfra.config.stackfile import shown

        named = filter(None, self.environment.get("MLINFRA_POLICY", "").split(os.pathsep))
        files = dict.fromkeys(self.folder / file for file in (*map(Path, named), *chosen.files))
        return [read_policy_file(file, shown(file, self.folder)) for file in files]

    def today(self) -> date:
        """The day, UTC, by the clock that the command goes by."""
        return self.clock.now().date()

    def recorded(self, head: Head) -> State:
        """What is recorded of the stack, as `snapshot` has it."""
        return self.snapshot(head).state

    def snapshot(self, head: Head) -> Snapshot:
        """What is recorded of the stack, read without a lock. Raises MlinfraError.

        What an earlier command left open is told on stderr: only asking the service would settle it.
        """
        snapshot = self.manager(head).load()
        if snapshot.open:
            steps = f"{len(snapshot.open)} step{'s' * (len(snapshot.open) != 1)}"
            console.warn(
                f"The last apply ended in the middle of {steps}; the next plan or apply settles that."
            )
        return snapshot

    def context(self, parallelism: int = PARALLELISM, tell: Callable[[Looked], object] = nobody) -> Context:
        """What the engine's verbs are handed; ``tell`` hears what is found while a plan is made."""
        from mlinfra.cli.neighbours import recorded_outputs

        self._planning = True
        outputs = partial(recorded_outputs, self)
        return Context(self.catalogue, self.connect, self.clock, parallelism, outputs, tell)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Every provider that is installed."""
        return registry.load_catalogue()

    @cached_property
    def stores(self) -> Mapping[str, Mapping[str, Any]]:
        """The settings' schema of every kind of store that is installed."""
        from mlinfra.state.registry import kinds

        return {kind.name: kind.settings_schema for kind in kinds()}

    def connect(self, name: str, settings: Mapping[str, Any]) -> Any:
        """The connection for these settings, made once; from any thread. Raises ProviderError."""
        key = msgspec.json.encode([name, settings], order="sorted")
        with self._lock:
            if key not in self._connections:
                self._connections[key] = self._connect(name, settings)
            return self._connections[key]

    def _connect(self, name: str, settings: Mapping[str, Any]) -> Any:
        from mlinfra.providers.azure import AzureProvider

        provider = self.catalogue.providers[name]
        if not isinstance(provider, AzureProvider):
            self.clock.insist()
            return provider.connect(settings)
        if settings.get("cloud") != "simulator":
            self.clock.insist()
            return replace(provider, budget=self._budget).connect(settings)
        from mlinfra.simulator.transport import SimulatorTransport

        self.clock.follow(self.simulator)
        transport = SimulatorTransport(self.simulator)
        simulated = replace(
            provider, transport=transport, credential=SimulatedCredential(), budget=self._budget
        )
        return simulated.connect(settings)

    @cached_property
    def _budget(self) -> Budget:
        """How many requests Azure takes of whoever is signed in: connections share it."""
        from mlinfra.providers.azure.budget import Budget

        return Budget(self.clock)

    @property
    def requests(self) -> int:
        """How many requests this command has sent, as far as connections count them."""
        return sum(c.requests for c in list(self._connections.values()) if isinstance(c, Counts))

    @property
    def simulator_file(self) -> Path:
        """Where the embedded cloud is kept. MLINFRA_SIMULATOR_FILE has several repositories share one."""
        named = self.environment.get("MLINFRA_SIMULATOR_FILE")
        return Path(named) if named else self.home / "simulator.db"

    @cached_property
    def simulator(self) -> Simulator:
        """The embedded cloud, in its file; made when it is not there. Raises MlinfraError."""
        from mlinfra import simulator

        self.simulator_file.parent.mkdir(parents=True, exist_ok=True)
        faults, log = (self.environment.get(f"MLINFRA_SIMULATOR_{name}") for name in ("FAULTS", "LOG"))
        try:
            made = simulator.Simulator(
                self.simulator_file,
                faults=Path(faults) if faults else None,
                log=Path(log) if log else None,
            )
        except simulator.FaultError as wrong:
            hint = "The environment variable MLINFRA_SIMULATOR_FAULTS names it."
            raise MlinfraError(error("MLI-SIM-001", str(wrong), hint)) from wrong
        except simulator.StoreError as wrong:
            hint = "`mlinfra simulator reset` begins with an empty cloud."
            raise MlinfraError(error(UNREADABLE_SIMULATOR, str(wrong), hint)) from wrong
        self._open.callback(made.close)
        return made

    def reset_simulator(self) -> None:
        """Empty the embedded cloud; a file that cannot be read is replaced. Raises MlinfraError."""
        try:
            self.simulator.reset()
        except MlinfraError as wrong:
            if wrong.diagnostics[0].code != UNREADABLE_SIMULATOR:
                raise
            for file in self.simulator_file.parent.glob(f"{glob.escape(self.simulator_file.name)}*"):
                file.unlink()
            self.simulator.reset()

    def ask_simulator(self, method: str, path: str, body: bytes) -> Response:
        """One request from outside, as ``az rest`` would send it; api-version filled in where it can be."""
        from mlinfra.simulator import Request

        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        version = _api_version(parts.path)
        if version and not any(name.lower() == "api-version" for name in query):
            query["api-version"] = version
        headers = {"content-type": "application/json"} if body else {}
        return self.simulator.handle(Request(method, unquote(parts.path), query, headers, body))


class SimulatedCredential:
    """Whoever is signed in to the simulator: it takes every token."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """A token that says that it is one."""
        from azure.core.credentials import AccessToken

        return AccessToken("simulated", _NEVER)


_NEVER = 32503680000
"""The year 3000, in seconds: when a simulated token expires."""


def _api_version(path: str) -> str | None:
    """The version that the provider itself would ask for; None for what it does not speak to."""
    from mlinfra.providers.azure.versions import API_VERSIONS, EXCEPTIONS, SUBSCRIPTIONS

    types = re.findall(r"/providers/([^/]+(?:/[^/]+)?)", path, re.IGNORECASE)
    if not types:
        alone = re.fullmatch(r"/subscriptions(/[^/]+)?/?", path, re.IGNORECASE)
        return SUBSCRIPTIONS if alone else API_VERSIONS["Microsoft.Resources"]
    known = {name.lower(): version for name, version in (*API_VERSIONS.items(), *EXCEPTIONS.items())}
    return known.get(types[-1].lower()) or known.get(types[-1].partition("/")[0].lower())
