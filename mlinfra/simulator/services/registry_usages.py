"""What a registry may hold and holds: ``GET …/listUsages``.

Limits: recordings of azure-cli's acr tests (Premium with 2023-11-01-preview and 2019-05-01, Standard with
2019-12-01-preview); Basic: documentation container-registry-skus.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

_GIB = 1 << 30

LIMITS = {
    "Basic": {"Size": 10 * _GIB, "Webhooks": 2},
    "Standard": {"Size": 100 * _GIB, "Webhooks": 10},
    "Premium": {
        "Size": 500 * _GIB,
        "Webhooks": 500,
        "Geo-replications": -1,
        "IPRules": 100,
        "VNetRules": 100,
        "PrivateEndpointConnections": 200,
        "ScopeMaps": 50000,
        "Tokens": 50000,
    },
}
"""By SKU, in the order of the answer; -1 is no limit."""

_OLD = "2020"
"""Versions before this one answer the first two only (recorded)."""


def list_usages(call: Call, registry: Resource) -> Answer:
    """How much of each limit is used."""
    rules: dict[str, Any] = registry.properties.get("networkRuleSet") or {}
    used = {"IPRules": len(rules.get("ipRules") or [])}
    limits = LIMITS[registry.body["sku"]["name"]]
    shown = [*limits][:2] if call.api_version < _OLD else [*limits]
    value = [
        {
            "name": name,
            "limit": limits[name],
            "currentValue": used.get(name, 0),
            "unit": "Bytes" if name == "Size" else "Count",
        }
        for name in shown
    ]
    return Answer(200, {"value": value})
