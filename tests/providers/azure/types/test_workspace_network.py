from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.schema import from_arm, overlay, to_arm, whole_paths
from mlinfra.providers.azure.types.workspace_network import (
    MANAGED_NETWORK,
    normal_network,
    refuse_less_isolation,
    writable_network,
)
from tests.providers.azure.fake import GROUP

TARGET = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/other"
WRITTEN = {
    "isolation_mode": "allow_only_approved_outbound",
    "outbound_rules": [
        {"name": "host", "type": "fqdn", "destination": "packages.example.org"},
        {
            "name": "tag",
            "type": "service_tag",
            "destination": {"service_tag": "DataFactory", "protocol": "TCP", "port_ranges": "80, 8080"},
        },
        {
            "name": "target",
            "type": "private_endpoint",
            "destination": {
                "service_resource_id": TARGET,
                "subresource_target": "blob",
                "spark_enabled": True,
            },
        },
    ],
}
SENT = {
    "isolationMode": "AllowOnlyApprovedOutbound",
    "outboundRules": {
        "host": {"type": "FQDN", "category": "UserDefined", "destination": "packages.example.org"},
        "tag": {
            "type": "ServiceTag",
            "category": "UserDefined",
            "destination": {"serviceTag": "DataFactory", "protocol": "TCP", "portRanges": "80, 8080"},
        },
        "target": {
            "type": "PrivateEndpoint",
            "category": "UserDefined",
            "destination": {
                "serviceResourceId": TARGET,
                "subresourceTarget": "blob",
                "sparkEnabled": True,
            },
        },
    },
}
AZURES_OWN = {
    "__SYS_PE": {"type": "PrivateEndpoint", "category": "Required", "status": "Active", "destination": {}},
    "advice": {"type": "FQDN", "category": "Recommended", "destination": "x.org"},
    "needed": {"type": "FQDN", "category": "Dependency", "destination": "y.org"},
}


def body(attrs: dict[str, Any]) -> Any:
    return to_arm((MANAGED_NETWORK,), {"managed_network": attrs})["properties"]["managedNetwork"]


def test_the_body_is_what_az_ml_sends() -> None:
    Draft202012Validator(MANAGED_NETWORK.described()).validate(WRITTEN)
    assert body(WRITTEN) == SENT


def test_an_answer_reads_as_it_was_written_without_the_rules_of_azure() -> None:
    rules: dict[str, Any] = {**SENT["outboundRules"], **AZURES_OWN}  # type: ignore[dict-item]
    raw = {
        **SENT,
        "outboundRules": rules,
        "changeableIsolationModes": [],
        "networkId": "n",
        "status": {"status": "Active"},
    }
    read = from_arm((MANAGED_NETWORK,), {"properties": {"managedNetwork": raw}})
    assert read == {"managed_network": WRITTEN}


def test_what_is_sent_back_holds_only_the_rules_of_people() -> None:
    raw = {
        "isolationMode": "AllowInternetOutbound",
        "changeableIsolationModes": ["AllowOnlyApprovedOutbound"],
        "networkId": "n",
        "status": {"status": "Active"},
        "outboundRules": {**AZURES_OWN, "mine": {"type": "FQDN", "destination": "z.org", "status": "Active"}},
    }
    assert writable_network(raw) == {
        "isolationMode": "AllowInternetOutbound",
        "outboundRules": {"mine": {"type": "FQDN", "destination": "z.org"}},
    }


def test_a_rule_that_was_taken_out_is_not_sent_again() -> None:
    there = {"properties": {"managedNetwork": SENT}}
    wanted = {**WRITTEN, "outbound_rules": WRITTEN["outbound_rules"][:1]}
    patch = to_arm((MANAGED_NETWORK,), {"managed_network": wanted}, update=True)
    merged = overlay(there, patch, whole_paths((MANAGED_NETWORK,)))
    assert list(merged["properties"]["managedNetwork"]["outboundRules"]) == ["host"]


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("disabled", "allow_internet_outbound", True),
        ("allow_internet_outbound", "allow_only_approved_outbound", True),
        ("allow_internet_outbound", "AllowInternetOutbound", True),
        ("allow_internet_outbound", "disabled", False),
        ("allow_only_approved_outbound", "allow_internet_outbound", False),
    ],
)
def test_isolation_only_ever_grows(before: str, after: str, allowed: bool) -> None:
    prior = {"managed_network": {"isolation_mode": before}}
    desired = {"managed_network": {"isolation_mode": after}}
    if allowed:
        refuse_less_isolation(prior, desired)
        return
    with pytest.raises(ProviderError) as caught:
        refuse_less_isolation(prior, desired)
    assert caught.value.path == ("managed_network", "isolation_mode")
    assert caught.value.sent is False


def test_a_workspace_without_a_network_may_get_one() -> None:
    refuse_less_isolation(None, {"managed_network": {"isolation_mode": "disabled"}})
    refuse_less_isolation({}, {"managed_network": {"isolation_mode": "disabled"}})


def test_modes_and_types_are_brought_to_one_spelling() -> None:
    written = {
        "isolation_mode": "AllowInternetOutbound",
        "outbound_rules": [{"name": "a", "type": "FQDN", "destination": "b"}],
    }
    normal = normal_network(written)
    assert normal["isolation_mode"] == "allow_internet_outbound"
    assert normal["outbound_rules"][0]["type"] == "fqdn"
    assert normal_network(normal) == normal


@pytest.mark.parametrize("key", ["fqdns", "category"])
def test_a_rule_takes_no_other_keys(key: str) -> None:
    rule = {**WRITTEN["outbound_rules"][0], key: "x"}  # type: ignore[dict-item]
    wrong = {**WRITTEN, "outbound_rules": [rule]}
    assert not Draft202012Validator(MANAGED_NETWORK.described()).is_valid(wrong)
