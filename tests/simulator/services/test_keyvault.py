from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import GROUP, OTHER, SUB, TENANT, VAULT, Door, refusal, vault

DELETED = f"/subscriptions/{SUB}/providers/Microsoft.KeyVault/deletedVaults"
GRAVE = f"/subscriptions/{SUB}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-one"
DAY = 86400


def test_a_vault_is_ready_when_dns_knows_it(door: Door) -> None:
    answer = door.put(VAULT, vault())
    assert answer.status == 200
    assert "location" not in answer.headers
    assert "azure-asyncoperation" not in answer.headers
    properties = answer.json()["properties"]
    assert properties["provisioningState"] == "RegisteringDns"
    assert properties["vaultUri"] == "https://kv-one.vault.azure.net"
    door.simulator.advance(30)
    properties = door.get(VAULT).json()["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["vaultUri"] == "https://kv-one.vault.azure.net/"


def test_a_write_does_not_end_the_wait_for_dns(door: Door) -> None:
    door.put(VAULT, vault())
    answer = door.put(VAULT, vault(enabledForDiskEncryption=True))
    assert answer.json()["properties"]["provisioningState"] == "RegisteringDns"
    door.simulator.advance(30)
    found = door.get(VAULT).json()["properties"]
    assert (found["provisioningState"], found["enabledForDiskEncryption"]) == ("Succeeded", True)


def test_what_the_service_fills_in(door: Door) -> None:
    found = door.make(VAULT, vault())
    assert found["properties"] == {
        "tenantId": TENANT,
        "sku": {"family": "A", "name": "standard"},
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "publicNetworkAccess": "Enabled",
        "vaultUri": "https://kv-one.vault.azure.net/",
        "provisioningState": "Succeeded",
    }
    assert found["systemData"]["createdAt"] == found["systemData"]["lastModifiedAt"]
    door.patch(VAULT, {})
    changed = door.get(VAULT).json()["systemData"]
    assert changed["lastModifiedAt"] > changed["createdAt"]


@pytest.mark.parametrize(("version", "rbac"), [("2023-07-01", None), ("2026-02-01", True)])
def test_rbac_is_the_default_of_later_versions(door: Door, version: str, rbac: bool | None) -> None:
    door.put(VAULT, vault(), version=version)
    assert door.get(VAULT).json()["properties"].get("enableRbacAuthorization") is rbac


def test_an_update_replaces_but_for_the_irreversible(door: Door) -> None:
    first = vault(enableRbacAuthorization=True, enablePurgeProtection=True, enabledForDiskEncryption=True)
    door.make(VAULT, first)
    assert door.put(VAULT, vault()).status == 200
    found = door.get(VAULT).json()["properties"]
    assert found["enableRbacAuthorization"] is True
    assert found["enablePurgeProtection"] is True
    assert "enabledForDiskEncryption" not in found


@pytest.mark.parametrize("name", ["ab", "a" * 25, "1kv", "kv-", "k--v", "kv_one"])
def test_bad_names(door: Door, name: str) -> None:
    assert refusal(door.put(VAULT.replace("kv-one", name), vault())) == (400, "VaultNameNotValid")


def test_names_are_unique_in_the_world(door: Door) -> None:
    door.make(VAULT, vault())
    door.group(GROUP.replace(SUB, OTHER))
    assert refusal(door.put(VAULT.replace(SUB, OTHER), vault())) == (409, "VaultAlreadyExists")
    check = f"/subscriptions/{SUB}/providers/Microsoft.KeyVault/checkNameAvailability"
    assert door.post(check, {"name": "kv-one"}).json()["reason"] == "AlreadyExists"
    assert door.post(check, {"name": "kv-two"}).json() == {"nameAvailable": True}
    assert door.post(check, {"name": "1"}).json()["nameAvailable"] is False
    assert door.post(check, {"name": 1}).status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"enableSoftDelete": False},
        {"enablePurgeProtection": False},
        {"softDeleteRetentionInDays": 6},
        {"softDeleteRetentionInDays": 91},
        {"tenantId": "me"},
        {"tenantId": None},
        {"sku": {"family": "A", "name": "gold"}},
        {"sku": None},
        {"accessPolicies": None},
        {"accessPolicies": [{"objectId": "x"}]},
        {"networkAcls": {"bypass": "Everyone"}},
    ],
)
def test_bodies_that_are_refused(door: Door, change: dict[str, Any]) -> None:
    assert refusal(door.put(VAULT, vault(**change))) == (400, "BadRequest")


def test_what_cannot_be_changed(door: Door) -> None:
    door.make(VAULT, vault(softDeleteRetentionInDays=7))
    assert refusal(door.put(VAULT, vault(softDeleteRetentionInDays=90))) == (400, "BadRequest")
    patched = door.patch(VAULT, {"properties": {"enablePurgeProtection": False}})
    assert refusal(patched) == (400, "BadRequest")
    assert door.put(VAULT, vault()).json()["properties"]["softDeleteRetentionInDays"] == 7


def test_network_rules_are_normalised_and_open_ones_not_answered(door: Door) -> None:
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/V/subnets/S"
    acls = {
        "defaultAction": "Deny",
        "ipRules": [{"value": "1.2.3.4"}, {"value": "2.3.4.0/24"}],
        "virtualNetworkRules": [{"id": subnet, "ignoreMissingVnetServiceEndpoint": True}],
    }
    found = door.make(VAULT, vault(networkAcls=acls))["properties"]["networkAcls"]
    assert found["ipRules"] == [{"value": "1.2.3.4/32"}, {"value": "2.3.4.0/24"}]
    assert found["virtualNetworkRules"] == [{"id": subnet.lower()}]
    door.put(VAULT, vault(networkAcls={"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": []}))
    assert "networkAcls" not in door.get(VAULT).json()["properties"]


def test_a_deleted_vault_keeps_its_name(door: Door) -> None:
    door.make(VAULT, vault())
    answer = door.delete(VAULT)
    assert (answer.status, answer.body) == (200, b"")
    assert refusal(door.get(VAULT)) == (404, "ResourceNotFound")
    assert refusal(door.put(VAULT, vault())) == (409, "ConflictError")
    grave = door.get(GRAVE).json()
    assert grave["id"] == GRAVE
    assert grave["properties"]["vaultId"] == VAULT
    assert grave["properties"]["deletionDate"].startswith("2026-01-05T")
    assert grave["properties"]["scheduledPurgeDate"].startswith("2026-04-05T")
    assert [one["name"] for one in door.get(DELETED).json()["value"]] == ["kv-one"]
    assert door.get(DELETED.replace(SUB, OTHER)).json()["value"] == []
    assert door.get(GRAVE.replace("westeurope", "eastus")).status == 404


def test_the_name_is_free_after_the_retention(door: Door) -> None:
    door.make(VAULT, vault(softDeleteRetentionInDays=7))
    door.delete(VAULT)
    door.simulator.advance(7 * DAY - 100)
    assert door.get(GRAVE).status == 200
    door.simulator.advance(200)
    assert door.get(GRAVE).status == 404
    assert door.put(VAULT, vault()).status == 200


def recover() -> dict[str, Any]:
    properties = {"createMode": "recover", "tenantId": TENANT, "sku": {"family": "A", "name": "standard"}}
    return {"location": "westeurope", "properties": properties}


def test_a_vault_is_recovered_as_it_was(door: Door) -> None:
    made = door.make(VAULT, {**vault(enabledForDiskEncryption=True), "tags": {"a": "b"}})
    door.delete(VAULT)
    hasty = door.put(VAULT, recover())
    assert (hasty.status, hasty.json()) == (500, {"Message": "An error has occurred."})
    door.simulator.advance(10)
    assert door.put(VAULT, recover()).status == 200
    found = door.get(VAULT).json()
    assert (found["properties"], found["tags"]) == (made["properties"], made["tags"])
    assert door.get(DELETED).json()["value"] == []


def test_role_assignments_do_not_come_back_with_a_vault(door: Door) -> None:
    # documentation key-vault/general/soft-delete-overview: they have to be made again
    door.make(VAULT, vault())
    assignment = f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{SUB}"
    properties = {
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/"
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "principalId": "22222222-2222-2222-2222-222222222222",
        "principalType": "User",
    }
    assert door.put(assignment, {"properties": properties}, version="2022-04-01").status == 201
    door.delete(VAULT)
    door.simulator.advance(10)
    assert door.put(VAULT, vault(createMode="recover")).status == 200
    assert door.get(assignment, version="2022-04-01").status == 404


def test_only_the_same_place_recovers(door: Door) -> None:
    door.make(VAULT, vault())
    door.delete(VAULT)
    door.simulator.advance(10)
    door.group(GROUP + "2")
    assert refusal(door.put(VAULT.replace("/rg/", "/rg2/"), recover())) == (409, "ConflictError")
    assert refusal(door.put(VAULT, {**recover(), "location": "eastus"})) == (409, "ConflictError")
    nothing = door.put(VAULT.replace("kv-one", "kv-two"), recover())
    assert refusal(nothing) == (404, "SoftDeletedVaultDoesNotExist")


def test_a_purge_frees_the_name(door: Door) -> None:
    door.make(VAULT, vault())
    door.delete(VAULT)
    answer = door.post(f"{GRAVE}/purge")
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["retry-after"] == "5"
    link = answer.headers["location"]
    waiting = door.get(link)
    assert (waiting.status, waiting.json()["status"]) == (202, "NotStarted")
    assert refusal(door.put(VAULT, vault())) == (409, "ConflictError")
    door.simulator.advance(10)
    done = door.get(link)
    assert (done.status, done.json()["status"]) == (200, "Succeeded")
    assert door.get(GRAVE).status == 404
    assert door.put(VAULT, vault()).status == 200
    assert door.post(f"{GRAVE}/purge").status == 404


def test_purge_protection_protects(door: Door) -> None:
    door.make(VAULT, vault(enablePurgeProtection=True))
    door.delete(VAULT)
    assert door.get(GRAVE).json()["properties"]["purgeProtectionEnabled"] is True
    assert refusal(door.post(f"{GRAVE}/purge")) == (405, "MethodNotAllowed")


def policy(who: str, *words: str) -> dict[str, Any]:
    return {"tenantId": TENANT, "objectId": who, "permissions": {"secrets": list(words)}}


def test_policies_are_added_replaced_and_removed(door: Door) -> None:
    door.make(VAULT, vault(accessPolicies=[policy("ana", "get")]))

    def change(verb: str, *policies: dict[str, Any]) -> list[dict[str, Any]]:
        answer = door.put(
            f"{VAULT}/accessPolicies/{verb}", {"properties": {"accessPolicies": list(policies)}}
        )
        assert answer.status == 200
        found: list[dict[str, Any]] = answer.json()["properties"]["accessPolicies"]
        assert door.get(VAULT).json()["properties"]["accessPolicies"] == found
        return found

    assert change("add", policy("ANA", "get", "list"), policy("ben", "get"))[0]["permissions"] == {
        "secrets": ["get", "list"]
    }
    assert change("replace", policy("ana", "set"))[0]["permissions"] == {"secrets": ["set"]}
    assert [one["objectId"] for one in change("remove", policy("ana"))] == ["ben"]
    body: dict[str, Any] = {"properties": {"accessPolicies": []}}
    assert refusal(door.put(f"{VAULT}/accessPolicies/change", body)) == (400, "BadRequest")
    assert refusal(door.put(f"{VAULT}x/accessPolicies/add", body)) == (404, "ResourceNotFound")
