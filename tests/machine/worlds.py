"""The two worlds that stacks are made in: folders and files, and the simulated Azure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from mlinfra_files import provider as files

from mlinfra.engine.context import Context
from mlinfra.providers.api import Catalogue, Provider
from mlinfra.providers.registry import load_catalogue
from mlinfra.simulator import Request
from tests.conformance.worlds import SUBSCRIPTION, AzureWorld
from tests.engine.bench import Clock
from tests.machine.stack import Block, Stack
from tests.machine.trouble import Trouble, TroubledProvider


class World(Protocol):
    """A cloud. ``container`` is the type that others live in, ``leaves`` are those others; ``readable`` is
    the type of which a key can be read; ``ignored`` is the key that the value stands in."""

    name: str
    settings: Mapping[str, Any]
    container: str
    leaves: tuple[str, ...]
    readable: str
    ignored: str
    places: tuple[str, ...]
    settled: tuple[str, ...]
    """Types of which a deleted one keeps its name, and so its place."""
    tags: bool
    """Whether it can be told from a resource which stack made it."""
    context: Context

    def body(self, block: Block, stack: Stack) -> dict[str, Any]:
        """The block in YAML, without meta keys."""
        ...

    def id(self, block: Block, stack: Stack, key: str | None) -> str:
        """The id of an instance, as `contents` has it."""
        ...

    def contents(self) -> dict[str, str]:
        """The value of everything there is, by id."""
        ...

    def read(self, id: str) -> str:
        """What a reference to it reads."""
        ...

    def change(self, id: str, value: str) -> None:
        """Somebody changes it by hand."""
        ...

    def delete(self, id: str) -> None:
        """Somebody deletes it by hand, with everything in it."""
        ...

    def create(self, block: Block, stack: Stack, key: str | None, value: str) -> None:
        """Somebody makes by hand what an instance of this block would be."""
        ...


class Files:
    """A folder on disk. Each write takes two questions to end."""

    name = "files"
    container, readable, ignored = "folder", "text_file", "content"
    leaves: tuple[str, ...] = ("text_file",)
    settled: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    tags = False

    def __init__(self, folder: Path, trouble: Trouble) -> None:
        self.root = folder / "disk"
        self.root.mkdir()
        self.settings: Mapping[str, Any] = {"root": str(self.root)}
        provider: Provider[Any] = TroubledProvider(files, trouble, self._exists, polls=2)
        connection = files.connect(self.settings)
        self.context = Context(Catalogue.of([provider]), lambda _name, _settings: connection, Clock(), 1)

    def _exists(self, id: str) -> bool:
        return (self.root / id[1:]).exists()

    def body(self, block: Block, stack: Stack) -> dict[str, Any]:
        name = block.name if block.keys is None else f"{block.name}-${{each.value}}"
        if block.type == self.container:
            return {"name": name}
        content = block.value + (f"-${{{block.reads}.size}}" if block.reads else "")
        return {"name": name, "folder": f"${{{block.inside}.id}}", "content": content}

    def id(self, block: Block, stack: Stack, key: str | None) -> str:
        if block.inside is None:
            return f"/{block.named(key)}"
        return f"/{stack.blocks[block.inside].name}/{block.named(key)}"

    def contents(self) -> dict[str, str]:
        return {
            f"/{path.relative_to(self.root)}": path.read_text() if path.is_file() else ""
            for path in self.root.rglob("*")
        }

    def read(self, id: str) -> str:
        return str(len((self.root / id[1:]).read_text()))

    def change(self, id: str, value: str) -> None:
        path = self.root / id[1:]
        if path.is_file():
            path.write_text(value)

    def delete(self, id: str) -> None:
        path = self.root / id[1:]
        for inside in sorted(path.rglob("*"), reverse=True) if path.is_dir() else ():
            inside.unlink()
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()

    def create(self, block: Block, stack: Stack, key: str | None, value: str) -> None:
        path = self.root / self.id(block, stack, key)[1:]
        if block.type == self.container:
            path.mkdir()
        else:
            path.write_text(value)


_TYPES = {
    "resource_group": ("", "2024-03-01"),
    "user_assigned_identity": ("Microsoft.ManagedIdentity/userAssignedIdentities", "2023-01-31"),
    "log_analytics_workspace": ("Microsoft.OperationalInsights/workspaces", "2023-09-01"),
    "key_vault": ("Microsoft.KeyVault/vaults", "2023-07-01"),
}
_PROPERTIES = {
    "key_vault": {
        "tenantId": "00000000-0000-0000-0000-0000000000aa",
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
    }
}


class Azure:
    """The simulator, in memory. What is by hand goes in by its own door, past the provider."""

    name = "azure"
    container, readable, ignored = "resource_group", "user_assigned_identity", "tags"
    leaves: tuple[str, ...] = ("user_assigned_identity", "log_analytics_workspace", "key_vault")
    settled: tuple[str, ...] = ("log_analytics_workspace", "key_vault")
    places: tuple[str, ...] = ("westeurope", "northeurope")
    tags = True

    def __init__(self, folder: Path, trouble: Trouble) -> None:
        real = load_catalogue().providers["azure"]
        self.world = AzureWorld(real, folder)
        self.settings: Mapping[str, Any] = dict(self.world.settings)
        provider: Provider[Any] = TroubledProvider(real, trouble, self._exists)
        self.context = Context(Catalogue.of([provider]), self.world.connect, self.world.clock, 1)

    def _exists(self, id: str) -> bool:
        return id.casefold() in self.contents()

    def body(self, block: Block, stack: Stack) -> dict[str, Any]:
        name = self._name(block, stack, None) + ("-${each.value}" if block.keys is not None else "")
        value = block.value + (f"-${{{block.reads}.principal_id}}" if block.reads else "")
        body: dict[str, Any] = {"name": name, "tags": {"value": value}}
        if block.place or block.type in self.settled:
            body["location"] = block.place or "westeurope"
        if block.inside is not None:
            body["resource_group"] = f"${{{block.inside}.id}}"
        return body

    def id(self, block: Block, stack: Stack, key: str | None) -> str:
        return self._id(block, stack, key).casefold()

    def _id(self, block: Block, stack: Stack, key: str | None) -> str:
        group = block.named(key) if block.inside is None else stack.blocks[block.inside].name
        id = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
        if block.inside is None:
            return id
        return f"{id}/providers/{_TYPES[block.type][0]}/{self._name(block, stack, key)}"

    def _name(self, block: Block, stack: Stack, key: str | None) -> str:
        if block.type not in self.settled or block.inside is None:
            return block.named(key)
        # A deleted one keeps its name, wherever it was: so it is not that of another group.
        return f"{stack.blocks[block.inside].name}-{block.named(key)}"

    def contents(self) -> dict[str, str]:
        return {
            found["id"].casefold(): found.get("tags", {}).get("value", "")
            for found in self.world.simulator.resources()
        }

    def read(self, id: str) -> str:
        found = next(r for r in self.world.simulator.resources() if r["id"].casefold() == id)
        return str(found["properties"]["principalId"])

    def change(self, id: str, value: str) -> None:
        found = next(r for r in self.world.simulator.resources() if r["id"].casefold() == id)
        found["tags"] = {**found.get("tags", {}), "value": value}
        self._ask("PUT", id, found)

    def delete(self, id: str) -> None:
        self._ask("DELETE", id)
        while id in self.contents():
            self.world.clock.sleep(60)

    def create(self, block: Block, stack: Stack, key: str | None, value: str) -> None:
        body: dict[str, Any] = {"location": block.place or "westeurope", "tags": {"value": value}}
        if block.type != self.container:
            body["properties"] = _PROPERTIES.get(block.type, {})
        self._ask("PUT", self._id(block, stack, key), body)

    def _ask(self, method: str, id: str, body: Any = None) -> None:
        kinds = (kind for kind in _TYPES.values() if f"/providers/{kind[0]}/".casefold() in id.casefold())
        version = next(kinds, _TYPES["resource_group"])[1]
        headers = {"content-type": "application/json"} if body is not None else {}
        data = json.dumps(body).encode() if body is not None else b""
        answer = self.world.simulator.handle(Request(method, id, {"api-version": version}, headers, data))
        # What is on its way out takes no change any more; people who meet that let it be.
        assert answer.status < 400 or answer.status == 409, answer
