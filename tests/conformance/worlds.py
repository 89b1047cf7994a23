"""Where the types of a provider can really be created: one world for each provider that is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from mlinfra.cli.clock import CommandClock
from mlinfra.cli.wiring import SimulatedCredential
from mlinfra.model.clock import Clock
from mlinfra.providers.api import Provider
from mlinfra.simulator import Request, Simulator
from mlinfra.simulator.transport import SimulatorTransport

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


class World(Protocol):
    """A provider with something behind it; ``settings`` is what a stack says of it."""

    clock: Clock
    settings: Mapping[str, Any]

    def connect(self, name: str, settings: Mapping[str, Any]) -> Any:
        """The one connection."""
        ...

    def refuses(self, type_: Any, id: str, desired: Mapping[str, Any]) -> bool | None:
        """Whether the service itself refuses to change what is at ``id`` so; None: nothing to ask."""
        ...


class AzureWorld:
    """The simulator, and at its door someone who is not the provider."""

    settings: Mapping[str, Any] = MappingProxyType(
        {"cloud": "simulator", "subscription": SUBSCRIPTION, "location": "westeurope"}
    )

    def __init__(
        self,
        provider: Provider[Any],
        folder: Path,
        simulator: Simulator | None = None,
        transport: Callable[[Simulator], SimulatorTransport] = SimulatorTransport,
    ) -> None:
        self.simulator = simulator or Simulator(seed=1)
        clock = CommandClock()
        clock.follow(self.simulator)
        self.clock: Clock = clock
        real: Any = provider
        wired = replace(
            real, transport=transport(self.simulator), credential=SimulatedCredential(), clock=clock
        )
        self._connection = wired.connect(self.settings)

    def connect(self, name: str, settings: Mapping[str, Any]) -> Any:
        return self._connection

    def refuses(self, type_: Any, id: str, desired: Mapping[str, Any]) -> bool | None:
        import json

        body = type_.to_body(dict(desired))
        query = {"api-version": type_.api_version}
        headers = {"content-type": "application/json"}
        answer = self.simulator.handle(Request("PUT", id, query, headers, json.dumps(body).encode()))
        return answer.status >= 400


class FilesWorld:
    """A folder."""

    def __init__(
        self,
        provider: Provider[Any],
        folder: Path,
        connection: Any = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock: Clock = clock or CommandClock()
        self.settings: Mapping[str, Any] = {"root": str(folder)}
        self._connection = connection or provider.connect(self.settings)

    def connect(self, name: str, settings: Mapping[str, Any]) -> Any:
        return self._connection

    def refuses(self, type_: Any, id: str, desired: Mapping[str, Any]) -> bool | None:
        return None


WORLDS: dict[str, Any] = {"azure": AzureWorld, "files": FilesWorld}
