"""What Azure's error codes mean for us: our code, what to do, and whether trying again helps.

Codes: R (48 recorded refusals), D:common-deployment-errors, and what stands at a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What one of Azure's codes means for us."""

    code: str
    hint: str = ""
    retryable: bool = False
    path: tuple[str | int, ...] = ()
    sent: bool = True
    kept: bool = False


_TAKEN = Rule(
    "MLI-AZ-NAME",
    "Names of this type are unique in the world, or in the subscription: take another one.",
    path=("name",),
)
_BAD_NAME = Rule("MLI-AZ-NAME", "Take a name that keeps to the rules of its type.", path=("name",))
_BUSY = Rule(
    "MLI-AZ-BUSY", "Another operation is still going on there; it is tried again.", retryable=True, sent=False
)
_QUOTA = Rule(
    "MLI-AZ-QUOTA", "Ask for more quota in the portal (Subscriptions > Usage + quotas) or take less."
)
_SUBSCRIPTION = Rule(
    "MLI-AZ-SUBSCRIPTION",
    "Check `azure: {subscription: …}` and that you are signed in to its tenant: "
    "`az account show --query id` prints the one in use.",
)
SIGNIN_HINT = (
    "Sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of a service "
    "principal. It needs Contributor on the subscription or resource group, and Role Based Access Control "
    "Administrator where the stack assigns roles."
)
_SIGNIN = Rule("MLI-AZ-SIGNIN", SIGNIN_HINT)
_EXPIRED = Rule("MLI-AZ-SIGNIN", SIGNIN_HINT, retryable=True, sent=False)
_LOCKED = Rule("MLI-AZ-LOCKED", "Remove the lock (`az lock list`), or leave this resource as it is.")
_THROTTLED = Rule("MLI-AZ-THROTTLED", "Azure asks for fewer requests; it is tried again.", True, sent=False)
_SERVICE = Rule("MLI-AZ-SERVICE", "The trouble is on Azure's side; it is tried again.", retryable=True)
_MOVED_ON = Rule("MLI-AZ-CHANGED", "It changed since it was read. Plan again.")
_PARENT = Rule("MLI-AZ-PARENT", "What it lives in is not there (any more). Plan again.")
_SOFT_DELETED = Rule(
    "MLI-AZ-SOFT-DELETED",
    "One of this name was deleted and is kept for a while. Write `lifecycle: {on_soft_deleted: recover}` in "
    "its block to bring it back with what it held, `purge` to end it for good, or take another name.",
    path=("name",),
    kept=True,
)
_LOCATION = Rule("MLI-AZ-LOCATION", "Take a location where this is offered.", path=("location",))

RULES: Mapping[str, Rule] = {
    # names: R errors; D:common-deployment-errors; texts in public issues for the registry and the vault
    "StorageAccountAlreadyTaken": _TAKEN,
    "StorageAccountAlreadyExists": _TAKEN,
    "StorageAccountInAnotherResourceGroup": _TAKEN,
    "VaultAlreadyExists": _TAKEN,
    "AlreadyInUse": _TAKEN,
    "AccountNameInvalid": _BAD_NAME,
    "VaultNameNotValid": _BAD_NAME,
    "InvalidResourceGroupName": _BAD_NAME,
    "ReservedResourceName": _BAD_NAME,
    # sign-in and rights
    "ExpiredAuthenticationToken": _EXPIRED,
    "AuthenticationFailed": _SIGNIN,
    "InvalidAuthenticationToken": _SIGNIN,
    "InvalidAuthenticationTokenTenant": _SUBSCRIPTION,
    "SubscriptionNotFound": _SUBSCRIPTION,
    "InvalidSubscriptionId": _SUBSCRIPTION,
    "ReadOnlyDisabledSubscription": Rule("MLI-AZ-SUBSCRIPTION", "The subscription is disabled: enable it."),
    "RequestDisallowedByPolicy": Rule(
        "MLI-AZ-POLICY", "An Azure Policy of your organisation forbids it; the message names the policy."
    ),
    "ScopeLocked": _LOCKED,
    # quota
    "QuotaExceeded": _QUOTA,
    "ClusterCoreQuotaReached": _QUOTA,
    "ClusterMinNodesExceedCoreQuota": Rule(_QUOTA.code, _QUOTA.hint, path=("size",)),  # R:aiml gpu-cluster
    "SkuNotAvailable": Rule("MLI-AZ-LOCATION", "Take another size or sku, or another location."),
    # busy: D:common-deployment-errors; the storage one also as the failed operation of a private endpoint
    "AnotherOperationInProgress": _BUSY,
    "StorageAccountOperationInProgress": _BUSY,
    "RetryableError": _BUSY,  # I:terraform-provider-azurerm#21293: what it refers to is Updating
    "ReferencedResourceNotProvisioned": _BUSY,
    "TooManyRequests": _THROTTLED,
    "SubscriptionRequestsThrottled": _THROTTLED,
    "ServerTimeout": _SERVICE,
    "ServiceError": _SERVICE,
    "TransientError": _SERVICE,
    "InternalServerError": _SERVICE,
    "BadGatewayConnection": _SERVICE,  # R:az on operation polls of Log Analytics
    "PrincipalNotFound": Rule(
        "MLI-AZ-PRINCIPAL",
        "A principal that was just made takes a while to be known everywhere; one that is older does not "
        "exist in this tenant: check the id.",
        retryable=True,
        path=("principal",),
        sent=False,
    ),
    # roles of one's own: I:Azure/ARO-RP#1346, D:role-based-access-control/custom-roles
    "RoleDefinitionWithSameNameExists": Rule(
        "MLI-AZ-NAME",
        "A role's name is unique in the tenant: take another one, or refer to the role that is there by its "
        "GUID (`az role definition list --name NAME`).",
        path=("role_name",),
    ),
    "RoleDefinitionHasAssignments": Rule(
        "MLI-AZ-IN-USE",
        "Somebody still has this role: `az role assignment list --role GUID --all` shows who. Take those "
        "assignments away first.",
    ),
    # places and parents
    "ResourceGroupNotFound": _PARENT,
    "ParentResourceNotFound": _PARENT,
    "ResourceGroupBeingDeleted": Rule("MLI-AZ-PARENT", "Wait until the group is gone, then apply again."),
    "InvalidResourceLocation": Rule(
        "MLI-AZ-LOCATION",
        "It exists already in another location; a location never changes.",
        path=("location",),
    ),
    "InvalidResourceGroupLocation": Rule(
        "MLI-AZ-LOCATION",
        "It exists already in another location; a location never changes.",
        path=("location",),
    ),
    "LocationNotAvailableForResourceType": _LOCATION,
    "LocationNotAvailableForResourceGroup": _LOCATION,
    "LocationRequired": _LOCATION,
    "PreconditionFailed": _MOVED_ON,
}
"""Azure's code to what it means. Quota codes beyond these are recognised by their ending."""


_AT_WORK = re.compile(r"\bin state '?(?:Creating|Updating|Deleting|Accepted)\b")
"""How services say that somebody else's operation has not ended (I:Azure/azure-sdk-for-net#36961)."""


def rule_for_codes(codes: Sequence[str], message: str) -> Rule | None:
    """The rule of the first code that has one; ``message`` tells apart what shares a code."""
    for code in codes:
        rule = RULES.get(code)
        if rule:
            return rule
        if code in ("Conflict", "BadRequest", "UserError") and _AT_WORK.search(message):
            return _BUSY
        if code.endswith(("QuotaExceeded", "QuotaReached", "LimitExceeded", "LimitReached")):
            return _QUOTA
        if code == "ConflictError" and "deleted state" in message:
            return _SOFT_DELETED
        if code == "BadRequest" and "soft-deleted workspace" in message.lower():
            return _SOFT_DELETED  # I:Azure/ResourceModules#3596
        if code == "Conflict" and "is not unique" in message:
            return _TAKEN
        if code == "OperationNotAllowed" and "quota" in message.lower():
            return _QUOTA
    return None


def rule_for_status(status: int) -> Rule | None:
    """What a status means where the code says nothing."""
    if status == 401:
        return _SIGNIN
    if status == 412:
        return _MOVED_ON
    if status == 429:
        return _THROTTLED
    if status == 408 or (status >= 500 and status not in (501, 505)):
        return _SERVICE
    return None
