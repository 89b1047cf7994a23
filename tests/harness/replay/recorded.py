"""Small made-up recordings."""

from typing import Any

from conformance.replay.exchanges import Exchange, Session
from conformance.replay.sessions import read_exchange

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-recorded"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/crrecorded"
OPERATION = f"{REGISTRY}/operationStatuses/registries-99999999-0000-0000-0000-000000000009"


def exchange(method: str, path: str, status: int, answer: Any = None, **more: Any) -> Exchange:
    row = {
        "seq": more.get("seq", 0),
        "method": method,
        "path": path,
        "query": {"api-version": "2023-07-01", **more.get("query", {})},
        "api_version": more.get("version", "2023-07-01"),
        "req_body": more.get("body"),
        "status": status,
        "resp_headers": more.get("headers", {}),
        "resp_body": answer,
    }
    return read_exchange(row)


def session(*exchanges: Exchange) -> Session:
    return Session("made-up", "tests/recordings/test_it.yaml", exchanges)


def registry(state: str) -> dict[str, Any]:
    return {
        "id": REGISTRY,
        "name": "crrecorded",
        "type": "Microsoft.ContainerRegistry/registries",
        "location": "westus",
        "sku": {"name": "Standard", "tier": "Standard"},
        "properties": {"adminUserEnabled": True, "provisioningState": state},
    }


def refusal(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "No."}}
