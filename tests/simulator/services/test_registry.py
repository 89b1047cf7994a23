from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import GROUP, IDENTITY, OTHER, REGISTRY, SUB, Door, refusal, registry

CHECK = f"/subscriptions/{SUB}/providers/Microsoft.ContainerRegistry/checkNameAvailability"


PREVIEW = "2023-11-01-preview"


def test_a_registry_is_made_by_an_operation_below_itself(door: Door) -> None:
    answer = door.put(REGISTRY, registry())
    assert answer.status == 201
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    assert "location" not in answer.headers
    link = answer.headers["azure-asyncoperation"]
    assert f"{REGISTRY}/operationStatuses/registries-" in link
    poll = door.get(link)
    assert (poll.status, poll.json()) == (200, {"status": "Creating"})
    assert poll.headers["azure-asyncoperation"] == link
    door.simulator.advance(10)
    assert door.get(link).json() == {"status": "Succeeded"}
    assert door.get(REGISTRY).json()["properties"]["provisioningState"] == "Succeeded"


def test_old_versions_answer_at_once(door: Door) -> None:
    answer = door.put(REGISTRY, registry(), version="2019-05-01")
    assert (answer.status, answer.json()["properties"]["provisioningState"]) == (200, "Succeeded")


def test_what_the_service_fills_in(door: Door) -> None:
    found = door.make(REGISTRY.replace("acrone", "AcrOne"), registry())
    properties = found["properties"]
    assert properties["loginServer"] == "acrone.azurecr.io"
    assert found["sku"] == {"name": "Basic", "tier": "Basic"}
    assert properties["adminUserEnabled"] is False
    assert properties["policies"]["retentionPolicy"]["days"] == 7
    assert set(properties["policies"]) == {
        "quarantinePolicy",
        "trustPolicy",
        "retentionPolicy",
        "exportPolicy",
    }
    assert "networkRuleSet" not in properties
    assert "roleAssignmentMode" not in properties
    premium = door.put(REGISTRY, registry("Premium")).json()["properties"]
    assert premium["networkRuleSet"] == {"defaultAction": "Allow", "ipRules": []}
    later = door.get(REGISTRY, version="2025-11-01").json()["properties"]
    assert later["roleAssignmentMode"] == "LegacyRegistryPermissions"


@pytest.mark.parametrize("name", ["four", "with-hyphen", "a" * 51])
def test_bad_names(door: Door, name: str) -> None:
    path = REGISTRY.replace("acrone", name)
    assert refusal(door.put(path, registry())) == (400, "InvalidResourceName")
    body = {"name": name, "type": "Microsoft.ContainerRegistry/registries"}
    assert door.post(CHECK, body).json()["nameAvailable"] is False


def test_names_are_unique_in_the_world_without_case(door: Door) -> None:
    door.make(REGISTRY, registry())
    door.group(GROUP.replace(SUB, OTHER))
    path = REGISTRY.replace(SUB, OTHER).replace("acrone", "ACROne")
    assert refusal(door.put(path, registry())) == (409, "AlreadyInUse")
    body = {"name": "acrOne", "type": "Microsoft.ContainerRegistry/registries"}
    assert door.post(CHECK, body).json()["reason"] == "AlreadyExists"
    assert door.post(CHECK, {**body, "name": "acrtwo"}).json() == {"nameAvailable": True}
    assert door.post(CHECK, {"name": "acrtwo"}).status == 400


def test_classic_is_gone(door: Door) -> None:
    answer = door.put(REGISTRY, registry("Classic"))
    assert refusal(answer) == (400, "ClassicSkuDeprecated")
    assert answer.json()["status"] == "Failed"
    assert refusal(door.put(REGISTRY, registry("Gold"))) == (400, "InvalidParameterValue")
    assert refusal(door.put(REGISTRY, {"location": "westeurope"})) == (400, "InvalidRequestContent")


PREMIUM: list[dict[str, Any]] = [
    {"publicNetworkAccess": "Disabled"},
    {"networkRuleSet": {"defaultAction": "Deny"}},
    {"zoneRedundancy": "Enabled"},
    {"dataEndpointEnabled": True},
    {"policies": {"retentionPolicy": {"status": "enabled"}}},
]


@pytest.mark.parametrize("properties", PREMIUM)
def test_features_that_need_premium(door: Door, properties: dict[str, Any]) -> None:
    answer = door.put(REGISTRY, registry("Standard", **properties))
    assert refusal(answer) == (400, "FeatureNotSupportedForSku")
    door.make(REGISTRY, registry("Premium", **properties))
    down = door.patch(REGISTRY, {"sku": {"name": "Standard"}})
    assert refusal(down) == (400, "FeatureNotSupportedForSku")


def test_other_rules(door: Door) -> None:
    pull = door.put(REGISTRY, registry("Basic", anonymousPullEnabled=True))
    assert refusal(pull) == (400, "FeatureNotSupportedForSku")
    export = registry("Premium", policies={"exportPolicy": {"status": "disabled"}})
    assert refusal(door.put(REGISTRY, export)) == (400, "InvalidParameterValue")
    keyless = registry("Premium", encryption={"status": "enabled"})
    assert refusal(door.put(REGISTRY, keyless)) == (400, "InvalidParameterValue")
    door.make(REGISTRY, registry("Premium"))
    zones = door.patch(REGISTRY, {"properties": {"zoneRedundancy": "Enabled"}})
    assert refusal(zones) == (400, "CannotChangeZoneRedundancy")


def test_a_patch_changes_only_what_it_names(door: Door) -> None:
    door.make(REGISTRY, registry("Premium", dataEndpointEnabled=True))
    answer = door.patch(REGISTRY, {"properties": {"adminUserEnabled": True}})
    assert answer.status == 200
    assert answer.json()["properties"]["dataEndpointHostNames"] == ["acrone.westeurope.data.azurecr.io"]


def test_who_may_pull_is_changed_by_an_operation(door: Door) -> None:
    door.make(REGISTRY, registry("Standard"))
    answer = door.patch(REGISTRY, {"properties": {"anonymousPullEnabled": True}})
    assert (answer.status, answer.json()["properties"]["provisioningState"]) == (201, "Updating")
    link = answer.headers["azure-asyncoperation"]
    assert door.get(link).json() == {"status": "Updating"}
    door.simulator.advance(60)
    assert door.get(link).json() == {"status": "Succeeded"}
    assert door.get(REGISTRY).json()["properties"]["anonymousPullEnabled"] is True


def test_a_key_of_ones_own_is_shown_with_its_version(door: Door) -> None:
    door.make(IDENTITY, {"location": "westeurope"})
    key = "https://kv.vault.azure.net/keys/mine/0123"
    body = registry(
        "Premium",
        encryption={"status": "enabled", "keyVaultProperties": {"keyIdentifier": key, "identity": "x"}},
    )
    body["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    shown = door.make(REGISTRY, body, version=PREVIEW)["properties"]["encryption"]["keyVaultProperties"]
    assert shown == {
        "keyIdentifier": key, "versionedKeyIdentifier": key, "identity": "x", "keyRotationEnabled": False,
    }  # fmt: skip
    change = {"keyVaultProperties": {"keyIdentifier": key.rpartition("/")[0]}}
    assert door.patch(REGISTRY, {"properties": {"encryption": change}}, version=PREVIEW).status == 200
    found = door.get(REGISTRY, version=PREVIEW).json()["properties"]["encryption"]["keyVaultProperties"]
    assert found["keyRotationEnabled"] is True
    assert found["versionedKeyIdentifier"].startswith(found["keyIdentifier"] + "/")
    assert "lastKeyRotationTimestamp" in found


def test_credentials_need_the_admin_user(door: Door) -> None:
    door.make(REGISTRY, registry())
    closed = door.post(f"{REGISTRY}/listCredentials")
    assert refusal(closed) == (400, "UnAuthorizedForCredentialOperations")
    door.patch(REGISTRY, {"properties": {"adminUserEnabled": True}})
    first = door.post(f"{REGISTRY}/listCredentials").json()
    assert first["username"] == "acrone"
    renewed = door.post(f"{REGISTRY}/regenerateCredential", {"name": "password2"}).json()
    assert renewed["passwords"][0] == first["passwords"][0]
    assert renewed["passwords"][1] != first["passwords"][1]
    assert door.post(f"{REGISTRY}/regenerateCredential", {"name": "x"}).status == 400


def test_identity_types_are_joined_with_a_space(door: Door) -> None:
    door.make(IDENTITY, {"location": "westeurope"})
    identity = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    found = door.make(REGISTRY, {**registry(), "identity": identity})["identity"]
    assert found["type"] == "SystemAssigned, UserAssigned"


@pytest.mark.parametrize(("sku", "size"), [("Basic", 10), ("Standard", 100), ("Premium", 500)])
def test_usages_are_those_of_the_sku(door: Door, sku: str, size: int) -> None:
    door.make(REGISTRY, registry(sku))
    found = {one["name"]: one for one in door.get(f"{REGISTRY}/listUsages").json()["value"]}
    assert (found["Size"]["limit"], found["Size"]["unit"]) == (size << 30, "Bytes")
    assert ("IPRules" in found) == (sku == "Premium")


def test_usages_count_the_rules_and_old_versions_know_two_limits(door: Door) -> None:
    rules = {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "203.0.113.1"}]}
    door.make(REGISTRY, registry("Premium", networkRuleSet=rules))
    found = {one["name"]: one for one in door.get(f"{REGISTRY}/listUsages").json()["value"]}
    assert found["IPRules"]["currentValue"] == 1
    old = door.get(f"{REGISTRY}/listUsages", version="2019-05-01").json()["value"]
    assert [one["name"] for one in old] == ["Size", "Webhooks"]
