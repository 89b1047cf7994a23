from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import GROUP, IDENTITY, OTHER, STORAGE, SUB, Door, account, refusal

CHECK = f"/subscriptions/{SUB}/providers/Microsoft.Storage/checkNameAvailability"


def test_an_account_is_made_by_a_location_to_follow(door: Door) -> None:
    answer = door.put(STORAGE, account())
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["retry-after"] == "17"
    assert "azure-asyncoperation" not in answer.headers
    link = answer.headers["location"]
    assert "/locations/westeurope/asyncoperations/" in link
    assert "monitor=true" in link
    assert door.get(STORAGE).json()["properties"]["provisioningState"] == "Creating"
    waiting = door.get(link)
    assert (waiting.status, waiting.body) == (202, b"")
    assert waiting.headers["retry-after"] == "17"
    assert refusal(door.put(STORAGE, account())) == (409, "StorageAccountOperationInProgress")
    door.simulator.advance(17)
    done = door.get(link)
    assert done.status == 200
    assert done.json() == door.get(STORAGE).json()
    assert done.json()["properties"]["provisioningState"] == "Succeeded"


def test_what_the_service_fills_in(door: Door) -> None:
    found = door.make(STORAGE, account())
    assert found["sku"] == {"name": "Standard_LRS", "tier": "Standard"}
    assert found["tags"] == {}
    properties = found["properties"]
    assert properties["minimumTlsVersion"] == "TLS1_0"
    assert properties["supportsHttpsTrafficOnly"] is True
    assert properties["accessTier"] == "Hot"
    assert properties["primaryEndpoints"]["blob"] == "https://stone.blob.core.windows.net/"
    assert properties["networkAcls"]["defaultAction"] == "Allow"
    assert properties["encryption"]["services"]["blob"]["enabled"] is True
    assert "secondaryLocation" not in properties
    assert "isHnsEnabled" not in properties


def test_replicated_accounts_have_a_second_place(door: Door) -> None:
    body = account()
    body["sku"] = {"name": "Standard_RAGRS"}
    properties = door.make(STORAGE, body)["properties"]
    assert properties["secondaryLocation"] == "northeurope"
    assert properties["secondaryEndpoints"]["blob"] == "https://stone-secondary.blob.core.windows.net/"
    assert "file" not in properties["secondaryEndpoints"]
    assert door.put(STORAGE, account()).status == 200
    assert "secondaryLocation" not in door.get(STORAGE).json()["properties"]


@pytest.mark.parametrize("name", ["Upper", "ab", "a" * 25, "with-hyphen"])
def test_bad_names(door: Door, name: str) -> None:
    path = STORAGE.replace("stone", name)
    assert refusal(door.put(path, account())) == (400, "AccountNameInvalid")


def test_names_are_unique_in_the_world(door: Door) -> None:
    door.make(STORAGE, account())
    door.group(GROUP + "2")
    near = STORAGE.replace("/rg/", "/rg2/")
    assert refusal(door.put(near, account())) == (409, "StorageAccountInAnotherResourceGroup")
    door.group(GROUP.replace(SUB, OTHER))
    far = STORAGE.replace(SUB, OTHER)
    assert refusal(door.put(far, account())) == (409, "StorageAccountAlreadyTaken")
    door.delete(STORAGE)
    assert door.put(far, account()).status == 202


def test_the_name_check(door: Door) -> None:
    body = {"name": "stone", "type": "Microsoft.Storage/storageAccounts"}
    assert door.post(CHECK, body).json() == {"nameAvailable": True}
    door.make(STORAGE, account())
    assert door.post(CHECK, body).json()["reason"] == "AlreadyExists"
    assert door.post(CHECK, {**body, "name": "A"}).json()["reason"] == "AccountNameInvalid"
    assert door.post(CHECK, {"name": 3}).status == 400


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("isHnsEnabled", True),
        ("isHnsEnabled", False),
        ("isNfsV3Enabled", False),
        ("dnsEndpointType", "Standard"),
        ("encryption", {"requireInfrastructureEncryption": True}),
        ("encryption", {"services": {"queue": {"keyType": "Account"}}}),
        ("immutableStorageWithVersioning", {"enabled": True}),
    ],
)
def test_create_only_keys_are_refused_later_even_with_their_default(door: Door, key: str, value: Any) -> None:
    door.make(STORAGE, account())
    answer = door.put(STORAGE, account(**{key: value}))
    assert refusal(answer) == (400, "AccountPropertyCannotBeUpdated")
    patched = door.patch(STORAGE, {"properties": {key: value}})
    assert refusal(patched) == (400, "AccountPropertyCannotBeUpdated")


def test_create_only_keys_may_be_repeated(door: Door) -> None:
    door.make(STORAGE, account(isHnsEnabled=True))
    assert door.put(STORAGE, account(isHnsEnabled=True)).status == 200
    assert door.put(STORAGE, account()).status == 200
    assert door.get(STORAGE).json()["properties"]["isHnsEnabled"] is True


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("Standard_LRS", "Standard_GRS", 200),
        ("Standard_ZRS", "Standard_RAGZRS", 200),
        ("Standard_LRS", "Standard_ZRS", 400),
        ("Standard_LRS", "Premium_LRS", 400),
    ],
)
def test_replications_that_can_be_exchanged(door: Door, old: str, new: str, status: int) -> None:
    door.make(STORAGE, {**account(), "sku": {"name": old}})
    assert door.patch(STORAGE, {"sku": {"name": new}}).status == status


def test_kinds_go_up_only(door: Door) -> None:
    door.make(STORAGE, {**account(), "kind": "Storage"})
    assert door.patch(STORAGE, {"kind": "StorageV2"}).status == 200
    down = door.patch(STORAGE, {"kind": "Storage"})
    assert refusal(down) == (400, "AccountPropertyCannotBeUpdated")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sku": None}, "InvalidValuesForRequestParameters"),
        ({"sku": {"name": "Gold"}}, "InvalidValuesForRequestParameters"),
        ({"sku": {"name": "Premium_ZRS"}, "kind": "Storage"}, "InvalidValuesForRequestParameters"),
        ({"kind": "FileStorage"}, "InvalidValuesForRequestParameters"),
        ({"kind": None}, "InvalidValuesForRequestParameters"),
        ({"properties": {"minimumTlsVersion": "TLS9"}}, "InvalidValuesForRequestParameters"),
        ({"properties": {"allowBlobPublicAccess": "yes"}}, "InvalidRequestContent"),
        ({"properties": {"largeFileSharesState": "Disabled"}}, "InvalidRequestPropertyValue"),
        ({"properties": {"isSftpEnabled": True}}, "InvalidRequestPropertyValue"),
        ({"properties": {"networkAcls": {"bypass": "Friends"}}}, "InvalidValuesForRequestParameters"),
        (
            {"properties": {"networkAcls": {"ipRules": [{"value": "10.0.0.1"}]}}},
            "InvalidValuesForRequestParameters",
        ),
        (
            {"properties": {"networkAcls": {"ipRules": [{"value": "8.8.8.8/32"}]}}},
            "InvalidValuesForRequestParameters",
        ),
        (
            {"properties": {"encryption": {"keySource": "Microsoft.Keyvault"}}},
            "InvalidValuesForRequestParameters",
        ),
        ({"tags": {f"t{number}": "" for number in range(16)}}, "InvalidTags"),
    ],
)
def test_bodies_that_are_refused(door: Door, change: dict[str, Any], code: str) -> None:
    assert refusal(door.put(STORAGE, {**account(), **change})) == (400, code)
    assert door.get(STORAGE).status == 404


def test_network_rules_are_completed(door: Door) -> None:
    acls = {"bypass": "metrics,azureservices", "defaultAction": "deny", "ipRules": [{"value": "8.8.8.0/24"}]}
    found = door.make(STORAGE, account(networkAcls=acls))["properties"]["networkAcls"]
    assert found == {
        "bypass": "Metrics, AzureServices",
        "defaultAction": "Deny",
        "ipRules": [{"value": "8.8.8.0/24", "action": "Allow"}],
        "virtualNetworkRules": [],
        "ipv6Rules": [],
    }


def test_what_is_completed(door: Door) -> None:
    files = {"directoryServiceOptions": "AADKERB", "activeDirectoryProperties": {"domainName": "d.com"}}
    services = {"table": {"keyType": "Account"}, "queue": {"keyType": "Service"}}
    body = account(azureFilesIdentityBasedAuthentication=files, encryption={"services": services})
    body["extendedLocation"] = {"type": "EdgeZone", "name": "losangeles"}
    found = door.make(STORAGE, body)["properties"]
    known = found["azureFilesIdentityBasedAuthentication"]["activeDirectoryProperties"]
    assert (known["domainName"], known["domainSid"], known["forestName"]) == ("d.com", " ", " ")
    assert set(found["encryption"]["services"]) == {"blob", "file", "table"}
    assert found["primaryExtendedLocation"] == {"type": "EdgeZone", "name": "losangeles"}


def test_a_put_keeps_what_it_leaves_out(door: Door) -> None:
    door.make(STORAGE, {**account(minimumTlsVersion="TLS1_2"), "tags": {"a": "b"}})
    door.put(STORAGE, account(allowSharedKeyAccess=False))
    found = door.get(STORAGE).json()
    assert found["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert found["properties"]["allowSharedKeyAccess"] is False
    assert found["tags"] == {"a": "b"}


def test_keys_are_listed_and_renewed(door: Door) -> None:
    door.make(STORAGE, account())
    first = door.post(f"{STORAGE}/listKeys").json()["keys"]
    assert [key["keyName"] for key in first] == ["key1", "key2"]
    assert len(first[0]["value"]) == 88
    assert door.post(f"{STORAGE}/LISTKEYS").json()["keys"] == first
    renewed = door.post(f"{STORAGE}/regenerateKey", {"keyName": "key2"}).json()["keys"]
    assert renewed[0] == first[0]
    assert renewed[1]["value"] != first[1]["value"]
    assert door.post(f"{STORAGE}/regenerateKey", {"keyName": "key3"}).status == 400
    assert refusal(door.post(f"{STORAGE}x/listKeys")) == (404, "ResourceNotFound")


def test_identities_are_attached(door: Door) -> None:
    mine = door.make(IDENTITY, {"location": "westeurope"})
    body = {
        **account(),
        "identity": {"type": "systemassigned, UserAssigned", "userAssignedIdentities": {IDENTITY: {}}},
    }
    found = door.make(STORAGE, body)["identity"]
    assert found["type"] == "SystemAssigned,UserAssigned"
    assert found["userAssignedIdentities"][IDENTITY]["clientId"] == mine["properties"]["clientId"]
    kept = door.put(STORAGE, account()).json()["identity"]
    assert kept == found
    gone = door.patch(STORAGE, {"identity": {"type": "SystemAssigned"}})
    assert refusal(gone) == (400, "InvalidIdentityIds")
    only = door.put(STORAGE, {**account(), "identity": {"type": "SystemAssigned"}}).json()["identity"]
    assert only["principalId"] == found["principalId"]
    assert "userAssignedIdentities" not in only
    none = door.put(STORAGE, {**account(), "identity": {"type": "None"}}).json()["identity"]
    assert none == {"type": "None"}


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ({"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}, "FailedIdentityOperation"),
        ({"type": "UserAssigned"}, "MissingIdentityIds"),
        ({"type": "Mine"}, "InvalidRequestContent"),
        ({"type": "None,SystemAssigned"}, "InvalidRequestContent"),
        ({}, "InvalidRequestContent"),
        ({"type": "SystemAssigned", "userAssignedIdentities": {IDENTITY: {}}}, "InvalidIdentityIds"),
    ],
)
def test_identities_that_are_refused(door: Door, identity: dict[str, Any], code: str) -> None:
    assert refusal(door.put(STORAGE, {**account(), "identity": identity})) == (400, code)


BLOBS = f"{STORAGE}/blobServices/default"
BOX = f"{BLOBS}/containers/box"
SHARE = f"{STORAGE}/fileServices/default/shares/share"


def test_services_are_there_with_the_account(door: Door) -> None:
    assert refusal(door.get(BLOBS)) == (404, "ResourceNotFound")
    door.make(STORAGE, account())
    assert door.get(BLOBS).json()["properties"]["deleteRetentionPolicy"]["enabled"] is False
    assert [one["name"] for one in door.get(f"{STORAGE}/fileServices").json()["value"]] == ["default"]
    changed = door.put(BLOBS, {"properties": {"isVersioningEnabled": True}})
    assert changed.status == 200
    assert door.get(BLOBS).json()["properties"]["isVersioningEnabled"] is True
    assert door.get(f"{STORAGE}/blobServices/mine").status == 404
    bad = door.put(BLOBS, {"properties": {"restorePolicy": {"enabled": True, "days": 3}}})
    assert refusal(bad) == (400, "InvalidValuesForRequestParameters")


def test_a_service_echoes_a_put_and_shows_all_to_a_get(door: Door) -> None:
    door.make(STORAGE, account())
    kept = {"deleteRetentionPolicy": {"enabled": True, "days": 7}}
    answer = door.put(BLOBS, {"properties": kept}).json()
    assert (answer["properties"], "sku" in answer) == (kept, False)
    found = door.get(BLOBS).json()
    assert found["sku"]["name"] == "Standard_LRS"
    assert found["properties"] == {
        "cors": {"corsRules": []},
        "deleteRetentionPolicy": {"enabled": True, "days": 7, "allowPermanentDelete": False},
    }
    door.put(BLOBS, {"properties": {"deleteRetentionPolicy": {"enabled": False}}})
    assert "days" not in door.get(BLOBS).json()["properties"]["deleteRetentionPolicy"]


def test_the_tracking_of_accesses_is_completed_and_taken_away(door: Door) -> None:
    door.make(STORAGE, account())
    tracked = door.put(BLOBS, {"properties": {"lastAccessTimeTrackingPolicy": {"enable": True}}}).json()
    assert tracked["properties"]["lastAccessTimeTrackingPolicy"] == {
        "enable": True,
        "name": "AccessTimeTracking",
        "trackingGranularityInDays": 1,
        "blobType": ["blockBlob"],
    }
    door.put(BLOBS, {"properties": {"lastAccessTimeTrackingPolicy": {"enable": False}}})
    assert "lastAccessTimeTrackingPolicy" not in door.get(BLOBS).json()["properties"]


def test_versions_and_hierarchies_exclude_each_other(door: Door) -> None:
    door.make(STORAGE, account(isHnsEnabled=True))
    answer = door.put(BLOBS, {"properties": {"isVersioningEnabled": True}})
    assert refusal(answer) == (409, "FeatureNotSupportedForAccount")


def test_containers(door: Door) -> None:
    assert refusal(door.put(BOX, {})) == (404, "ParentResourceNotFound")
    door.make(STORAGE, account())
    assert refusal(door.get(BOX)) == (404, "ContainerNotFound")
    made = door.put(BOX, {})
    assert made.status == 201
    assert "properties" not in made.json()
    found = door.get(BOX).json()
    assert found["properties"]["publicAccess"] == "None"
    assert found["properties"]["leaseStatus"] == "Unlocked"
    assert found["etag"].startswith('"0x8D')
    patched = door.patch(BOX, {"properties": {"metadata": {"a": "b"}}})
    assert (patched.status, "etag" in patched.json()) == (200, False)
    assert set(patched.json()["properties"]) == {
        "metadata", "deleted", "remainingRetentionDays", "hasImmutabilityPolicy", "hasLegalHold",
    }  # fmt: skip
    assert door.get(BOX).json()["properties"]["metadata"] == {"a": "b"}
    (listed,) = door.get(f"{BLOBS}/containers").json()["value"]
    assert "metadata" not in listed["properties"]
    public = door.patch(BOX, {"properties": {"publicAccess": "blob"}})
    assert refusal(public) == (409, "PublicAccessNotPermitted")
    assert door.put(f"{BLOBS}/containers/Bad--Name", {}).status == 400
    assert (door.delete(BOX).status, door.delete(BOX).status) == (200, 204)


def test_shares(door: Door) -> None:
    door.make(STORAGE, account())
    assert refusal(door.get(SHARE)) == (404, "ShareNotFound")
    assert door.put(SHARE, {"properties": {"shareQuota": 10}}).status == 201
    found = door.get(SHARE).json()["properties"]
    assert (found["shareQuota"], found["signedIdentifiers"], found["leaseStatus"]) == (10, [], "unlocked")
    assert ("accessTierChangeTime" in found, "enabledProtocols" in found) == (True, False)
    patched = door.patch(SHARE, {"properties": {"shareQuota": 20}}).json()
    assert (patched["properties"], "etag" in patched) == ({"shareQuota": 20}, False)
    (listed,) = door.get(SHARE.rpartition("/")[0]).json()["value"]
    assert listed["properties"]["enabledProtocols"] == "SMB"
    assert not {"signedIdentifiers", "accessTierChangeTime"} & set(listed["properties"])
    nfs = door.put(SHARE + "2", {"properties": {"enabledProtocols": "NFS"}})
    assert refusal(nfs) == (409, "FeatureNotSupportedForAccount")
    assert door.put(SHARE + "2", {"properties": {"accessTier": "Premium"}}).status == 400
    assert [one["name"] for one in door.get(SHARE.rpartition("/")[0]).json()["value"]] == ["share"]
    assert (door.delete(SHARE).status, door.delete(SHARE).status) == (200, 204)


def test_an_account_takes_its_containers_along(door: Door) -> None:
    door.make(STORAGE, account())
    door.put(BOX, {})
    assert door.delete(STORAGE).status == 200
    door.make(STORAGE, account())
    assert refusal(door.get(BOX)) == (404, "ContainerNotFound")
