"""Refusals of Azure Resource Manager, and their one wire form.

Sources: D = Microsoft's documentation (azure-resource-manager/troubleshooting/common-deployment-errors and
the pages it links), R = recordings of real answers in the test suites of azure-cli and the Azure SDKs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlinfra.simulator.wire import Answer

MISSING_LINK = "For more details please go to https://aka.ms/ARMResourceNotFoundFix"


class ArmError(Exception):
    """A refusal. ``body`` replaces the envelope for services with another one (None: an empty body)."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Mapping[str, Any]] | None = None,
        additional: Sequence[Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = ...,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
        self.additional = additional
        self.headers = dict(headers or {})
        self.body = body

    def error(self) -> dict[str, Any]:
        """The inner error object, as envelopes and failed operations carry it."""
        found: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            found["target"] = self.target
        if self.details is not None:
            found["details"] = [dict(one) for one in self.details]
        if self.additional is not None:
            found["additionalInfo"] = [dict(one) for one in self.additional]
        return found

    def answer(self) -> Answer:
        """The wire form."""
        body = {"error": self.error()} if self.body is ... else self.body
        return Answer(self.status, body, dict(self.headers))


# -- what is not there -------------------------------------------------------------------------------------


def group_not_found(group: str) -> ArmError:
    """R: azure-cli test_storage_account_show_exit_codes 1, and every GET below a group that is missing."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def not_found(kind: str, names: Sequence[str], group: str) -> ArmError:
    """R: azure-cli test_storage_account_show_exit_codes 2, test_keyvault_mgmt 0."""
    namespace, *types = kind.split("/")
    shown = "/".join([namespace, *(f"{t}/{n}" for t, n in zip(types, names, strict=False))])
    text = f"The Resource '{shown}' under resource group '{group or '<null>'}' was not found. {MISSING_LINK}"
    return ArmError(404, "ResourceNotFound", text)


def parent_not_found(parent: str) -> ArmError:
    """D: error-parent-resource; the status is that of what is not there."""
    text = f"Can not perform requested operation on nested resource. Parent resource '{parent}' not found."
    return ArmError(404, "ParentResourceNotFound", text)


def invalid_subscription(subscription: str) -> ArmError:
    """Specification: SubscriptionIdParameter is a GUID. The code is assumed."""
    text = f"The provided subscription identifier '{subscription}' is malformed or invalid."
    return ArmError(400, "InvalidSubscriptionId", text)


def invalid_resource_type(namespace: str, version: str) -> ArmError:
    """D: common-deployment-errors (the type exists, but not at this scope); the status is assumed."""
    text = f"The resource type could not be found in the namespace '{namespace}' for api version '{version}'."
    return ArmError(404, "InvalidResourceType", text)


def not_simulated(method: str, what: str) -> ArmError:
    """The simulator's own: aloud, so that nobody takes silence for Azure's consent."""
    text = f"{method} {what} is not simulated. Azure may well answer it; this simulator does not."
    return ArmError(501, "NotSimulated", text)


def method_not_allowed(method: str, kind: str) -> ArmError:
    """The service has the type but not this verb."""
    text = f"The requested resource type '{kind}' does not support http method '{method}'."
    return ArmError(405, "MethodNotAllowed", text)


# -- versions and contents ---------------------------------------------------------------------------------


def missing_api_version() -> ArmError:
    """D: every request names its api-version."""
    text = "The api-version query parameter (?api-version=) is required for all requests."
    return ArmError(400, "MissingApiVersionParameter", text)


def unknown_api_version(version: str, kind: str, location: str, known: Iterable[str]) -> ArmError:
    """D: common-deployment-errors and error-register-resource-provider. Of ARM's own types: assumed."""
    namespace, _, type_ = kind.partition("/")
    versions = ", ".join(known)
    if namespace.lower() == "microsoft.resources":
        text = f"The api-version '{version}' is invalid. The supported versions are '{versions}'."
        return ArmError(400, "InvalidApiVersionParameter", text)
    text = (
        f"No registered resource provider found for location '{location}' and API version '{version}' for "
        f"type '{type_}'. The supported api-versions are '{versions}'."
    )
    return ArmError(400, "NoRegisteredProviderFound", text)


def invalid_content(problem: str) -> ArmError:
    """D: common-deployment-errors (no JSON, or not of the form that is read)."""
    text = f"The request content was invalid and could not be deserialized: '{problem}'."
    return ArmError(400, "InvalidRequestContent", text)


def invalid_value(path: str, value: Any, problem: str = "is invalid") -> ArmError:
    """D: a value of the right kind that the service does not take."""
    return ArmError(
        400, "InvalidParameterValue", f"The value '{value}' of parameter '{path}' {problem}.", target=path
    )


def unsupported_media_type(sent: str) -> ArmError:
    """ARM reads JSON only."""
    text = f"The content media type '{sent}' is not supported. Only 'application/json' is supported."
    return ArmError(415, "UnsupportedMediaType", text)


# -- locations ---------------------------------------------------------------------------------------------


def location_required() -> ArmError:
    """D: common-deployment-errors."""
    return ArmError(400, "LocationRequired", "The location property is required for this definition.")


def location_unavailable(location: str, kind: str, regions: Iterable[str]) -> ArmError:
    """Azure/azure-sdk-for-net, CognitiveServices.Tests, expects the code; for groups it is assumed."""
    if kind.lower() == "microsoft.resources/resourcegroups":
        text = (
            f"The provided location '{location}' is not available for resource group. "
            f"List of available regions is '{','.join(regions)}'."
        )
        return ArmError(400, "LocationNotAvailableForResourceGroup", text)
    text = (
        f"The provided location '{location}' is not available for resource type '{kind}'. "
        f"List of available regions for the resource type is '{','.join(regions)}'."
    )
    return ArmError(400, "LocationNotAvailableForResourceType", text)


def location_changed(name: str, group: str, old: str, new: str) -> ArmError:
    """D: common-deployment-errors; the status is assumed."""
    text = (
        f"The resource '{name}' already exists in location '{old}' in resource group '{group}'. A resource "
        f"with the same name cannot be created in location '{new}'. Please select a new resource name."
    )
    return ArmError(409, "InvalidResourceLocation", text)


def group_location_changed(old: str, new: str) -> ArmError:
    """The wording of public issue reports."""
    text = f"Invalid resource group location '{new}'. The Resource group already exists in location '{old}'."
    return ArmError(409, "InvalidResourceGroupLocation", text)


# -- conflicts ---------------------------------------------------------------------------------------------


def group_being_deleted(group: str) -> ArmError:
    """D: common-deployment-errors."""
    text = f"The resource group '{group}' is in deprovisioning state and cannot perform this operation."
    return ArmError(409, "ResourceGroupBeingDeleted", text)


def another_operation(id: str) -> ArmError:
    """D: common-deployment-errors (two writes at once); which services answer so, and 409, is assumed."""
    text = f"Another operation on '{id}' is in progress. Retry when it is over."
    return ArmError(409, "AnotherOperationInProgress", text)


def scope_locked(scope: str, verb: str, locked: Sequence[str]) -> ArmError:
    """D: lock-resources; status: hashicorp/terraform-provider-azurerm#17478; text: Azure/azure-cli#20232."""
    shown = ", ".join(f"'{one}'" for one in locked)
    text = (
        f"The scope '{scope}' cannot perform {verb} operation because following scope(s) are locked: "
        f"{shown}. Please remove the lock and try again."
    )
    return ArmError(409, "ScopeLocked", text)


def being_deleted(id: str) -> ArmError:
    """A write on what is on its way out. No recording has it; the code is the likely one."""
    return ArmError(409, "Conflict", f"The resource '{id}' is being deleted and cannot be changed.")


def precondition_failed(what: str = "etag") -> ArmError:
    """RFC 9110 13.1 as ARM's services word it."""
    text = f"The condition '{what}' set in the request header(s) was not met."
    return ArmError(412, "PreconditionFailed", text)


def too_many_requests(seconds: int, verb: str, subscription: str) -> ArmError:
    """D: request-limits-and-throttling; the code of the subscription's own bucket."""
    text = (
        f"Number of '{verb}' requests for subscription '{subscription}' exceeded. "
        f"Please try again after '{seconds}' seconds."
    )
    headers = {"retry-after": str(seconds), f"x-ms-ratelimit-remaining-subscription-{verb}": "0"}
    return ArmError(429, "SubscriptionRequestsThrottled", text, headers=headers)
