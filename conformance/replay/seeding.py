"""What was there before: made at the simulator's door, from the first answer that shows it.

A recording begins in mid-life. What an exchange finds there, without anybody having made it before, is put
there just before that exchange: with the body that the recording showed, or with the least a type needs
where it showed none (the group and the workspace in which everything happens).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance import seeds
from conformance.replay.asked import KINDS, About, ask
from conformance.replay.door import World, version_of
from conformance.replay.exchanges import Session
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Kind

GROUPS = "microsoft.resources/resourcegroups"

SENT = frozenset(
    {"location", "tags", "sku", "kind", "identity", "properties", "managedby", "zones", "extendedlocation"}
)
"""Keys of an answer that go into the request which makes the same again."""

REGION = "eastus"
"""Where most recordings play."""

LEAST = frozenset({
    GROUPS,
    "microsoft.storage/storageaccounts",
    "microsoft.keyvault/vaults",
    "microsoft.insights/components",
    "microsoft.operationalinsights/workspaces",
    "microsoft.containerregistry/registries",
    "microsoft.managedidentity/userassignedidentities",
    "microsoft.machinelearningservices/workspaces",
})  # fmt: skip
"""Types that sessions take for granted: made with the least they need where no answer shows more."""

Body = dict[str, Any]


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

    def __init__(self, world: World, session: Session) -> None:
        self._world = world
        self._least = seeds.Seeds(world, REGION)
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
        if self._world.exists(path.text):
            return False
        self._busy.add(id.lower())
        try:
            self.above(path.text, place)
            return self._make(path.text, kind, place)
        finally:
            self._busy.discard(id.lower())

    def above(self, id: str, place: int) -> None:
        """Have everything there that the id lies in; not a container that its first version makes."""
        path = parse(id)
        if path.group and path.type != GROUPS:
            self.ensure(f"/subscriptions/{path.subscription}/resourceGroups/{path.group}", place)
        if path.scope and "/providers/" in path.scope.lower():
            self.ensure(path.scope, place)
        inner = path.type.count("/") - (1 if path.item else 0)
        parts = path.text.split("/")
        kind = KINDS.get(path.type)
        nearest = 1 if kind is not None and kind.parent is not None and path.item else 0
        for depth in range(inner - (0 if path.item else 1), nearest, -1):
            self.ensure("/".join(parts[: -2 * depth + (0 if path.item else 1)]), place)

    def named(self, body: Any, place: int, *, but: str = "") -> None:
        """Have everything there that a body names by its id."""
        for id in seeds.ids_in(body):
            if id.lower() != but.lower():
                self.ensure(id, place)

    def _make(self, id: str, kind: Kind, place: int) -> bool:
        shown = self._shown.first(id, place)
        asked = [] if shown is None else [request_of(shown)]
        if kind.key in LEAST:
            asked.append({**seeds.RECIPES[kind.key](self._least, parse(id)), **_outside(asked)})
        said = "nothing shows it"
        for number, body in enumerate(asked):
            self.named(body, place, but=id)
            answer = self._world.send("PUT", id, version_of(kind.key), body)
            self._world.wait()
            if answer.status < 400 and self._world.exists(id):
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
