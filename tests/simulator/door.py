"""A small client for tests: paths of types, bodies that are right, and the simulator's answers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mlinfra.simulator import Request, Response, Simulator

SUB = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"
GROUP = f"/subscriptions/{SUB}/resourceGroups/rg"
TENANT = "11111111-1111-1111-1111-111111111111"

VERSIONS = {
    "microsoft.resources": "2024-03-01",
    "microsoft.storage": "2023-05-01",
    "microsoft.keyvault": "2023-07-01",
    "microsoft.operationalinsights": "2023-09-01",
    "microsoft.insights": "2020-02-02",
    "microsoft.containerregistry": "2023-07-01",
    "microsoft.managedidentity": "2023-01-31",
}

STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stone"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-one"
LOGS = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-one"
INSIGHTS = f"{GROUP}/providers/Microsoft.Insights/components/appi-one"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/acrone"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-one"


def account(**properties: Any) -> dict[str, Any]:
    """A storage account's body."""
    return {
        "location": "westeurope",
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
        "properties": properties,
    }


def vault(**properties: Any) -> dict[str, Any]:
    """A vault's body."""
    base = {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
    return {"location": "westeurope", "properties": {**base, **properties}}


def registry(sku: str = "Basic", **properties: Any) -> dict[str, Any]:
    """A container registry's body."""
    return {"location": "westeurope", "sku": {"name": sku}, "properties": properties}


def version_of(path: str) -> str:
    """The api-version that mlinfra pins for a path."""
    lowered = path.lower()
    if "/providers/" in lowered:
        return VERSIONS[lowered.rpartition("/providers/")[2].split("/")[0]]
    return VERSIONS["microsoft.resources"]


class Door:
    """Sends requests to one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: str | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> Response:
        """One request; a path may be a whole link."""
        parts = urlsplit(path)
        found = {**dict(parse_qsl(parts.query)), **query}
        if version is not None or "api-version" not in found:
            found["api-version"] = version_of(parts.path) if version is None else version
        data = b"" if body is None else json.dumps(body).encode()
        media = {} if body is None else {"content-type": "application/json"}
        return self.simulator.handle(Request(method, parts.path, found, {**media, **(headers or {})}, data))

    def get(self, path: str, **more: Any) -> Response:
        """GET."""
        return self.send("GET", path, **more)

    def put(self, path: str, body: Any, **more: Any) -> Response:
        """PUT."""
        return self.send("PUT", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Response:
        """PATCH."""
        return self.send("PATCH", path, body, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        """POST."""
        return self.send("POST", path, body, **more)

    def delete(self, path: str, **more: Any) -> Response:
        """DELETE."""
        return self.send("DELETE", path, **more)

    def make(self, path: str, body: Any, **more: Any) -> dict[str, Any]:
        """PUT that must succeed, waited for; gives what the GET says then."""
        answer = self.put(path, body, **more)
        assert answer.status in (200, 201, 202), answer.body
        self.simulator.advance(60)
        found: dict[str, Any] = self.get(path, **more).json()
        return found

    def group(self, path: str = GROUP, location: str = "westeurope") -> None:
        """A resource group to stand in."""
        assert self.put(path, {"location": location}).status in (200, 201)


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code of an error."""
    return answer.status, answer.json()["error"]["code"]
