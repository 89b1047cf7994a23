from __future__ import annotations

import uuid
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.plan import Op
from mlinfra.providers.api import Done, ProviderError, Resolves
from mlinfra.providers.azure.types.role_assignment import RoleAssignment
from tests.providers.azure.fake import (
    GROUP,
    SUBSCRIPTION,
    Asked,
    FakeTransport,
    Reply,
    connection,
    error,
)

ROLES = RoleAssignment()
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SCIENTIST = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
CUSTOM = "12345678-1234-1234-1234-123456789abc"
ANA = "7d6ac1db-c0a2-4703-ac95-116fb50a56f2"
SCOPE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
BENEATH = "/providers/Microsoft.Authorization/roleAssignments"
DEFINITIONS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
DESIRED = {"role": "AzureML Data Scientist", "principal": ANA, "scope": SCOPE}
ID = ROLES.identify(DESIRED) or ""
OTHER = f"{SCOPE}{BENEATH}/88888888-0000-0000-0000-000000000001"


def answer(id: str = ID, *, scope: str = SCOPE, role: str = SCIENTIST, **properties: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": id.rpartition("/")[2],
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": f"{DEFINITIONS}/{role}",
            "principalId": ANA,
            "principalType": "User",
            "scope": scope,
            "condition": None,
            "conditionVersion": None,
            "createdOn": "2023-08-23T13:05:39Z",
            "updatedOn": "2023-08-23T13:05:44Z",
            "createdBy": None,
            "updatedBy": "someone",
            "delegatedManagedIdentityResourceId": None,
            "description": None,
            **properties,
        },
    }


# What it is ---------------------------------------------------------------------------------------


def test_the_id_is_made_from_the_content_and_stays_for_ever() -> None:
    """A changed value here would give every recorded assignment another id."""
    name = ID.rpartition("/")[2]
    assert ID.startswith(f"{SCOPE}{BENEATH}/")
    assert uuid.UUID(name).version == 5
    assert name == "bd2fb488-ed7e-5743-aaab-726e1bae299f"


@pytest.mark.parametrize(
    "same",
    [
        {"role": SCIENTIST},
        {"role": "azureml data scientist"},
        {"role": f"{DEFINITIONS}/{SCIENTIST}"},
        {"role": f"/providers/Microsoft.Authorization/roleDefinitions/{SCIENTIST.upper()}"},
        {"principal": ANA.upper()},
        {"scope": f"{SCOPE}/"},
        {"description": "another"},
    ],
)
def test_the_same_assignment_in_other_words_has_the_same_id(same: dict[str, str]) -> None:
    assert ROLES.identify({**DESIRED, **same}) == ID


@pytest.mark.parametrize("other", [{"role": "Reader"}, {"principal": CUSTOM}, {"scope": GROUP}])
def test_another_assignment_has_another_id(other: dict[str, str]) -> None:
    found = ROLES.identify({**DESIRED, **other})
    assert found is not None and found.rpartition("/")[2] != ID.rpartition("/")[2]


@pytest.mark.parametrize("missing", ["role", "principal", "scope"])
def test_there_is_no_id_while_anything_is_unknown(missing: str) -> None:
    assert ROLES.identify({key: value for key, value in DESIRED.items() if key != missing}) is None


def test_casing_of_the_scope_stays_in_the_id_but_not_in_the_name() -> None:
    lower = SCOPE.lower()
    found = ROLES.identify({**DESIRED, "scope": lower})
    assert found == f"{lower}{BENEATH}/{ID.rpartition('/')[2]}"


def test_an_assignment_that_was_found_has_its_own_id() -> None:
    assert ROLES.identify({**DESIRED, "assignment_id": OTHER}) == OTHER


def test_the_whole_tenant_is_a_scope() -> None:
    id = ROLES.identify({**DESIRED, "scope": "/"}) or ""
    assert id.startswith(f"{BENEATH}/")
    assert ROLES.id_attributes(id) == {"scope": "/"}
    assert ROLES.listing(id) == (BENEATH, {"$filter": "atScope()"})
    assert ROLES.normalize({"scope": "/"}) == {"scope": "/"}


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("azureml data scientist", "AzureML Data Scientist"),
        (SCIENTIST, "AzureML Data Scientist"),
        (f"{DEFINITIONS}/{READER}", "Reader"),
        (CUSTOM.upper(), CUSTOM),
        (f"{DEFINITIONS}/{CUSTOM}", CUSTOM),
    ],
)
def test_a_role_reads_as_its_name_where_it_is_built_in(written: str, normal: str) -> None:
    assert ROLES.normalize({"role": written}) == {"role": normal}
    assert ROLES.normalize({"role": normal}) == {"role": normal}


def test_a_role_that_nobody_knows_is_refused_with_the_near_name() -> None:
    for ask in (ROLES.normalize, ROLES.identify):
        with pytest.raises(ProviderError) as caught:
            ask({**DESIRED, "role": "AzureML Data Scientst"})
        assert caught.value.path == ("role",)
        assert "Did you mean `AzureML Data Scientist`?" in caught.value.hint
        assert 'az role definition list --name "AzureML Data Scientst"' in caught.value.hint


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("ana@contoso.com", "az ad user show --id ana@contoso.com --query id -o tsv"),
        ("Data Science", 'az ad group show --group "Data Science" --query id -o tsv'),
    ],
)
def test_a_principal_is_an_object_id_and_the_hint_says_where_to_find_it(written: str, command: str) -> None:
    with pytest.raises(ProviderError) as caught:
        ROLES.normalize({**DESIRED, "principal": written})
    assert caught.value.path == ("principal",)
    assert command in caught.value.hint


def test_the_schema_takes_no_name_and_nothing_unknown() -> None:
    schema = ROLES.schema({})
    validator = Draft202012Validator(schema)
    assert validator.is_valid(DESIRED)
    assert not validator.is_valid({**DESIRED, "scope": "mlw"})
    assert not validator.is_valid({**DESIRED, "principal_type": "Robot"})
    assert "name" not in schema["properties"]
    assert schema["x-adopts-equal"] is True


@pytest.mark.parametrize(
    ("key", "immutable"),
    [
        ("role", True),
        ("principal", True),
        ("principal_type", True),
        ("scope", True),
        ("description", False),
        ("condition", False),
        ("condition_version", False),
    ],
)
def test_the_table_says_what_may_change_in_place(key: str, immutable: bool) -> None:
    assert bool(ROLES.schema({})["properties"][key].get("x-immutable")) is immutable


# Bodies -------------------------------------------------------------------------------------------


def test_the_body_names_the_definition_below_the_subscription() -> None:
    assert ROLES.to_body(DESIRED) == {
        "properties": {"roleDefinitionId": f"{DEFINITIONS}/{SCIENTIST}", "principalId": ANA}
    }


def test_a_scope_outside_of_a_subscription_takes_the_tenants_form() -> None:
    scope = "/providers/Microsoft.Management/managementGroups/all"
    body = ROLES.to_body({**DESIRED, "scope": scope, "principal_type": "Group"})
    expected = f"/providers/Microsoft.Authorization/roleDefinitions/{SCIENTIST}"
    assert body["properties"]["roleDefinitionId"] == expected
    assert body["properties"]["principalType"] == "Group"


def test_a_condition_has_a_version() -> None:
    body = ROLES.to_body({**DESIRED, "condition": "@Resource[…]"})
    assert body["properties"]["conditionVersion"] == "2.0"
    body = ROLES.to_body({**DESIRED, "condition": "@Resource[…]", "condition_version": "1.0"})
    assert body["properties"]["conditionVersion"] == "1.0"


def test_an_answer_reads_as_it_was_written() -> None:
    attrs = ROLES.attributes(ID, answer(description="trains"))
    assert attrs == {
        "id": ID,
        "assignment_id": ID,
        "role": "AzureML Data Scientist",
        "principal": ANA,
        "principal_type": "User",
        "scope": SCOPE,
        "description": "trains",
    }


# Reading ------------------------------------------------------------------------------------------


def test_many_of_one_scope_are_one_list_without_what_is_inherited() -> None:
    second = ROLES.identify({**DESIRED, "role": "Reader"}) or ""
    inherited = answer(f"{GROUP}{BENEATH}/{ID.rpartition('/')[2]}", scope=GROUP)
    page = {"value": [inherited, answer(second.lower(), role=READER)]}
    transport = FakeTransport({f"GET {SCOPE}{BENEATH}": Reply(200, page)})
    found = ROLES.read_many(connection(transport), [ID, second])
    assert len(transport.asked) == 1
    assert transport.asked[0].query["$filter"] == "atScope()"
    assert found[ID] is None
    assert (found[second] or {})["role"] == "Reader"


def test_one_is_read_by_itself() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(200, answer())})
    found = ROLES.read_many(connection(transport), [ID])
    assert found[ID] is not None
    assert [asked.path for asked in transport.asked] == [ID]


def test_a_scope_that_is_not_there_has_none() -> None:
    second = ROLES.identify({**DESIRED, "role": "Reader"}) or ""
    assert ROLES.read_many(connection(FakeTransport({})), [ID, second]) == {ID: None, second: None}


# Finding an equal one -----------------------------------------------------------------------------


def resolved(transport: FakeTransport, *wanted: dict[str, Any]) -> list[Any]:
    assert isinstance(ROLES, Resolves)
    return list(ROLES.resolve(connection(transport), wanted))


def test_an_equal_assignment_under_another_guid_is_found() -> None:
    page = {"value": [answer(OTHER)]}
    transport = FakeTransport({f"GET {SCOPE}{BENEATH}": Reply(200, page)})
    reader = {**DESIRED, "role": "Reader"}
    found = resolved(transport, DESIRED, reader)
    assert found == [{**DESIRED, "assignment_id": OTHER}, reader]
    assert ROLES.identify(found[0]) == OTHER
    assert len(transport.asked) == 1, "one list for each scope"


@pytest.mark.parametrize(
    "there",
    [
        [answer()],
        [answer(OTHER, scope=GROUP)],
        [answer(OTHER, role=READER)],
        [answer(OTHER, principalId=CUSTOM)],
        [answer(OTHER), answer()],
        [],
    ],
)
def test_what_is_ours_inherited_or_different_is_not_taken(there: list[dict[str, Any]]) -> None:
    transport = FakeTransport({f"GET {SCOPE}{BENEATH}": Reply(200, {"value": there})})
    assert resolved(transport, DESIRED) == [DESIRED]


def test_what_is_not_known_yet_costs_no_request() -> None:
    transport = FakeTransport({})
    waiting = {"role": "Reader", "scope": SCOPE}
    assert resolved(transport, waiting) == [waiting]
    assert transport.asked == []


# Writing ------------------------------------------------------------------------------------------


def test_a_creation_is_answered_with_201_and_read_back() -> None:
    transport = FakeTransport(
        {f"PUT {ID}": Reply(201, answer(createdBy=None)), f"GET {ID}": Reply(200, answer())}
    )
    conn = connection(transport)
    assert ROLES.begin(conn, Op.CREATE, ID, None, DESIRED) == Done(ROLES.attributes(ID, answer()), ID)
    assert transport.of("PUT")[0].body == ROLES.to_body(DESIRED)
    assert transport.of("PUT")[0].query == {"api-version": "2022-04-01"}


def test_an_update_is_a_put_of_all_that_is_there() -> None:
    transport = FakeTransport({f"PUT {ID}": Reply(201, answer()), f"GET {ID}": Reply(200, answer())})
    ROLES.begin(connection(transport), Op.UPDATE, ID, {}, {**DESIRED, "description": "trains"})
    sent = transport.of("PUT")[0].body
    assert set(sent) == {"properties"}
    kept = {key: value for key, value in sent["properties"].items() if value is not None}
    assert kept == {
        "roleDefinitionId": f"{DEFINITIONS}/{SCIENTIST}",
        "principalId": ANA,
        "principalType": "User",
        "description": "trains",
    }


def test_one_that_exists_under_another_name_is_taken_as_it_is() -> None:
    def listed(asked: Asked) -> Reply:
        return Reply(200, {"value": [answer(OTHER)]})

    transport = FakeTransport(
        {
            f"PUT {ID}": Reply(409, error("RoleAssignmentExists", "The role assignment already exists.")),
            f"GET {SCOPE}{BENEATH}": listed,
        }
    )
    done = ROLES.begin(connection(transport), Op.CREATE, ID, None, DESIRED)
    assert done == Done(ROLES.attributes(OTHER, answer(OTHER)), OTHER)


def test_one_that_exists_and_cannot_be_seen_is_an_error() -> None:
    refused = Reply(409, error("RoleAssignmentExists", "The role assignment already exists."))
    transport = FakeTransport({f"PUT {ID}": refused})
    with pytest.raises(ProviderError, match="already exists"):
        ROLES.begin(connection(transport), Op.CREATE, ID, None, DESIRED)


@pytest.mark.parametrize(("written", "told"), [({}, True), ({"principal_type": "ServicePrincipal"}, False)])
def test_a_principal_that_is_not_known_yet_is_tried_again_and_told(
    written: dict[str, str], told: bool
) -> None:
    refused = Reply(400, error("PrincipalNotFound", f"Principal {ANA} does not exist in the directory."))
    transport = FakeTransport({f"PUT {ID}": refused})
    with pytest.raises(ProviderError) as caught:
        ROLES.begin(connection(transport), Op.CREATE, ID, None, {**DESIRED, **written})
    assert caught.value.retryable
    assert caught.value.path == ("principal",)
    assert ("principal_type" in caught.value.hint) is told


@pytest.mark.parametrize("status", [200, 204])
def test_a_deletion_is_done_at_once(status: int) -> None:
    transport = FakeTransport({f"DELETE {ID}": Reply(status, answer() if status == 200 else None)})
    assert ROLES.begin(connection(transport), Op.DELETE, ID, DESIRED, None) == Done()
    assert len(transport.asked) == 1
