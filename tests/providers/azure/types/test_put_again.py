"""Types that are updated by PATCH are put again, whole, when their creation failed: then nothing may be in
the body that a creation does not take.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mlinfra.providers.azure.types import all_types
from mlinfra.simulator import Request, Simulator

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
TAKEN = {
    # S 2023-05-01 StorageAccountPropertiesCreateParameters, S 2023-07-01 RegistryProperties but for readOnly
    "storage_account": {
        "accessTier",
        "allowBlobPublicAccess",
        "allowCrossTenantReplication",
        "allowSharedKeyAccess",
        "allowedCopyScope",
        "azureFilesIdentityBasedAuthentication",
        "customDomain",
        "defaultToOAuthAuthentication",
        "dnsEndpointType",
        "enableExtendedGroups",
        "encryption",
        "immutableStorageWithVersioning",
        "isHnsEnabled",
        "isLocalUserEnabled",
        "isNfsV3Enabled",
        "isSftpEnabled",
        "keyPolicy",
        "largeFileSharesState",
        "minimumTlsVersion",
        "networkAcls",
        "publicNetworkAccess",
        "routingPreference",
        "sasPolicy",
        "supportsHttpsTrafficOnly",
    },
    "container_registry": {
        "adminUserEnabled",
        "dataEndpointEnabled",
        "encryption",
        "networkRuleBypassOptions",
        "networkRuleSet",
        "policies",
        "publicNetworkAccess",
        "zoneRedundancy",
    },
}
RULES = {"bypass", "defaultAction", "ipRules", "resourceAccessRules", "virtualNetworkRules"}


def test_these_are_all_types_that_are_patched() -> None:
    assert {name for name, type_ in all_types().items() if _patched(type_)} == TAKEN.keys()


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_what_was_read_is_put_again_without_what_the_service_fills_in(name: str) -> None:
    type_: Any = all_types()[name]
    body = type_.writable(_made(type_))
    assert body.keys() <= {"extendedLocation", "identity", "kind", "location", "properties", "sku", "tags"}
    assert set(body["sku"]) == {"name"}
    assert body["properties"].keys() <= TAKEN[name]
    assert body["properties"].get("networkAcls", {}).keys() <= RULES
    services = body["properties"].get("encryption", {}).get("services", {})
    assert all("lastEnabledTime" not in service for service in services.values())


def _patched(type_: Any) -> bool:
    return getattr(type_, "update_method", "PUT") == "PATCH"


def _made(type_: Any) -> dict[str, Any]:
    """One that was created, as the service answers it."""
    simulator = Simulator(seed=1)

    def ask(method: str, id: str, version: str, body: Any = None) -> Any:
        headers = {"content-type": "application/json"}
        data = json.dumps(body).encode() if body is not None else b""
        return simulator.handle(Request(method, id, {"api-version": version}, headers, data))

    assert ask("PUT", GROUP, "2024-03-01", {"location": "westeurope"}).status == 201
    example = type_.words["x-example"]
    id = f"{GROUP}/providers/{type_.resource_type}/{example['name']}"
    wanted = type_.to_body({**example, "location": "westeurope"})
    assert ask("PUT", id, type_.api_version, wanted).status in (200, 201, 202)
    simulator.advance(600)
    found: dict[str, Any] = ask("GET", id, type_.api_version).json()
    assert found["properties"]["provisioningState"] == "Succeeded"
    return found
