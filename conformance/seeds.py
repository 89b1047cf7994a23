"""Makes what must be there before a request can succeed: groups, parents, and what a body points to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.door import Door, code_of
from mlinfra.providers.azure.versions import API_VERSIONS, EXCEPTIONS
from mlinfra.simulator.ids import Path, parse

REGION = "westeurope"

BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"

Recipe = Callable[["Seeds", Path], dict[str, Any]]


class NotSeeded(Exception):
    """The simulator refused what a recipe makes; the message has its words."""


class Seeds:
    """Creates resources by id, with all they need. Asking twice creates once."""

    def __init__(self, door: Door, region: str = REGION) -> None:
        self.door = door
        self.region = region
        self._made: set[str] = set()

    def ensure(self, id: str) -> None:
        """The resource of this id exists, when there is a recipe for its type; its group exists anyway.

        Raises NotSeeded.
        """
        path = parse(id)
        recipe = RECIPES.get(path.type) if path.item else None
        if path.text.lower() in self._made:
            return
        if recipe is None:
            self.above(path)
        else:
            self.make(_spelled(path), recipe(self, path))

    def make(self, id: str, body: Any) -> None:
        """PUT this body there, below what is made if need be, and wait until it is done. Raises NotSeeded."""
        path = parse(id)
        self.above(path)
        self._made.add(path.text.lower())
        answer = self.door.send("PUT", path.text, self.version(path), body)
        if answer.status >= 400:
            raise NotSeeded(f"PUT {path.text}: {answer.status} {code_of(answer)} {answer.body.decode()}")
        self.door.follow(answer)
        self.door.simulator.advance(60)

    def version(self, path: Path) -> str:
        """The api-version that we speak for a path."""
        return pinned(path.type)

    def mentioned(self, value: Any) -> None:
        """Everything that a body points to by id."""
        for id in ids_in(value):
            self.ensure(id)

    def beside(self, path: Path, type_: str, name: str) -> str:
        """A resource of another type in the same group; gives its id."""
        id = f"/subscriptions/{path.subscription}/resourceGroups/{path.group}/providers/{type_}/{name}"
        self.ensure(id)
        return id

    def principal(self, id: str, kind: str = "ServicePrincipal") -> None:
        """Somebody in the directory."""
        where = f"/providers/Mlinfra.Simulator/principals/{id}"
        answer = self.door.send("PUT", where, API_VERSIONS["Microsoft.Authorization"], {"type": kind})
        if answer.status >= 400:
            raise NotSeeded(f"principal {id}: {answer.status} {answer.body.decode()}")

    def above(self, path: Path) -> None:
        """The group and the parents of a path exist. Raises NotSeeded."""
        if path.group and path.type != _GROUPS:
            self.ensure(f"/subscriptions/{path.subscription}/resourceGroups/{path.group}")
        if path.item and path.type.count("/") > 1:
            self.ensure(path.parent)


def _spelled(path: Path) -> str:
    """Names of accounts are in lower case, whatever the casing of the ids that lead to them."""
    return path.text.lower() if path.type == _ACCOUNT else path.text


_ID = re.compile(
    r"/subscriptions/[^/]+(/resourcegroups/[^/]+)?/providers/[^/]+(/[^/]+/[^/]+)+", re.IGNORECASE
)


def ids_in(value: Any) -> Iterator[str]:
    """Every resource id in a body, among keys too."""
    if isinstance(value, str) and _ID.fullmatch(value):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from ids_in(key)
            yield from ids_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from ids_in(one)


def _plain(**body: Any) -> Recipe:
    return lambda seeds, path: {"location": seeds.region, **body}


def _inner(**properties: Any) -> Recipe:
    return lambda seeds, path: {"properties": properties}


def _workspace(seeds: Seeds, path: Path) -> dict[str, Any]:
    short = re.sub("[^a-z0-9]", "", path.name.lower())[:16]
    return {
        "location": seeds.region,
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "storageAccount": seeds.beside(path, "Microsoft.Storage/storageAccounts", f"st{short}"),
            "keyVault": seeds.beside(path, "Microsoft.KeyVault/vaults", f"kv{short}"),
            "applicationInsights": seeds.beside(path, "Microsoft.Insights/components", f"ai{short}"),
        },
    }


def _role(seeds: Seeds, path: Path) -> dict[str, Any]:
    return {
        "properties": {
            "roleName": f"Role {path.name}",
            "type": "CustomRole",
            "permissions": [{"actions": ["*/read"], "notActions": []}],
            "assignableScopes": [path.scope or f"/subscriptions/{path.subscription}"],
        }
    }


def _assignment(seeds: Seeds, path: Path) -> dict[str, Any]:
    principal = "77777777-7777-7777-7777-777777777777"
    seeds.principal(principal)
    if "/providers/" in path.scope:
        seeds.ensure(path.scope)
    roles = f"/subscriptions/{path.subscription}/providers/Microsoft.Authorization/roleDefinitions"
    role = f"{roles}/{BLOB_DATA_READER}"
    return {"properties": {"roleDefinitionId": role, "principalId": principal}}


def _vault(seeds: Seeds, path: Path) -> dict[str, Any]:
    sku = {"family": "A", "name": "standard"}
    tenant = "00000000-0000-0000-0000-000000000000"
    return {"location": seeds.region, "properties": {"tenantId": tenant, "sku": sku, "accessPolicies": []}}


_GROUPS = "microsoft.resources/resourcegroups"
_ML = "microsoft.machinelearningservices/workspaces"
_ACCOUNT = "microsoft.storage/storageaccounts"

RECIPES: Mapping[str, Recipe] = {
    _GROUPS: _plain(),
    "microsoft.authorization/locks": _inner(level="CanNotDelete"),
    _ACCOUNT: _plain(sku={"name": "Standard_LRS"}, kind="StorageV2"),
    f"{_ACCOUNT}/blobservices/containers": _inner(),
    f"{_ACCOUNT}/fileservices/shares": _inner(),
    "microsoft.keyvault/vaults": _vault,
    "microsoft.operationalinsights/workspaces": _plain(),
    "microsoft.insights/components": _plain(kind="web", properties={"Application_Type": "web"}),
    "microsoft.containerregistry/registries": _plain(
        sku={"name": "Premium"}, properties={"adminUserEnabled": True}
    ),
    "microsoft.managedidentity/userassignedidentities": _plain(),
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials": _inner(
        issuer="https://issuer.example", subject="somebody", audiences=["api://AzureADTokenExchange"]
    ),
    "microsoft.authorization/roleassignments": _assignment,
    "microsoft.authorization/roledefinitions": _role,
    _ML: _workspace,
    f"{_ML}/computes": _plain(
        properties={
            "computeType": "AmlCompute",
            "properties": {"vmSize": "STANDARD_DS3_V2", "scaleSettings": {"maxNodeCount": 1}},
        }
    ),
    f"{_ML}/datastores": _inner(
        datastoreType="AzureBlob",
        accountName="account",
        containerName="container",
        credentials={"credentialsType": "None"},
    ),
    f"{_ML}/environments": _inner(),
    f"{_ML}/environments/versions": _inner(image="mcr.microsoft.com/azureml/base:latest"),
    f"{_ML}/data": _inner(dataType="uri_file"),
    f"{_ML}/data/versions": _inner(dataType="uri_file", dataUri="https://example.com/file"),
}
"""How each type is made, in the least that the service takes."""


def pinned(type_: str) -> str:
    """The api-version that we speak for a type in any casing, empty for one that we do not speak."""
    return _PINNED.get(type_.lower()) or _PINNED.get(type_.partition("/")[0].lower(), "")


_PINNED = {one.lower(): version for one, version in {**API_VERSIONS, **EXCEPTIONS}.items()}
