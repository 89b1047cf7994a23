"""What pull requests, merges and their jobs share: a repository, a GitHub, an Azure, a store for state."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from azure.storage.blob import ContainerClient

from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.clock import SystemClock
from mlinfra.model.state import LockInfo
from mlinfra.simulator import Simulator
from tests.ci.hub import Hub
from tests.ci.runner import Event, Ran, Runner
from tests.servers.azurite import ACCOUNT, KEY, AzuriteServer
from tests.simulator.door import Door

SUB = "00000000-0000-0000-0000-000000000001"
PASSWORD = "canary-of-the-pipeline"
STACK = f"""\
stack: churn
azure: {{cloud: simulator, subscription: {SUB}, location: westeurope}}
variables:
  password: {{type: string, sensitive: true}}
  state_key: {{type: string, sensitive: true}}
resources:
  resource_group:
    main: {{name: rg-churn, tags: {{team: churn, secret: "${{var.password}}"}}}}
  user_assigned_identity:
    main: {{name: id-churn}}
"""


@dataclass(frozen=True)
class Place:
    """Where the state is kept: the settings of the backend, and the secret that opens it."""

    backend: str
    key: str

    @classmethod
    def in_simulator(cls, file: Path) -> Place:
        """In a storage account of the simulated Azure."""
        group = f"/subscriptions/{SUB}/resourceGroups/rg-state"
        account = f"{group}/providers/Microsoft.Storage/storageAccounts/ststate"
        storage = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
        simulator = Simulator(file)
        try:
            door = Door(simulator)
            door.make(group, {"location": "westeurope"})
            door.make(account, {**storage, "properties": {}})
            door.make(f"{account}/blobServices/default/containers/states", {"properties": {}})
        finally:
            simulator.close()
        return cls("account: ststate, container: states, key: churn, cloud: simulator", "unused-key-of-state")

    @classmethod
    def in_azurite(cls, server: AzuriteServer) -> Place:
        """In a real Azurite, in a container that is empty."""
        client = ContainerClient(server.endpoint, "states", credential=KEY)
        with client:
            if not client.exists():
                client.create_container()
            for blob in client.list_blobs():
                client.delete_blob(blob.name)
        settings = f"account: {ACCOUNT}, container: states, key: churn, endpoint: '{server.endpoint}'"
        return cls(f'{settings}, access_key: "${{var.state_key}}"', KEY)


@dataclass
class World:
    """``origin`` is the repository as everybody sees it; ``artifacts`` what runs uploaded."""

    folder: Path
    hub: Hub
    place: Place
    machines: int = 0

    def __post_init__(self) -> None:
        self.origin.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "receive.denyCurrentBranch", "ignore")
        self.commit({"README.md": "what the team runs\n"})

    @property
    def origin(self) -> Path:
        return self.folder / "origin"

    @property
    def azure(self) -> Path:
        """The file that stands for Azure."""
        return self.folder / "azure.db"

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        who = ["-c", "user.name=ana", "-c", "user.email=ana@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", os.fspath(folder or self.origin), *who, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, files: Mapping[str, str]) -> str:
        """These files on the branch that origin is at; answers the commit."""
        for name, text in files.items():
            path = self.origin / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def stack(self, text: str = STACK) -> dict[str, str]:
        """The stack's file, with its backend."""
        return {"stacks/churn/mlinfra.yaml": f"{text}backend:\n  azure_blob: {{{self.place.backend}}}\n"}

    def pull_request(self, text: str = STACK, branch: str = "change", number: int = 7) -> Event:
        """A branch with this stack, as the event of its pull request."""
        self.git("switch", "--quiet", "--force-create", branch, "main")
        head = self.commit(self.stack(text))
        return Event(head, number, head)

    def merge(self, pull_request: Event) -> Event:
        """Squash it into main: the event of the push."""
        self.git("switch", "--quiet", "main")
        self.git("checkout", pull_request.head, "--", ".")
        merged = self.commit({})
        self.hub.merge(merged, pull_request.head)
        return Event(merged)

    def machine(self, event: Event, *, secrets: bool = True) -> Runner:
        """A machine with a clone of its own at the event's commit."""
        self.machines += 1
        folder = self.folder / f"machine{self.machines}"
        clone = folder / "work"
        folder.mkdir()
        self.git("clone", "--quiet", os.fspath(self.origin), os.fspath(clone), folder=self.folder)
        self.git("checkout", "--quiet", event.commit, folder=clone)
        # GitHub hands an empty text where there is no secret.
        given = {"password": PASSWORD, "state_key": self.place.key} if secrets else {}
        variables = {f"MLINFRA_VAR_{name}": given.get(name, "") for name in ("password", "state_key")}
        known = {"MLINFRA_SIMULATOR_FILE": os.fspath(self.azure), **variables}
        return Runner(folder, clone, self.hub.address, known)

    def plan(self, event: Event, **inputs: str) -> Ran:
        """The job that plans, and uploads what the action says."""
        machine = self.machine(event)
        ran = machine.run(event, command="plan", folder="stacks/churn", stack="churn", **inputs)
        if ran.outputs["planned"] == "true":
            name = ran.outputs["artifact"]
            shutil.copytree(ran.outputs["path"], self.folder / "artifacts" / name, dirs_exist_ok=True)
            self.hub.add_artifact(name, event.head)
        return ran

    def found(self, event: Event) -> Path:
        """The plan that belongs to a merge, as downloaded."""
        machine = self.machine(event, secrets=False)
        ran = machine.run(event, command="find-plan", folder="stacks/churn", stack="churn")
        assert ran.code == 0, ran.log
        assert ran.outputs["run_id"] == "77"
        return self.folder / "artifacts" / ran.outputs["artifact"]

    def apply(self, event: Event, **inputs: str) -> Ran:
        """The job that applies what was merged."""
        plan = os.fspath(self.found(event))
        machine = self.machine(event)
        return machine.run(event, command="apply", folder="stacks/churn", stack="churn", plan=plan, **inputs)

    def resources(self) -> list[str]:
        """What there is in Azure, by the last part of its id."""
        simulator = Simulator(self.azure)
        try:
            return sorted(each["id"].rpartition("/")[2] for each in simulator.resources())
        finally:
            simulator.close()

    def change_outside(self, path: str, body: object) -> None:
        """Somebody changes something in Azure by hand."""
        simulator = Simulator(self.azure)
        try:
            assert Door(simulator).patch(path, body).status == 200
        finally:
            simulator.close()

    @contextmanager
    def locked(self, event: Event) -> Iterator[None]:
        """Somebody else holds the stack's lock."""
        machine = self.machine(event)
        names = machine.environment(event, machine.folder / "output")
        with Workplace(machine.clone / "stacks/churn", names) as place:
            store = place.store(place.head(Inputs()), SystemClock())
            now = SystemClock().now()
            lease = store.lock(LockInfo("", "maria", "laptop", "apply", now, now + timedelta(seconds=60)), 60)
            yield
            store.unlock(lease)
