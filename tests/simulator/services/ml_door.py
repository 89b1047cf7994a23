"""The tests' client with what Azure ML and role assignments need: a workspace's dependents, operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlinfra.simulator import Response, Simulator
from tests.simulator.door import Door, account, refusal, vault

__all__ = ["MlDoor", "cluster_body", "refusal", "workspace_body"]

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-ml"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stml"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-ml"
INSIGHTS = f"{GROUP}/providers/Microsoft.Insights/components/appi-ml"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ml"

VERSIONS = {
    "microsoft.authorization": "2022-04-01",
    "microsoft.machinelearningservices": "2024-04-01",
    "mlinfra.simulator": "2022-04-01",
}


class MlDoor(Door):
    """Sends requests to one simulator of its own."""

    def __init__(self, path: Path | None = None, *, seed: int = 0) -> None:
        super().__init__(Simulator(path, seed=seed))

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
        """One request; a link has its api-version already."""
        if version is None and "?" not in path:
            version = VERSIONS.get(path.lower().rpartition("/providers/")[2].split("/")[0])
        return super().send(method, path, body, version=version, headers=headers, **query)

    def settle(self, answer: Response, seconds: float = 600.0) -> Any:
        """Let an operation end and give its last status body."""
        self.simulator.advance(seconds)
        return self.get(answer.headers["azure-asyncoperation"]).json()

    def prepare(self) -> MlDoor:
        """The group and what a workspace stands on."""
        self.group(GROUP)
        self.storage(STORAGE)
        self.vault(VAULT)
        self.insights(INSIGHTS)
        self.simulator.advance(120)
        return self

    def storage(self, id: str, **properties: Any) -> None:
        """A storage account, still being made."""
        assert self.put(id, account(**properties)).status == 202

    def vault(self, id: str, **properties: Any) -> None:
        """A key vault, still being made."""
        assert self.put(id, vault(**properties)).status == 200

    def insights(self, id: str) -> None:
        """An Application Insights component."""
        body = {"location": "westeurope", "kind": "web", "properties": {"Application_Type": "web"}}
        assert self.put(id, body).status == 200

    def identity(self, id: str = IDENTITY) -> Any:
        """A user-assigned identity, as answered."""
        answer = self.put(id, {"location": "westeurope"})
        assert answer.status == 201
        return answer.json()

    def workspace(self, id: str = WORKSPACE, **more: Any) -> Any:
        """A workspace that is done, as answered."""
        answer = self.put(id, workspace_body(**more))
        assert answer.status == 202, answer.json()
        assert self.settle(answer)["status"] == "Succeeded"
        return self.get(id).json()

    def compute(self, id: str, body: Any) -> Any:
        """A compute that is done, as answered."""
        answer = self.put(id, body)
        assert answer.status == 201, answer.json()
        assert self.settle(answer)["status"] == "Succeeded"
        return self.get(id).json()


def workspace_body(**more: Any) -> dict[str, Any]:
    """The body of a default workspace; ``properties`` are laid over the usual ones, None takes one out."""
    properties = {"storageAccount": STORAGE, "keyVault": VAULT, "applicationInsights": INSIGHTS}
    properties.update(more.pop("properties", {}))
    return {
        "location": "westeurope",
        "properties": {key: value for key, value in properties.items() if value is not None},
        **more,
    }


def cluster_body(inner: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The body of a small cluster; ``inner`` is laid over its innermost properties."""
    scale = {"minNodeCount": 0, "maxNodeCount": 2}
    properties = {"vmSize": "Standard_DS3_v2", "scaleSettings": scale, **(inner or {})}
    return {
        "location": "westeurope",
        "properties": {"computeType": "AmlCompute", "properties": properties, **more.pop("properties", {})},
        **more,
    }
