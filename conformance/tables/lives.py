"""Lives of resources at the simulator's door.

Each type lives once in each api-version of interest, in a world of its own: asked for before it is there,
made, looked at while it is made, made again, changed, listed, asked what can be asked of it, removed, and
removed again. Whatever is begun is watched to its end by both ways that a client may go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.door import Door
from conformance.seeds import RECIPES, Seeds
from conformance.specification.requests import SUBSCRIPTION
from conformance.tables.witness import Witness, follow
from mlinfra.simulator import Response, Simulator
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Kind

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/lives"

NAMES: Mapping[str, str] = {
    "roleassignments": "00000000-0000-0000-0000-00000000000a",
    "roledefinitions": "00000000-0000-0000-0000-00000000000b",
    "blobservices": "default",
    "fileservices": "default",
}
"""Names that cannot be ``sample1``, by the last part of their type."""

BODIES: Mapping[str, Sequence[Any]] = {
    "regeneratekey": ({"keyName": "key1"},),
    "regeneratecredential": ({"name": "password"},),
    "purge": ({"table": "Heartbeat", "filters": []},),
    "lease": ({"action": "Acquire", "leaseDuration": -1}, {"action": "Break"}),
    "setlegalhold": ({"tags": ["tag1"]},),
    "clearlegalhold": ({"tags": ["tag1"]},),
    "diagnose": ({"value": {}},),
}
"""What is sent with an action, in turn, by its name in lower case."""


MORE: Mapping[str, Mapping[str, Any]] = {
    "microsoft.machinelearningservices/workspaces": {
        "managedNetwork": {"isolationMode": "AllowInternetOutbound"}
    },
}
"""Properties beyond the least that a type is made of, so that there is something to ask it for."""


def sample(kind: Kind) -> str:
    """An id of this kind."""
    if kind.key == "microsoft.resources/resourcegroups":
        return GROUP
    namespace, *types = kind.type.split("/")
    pairs = [f"{type_}/{NAMES.get(type_.lower(), 'sample1')}" for type_ in types]
    return "/".join([GROUP, "providers", namespace, *pairs])


def live(kind: Kind, version: str) -> Witness:
    """One life of a kind in one api-version; gives the door with all that was answered."""
    simulator = Simulator()
    try:
        door = Witness(simulator)
        _Life(door, kind, version).run()
        return door
    finally:
        simulator.close()


class _Life:
    def __init__(self, door: Door, kind: Kind, version: str) -> None:
        self.door, self.kind, self.version = door, kind, version
        self.id = sample(kind)
        path, seeds = parse(self.id), Seeds(door)
        seeds.above(path)
        recipe = RECIPES.get(kind.key)
        self.body: Any = recipe(seeds, path) if recipe is not None else {"properties": {}}
        self.body.get("properties", {}).update(MORE.get(kind.key, {}))

    def run(self) -> None:
        self.look()
        self.write("DELETE")
        self.write("PUT", self.body)
        self.write("PUT", self.body)
        self.write("PATCH", {"tags": {"a": "b"}} if self.kind.tags else {"properties": {}})
        self.lists()
        for name, action in self.kind.actions.items():
            for body in BODIES.get(name.lower(), (None,)):
                follow(self.door, self.ask(action.method, f"{self.id}/{name}", body))
        self.write("DELETE")
        self.write("DELETE")

    def ask(self, method: str, path: str, body: Any = None) -> Response:
        return self.door.send(method, path, self.version, body)

    def look(self) -> None:
        for method in ("GET", "HEAD"):
            self.ask(method, self.id)

    def write(self, method: str, body: Any = None) -> None:
        answer = self.ask(method, self.id, body)
        self.look()
        follow(self.door, answer)
        self.door.simulator.advance(60)
        self.look()

    def lists(self) -> None:
        collection = self.id.rpartition("/")[0]
        self.ask("GET", collection)
        if not self.kind.nested:
            self.ask("GET", collection.replace("/resourceGroups/lives", ""))
