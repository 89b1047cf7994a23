"""What the lives of `lives` do not come by: scenes of a few requests, and refusals that must be provoked.

A scene names what must be there, then its requests. ``{S}``, ``{G}`` and ``{W}`` are the subscription, a
group and a workspace in it; ``then`` is how the answer is followed up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.door import json_of
from conformance.seeds import REGION, Seeds
from conformance.specification.requests import SUBSCRIPTION
from conformance.tables.witness import Witness, follow
from mlinfra.simulator import Simulator
from mlinfra.simulator.ids import parse

_PLACES = {
    "{S}": f"/subscriptions/{SUBSCRIPTION}",
    "{G}": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/scenes",
    "{W}": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/scenes/providers"
    "/Microsoft.MachineLearningServices/workspaces/mlw",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. An empty ``version`` is the one that we speak; a ``body`` that is a function makes it from
    what was answered before."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    then: Literal["", "follow"] = ""
    wait: float = 60.0
    """Seconds until the next request."""


@dataclass(frozen=True, slots=True)
class Scene:
    """``needs`` are ids that are seeded; ``asks`` is sent in order."""

    needs: Sequence[str]
    asks: Sequence[Ask]


def play(scene: Scene) -> Witness:
    """The scene in a world of its own; gives the door with all that was answered."""
    simulator = Simulator()
    try:
        door = Witness(simulator)
        seeds = Seeds(door)
        for id in scene.needs:
            seeds.ensure(_placed(id))
        before: Any = None
        for ask in scene.asks:
            path = _placed(ask.path)
            version = ask.version or seeds.version(parse(path))
            body = ask.body(before) if callable(ask.body) else _filled(ask.body)
            answer = door.send(ask.method, path, version, body, query=ask.query)
            before = json_of(answer)
            if ask.then == "follow":
                follow(door, answer)
            simulator.advance(ask.wait)
        return door
    finally:
        simulator.close()


def _placed(text: str) -> str:
    for mark, place in _PLACES.items():
        text = text.replace(mark, place)
    return text


def _filled(body: Any) -> Any:
    if isinstance(body, str):
        return _placed(body)
    if isinstance(body, dict):
        return {key: _filled(value) for key, value in body.items()}
    return [_filled(one) for one in body] if isinstance(body, list) else body


# -- names -------------------------------------------------------------------------------------------------

_STORAGE = "{G}/providers/Microsoft.Storage/storageAccounts/scene1"
_SHARE = f"{_STORAGE}/fileServices/default/shares/files"
_VAULT = "{G}/providers/Microsoft.KeyVault/vaults/kv-scene"
_REGISTRY = "{G}/providers/Microsoft.ContainerRegistry/registries/scene1"
_PLACE = f"{{S}}/providers/Microsoft.KeyVault/locations/{REGION}/deletedVaults/kv-scene"
_IDENTITY = "{G}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-scene"
_LAB, _CLUSTER, _STORE = "{W}/computes/lab", "{W}/computes/cpu", "{W}/datastores/lake"
_ENVIRONMENT = "{W}/environments/env/versions"
_ROLES = "{S}/providers/Microsoft.Authorization/roleDefinitions"
_READER = f"{_ROLES}/acdd72a7-3385-48ef-bd42-f606fba81ae7"
_ASSIGNMENTS = "{G}/providers/Microsoft.Authorization/roleAssignments"
_SOMEBODY = "77777777-7777-7777-7777-777777777777"
_TENANT = "00000000-0000-0000-0000-000000000000"


def _compute(kind: str, **inner: Any) -> dict[str, Any]:
    return {"location": REGION, "properties": {"computeType": kind, "properties": inner}}


def _assignment(principal: str, **more: Any) -> dict[str, Any]:
    return {"properties": {"roleDefinitionId": _READER, "principalId": principal, **more}}


def _for_the_new(identity: Mapping[str, Any]) -> dict[str, Any]:
    """An assignment to an identity that was made a moment ago."""
    body = _assignment(identity["properties"]["principalId"])
    found: dict[str, Any] = _filled(body)
    return found


def _restoring(listed: Mapping[str, Any]) -> dict[str, Any]:
    share = listed["value"][0]
    return {"deletedShareName": share["name"], "deletedShareVersion": share["properties"]["version"]}


def _registry(sku: str) -> dict[str, Any]:
    return {"location": REGION, "sku": {"name": sku}}


_WITH_SECRET = {
    "properties": {
        "datastoreType": "AzureDataLakeGen1",
        "storeName": "lake",
        "credentials": {
            "credentialsType": "ServicePrincipal",
            "tenantId": _TENANT,
            "clientId": _TENANT,
            "secrets": {"secretsType": "ServicePrincipal", "clientSecret": "made up"},
        },
    }
}

_OLD_PYTHON = "dependencies:\n  - python=3.7.6\n"

SCENES: tuple[Scene, ...] = (
    # what ARM itself lists
    Scene(
        (_STORAGE,),
        (
            Ask("GET", "{S}", version="2022-12-01"),
            Ask("GET", "{S}/locations", version="2022-12-01"),
            Ask("GET", "{S}/resources"),
            Ask("GET", "{G}/resources"),
            Ask("GET", "{S}/resourceGroups"),
        ),
    ),
    # names
    Scene(
        (),
        (
            Ask(
                "POST",
                "{S}/providers/Microsoft.Storage/checkNameAvailability",
                {"name": "scene1", "type": "Microsoft.Storage/storageAccounts"},
            ),
            Ask(
                "POST",
                "{S}/providers/Microsoft.KeyVault/checkNameAvailability",
                {"name": "kv-scene", "type": "Microsoft.KeyVault/vaults"},
            ),
            Ask(
                "POST",
                "{S}/providers/Microsoft.ContainerRegistry/checkNameAvailability",
                {"name": "scene1", "type": "Microsoft.ContainerRegistry/registries"},
            ),
        ),
    ),
    # vaults: policies, deletion, purge
    Scene(
        (_VAULT,),
        (
            Ask("PUT", f"{_VAULT}/accessPolicies/add", {"properties": {"accessPolicies": []}}),
            Ask("DELETE", _VAULT),
            Ask("GET", "{S}/providers/Microsoft.KeyVault/deletedVaults"),
            Ask("GET", _PLACE),
            Ask("POST", f"{_PLACE}/purge", then="follow"),
        ),
    ),
    # storage beside accounts
    Scene(
        (_STORAGE, _SHARE),
        (
            Ask("GET", "{S}/providers/Microsoft.Storage/skus"),
            Ask("GET", f"{{S}}/providers/Microsoft.Storage/locations/{REGION}/usages"),
            Ask("DELETE", _SHARE),
            Ask("GET", _SHARE.rpartition("/")[0], query={"$expand": "deleted"}),
            Ask("POST", f"{_SHARE}/restore", _restoring),
        ),
    ),
    # registries: changes that take a while, an SKU of old
    Scene(
        (_REGISTRY,),
        (
            Ask("PATCH", _REGISTRY, {"properties": {"anonymousPullEnabled": True}}, then="follow"),
            Ask("PUT", f"{_REGISTRY}2", _registry("Classic")),
        ),
    ),
    # computes: power, deletion, too few cores, a network that is not there
    Scene(
        ("{W}",),
        (
            Ask("PUT", _LAB, _compute("ComputeInstance", vmSize="STANDARD_DS3_V2"), then="follow"),
            Ask("POST", f"{_LAB}/stop", then="follow"),
            Ask("POST", f"{_LAB}/start", then="follow"),
            Ask("DELETE", _LAB, query={"underlyingResourceAction": "Delete"}, then="follow"),
            Ask("PUT", _CLUSTER, _compute("AmlCompute", vmSize="STANDARD_NC6"), then="follow"),
            Ask("GET", _CLUSTER),
            Ask(
                "PUT",
                f"{_CLUSTER}2",
                _compute("AmlCompute", vmSize="STANDARD_DS3_V2", enableNodePublicIp=False),
            ),
        ),
    ),
    # what is in a workspace
    Scene(
        ("{W}",),
        (
            Ask("PUT", _STORE, _WITH_SECRET),
            Ask("POST", f"{_STORE}/listSecrets"),
            Ask(
                "PUT",
                f"{_ENVIRONMENT}/1",
                {"properties": {"image": "mcr.microsoft.com/a:1", "condaFile": _OLD_PYTHON}},
            ),
            Ask("POST", "{W}/diagnose", {"value": {}}, then="follow"),
        ),
    ),
    # role assignments
    Scene(
        ("{G}",),
        (
            Ask("PUT", _IDENTITY, {"location": REGION}, wait=0),
            Ask("PUT", f"{_ASSIGNMENTS}/{_TENANT}", _for_the_new),
            Ask("PUT", f"{_ASSIGNMENTS}/{_TENANT}", _assignment(_SOMEBODY, principalType="User")),
            Ask("PUT", f"{_ASSIGNMENTS}/{_SOMEBODY}", _assignment(_SOMEBODY, principalType="User")),
        ),
    ),
    # what is not there
    Scene(
        ("{W}",),
        (
            Ask("GET", f"{_STORAGE}2"),
            Ask("GET", _STORAGE.replace("{G}", "{G}2")),
            Ask("GET", "{G}2"),
            Ask("GET", f"{_VAULT}2"),
            Ask("GET", "{W}2"),
            Ask("GET", "{W}/data/nothing"),
            Ask("GET", "{W}/datastores/nothing"),
            Ask("GET", "{W}/computes/nothing"),
        ),
    ),
)
