from __future__ import annotations

from typing import Any

import pytest

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.ml_identity import identity, normal_identity, without_answers
from mlinfra.providers.azure.types.schema import from_arm, to_arm
from tests.providers.azure.fake import GROUP, SUBSCRIPTION

ONE = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"
TWO = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/two"
ONE_ANSWERED = (
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.managedidentity"
    "/userassignedidentities/one"
)
ROW = identity("S")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("system_assigned", "SystemAssigned"),
        ("SystemAssigned", "SystemAssigned"),
        ("user_assigned", "UserAssigned"),
        ("system_assigned,user_assigned", "SystemAssigned,UserAssigned"),
        ("UserAssigned, SystemAssigned", "SystemAssigned,UserAssigned"),
        ("none", "None"),
    ],
)
def test_every_spelling_of_a_type_is_sent_as_arm_spells_it(written: str, sent: str) -> None:
    assert to_arm((ROW,), {"identity": {"type": written}}) == {"identity": {"type": sent}}


@pytest.mark.parametrize(
    "written", [[{"resource_id": TWO}, {"resource_id": ONE_ANSWERED}], {TWO: None, ONE: {"client_id": "x"}}]
)
def test_user_identities_may_be_a_list_or_a_map(written: Any) -> None:
    sent = to_arm((ROW,), {"identity": {"type": "user_assigned", "user_assigned_identities": written}})
    assert sent["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {ONE: {}, TWO: {}}}


def test_an_answer_reads_as_it_was_written() -> None:
    written = {
        "type": "system_assigned,user_assigned",
        "user_assigned_identities": [{"resource_id": ONE}, {"resource_id": TWO}],
    }
    raw = {
        "identity": {
            "type": "SystemAssigned,UserAssigned",
            "principalId": "p",
            "tenantId": "t",
            "userAssignedIdentities": {TWO: {"principalId": "q"}, ONE_ANSWERED: {"clientId": "c"}},
        }
    }
    assert from_arm((ROW,), raw) == {"identity": written}
    assert normal_identity(written) == written


@pytest.mark.parametrize("written", [[{"resource_id": "id-team"}], {"id-team": None}])
def test_a_name_that_names_nothing_is_refused(written: Any) -> None:
    with pytest.raises(ProviderError) as caught:
        normal_identity({"type": "user_assigned", "user_assigned_identities": written})
    assert caught.value.path == ("identity", "user_assigned_identities")
    assert "az identity show --name id-team" in caught.value.hint


def test_no_identity_reads_as_none() -> None:
    assert from_arm((ROW,), {"identity": None}) == {"identity": {"type": "none"}}
    assert from_arm((ROW,), {}) == {"identity": {"type": "none"}}


def test_a_type_without_users_names_none() -> None:
    """An update is sent live with the managed keys replaced: a list that was left over must not be sent."""
    left_over = {"type": "system_assigned", "user_assigned_identities": [{"resource_id": ONE}]}
    assert to_arm((ROW,), {"identity": left_over}) == {"identity": {"type": "SystemAssigned"}}


def test_what_the_directory_filled_in_is_not_sent_back() -> None:
    raw = {"type": "UserAssigned", "principalId": "p", "userAssignedIdentities": {ONE: {"clientId": "c"}}}
    assert without_answers(raw) == {"type": "UserAssigned", "userAssignedIdentities": {ONE: {}}}


def test_the_row_says_whether_it_may_change() -> None:
    assert "x-immutable" not in ROW.schema
    assert identity("S", immutable=True).schema["x-immutable"] is True
    assert identity("S", default="system_assigned").schema["default"] == {"type": "system_assigned"}
