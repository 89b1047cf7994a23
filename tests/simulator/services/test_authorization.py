from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.simulator import Request, Simulator
from mlinfra.simulator.services import authorization
from mlinfra.simulator.services.builtin_roles import ROLES
from tests.simulator.services.ml_door import GROUP, IDENTITY, STORAGE, SUBSCRIPTION, VAULT, MlDoor, refusal

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
ANA = "aaaaaaaa-0000-4000-8000-00000000000a"
BOB = "bbbbbbbb-0000-4000-8000-00000000000b"
OTHER = "/subscriptions/00000000-0000-0000-0000-000000000002"
ROLE = "/providers/Microsoft.Authorization/roleDefinitions"


def assignment(scope: str, number: int) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid(number)}"


def guid(number: int) -> str:
    return f"cccccccc-0000-4000-8000-{number:012}"


def definition(number: int, scope: str = SUBSCRIPTION) -> str:
    return f"{scope}{ROLE}/{guid(number)}"


def body(principal: str = ANA, role: str = READER, type_: str | None = "User", **more: Any) -> dict[str, Any]:
    found = {"roleDefinitionId": f"{ROLE}/{role}", "principalId": principal, **more}
    return {"properties": found if type_ is None else {**found, "principalType": type_}}


def listed(door: MlDoor, scope: str, text: str = "") -> list[str]:
    query = {"$filter": text} if text else {}
    answer = door.get(f"{scope}/providers/Microsoft.Authorization/roleAssignments", **query)
    assert answer.status == 200, answer.json()
    assert "nextLink" not in answer.json()
    return [str(int(one["name"][-12:])) for one in answer.json()["value"]]


@pytest.fixture
def door() -> MlDoor:
    return MlDoor().prepare()


# -- role assignments: writing and reading -----------------------------------------------------------------


def test_an_assignment_is_made_at_once(door: MlDoor) -> None:
    answer = door.put(assignment(GROUP, 1), body(description="why", principal=ANA.upper()))
    assert answer.status == 201
    assert not {"location", "azure-asyncoperation"} & set(answer.headers)
    made = answer.json()
    assert (made["id"], made["name"]) == (assignment(GROUP, 1), guid(1))
    assert made["type"] == "Microsoft.Authorization/roleAssignments"
    assert made["properties"] == {
        "roleDefinitionId": f"{SUBSCRIPTION}{ROLE}/{READER}",
        "principalId": ANA,
        "principalType": "User",
        "scope": GROUP,
        "condition": None,
        "conditionVersion": None,
        "createdOn": made["properties"]["createdOn"],
        "updatedOn": made["properties"]["updatedOn"],
        "createdBy": None,
        "updatedBy": made["properties"]["updatedBy"],
        "delegatedManagedIdentityResourceId": None,
        "description": "why",
    }
    read = door.get(assignment(GROUP, 1)).json()["properties"]
    assert read["createdBy"] == read["updatedBy"] == made["properties"]["updatedBy"]
    assert read["createdOn"] == made["properties"]["updatedOn"] > made["properties"]["createdOn"]


def test_the_same_put_again_and_a_new_description_are_taken(door: MlDoor) -> None:
    door.put(assignment(GROUP, 1), body(description="old"))
    before = door.get(assignment(GROUP, 1)).json()["properties"]
    door.simulator.advance(60)
    condition = {"condition": "@Resource[x] StringEquals 'y'", "conditionVersion": "2.0"}
    assert door.put(assignment(GROUP, 1), body(description="new", **condition)).status == 201
    after = door.get(assignment(GROUP, 1)).json()["properties"]
    assert after == {**before, "description": "new", **condition, "updatedOn": after["updatedOn"]}
    assert after["updatedOn"] > before["updatedOn"] and after["createdOn"] == before["createdOn"]
    assert door.put(assignment(GROUP, 1), body()).json()["properties"]["description"] is None


def test_the_id_keeps_the_scopes_casing(door: MlDoor) -> None:
    scope = GROUP.replace("resourceGroups", "resourcegroups")
    made = door.put(assignment(scope, 1), body()).json()
    assert (made["id"], made["properties"]["scope"]) == (assignment(scope, 1), scope)
    assert door.get(assignment(GROUP.upper(), 1)).json()["id"] == assignment(scope, 1)


@pytest.mark.parametrize("scope", ["", SUBSCRIPTION, GROUP, STORAGE, VAULT])
def test_any_scope_takes_assignments(door: MlDoor, scope: str) -> None:
    made = door.put(assignment(scope, 1), body())
    assert (made.status, made.json()["properties"]["scope"]) == (201, scope or "/")
    assert door.get(assignment(scope, 1)).json()["id"] == assignment(scope, 1)


def test_a_scope_must_exist(door: MlDoor) -> None:
    assert refusal(door.put(assignment(GROUP + "x", 1), body())) == (404, "ResourceGroupNotFound")
    assert refusal(door.put(assignment(STORAGE + "x", 1), body())) == (404, "ResourceNotFound")


def test_a_name_is_a_guid(door: MlDoor) -> None:
    path = assignment(GROUP, 1).replace(guid(1), "mine")
    assert refusal(door.put(path, body())) == (400, "InvalidRoleAssignmentId")


def test_a_deletion_answers_what_was_deleted(door: MlDoor) -> None:
    door.put(assignment(GROUP, 1), body())
    before = door.get(assignment(GROUP, 1)).json()
    answer = door.delete(assignment(GROUP, 1))
    assert (answer.status, answer.json()) == (200, before)
    assert refusal(door.get(assignment(GROUP, 1))) == (404, "RoleAssignmentNotFound")
    again = door.delete(assignment(GROUP, 1))
    assert (again.status, again.body) == (204, b"")


def test_a_patch_there_is_none(door: MlDoor) -> None:
    door.put(assignment(GROUP, 1), body())
    assert door.patch(assignment(GROUP, 1), body()).status == 405


# -- refusals ----------------------------------------------------------------------------------------------


def test_one_scope_role_and_principal_have_one_assignment(door: MlDoor) -> None:
    door.put(assignment(GROUP, 1), body())
    twin = body(principal=ANA.upper())
    twin["properties"]["roleDefinitionId"] = f"{SUBSCRIPTION}{ROLE}/{READER.upper()}"
    assert refusal(door.put(assignment(GROUP.upper(), 2), twin)) == (409, "RoleAssignmentExists")
    assert door.put(assignment(STORAGE, 2), body()).status == 201
    assert door.put(assignment(GROUP, 3), body(BOB)).status == 201
    assert door.put(assignment(GROUP, 4), body(role=OWNER)).status == 201
    door.delete(assignment(GROUP, 1))
    assert door.put(assignment(GROUP, 5), body()).status == 201


def test_a_name_means_one_assignment_in_the_world(door: MlDoor) -> None:
    door.put(assignment(GROUP, 1), body())
    refused = (400, "RoleAssignmentUpdateNotPermitted")
    for other in (body(BOB), body(role=OWNER), body(type_="Group")):
        assert refusal(door.put(assignment(GROUP, 1), other)) == refused
    door.put(f"{OTHER}/resourceGroups/rg", {"location": "westeurope"})
    for scope in (STORAGE, SUBSCRIPTION, f"{OTHER}/resourceGroups/rg"):
        assert refusal(door.put(assignment(scope, 1), body())) == refused
    assert listed(door, SUBSCRIPTION) == ["1"]


def test_a_delegated_identity_never_changes(door: MlDoor) -> None:
    door.put(assignment(GROUP, 1), body(delegatedManagedIdentityResourceId=IDENTITY))
    refused = (400, "RoleAssignmentUpdateNotPermitted")
    other = body(delegatedManagedIdentityResourceId=IDENTITY + "-2")
    assert refusal(door.put(assignment(GROUP, 1), other)) == refused
    kept = door.put(assignment(GROUP, 1), body()).json()["properties"]
    assert kept["delegatedManagedIdentityResourceId"] == IDENTITY
    plain = door.put(assignment(STORAGE, 2), body()).json()["properties"]
    assert door.put(assignment(STORAGE, 2), body()).json()["properties"]["roleDefinitionId"]
    assert plain["delegatedManagedIdentityResourceId"] is None


def test_the_role_must_exist(door: MlDoor) -> None:
    answer = door.put(assignment(GROUP, 1), body(role=guid(99)))
    assert refusal(answer) == (400, "RoleDefinitionDoesNotExist")


@pytest.mark.parametrize(
    "properties",
    [
        {"roleDefinitionId": READER, "principalId": ANA},
        {"roleDefinitionId": f"{ROLE}/Reader", "principalId": ANA},
        {"roleDefinitionId": f"{ROLE}/{READER}", "principalId": "ana@example.com"},
        {"roleDefinitionId": f"{ROLE}/{READER}"},
        {"principalId": ANA},
    ],
)
def test_a_malformed_request_is_refused(door: MlDoor, properties: dict[str, str]) -> None:
    assert refusal(door.put(assignment(GROUP, 1), {"properties": properties})) == (400, "BadRequestFormat")


def test_a_condition_comes_with_its_version(door: MlDoor) -> None:
    for more in ({"condition": "x"}, {"conditionVersion": "2.0"}):
        assert refusal(door.put(assignment(GROUP, 1), body(**more))) == (400, "InvalidCondition")
    answer = door.put(assignment(GROUP, 1), body(condition="x", conditionVersion="3.0"))
    assert refusal(answer) == (400, "InvalidParameterValue")


def test_a_subscription_has_so_many_assignments_and_no_more(
    door: MlDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorization, "LIMIT", 2)
    assert door.put(assignment(GROUP, 1), body()).status == 201
    assert door.put(assignment(GROUP, 1), body(description="counts once")).status == 201
    assert door.put(assignment(STORAGE, 2), body()).status == 201
    assert refusal(door.put(assignment(VAULT, 3), body())) == (400, "RoleAssignmentLimitExceeded")
    assert door.put(assignment(OTHER, 4), body()).status == 201
    door.delete(STORAGE)
    assert door.put(assignment(VAULT, 3), body()).status == 201


# -- the directory -----------------------------------------------------------------------------------------


def test_a_young_identity_is_not_found_without_its_type(door: MlDoor) -> None:
    principal = door.identity()["properties"]["principalId"]
    answer = door.put(assignment(GROUP, 1), body(principal, type_=None))
    assert refusal(answer) == (400, "PrincipalNotFound")
    assert principal.replace("-", "") in answer.json()["error"]["message"]
    door.simulator.advance(30)
    made = door.put(assignment(GROUP, 1), body(principal, type_=None))
    assert (made.status, made.json()["properties"]["principalType"]) == (201, "ServicePrincipal")


def test_a_young_identity_is_found_by_its_type(door: MlDoor) -> None:
    principal = door.identity()["properties"]["principalId"]
    assert door.put(assignment(GROUP, 1), body(principal, type_="serviceprincipal")).status == 201
    assert refusal(door.put(assignment(VAULT, 2), body(principal))) == (400, "UnmatchedPrincipalType")


def test_somebody_unknown_is_of_the_type_that_is_said_or_a_user(door: MlDoor) -> None:
    group = door.put(assignment(GROUP, 1), body(type_="Group"))
    assert group.json()["properties"]["principalType"] == "Group"
    assert refusal(door.put(assignment(VAULT, 2), body(type_="User"))) == (400, "UnmatchedPrincipalType")
    same = door.put(assignment(VAULT, 2), body(type_=None))
    assert same.json()["properties"]["principalType"] == "Group"
    user = door.put(assignment(GROUP, 3), body(BOB, type_=None))
    assert user.json()["properties"]["principalType"] == "User"
    nobody = body("00000000-0000-0000-0000-000000000000")
    assert refusal(door.put(assignment(GROUP, 4), nobody)) == (400, "PrincipalNotFound")
    assert refusal(door.put(assignment(GROUP, 4), body(type_="Robot"))) == (400, "InvalidParameterValue")


def test_the_directory_can_be_told_of_somebody(door: MlDoor) -> None:
    address = f"/providers/Mlinfra.Simulator/principals/{ANA}"
    assert door.put(address, {"type": "Group"}).json() == {"id": ANA, "type": "Group"}
    made = door.put(assignment(GROUP, 1), body(type_=None))
    assert made.json()["properties"]["principalType"] == "Group"
    assert refusal(door.put(address, {"type": "Robot"})) == (400, "InvalidParameterValue")
    assert refusal(door.put(address + "x", {"type": "User"})) == (400, "InvalidParameterValue")


def test_an_assignment_outlives_its_principal(door: MlDoor) -> None:
    principal = door.identity()["properties"]["principalId"]
    door.put(assignment(GROUP, 1), body(principal, type_="ServicePrincipal"))
    door.delete(IDENTITY)
    assert door.get(assignment(GROUP, 1)).json()["properties"]["principalType"] == "ServicePrincipal"
    again = door.identity()["properties"]["principalId"]
    assert again != principal


# -- lists -------------------------------------------------------------------------------------------------


@pytest.fixture
def many(door: MlDoor) -> MlDoor:
    door.put(f"{OTHER}/resourceGroups/rg", {"location": "westeurope"})
    for number, scope in enumerate(("", SUBSCRIPTION, GROUP, STORAGE, VAULT), 1):
        assert door.put(assignment(scope, number), body(BOB if scope == VAULT else ANA)).status == 201
    assert door.put(assignment(f"{OTHER}/resourceGroups/rg", 6), body()).status == 201
    return door


@pytest.mark.parametrize(
    ("scope", "text", "found"),
    [
        (SUBSCRIPTION, "", "1 2 3 4 5"),
        (SUBSCRIPTION, "atScope()", "1 2"),
        (GROUP, "atScope()", "1 2 3"),
        (GROUP, "", "1 2 3 4 5"),
        (STORAGE, "atScope()", "1 2 3 4"),
        (STORAGE.upper(), "atScope()", "1 2 3 4"),
        (VAULT, f"principalId eq '{ANA}'", "1 2 3"),
        (GROUP, f"principalId eq '{BOB.upper()}'", "5"),
        (SUBSCRIPTION, f"assignedTo('{BOB}')", "5"),
        (STORAGE, f"atScope() and assignedTo('{ANA}')", "1 2 3 4"),
        (OTHER, "", "1 6"),
        ("", "atScope()", "1"),
    ],
)
def test_lists_look_up_and_down(many: MlDoor, scope: str, text: str, found: str) -> None:
    assert sorted(listed(many, scope, text)) == found.split()


def test_a_list_shows_what_a_get_shows(many: MlDoor) -> None:
    path = f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments"
    value = many.get(path, **{"$filter": "atScope()"}).json()["value"]
    assert all(one == many.get(one["id"]).json() for one in value)
    assert refusal(many.get(path, **{"$filter": "asTarget()"})) == (501, "NotSimulated")
    assert refusal(many.get(path.replace("stml", "nothere")))[0] == 404


def test_assignments_die_with_what_they_stand_on(many: MlDoor) -> None:
    many.delete(STORAGE)
    assert sorted(listed(many, SUBSCRIPTION)) == ["1", "2", "3", "5"]
    many.delete(GROUP)
    many.simulator.advance(3600)
    assert sorted(listed(many, SUBSCRIPTION)) == ["1", "2"]
    many.group(GROUP)
    assert many.get(assignment(GROUP, 3)).status == 404
    assert many.put(assignment(GROUP, 4), body()).status == 201, "the GUID is free again"


# -- role definitions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["", SUBSCRIPTION, GROUP, STORAGE])
def test_built_in_roles_are_there_at_every_scope(door: MlDoor, scope: str) -> None:
    found = door.get(f"{scope}{ROLE}/{READER.upper()}").json()
    prefix = SUBSCRIPTION if scope else ""
    assert (found["id"], found["name"]) == (f"{prefix}{ROLE}/{READER}", READER)
    properties = found["properties"]
    assert (properties["roleName"], properties["type"]) == ("Reader", "BuiltInRole")
    assert properties["assignableScopes"] == ["/"]
    assert properties["permissions"] == [
        {"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}
    ]
    assert properties["createdBy"] is None and properties["updatedBy"] is None


def test_roles_are_listed_by_name_and_type(door: MlDoor) -> None:
    path = f"{GROUP}{ROLE}"
    (found,) = door.get(path, **{"$filter": "roleName eq 'azureml data scientist'"}).json()["value"]
    assert found["name"] == "f6c7c914-8db3-469d-8ca1-694a8f32e121"
    every = door.get(path).json()
    assert len(every["value"]) == len(ROLES) and "nextLink" not in every
    assert door.get(path, **{"$filter": "type eq 'CustomRole'"}).json() == {"value": []}
    assert len(door.get(path, **{"$filter": "type eq 'BuiltInRole'"}).json()["value"]) == len(ROLES)
    assert refusal(door.get(path, **{"$filter": "roleName ne 'x'"})) == (501, "NotSimulated")


def test_the_table_of_built_in_roles_is_sound() -> None:
    assert len(ROLES) == len({role.name for role in ROLES.values()}) >= 50
    assert all(id == id.lower() and len(id) == 36 and role.id == id for id, role in ROLES.items())
    scientist = ROLES["f6c7c914-8db3-469d-8ca1-694a8f32e121"]
    assert "Microsoft.MachineLearningServices/workspaces/*/write" in scientist.actions
    assert "Microsoft.MachineLearningServices/workspaces/computes/*/write" in scientist.not_actions


def test_a_missing_role_is_404_and_a_built_in_one_stays(door: MlDoor) -> None:
    assert refusal(door.get(definition(1))) == (404, "RoleDefinitionDoesNotExist")
    path = f"{SUBSCRIPTION}{ROLE}/{READER}"
    assert refusal(door.put(path, custom())) == (409, "RoleDefinitionExists")
    assert refusal(door.delete(path)) == (400, "InvalidRoleDefinition")
    assert door.delete(definition(1)).status == 204


def custom(name: str = "Ops", scopes: list[str] | None = None, **more: Any) -> dict[str, Any]:
    permissions = [{"actions": ["Microsoft.Compute/*/read"]}]
    properties = {"roleName": name, "permissions": permissions, "assignableScopes": scopes or [SUBSCRIPTION]}
    return {"properties": {**properties, **more}}


def test_a_custom_role_lives(door: MlDoor) -> None:
    answer = door.put(definition(1), custom(description="d"))
    assert answer.status == 201
    made = answer.json()
    assert made["id"] == definition(1) and made["properties"]["createdBy"] is None
    assert (made["properties"]["type"], made["properties"]["description"]) == ("CustomRole", "d")
    assert made["properties"]["permissions"] == [
        {
            "actions": ["Microsoft.Compute/*/read"],
            "notActions": [],
            "dataActions": [],
            "notDataActions": [],
        }
    ]
    assert door.put(definition(1), custom("Ops Two")).status == 201
    assert door.get(definition(1, GROUP)).json() == door.get(definition(1)).json()
    (only,) = door.get(f"{GROUP}{ROLE}", **{"$filter": "type eq 'CustomRole'"}).json()["value"]
    assert only["properties"]["roleName"] == "Ops Two" and only["properties"]["createdBy"]
    assert door.get(f"{OTHER}{ROLE}", **{"$filter": "type eq 'CustomRole'"}).json() == {"value": []}
    assert door.get(definition(1, OTHER)).status == 404
    assert door.put(assignment(GROUP, 1), body(role=guid(1))).status == 201
    assert refusal(door.delete(definition(1))) == (400, "RoleDefinitionHasAssignments")
    door.delete(assignment(GROUP, 1))
    door.put(assignment(GROUP, 2), body())
    gone = door.delete(definition(1))
    assert (gone.status, gone.json()["properties"]["roleName"]) == (200, "Ops Two")
    assert door.get(definition(1)).status == 404


def test_a_custom_role_is_assignable_in_its_scopes_only(door: MlDoor) -> None:
    door.put(definition(1), custom(scopes=[STORAGE]))
    refused = (400, "RoleAssignmentScopeNotAssignableToRoleDefinition")
    assert refusal(door.put(assignment(GROUP, 1), body(role=guid(1)))) == refused
    assert refusal(door.put(assignment(VAULT, 1), body(role=guid(1)))) == refused
    assert door.put(assignment(STORAGE, 1), body(role=guid(1))).status == 201


def test_a_role_name_is_unique(door: MlDoor) -> None:
    door.put(definition(1), custom())
    taken = (409, "RoleDefinitionWithSameNameExists")
    assert refusal(door.put(definition(2), custom("ops"))) == taken
    assert refusal(door.put(definition(2), custom("Reader"))) == taken


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (custom(""), "RoleDefinitionNameNullOrEmpty"),
        (custom(scopes=["/"]), "InvalidRoleDefinition"),
        (custom(type="BuiltInRole"), "InvalidRoleDefinitionType"),
        ({"properties": {"roleName": "Ops", "permissions": []}}, "MissingAssignableScopes"),
        (custom(scopes=["Invalid_Scope"]), "LinkedInvalidPropertyId"),
        (
            custom(
                scopes=["/providers/Microsoft.Management/managementGroups/mg"],
                permissions=[{"actions": [], "dataActions": ["a/b/read"]}],
            ),
            "InvalidRoleDefinition",
        ),
        (
            custom(
                scopes=[f"/providers/Microsoft.Management/managementGroups/mg{number}" for number in (1, 2)]
            ),
            "InvalidRoleDefinition",
        ),
    ],
)
def test_a_custom_role_that_cannot_be_is_refused(door: MlDoor, wrong: dict[str, Any], code: str) -> None:
    assert refusal(door.put(definition(1), wrong)) == (400, code)


def test_a_role_definitions_name_is_a_guid(door: MlDoor) -> None:
    assert refusal(door.put(f"{SUBSCRIPTION}{ROLE}/ops", custom())) == (400, "InvalidRoleDefinitionId")


# -- the world ---------------------------------------------------------------------------------------------


def test_a_file_keeps_assignments_and_the_directory(tmp_path: Path) -> None:
    file = tmp_path / "cloud.db"
    first = MlDoor(file).prepare()
    first.put(assignment(GROUP, 1), body(type_="Group"))
    before = first.get(assignment(GROUP, 1)).json()
    first.simulator.close()
    second = MlDoor(file)
    assert second.get(assignment(GROUP, 1)).json() == before
    assert refusal(second.put(assignment(VAULT, 2), body())) == (400, "UnmatchedPrincipalType")


def test_one_seed_makes_one_world() -> None:
    def world(seed: int) -> list[dict[str, Any]]:
        door = MlDoor(seed=seed).prepare()
        principal = door.identity()["properties"]["principalId"]
        door.put(assignment(GROUP, 1), body(principal, type_="ServicePrincipal"))
        return door.simulator.resources()

    assert world(5) == world(5)
    assert world(5) != world(6)


def test_the_type_says_which_api_versions_it_has() -> None:
    request = Request("GET", f"{SUBSCRIPTION}{ROLE}", {"api-version": "1999-01-01"})
    answer = Simulator().handle(request)
    assert refusal(answer) == (400, "NoRegisteredProviderFound")
    assert "2022-04-01" in answer.json()["error"]["message"]
