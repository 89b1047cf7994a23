from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.door import GROUP, STORAGE, SUB, Door, account, refusal

SHARES = f"{STORAGE}/fileServices/default/shares"
SHARE = f"{SHARES}/files"
DELETED = f"/subscriptions/{SUB}/providers/Microsoft.Storage/deletedAccounts"


@pytest.fixture(autouse=True)
def made(door: Door) -> None:
    door.make(STORAGE, account())


def deleted_shares(door: Door) -> list[Any]:
    found = door.get(SHARES, **{"$expand": "deleted"}).json()["value"]
    return [one for one in found if one["properties"].get("deleted")]


def restore(door: Door, version: str, name: str = "files") -> Any:
    body = {"deletedShareName": "files", "deletedShareVersion": version}
    return door.post(f"{SHARES}/{name}/restore", body)


def test_a_deleted_share_is_listed_when_asked_for_and_restored(door: Door) -> None:
    door.put(SHARE, {"properties": {"metadata": {"a": "b"}}})
    assert door.delete(SHARE).status == 200
    assert door.get(SHARES).json()["value"] == []
    [shown] = deleted_shares(door)
    version = shown["properties"]["version"]
    assert (shown["id"], shown["name"]) == (f"{SHARE}_{version}", "files")
    assert shown["properties"]["leaseState"] == "broken"
    assert shown["properties"]["remainingRetentionDays"] == 7
    answer = restore(door, version)
    assert (answer.status, answer.body) == (200, b"")
    assert door.get(SHARE).json()["properties"]["metadata"] == {"a": "b"}
    assert deleted_shares(door) == []


def test_a_share_comes_back_under_another_name_while_its_own_is_taken(door: Door) -> None:
    door.put(SHARE, {"properties": {}})
    door.delete(SHARE)
    [shown] = deleted_shares(door)
    door.put(SHARE, {"properties": {}})
    version = shown["properties"]["version"]
    assert refusal(restore(door, version)) == (409, "ShareAlreadyExists")
    assert restore(door, version, "other").status == 200
    assert [one["name"] for one in door.get(SHARES).json()["value"]] == ["files", "other"]


def test_what_is_restored_must_be_there(door: Door) -> None:
    assert refusal(restore(door, "01D0")) == (404, "ShareNotFound")
    assert refusal(door.post(f"{SHARE}/restore", {"deletedShareName": "files"}))[0] == 400


def test_retention_is_the_file_services_to_say(door: Door) -> None:
    policy = {"enabled": True, "days": 2}
    service = SHARES.rpartition("/")[0]
    door.put(service, {"properties": {"shareDeleteRetentionPolicy": policy}})
    door.put(SHARE, {"properties": {}})
    door.delete(SHARE)
    door.simulator.advance(2 * 86400 + 60)
    door.put(f"{SHARES}/second", {"properties": {}})
    assert deleted_shares(door) == []
    door.put(service, {"properties": {"shareDeleteRetentionPolicy": {"enabled": False}}})
    door.delete(f"{SHARES}/second")
    assert deleted_shares(door) == []


def test_a_deleted_account_is_listed_until_its_name_is_used_again(door: Door) -> None:
    door.put(SHARE, {"properties": {}})
    door.delete(SHARE)
    door.delete(STORAGE)
    [shown] = door.get(DELETED).json()["value"]
    assert shown["properties"]["storageAccountResourceId"] == STORAGE
    assert shown["properties"]["location"] == "westeurope"
    assert door.get(shown["id"]).json() == shown
    elsewhere = shown["id"].replace("westeurope", "northeurope")
    assert refusal(door.get(elsewhere)) == (404, "DeletedAccountNotFound")
    door.make(STORAGE, account())
    assert door.get(DELETED).json()["value"] == []
    assert deleted_shares(door) == []


def test_accounts_that_go_with_their_group_are_listed_for_two_weeks(door: Door) -> None:
    door.delete(GROUP)
    door.simulator.advance(600)
    assert len(door.get(DELETED).json()["value"]) == 1
    door.simulator.advance(14 * 86400)
    door.group()
    assert door.get(DELETED).json()["value"] == []
