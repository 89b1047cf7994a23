from __future__ import annotations

from typing import Any

import pytest

from mlinfra.simulator.store import Store
from tests.simulator.door import GROUP, IDENTITY, STORAGE, Door, account, refusal

BODY = {"location": "westeurope"}


def store_of(door: Door) -> Store:
    return door.simulator._store


def test_an_identity_answers_with_itself_as_location(door: Door) -> None:
    answer = door.put(IDENTITY, BODY)
    assert answer.status == 201
    found = answer.json()
    assert found["id"] == IDENTITY.replace("resourceGroups", "resourcegroups")
    assert answer.headers["location"] == found["id"]
    assert set(found["properties"]) == {"tenantId", "principalId", "clientId"}
    assert door.get(IDENTITY).json() == found
    assert door.put(IDENTITY, BODY).json()["properties"] == found["properties"]


def test_the_directory_knows_its_principals_and_since_when(door: Door) -> None:
    principal = door.put(IDENTITY, BODY).json()["properties"]["principalId"]
    known = store_of(door).principal(principal.upper())
    assert known is not None
    assert (known.kind, known.created) == ("ServicePrincipal", door.simulator.now().timestamp())
    system = door.make(STORAGE, {**account(), "identity": {"type": "SystemAssigned"}})["identity"]
    assert store_of(door).principal(system["principalId"]) is not None
    door.delete(STORAGE)
    door.delete(IDENTITY)
    assert store_of(door).principal(system["principalId"]) is None
    assert store_of(door).principal(principal) is None


def test_an_identity_made_again_is_another_principal(door: Door) -> None:
    first = door.put(IDENTITY, BODY).json()["properties"]
    door.delete(IDENTITY)
    second = door.put(IDENTITY, BODY).json()["properties"]
    assert first["principalId"] != second["principalId"]
    assert first["clientId"] != second["clientId"]
    assert first["tenantId"] == second["tenantId"]


@pytest.mark.parametrize("name", ["ab", "-abc", "a" * 129, "a.bc"])
def test_bad_names(door: Door, name: str) -> None:
    assert refusal(door.put(IDENTITY.replace("id-one", name), BODY)) == (400, "InvalidResourceName")


def test_isolation(door: Door) -> None:
    body = {**BODY, "properties": {"isolationScope": "regional"}}
    assert door.put(IDENTITY, body).json()["properties"]["isolationScope"] == "Regional"
    bad = {**BODY, "properties": {"isolationScope": "moon"}}
    assert refusal(door.put(IDENTITY, bad)) == (400, "InvalidParameterValue")


def credential(subject: str = "a") -> dict[str, Any]:
    return {"properties": {"issuer": "https://i", "subject": subject, "audiences": ["api://x"]}}


def test_federated_credentials(door: Door) -> None:
    path = f"{IDENTITY}/federatedIdentityCredentials/github"
    assert refusal(door.put(path, credential())) == (404, "ParentResourceNotFound")
    door.put(IDENTITY, BODY)
    assert refusal(door.put(path, {"properties": {"issuer": "x"}})) == (400, "InvalidRequestContent")
    made = door.put(path, credential())
    assert made.status == 201
    assert door.put(path, credential("b")).status == 200
    twin = door.put(path + "2", credential("b"))
    assert refusal(twin) == (409, "FederatedCredentialAlreadyExists")
    assert refusal(door.patch(path, {})) == (405, "MethodNotAllowed")
    assert [one["name"] for one in door.get(path.rpartition("/")[0]).json()["value"]] == ["github"]
    for number in range(19):
        assert door.put(f"{path}-{number}", credential(f"s{number}")).status == 201
    assert refusal(door.put(f"{path}-more", credential("more"))) == (400, "BadRequest")
    assert door.delete(path).status == 200
    door.delete(IDENTITY)
    assert refusal(door.get(path)) == (404, "ResourceNotFound")


def test_a_resource_keeps_an_identity_whose_group_it_shares_only_while_it_lives(door: Door) -> None:
    door.put(IDENTITY, BODY)
    door.delete(GROUP)
    door.simulator.advance(60)
    door.group()
    body = {**account(), "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}}
    assert refusal(door.put(STORAGE, body)) == (400, "FailedIdentityOperation")
