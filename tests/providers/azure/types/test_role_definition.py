from __future__ import annotations

import uuid
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.engine.schema import with_defaults
from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, ProviderError
from mlinfra.providers.azure.types.role_assignment import RoleAssignment
from mlinfra.providers.azure.types.role_definition import RoleDefinition
from tests.providers.azure.fake import GROUP, SUBSCRIPTION, FakeTransport, Reply, connection, error

ROLE = RoleDefinition()
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
BENEATH = "/providers/Microsoft.Authorization/roleDefinitions"
START = "Microsoft.MachineLearningServices/workspaces/computes/start/action"
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
BODY = {"role_name": "Compute Starter", "actions": [START]}
MANAGEMENT = "/providers/Microsoft.Management/managementGroups"


def wanted(**body: Any) -> Attrs:
    """A body as the engine completes it."""
    written = {**BODY, "scope": SUBSCRIPTION, **body}
    return ROLE.normalize(with_defaults(written, ROLE.schema(written)))


ID = ROLE.identify(wanted()) or ""
GUID = ID.rpartition("/")[2]


def answer(**properties: Any) -> dict[str, Any]:
    return {
        "id": f"{SCOPE}{BENEATH}/{GUID}",
        "name": GUID,
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": "Compute Starter",
            "type": "CustomRole",
            "description": "",
            "assignableScopes": [SCOPE],
            "permissions": [
                {"actions": [START], "notActions": [], "dataActions": [], "notDataActions": []},
            ],
            "createdOn": "2023-08-23T13:05:39Z",
            "updatedOn": "2023-08-23T13:05:44Z",
            "createdBy": None,
            "updatedBy": "someone",
            **properties,
        },
    }


# What it is ---------------------------------------------------------------------------------------


def test_the_id_is_made_from_scope_and_name_and_stays_for_ever() -> None:
    """A changed value here would give every recorded role another id."""
    assert f"{SCOPE}{BENEATH}/{GUID}" == ID
    assert uuid.UUID(GUID).version == 5
    assert GUID == "4c4634a7-71d7-566e-b4f6-edef6196811e"


def test_casing_makes_no_other_role_and_a_scope_does() -> None:
    assert (ROLE.identify(wanted(role_name="COMPUTE starter")) or "").endswith(GUID)
    group = ROLE.identify(wanted(scope=GROUP)) or ""
    assert group.startswith(f"{GROUP}{BENEATH}/") and not group.endswith(GUID)


@pytest.mark.parametrize("missing", ["scope", "role_name"])
def test_there_is_no_id_while_anything_is_unknown(missing: str) -> None:
    assert ROLE.identify({key: value for key, value in wanted().items() if key != missing}) is None


def test_it_is_defined_in_the_subscription_of_the_stack_and_assigned_where_it_is_defined() -> None:
    assert ROLE.schema({})["properties"]["scope"]["x-from"] == ["settings.subscription"]
    assert wanted()["scope"] == SCOPE
    assert wanted(scope=GROUP)["assignable_scopes"] == [GROUP]
    assert wanted(assignable_scopes=[GROUP])["assignable_scopes"] == [GROUP]


@pytest.mark.parametrize("permissions", [{"actions": [START]}, [{"actions": [START]}]])
def test_permissions_are_the_four_lists_in_other_words(permissions: Any) -> None:
    written = {"role_name": "Compute Starter", "scope": SUBSCRIPTION, "permissions": permissions}
    Draft202012Validator(ROLE.schema({})).validate(written)
    assert ROLE.normalize(with_defaults(written, ROLE.schema({}))) == wanted()


def test_a_permission_of_an_unknown_name_is_refused() -> None:
    for wrong in ({"action": [START]}, [{"action": [START]}]):
        assert not Draft202012Validator(ROLE.schema({})).is_valid({**BODY, "permissions": wrong})


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"role_name": "reader"}, "role_name"),
        ({"assignable_scopes": ["/"]}, "assignable_scopes"),
        ({"assignable_scopes": ["rg"]}, "assignable_scopes"),
        ({"assignable_scopes": [f"{MANAGEMENT}/a", f"{MANAGEMENT}/b"]}, "assignable_scopes"),
        ({"assignable_scopes": [f"{MANAGEMENT}/a"], "data_actions": [READ]}, "data_actions"),
        ({"permissions": {"actions": [START]}}, "actions"),
        ({"actions": [], "permissions": [{"actions": [START]}, {"actions": [START]}]}, "permissions"),
    ],
)
def test_what_azure_refuses_is_refused_before(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ProviderError) as caught:
        wanted(**wrong)
    assert caught.value.path == (key,)


def test_a_role_of_azure_can_be_read() -> None:
    raw = answer(roleName="Reader", type="BuiltInRole", assignableScopes=["/"])
    assert ROLE.attributes(ID, raw)["role_name"] == "Reader"


# What is sent -------------------------------------------------------------------------------------


def test_a_creation_sends_all_four_lists() -> None:
    fake = FakeTransport({f"PUT {ID}": Reply(201, answer()), f"GET {ID}": Reply(200, answer())})
    done = ROLE.begin(connection(fake), Op.CREATE, ID, None, wanted(description="starts"))
    assert fake.asked[0].body == {
        "properties": {
            "roleName": "Compute Starter",
            "type": "CustomRole",
            "description": "starts",
            "assignableScopes": [SCOPE],
            "permissions": [{"actions": [START], "notActions": [], "dataActions": [], "notDataActions": []}],
        }
    }
    assert isinstance(done, Done) and done.attrs is not None
    assert {key: done.attrs[key] for key in wanted()} == wanted()


def test_a_list_that_is_taken_out_is_emptied() -> None:
    live = answer(permissions=[{"actions": [START], "dataActions": [READ]}])
    fake = FakeTransport({f"PUT {ID}": Reply(201, answer()), f"GET {ID}": Reply(200, live)})
    prior = ROLE.attributes(ID, live)
    assert prior["data_actions"] == [READ]
    ROLE.begin(connection(fake), Op.UPDATE, ID, prior, {**prior, **wanted()})
    [put] = fake.of("PUT")
    assert put.body["properties"]["permissions"][0]["dataActions"] == []
    assert "createdOn" not in put.body["properties"]


def test_a_role_that_somebody_has_is_not_deleted_and_it_is_said_how_to_find_out() -> None:
    fake = FakeTransport({f"DELETE {ID}": Reply(400, error("RoleDefinitionHasAssignments"))})
    with pytest.raises(ProviderError) as caught:
        ROLE.begin(connection(fake), Op.DELETE, ID, None, None)
    assert caught.value.code == "MLI-AZ-IN-USE" and "az role assignment list" in caught.value.hint


def test_a_name_that_another_role_has_is_a_problem_of_the_name() -> None:
    fake = FakeTransport({f"PUT {ID}": Reply(409, error("RoleDefinitionWithSameNameExists"))})
    with pytest.raises(ProviderError) as caught:
        ROLE.begin(connection(fake), Op.CREATE, ID, None, wanted())
    assert caught.value.path == ("role_name",)


# What is read -------------------------------------------------------------------------------------


def test_the_roles_of_a_scope_are_read_with_one_list_whatever_scope_azure_answers() -> None:
    group = f"{GROUP}{BENEATH}/{GUID}"
    fake = FakeTransport({f"GET {GROUP}{BENEATH}": Reply(200, {"value": [answer()]})})
    found = ROLE.read_many(connection(fake), [group, f"{group[:-1]}0"])
    assert [attrs and attrs["id"] for attrs in found.values()] == [group, None]
    assert fake.asked[0].query["$filter"] == "type eq 'CustomRole'"
    assert [attrs and attrs["scope"] for attrs in found.values()] == [GROUP, None]


def test_several_sets_of_permissions_are_read_as_one() -> None:
    attrs = ROLE.attributes(ID, answer(permissions=[{"actions": [START]}, {"dataActions": [READ]}]))
    assert (attrs["actions"], attrs["data_actions"]) == ([START], [READ])


# Assigning it -------------------------------------------------------------------------------------


def test_an_assignment_takes_the_id_of_a_role_of_the_stack() -> None:
    assignment = RoleAssignment()
    attrs = assignment.normalize({"role": ID, "principal": GUID, "scope": GROUP})
    assert attrs["role"] == GUID
    body = assignment.to_body(attrs)
    assert body["properties"]["roleDefinitionId"] == f"{SCOPE}{BENEATH}/{GUID}"
