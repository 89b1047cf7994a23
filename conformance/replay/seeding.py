"""What was there before: made at the simulator's door, from the first answer that shows it.

A recording begins in mid-life. What an exchange finds there, without anybody having made it before, is put
there just before that exchange: with the body that the recording showed, or with the least a type needs
where it showed none (the group and the workspace in which everything happens).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from conformance.replay.asked import KINDS, About, ask
from conformance.replay.door import Door, version_of
from conformance.replay.exchanges import Session
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Kind

GROUPS = "microsoft.resources/resourcegroups"

SENT = frozenset(
    {"location", "tags", "sku", "kind", "identity", "properties", "managedby", "zones", "extendedlocation"}
)
"""Keys of an answer that go into the request which makes the same again."""

REGION = "eastus"

Body = dict[str, Any]


def _short(id: str, size: int) -> str:
    return "s" + hashlib.sha256(id.lower().encode()).hexdigest()[: size - 1]


def _workspace(id: str) -> Body:
    group = "/".join(id.split("/")[:5])
    providers = f"{group}/providers"
    return {
        "location": REGION,
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "storageAccount": f"{providers}/Microsoft.Storage/storageAccounts/{_short(id, 20)}",
            "keyVault": f"{providers}/Microsoft.KeyVault/vaults/{_short(id, 20)}",
            "applicationInsights": f"{providers}/Microsoft.Insights/components/{_short(id, 20)}",
        },
    }


LEAST: Mapping[str, Callable[[str], Body]] = {
    GROUPS: lambda id: {"location": REGION},
    "microsoft.storage/storageaccounts": lambda id: {
        "location": REGION, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {},
    },
    "microsoft.keyvault/vaults": lambda id: {
        "location": REGION,
        "properties": {
            "tenantId": "00000000-0000-0000-0000-000000000001",
            "sku": {"family": "A", "name": "standard"},
            "accessPolicies": [],
        },
    },
    "microsoft.insights/components": lambda id: {
        "location": REGION, "kind": "web", "properties": {"Application_Type": "web"},
    },
    "microsoft.operationalinsights/workspaces": lambda id: {"location": REGION, "properties": {}},
    "microsoft.containerregistry/registries": lambda id: {
        "location": REGION, "sku": {"name": "Premium"}, "properties": {"adminUserEnabled": True},
    },
    "microsoft.managedidentity/userassignedidentities": lambda id: {"location": REGION},
    "microsoft.machinelearningservices/workspaces": _workspace,
}  # fmt: skip
"""The least that makes a resource of a type, by its id, where no answer shows more."""


class Shown:
    """What the answers of a session show of resources, by id in lower case, in their order."""

    def __init__(self, session: Session) -> None:
        self._bodies: dict[str, list[tuple[int, Body]]] = {}
        for place, exchange in enumerate(session.exchanges):
            if exchange.status >= 400 or not isinstance(exchange.answer, dict):
                continue
            asked = ask(exchange)
            if asked.about is About.ITEM and exchange.method != "DELETE":
                self._add(asked.path.text, place, exchange.answer)
            elif isinstance(exchange.answer.get("value"), list):
                for item in exchange.answer["value"]:
                    if isinstance(item, dict) and isinstance(item.get("id"), str):
                        own = asked.about is About.LIST and parse(item["id"]).type == asked.path.type
                        inside = own and KINDS[asked.path.type].nested
                        id = f"{asked.path.text}/{item.get('name')}" if inside else item["id"]
                        self._add(id, place, item)

    def _add(self, id: str, place: int, body: Body) -> None:
        self._bodies.setdefault(id.lower(), []).append((place, body))

    def first(self, id: str, place: int) -> Body | None:
        """The first answer from ``place`` on that shows it with its properties, else the last before."""
        found = [
            one for one in self._bodies.get(id.lower(), ()) if isinstance(one[1].get("properties"), dict)
        ]
        after = [body for at, body in found if at >= place]
        return after[0] if after else (found[-1][1] if found else None)


class Seeds:
    """Puts into one world what a session takes for granted. ``failed`` says what could not be put there."""

    def __init__(self, door: Door, session: Session) -> None:
        self._door = door
        self._shown = Shown(session)
        self._busy: set[str] = set()
        self.known: set[str] = set()
        """Ids, lower case, that both sides had: what became of them since is the simulator's own doing."""
        self.assumed: set[str] = set()
        """Ids, lower case, that were made with the least body, since nothing showed more; groups aside."""
        self.failed: list[str] = []

    def ensure(self, id: str, place: int) -> bool:
        """Have the resource there, with all it lies in and names. Says whether it was made now."""
        path = parse(id)
        kind = KINDS.get(path.type)
        if kind is None or not path.item or id.lower() in self._busy | self.known:
            return False
        if self._door.exists(path.text):
            return False
        self._busy.add(id.lower())
        try:
            self.above(path.text, place)
            return self._make(path.text, kind, place)
        finally:
            self._busy.discard(id.lower())

    def above(self, id: str, place: int) -> None:
        """Have everything there that the id lies in."""
        path = parse(id)
        if path.group and path.type != GROUPS:
            self.ensure(f"/subscriptions/{path.subscription}/resourceGroups/{path.group}", place)
        if path.scope and "/providers/" in path.scope.lower():
            self.ensure(path.scope, place)
        inner = path.type.count("/") - (1 if path.item else 0)
        parts = path.text.split("/")
        for depth in range(inner - (0 if path.item else 1), 0, -1):
            self.ensure("/".join(parts[: -2 * depth + (0 if path.item else 1)]), place)

    def named(self, body: Any, place: int, *, but: str = "") -> None:
        """Have everything there that a body names by its id."""
        for id in ids_in(body):
            if id.lower() != but.lower():
                self.ensure(id, place)

    def _make(self, id: str, kind: Kind, place: int) -> bool:
        shown = self._shown.first(id, place)
        asked = [] if shown is None else [request_of(shown)]
        if kind.key in LEAST:
            asked.append({**LEAST[kind.key](id), **_outside(asked)})
        said = "nothing shows it, and there is no least body for its type"
        for number, body in enumerate(asked):
            self.named(body, place, but=id)
            answer = self._door.ask("PUT", id, {"api-version": version_of(kind.key)}, body)
            self._door.wait()
            if answer.status < 400 and self._door.exists(id):
                if kind.key != GROUPS and (shown is None or number):
                    self.assumed.add(id.lower())
                return True
            said = f"{answer.status} {answer.body.decode()[:200]}"
        self.failed.append(f"{id}: {said}")
        return False


def _outside(asked: Sequence[Body]) -> Body:
    """What was shown beside the properties: where a thing is and of what kind."""
    return {key: value for one in asked for key, value in one.items() if key in ("location", "sku", "kind")}


def request_of(shown: Body) -> Body:
    """The request that makes what an answer shows, without the rules of a network that the service made."""
    body = {key: value for key, value in shown.items() if key.lower() in SENT and value is not None}
    identity = body.get("identity")
    if isinstance(identity, dict):
        chosen = identity.get("userAssignedIdentities") or {}
        body["identity"] = {"type": identity.get("type", "None")}
        if chosen:
            body["identity"]["userAssignedIdentities"] = {id: {} for id in chosen}
    network = (body.get("properties") or {}).get("managedNetwork")
    if isinstance(network, dict) and isinstance(network.get("outboundRules"), dict):
        rules = network["outboundRules"].items()
        own = {name: rule for name, rule in rules if rule.get("category") == "UserDefined"}
        body["properties"] = {
            **body["properties"], "managedNetwork": {**network, "outboundRules": own},
        }  # fmt: skip
    return body


def ids_in(body: Any) -> Iterator[str]:
    """Ids of resources of our types that stand in a body, keys of objects included."""
    if isinstance(body, str):
        if body.lower().startswith("/subscriptions/") and parse(body).type in KINDS and parse(body).item:
            yield body
    elif isinstance(body, dict):
        for key, value in body.items():
            yield from ids_in(key)
            yield from ids_in(value)
    elif isinstance(body, list):
        for item in body:
            yield from ids_in(item)
