from __future__ import annotations

import pytest

from tests.simulator.door import GROUP, STORAGE, SUB, Door, account, refusal
from tests.simulator.services.test_authorization import READER

WHOLE = f"/subscriptions/{SUB}"
ACCOUNTS = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"


def lock(door: Door, scope: str, level: str = "CanNotDelete", name: str = "hold") -> str:
    id = f"{scope}/providers/Microsoft.Authorization/locks/{name}"
    assert door.put(id, {"properties": {"level": level}}, version="2020-05-01").status == 201
    return id


def test_a_lock_is_made_changed_listed_and_deleted(door: Door) -> None:
    # R: test_group_lock_commands: 201, then 200; DELETE 200 without body
    id = lock(door, GROUP)
    assert door.get(id, version="2016-09-01").json() == {
        "id": id,
        "name": "hold",
        "type": "Microsoft.Authorization/locks",
        "properties": {"level": "CanNotDelete"},
    }
    changed = door.put(id, {"properties": {"level": "readonly", "notes": "why"}}, version="2016-09-01")
    assert (changed.status, changed.json()["properties"]) == (200, {"level": "ReadOnly", "notes": "why"})
    assert door.delete(id, version="2016-09-01").body == b""
    assert door.delete(id, version="2016-09-01").status == 204
    assert door.get(id, version="2016-09-01").status == 404


def test_the_id_of_a_lock_keeps_the_casing_of_the_request(door: Door) -> None:
    # R: test_resource_lock_commands: resourcegroups stays lower case
    scope = GROUP.replace("resourceGroups", "resourcegroups")
    id = f"{scope}/providers/Microsoft.Authorization/locks/hold"
    answer = door.put(id, {"properties": {"level": "ReadOnly"}}, version="2020-05-01")
    assert answer.json()["id"] == id
    upper = door.get(id.upper().replace(SUB.upper(), SUB), version="2020-05-01")
    assert upper.json()["id"] == id


def test_lists_show_locks_at_the_scope_and_in_it(door: Door) -> None:
    door.make(STORAGE, account())
    at_group, at_account = lock(door, GROUP, name="a"), lock(door, STORAGE, name="b")
    listed = f"{WHOLE}/providers/Microsoft.Authorization/locks"
    assert {one["id"] for one in door.get(listed, version="2016-09-01").json()["value"]} == {
        at_group,
        at_account,
    }
    own = door.get(
        f"{GROUP}/providers/Microsoft.Authorization/locks", version="2016-09-01", **{"$filter": "atScope()"}
    )
    assert [one["id"] for one in own.json()["value"]] == [at_group]


@pytest.mark.parametrize("scope", [WHOLE, GROUP, STORAGE])
def test_a_delete_lock_holds_for_what_lies_in_its_scope(door: Door, scope: str) -> None:
    door.make(STORAGE, account())
    lock(door, scope)
    refused = door.delete(STORAGE)
    assert refusal(refused) == (409, "ScopeLocked")
    assert refused.json()["error"]["message"] == (
        f"The scope '{STORAGE}' cannot perform delete operation because following scope(s) are locked: "
        f"'{scope}'. Please remove the lock and try again."
    )
    assert door.patch(STORAGE, {"tags": {"a": "b"}}).status == 200
    assert door.get(STORAGE).status == 200


@pytest.mark.parametrize("scope", [WHOLE, GROUP, STORAGE])
def test_a_read_only_lock_forbids_writes_and_every_post(door: Door, scope: str) -> None:
    door.make(STORAGE, account())
    lock(door, scope, "ReadOnly")
    assert door.get(STORAGE).status == 200
    for refused in (
        door.put(STORAGE, account()),
        door.patch(STORAGE, {"tags": {}}),
        door.post(f"{STORAGE}/listKeys"),
        door.delete(STORAGE),
    ):
        assert refusal(refused) == (409, "ScopeLocked")


def test_a_group_with_a_locked_resource_is_not_deleted(door: Door) -> None:
    # D: lock-resources; MicrosoftDocs/azure-docs#71608
    door.make(STORAGE, account())
    held = lock(door, STORAGE)
    refused = door.delete(GROUP)
    assert refusal(refused) == (409, "ScopeLocked")
    assert f"'{STORAGE}'" in refused.json()["error"]["message"]
    assert door.delete(held, version="2020-05-01").status == 200
    assert door.delete(GROUP).status == 202


def test_a_delete_lock_holds_role_assignments_and_lets_new_ones_in(door: Door) -> None:
    # MicrosoftDocs/azure-docs#110791
    door.make(STORAGE, account())
    lock(door, STORAGE)
    base = f"{STORAGE}/providers/Microsoft.Authorization"
    id = f"{base}/roleAssignments/{SUB}"
    body = {
        "properties": {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
            "principalId": "22222222-2222-2222-2222-222222222222",
            "principalType": "User",
        }
    }
    assert door.put(id, body, version="2022-04-01").status == 201
    assert refusal(door.delete(id, version="2022-04-01")) == (409, "ScopeLocked")


def test_a_lock_of_another_group_is_nobody_elses(door: Door) -> None:
    other = f"{WHOLE}/resourceGroups/rg-b"
    door.group(other)
    door.make(STORAGE, account())
    lock(door, other, "ReadOnly")
    assert door.delete(STORAGE).status == 200


@pytest.mark.parametrize("properties", [{}, {"level": "NotSpecified"}, {"level": 3}, {"level": None}])
def test_a_lock_needs_a_level(door: Door, properties: dict[str, object]) -> None:
    id = f"{GROUP}/providers/Microsoft.Authorization/locks/hold"
    answer = door.put(id, {"properties": properties}, version="2020-05-01")
    assert refusal(answer) == (400, "InvalidRequestContent")


def test_what_is_not_there_cannot_be_locked(door: Door) -> None:
    body = {"properties": {"level": "ReadOnly"}}
    missing = f"{STORAGE}/providers/Microsoft.Authorization/locks/hold"
    assert refusal(door.put(missing, body, version="2020-05-01")) == (404, "ResourceNotFound")
