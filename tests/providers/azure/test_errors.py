from __future__ import annotations

from typing import Any

import pytest

from mlinfra.providers.azure import errors
from tests.providers.azure.fake import error


def refused(status: int, body: Any = None, **headers: str) -> errors.AzureError:
    return errors.refusal(status, headers, body, method="PUT", path="/subscriptions/s/x")


@pytest.mark.parametrize(
    ("status", "azure", "ours", "retryable", "sent"),
    [
        (401, "ExpiredAuthenticationToken", "MLI-AZ-SIGNIN", True, False),
        (401, "InvalidAuthenticationToken", "MLI-AZ-SIGNIN", False, True),
        (404, "SubscriptionNotFound", "MLI-AZ-SUBSCRIPTION", False, True),
        (403, "RequestDisallowedByPolicy", "MLI-AZ-POLICY", False, True),
        (409, "ScopeLocked", "MLI-AZ-LOCKED", False, True),
        (409, "QuotaExceeded", "MLI-AZ-QUOTA", False, True),
        (400, "ClusterMinNodesLimitExceeded", "MLI-AZ-QUOTA", False, True),
        (409, "AnotherOperationInProgress", "MLI-AZ-BUSY", True, False),
        (409, "StorageAccountOperationInProgress", "MLI-AZ-BUSY", True, False),
        (429, "TooManyRequests", "MLI-AZ-THROTTLED", True, False),
        (429, None, "MLI-AZ-THROTTLED", True, False),
        (408, None, "MLI-AZ-SERVICE", True, True),
        (500, None, "MLI-AZ-SERVICE", True, True),
        (502, "BadGatewayConnection", "MLI-AZ-SERVICE", True, True),
        (503, "ServiceUnavailable", "MLI-AZ-SERVICE", True, True),
        (504, "TransientError", "MLI-AZ-SERVICE", True, True),
        (501, "NotImplemented", "MLI-AZ-REFUSED", False, True),
        (400, "PrincipalNotFound", "MLI-AZ-PRINCIPAL", True, False),
        (412, "PreconditionFailed", "MLI-AZ-CHANGED", False, True),
        (404, "ResourceGroupNotFound", "MLI-AZ-PARENT", False, True),
        (409, "ResourceGroupBeingDeleted", "MLI-AZ-PARENT", False, True),
        (409, "InvalidResourceLocation", "MLI-AZ-LOCATION", False, True),
        (400, "SomethingNew", "MLI-AZ-REFUSED", False, True),
        (400, None, "MLI-AZ-REFUSED", False, True),
    ],
)
def test_what_a_code_means(status: int, azure: str | None, ours: str, retryable: bool, sent: bool) -> None:
    wrong = refused(status, error(azure) if azure else None)
    assert (wrong.code, wrong.retryable, wrong.sent, wrong.status) == (ours, retryable, sent, status)
    assert wrong.summary
    assert wrong.hint or ours == "MLI-AZ-REFUSED"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("StorageAccountAlreadyTaken", "The storage account named st is already taken."),
        ("VaultAlreadyExists", "The name 'kv' is already in use."),
        ("AlreadyInUse", "The registry DNS name cr.azurecr.io is already in use."),
        ("AccountNameInvalid", "st- is not a valid storage account name."),
        ("Conflict", "The workspace name 'log' is not unique"),
        ("ConflictError", "A vault with the same name already exists in deleted state."),
    ],
)
def test_a_name_that_cannot_be_had_points_at_the_name(code: str, message: str) -> None:
    wrong = refused(409, error(code, message))
    assert wrong.path == ("name",)
    assert wrong.code in ("MLI-AZ-NAME", "MLI-AZ-SOFT-DELETED")
    assert not wrong.retryable


def test_an_unknown_code_passes_through_with_its_message() -> None:
    wrong = refused(400, error("AccountPropertyCannotBeUpdated", "It is\nread-only"))
    assert wrong.summary == "AccountPropertyCannotBeUpdated: It is read-only"
    assert wrong.reasons == ("AccountPropertyCannotBeUpdated",)


def test_an_inner_code_is_understood_when_the_outer_one_says_nothing() -> None:
    body = {
        "error": {
            "code": "BadRequest",
            "message": "no",
            "innerError": {"code": "ClusterCoreQuotaReached"},
        }
    }
    assert refused(400, body).code == "MLI-AZ-QUOTA"


def test_a_missing_right_names_action_scope_and_role() -> None:
    message = (
        "The client 'joe@contoso.com' with object id 'o' does not have authorization to perform action "
        "'Microsoft.Storage/storageAccounts/write' over scope '/subscriptions/s' or the scope "
        "is invalid. If access was recently granted, please refresh your credentials."
    )
    wrong = refused(403, error("AuthorizationFailed", message))
    assert wrong.code == "MLI-AZ-RIGHTS"
    assert wrong.summary == "you may not Microsoft.Storage/storageAccounts/write on /subscriptions/s"
    assert "Storage Account Contributor" in wrong.hint
    assert not wrong.retryable


def test_a_missing_right_on_what_it_points_to() -> None:
    message = (
        "The client 'c' has permission to perform action 'Microsoft.X/write' on scope '/a'; however, it does "
        "not have permission to perform action(s) 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/"
        "action' on the linked scope(s) '/b'"
    )
    wrong = refused(403, error("LinkedAuthorizationFailed", message))
    assert wrong.code == "MLI-AZ-RIGHTS"
    assert "userAssignedIdentities/assign/action on /b, which this resource points to" in wrong.summary
    assert "Managed Identity Operator" in wrong.hint


def test_a_missing_right_in_words_that_we_do_not_know() -> None:
    assert refused(403, error("AuthorizationFailed", "Go away")).summary == "Go away"


def test_a_namespace_that_is_not_registered_says_how() -> None:
    message = "The subscription is not registered to use namespace 'Microsoft.MachineLearningServices'. See …"
    wrong = refused(409, error("MissingSubscriptionRegistration", message))
    assert wrong.code == "MLI-AZ-PROVIDER"
    assert wrong.hint.endswith("az provider register -n Microsoft.MachineLearningServices")


def test_throttling_says_when_to_come_back() -> None:
    assert errors.refusal(429, {"retry-after": "7"}, None, method="GET", path="/x").after == 7.0


def test_an_answer_without_a_body_says_what_was_asked() -> None:
    assert refused(400).summary == "Azure answered 400 to PUT /subscriptions/s/x"


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        (None, True),
        (error("ResourceNotFound"), True),
        (error("ResourceGroupNotFound"), True),
        (error("ParentResourceNotFound"), True),
        (error("NotFound"), True),
        (error("UserError"), True),
        (error("SubscriptionNotFound"), False),
        (error("InvalidResourceType"), False),
    ],
)
def test_what_means_that_it_is_not_there(body: Any, gone: bool) -> None:
    assert errors.absent(404, body) is gone
    assert errors.absent_error(refused(404, body)) is gone
    assert not errors.absent(200, body)


def test_a_failed_operation_that_may_be_started_anew() -> None:
    wrong = errors.failed_operation({"status": "Failed", **error("AnotherOperationInProgress", "busy")})
    assert (wrong.code, wrong.retryable, wrong.sent) == ("MLI-AZ-BUSY", True, False)


def test_a_failed_operation_says_why() -> None:
    wrong = errors.failed_operation({"status": "Failed", **error("VnetTrouble", "no such subnet")})
    assert (wrong.code, wrong.summary, wrong.retryable) == (
        "MLI-AZ-FAILED",
        "VnetTrouble: no such subnet",
        False,
    )
    assert errors.failed_operation({"status": "Failed"}).summary.startswith("Azure accepted the request")
    assert errors.failed_operation(None).code == "MLI-AZ-FAILED"


def test_not_signed_in_says_how_and_keeps_what_entra_says() -> None:
    long = (
        "DefaultAzureCredential failed to retrieve a token.\nAttempted credentials:\n\tAzureCliCredential: "
        "AADSTS70043: The refresh token has expired\n more"
    )
    wrong = errors.not_signed_in(long)
    assert wrong.summary == "not signed in to Azure: AADSTS70043: The refresh token has expired"
    assert "az login" in wrong.hint
    assert errors.not_signed_in("CLI not found").summary == "not signed in to Azure"
    assert not wrong.sent


def test_a_region_that_is_not_offered_is_told_with_the_near_one_and_without_the_list() -> None:
    message = (
        "The provided location 'westeurop' is not available for resource group. "
        "List of available regions is 'eastus,northeurope,westeurope'."
    )
    body = {"error": {"code": "LocationNotAvailableForResourceGroup", "message": message}}
    found = refused(400, body)
    assert (found.code, found.path) == ("MLI-AZ-LOCATION", ("location",))
    assert found.hint.startswith("Did you mean `westeurope`?")
    assert found.summary == "The provided location 'westeurop' is not available for resource group."


GROUP = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"


@pytest.mark.parametrize(
    ("scope", "command"),
    [
        (GROUP, "`az lock list --resource-group rg`"),
        (GROUP.partition("/resourceGroups")[0], "`az lock list --subscription 11111111-"),
        (f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st", f"`az lock list --resource {GROUP}/"),
    ],
)
def test_a_lock_is_told_with_the_command_that_shows_it(scope: str, command: str) -> None:
    message = (
        f"The scope '{GROUP}/providers/a/b/c' cannot perform write operation because following scope(s) are "
        f"locked: '{scope}'. Please remove the lock and try again."
    )
    wrong = refused(409, error("ScopeLocked", message))
    assert wrong.code == "MLI-AZ-LOCKED"
    assert wrong.summary == f"nothing of it can be changed (ReadOnly): there is a lock on {scope}"
    assert command in wrong.hint
    assert not wrong.retryable


def test_a_deletion_is_refused_by_either_level_of_lock() -> None:
    body = error("ScopeLocked", f"The scope 'x' cannot … scope(s) are locked: '{GROUP}','{GROUP}/a'. Please")
    wrong = errors.refusal(409, {}, body, method="DELETE", path="/x")
    assert wrong.summary == f"it cannot be deleted: there is a lock on {GROUP}, {GROUP}/a"


def test_a_principal_that_nobody_knows_is_told_in_a_line() -> None:
    plain = "341ccae1ae41451ab93b24a427015be5"
    message = (
        f"Principal {plain} does not exist in the directory 11111111-1111-1111-1111-111111111111. Check …"
    )
    wrong = refused(400, error("PrincipalNotFound", message))
    assert (
        wrong.summary
        == "the directory does not know the principal 341ccae1-ae41-451a-b93b-24a427015be5 (yet)"
    )
    assert refused(400, error("PrincipalNotFound", "Something else.")).summary == "Something else."
