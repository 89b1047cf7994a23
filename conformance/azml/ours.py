"""A YAML file → the body that we send for it, by the whole of mlinfra: a stack around the file is planned and
applied on the embedded simulator, and the transport writes down what goes by.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from azure.core.rest import HttpRequest, HttpResponse

from conformance.azml import standins
from mlinfra.cli.clock import CommandClock
from mlinfra.cli.wiring import SimulatedCredential
from mlinfra.config.loader import load
from mlinfra.engine.applier import StopSignal, apply
from mlinfra.engine.clock import SystemClock
from mlinfra.engine.context import DEFAULTS, Context, Options
from mlinfra.engine.planner import make_plan
from mlinfra.engine.validate import validate
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.providers.azure import AzureProvider
from mlinfra.providers.registry import load_catalogue
from mlinfra.simulator import Simulator
from mlinfra.simulator.transport import SimulatorTransport, body_of
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import StateManager

_AROUND: Mapping[str, Any] = {
    "resource_group": {"main": {"name": standins.GROUP_NAME}},
    "storage_account": {"main": {"name": "ststandin", "sku": "Standard_LRS"}},
    "key_vault": {"main": {"name": "kv-standin"}},
    "application_insights": {"main": {"name": "appi-standin"}},
    "container_registry": {"main": {"name": "crstandin", "sku": "Basic"}},
    "user_assigned_identity": {"main": {"name": "id-standin"}},
    "workspace": {
        "main": {
            "name": standins.WORKSPACE_NAME,
            "storage_account": standins.STORAGE,
            "key_vault": standins.VAULT,
            "application_insights": standins.INSIGHTS,
        }
    },
}
"""What is there before the resource that is looked at, and what its stack refers to by id."""

_SUBJECT = "subject"


class Bench:
    """Stacks around files below ``root``, each on a cloud of its own in which the surroundings are there.

    ``root`` gets a folder of its own; it counts as the repository that files are confined to.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / ".git").mkdir(parents=True, exist_ok=True)
        self._cloud = root / "state" / "cloud.db"
        self._cloud.parent.mkdir()
        self._count = 0
        with Desk(root, "around", self._cloud) as desk:
            desk.write(_AROUND)
            desk.apply()

    def desk(self) -> Desk:
        """An empty stack on a fresh copy of the cloud. Close it, or use ``with``."""
        self._count += 1
        name = f"case{self._count}"
        copy = self._cloud.with_name(f"{name}.db")
        shutil.copyfile(self._cloud, copy)
        return Desk(self.root, name, copy)

    def body(self, kind: str, file: Path, beside: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What is sent to create the resource of a file. Raises MlinfraError."""
        with self.desk() as desk:
            desk.around(kind, file, beside or {})
            return desk.sent(kind)

    def check(self, kind: str, file: Path, beside: Mapping[str, Any] | None = None) -> None:
        """Raise MlinfraError when `validate` or `plan` refuses the file."""
        with self.desk() as desk:
            desk.around(kind, file, beside or {})
            desk.check()


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that changes something."""

    method: str
    path: str
    body: Any


class RecordingTransport(SimulatorTransport):
    """The simulator's transport that writes down what is sent to change something."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.seen: list[Seen] = []

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer a request, after it is written down."""
        host, _, path = request.url.partition("://")[2].partition("/")
        if request.method in ("PUT", "PATCH") and host.startswith("management."):
            self.seen.append(Seen(request.method, f"/{path.partition('?')[0]}", json.loads(body_of(request))))
        return super().send(request, **kwargs)


class Desk:
    """One stack on one cloud, which lies in the file ``cloud``."""

    def __init__(self, root: Path, name: str, cloud: Path) -> None:
        self._name, self._folder, self._state = name, root / "stacks" / name, root / "state"
        self._folder.mkdir(parents=True)
        self._open = ExitStack()
        simulator = Simulator(cloud, seed=1)
        self._open.callback(simulator.close)
        self._transport = RecordingTransport(simulator)
        clock = CommandClock()
        clock.follow(simulator)
        provider = replace(
            AzureProvider(), transport=self._transport, credential=SimulatedCredential(), clock=clock
        )
        connection = provider.connect({"cloud": "simulator", "subscription": standins.SUBSCRIPTION})
        self._context = Context(load_catalogue(), lambda _name, _settings: connection, clock, 1)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write(self, resources: Mapping[str, Any]) -> None:
        """The stack: these resources."""
        stack = {
            "stack": self._name,
            "azure": {
                "cloud": "simulator",
                "subscription": standins.SUBSCRIPTION,
                "location": standins.LOCATION,
                "resource_group": standins.GROUP_NAME,
            },
            "resources": resources,
        }
        (self._folder / "mlinfra.yaml").write_text(yaml.safe_dump(stack, sort_keys=False), encoding="utf-8")

    def around(self, kind: str, file: Path, beside: Mapping[str, Any]) -> None:
        """The stack: one resource, whose body is in a file, with keys beside ``file:``."""
        body: dict[str, Any] = {"file": f"../../{file.relative_to(self._folder.parents[1]).as_posix()}"}
        if kind != "workspace":
            body["workspace"] = standins.WORKSPACE
        self.write({kind: {_SUBJECT: {**body, **beside}}})

    def check(self) -> None:
        """Raise MlinfraError when `validate` or `plan` refuses the stack."""
        config = load(self._folder)
        validate(config, self._context)
        make_plan(config, self._manager.load(), self._context)

    def apply(self, options: Options = DEFAULTS) -> tuple[Diagnostic, ...]:
        """Plan and apply; answers what failed. Raises MlinfraError for what cannot be planned."""
        self._transport.seen.clear()
        with self._manager.session(command="apply") as session:
            planned = make_plan(load(self._folder), session.snapshot, self._context, options)
            applied = apply(planned, session, self._context, lambda _: None, StopSignal())
        return applied.failures

    def sent(self, kind: str, options: Options = DEFAULTS, *, refused: bool = False) -> dict[str, Any]:
        """The body of the last request for the subject; with ``refused`` also one that the service refused.

        Raises MlinfraError.
        """
        failures = self.apply(options)
        bodies = [each.body for each in self._transport.seen if _is_of(each.path, kind)]
        if failures and not (refused and bodies):
            raise MlinfraError(failures)
        body: dict[str, Any] = bodies[-1]
        return body

    @property
    def _manager(self) -> StateManager:
        clock = SystemClock()
        store = LocalStore(self._state, self._name, clock=clock)
        return StateManager(
            store, stack=self._name, folder=self._name, clock=clock, tool="conformance", heartbeat=False
        )


_SEGMENTS = {
    "workspace": "/workspaces/",
    "compute": "/computes/",
    "datastore": "/datastores/",
    "environment": "/environments/",
    "data_asset": "/data/",
}


def _is_of(path: str, kind: str) -> bool:
    return _SEGMENTS[kind] in path.casefold()
