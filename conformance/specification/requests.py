"""An example of the specification as a request that can be sent.

Examples hold placeholders where Azure wants something of a certain form; `adapt` puts that form in their
place, everywhere they occur: an identifier of a subscription that is no GUID, a region that is none.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.specification.operations import Operation
from conformance.specification.supported import WHOLE_IDS
from mlinfra.simulator.ids import GUID
from mlinfra.simulator.regions import available, fold

REGION = "westeurope"

INVENTED: Mapping[str, str] = {
    "subscriptionId": "00000000-0000-0000-0000-000000000001",
    "scope": "subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/sample",
    "resourceProviderNamespace": "Microsoft.Storage",
    "resourceType": "storageAccounts",
    "location": REGION,
    "operationKind": "add",
    "BlobServicesName": "default",
    "FileServicesName": "default",
    "roleAssignmentName": "00000000-0000-0000-0000-00000000000a",
    "roleDefinitionId": "00000000-0000-0000-0000-00000000000b",
}
"""What stands for a parameter that an example does not give; another one is called ``sample1``."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request: ``query`` without the api-version, ``body`` None for none."""

    method: str
    path: str
    version: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def request_of(operation: Operation, given: Mapping[str, Any]) -> Sent:
    """The operation with these parameters (an example's, or none at all), adapted."""
    given = adapt(dict(given))
    folded = {key.lower(): value for key, value in given.items()}
    path = operation.path
    if path in WHOLE_IDS and path[2:-1].lower() not in folded:
        path = WHOLE_IDS[path]
    path = re.sub(r"\{(\w+)\}", lambda found: _value(found[1], folded), path)
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body = None
    for one in operation.parameters:
        value = folded.get(one.name.lower())
        if value is None or one.name.lower() == "api-version":
            continue
        if one.where == "query":
            query[one.name] = str(value).lower() if isinstance(value, bool) else str(value)
        elif one.where == "header":
            headers[one.name] = str(value)
        elif one.where == "body":
            body = value
    return Sent(operation.method, _slashes(path), operation.api_version, query, headers, body)


def _value(name: str, folded: Mapping[str, Any]) -> str:
    found = folded.get(name.lower())
    return str(found).strip("/") if found is not None else INVENTED.get(name, "sample1")


def _slashes(path: str) -> str:
    return re.sub("/{2,}", "/", path)


def adapt(value: Any, key: str = "") -> Any:
    """A value of an example with its placeholders in the form that Azure wants."""
    if isinstance(value, dict):
        return {adapt(name): adapt(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [adapt(one, key) for one in value]
    if not isinstance(value, str):
        return value
    if key.lower() == "subscriptionid":
        return _subscription(value)
    if key.lower() == "location":
        return value if available(fold(value)) else REGION
    return re.sub(r"(?<=subscriptions/)[^/]+", lambda found: _subscription(found[0]), value)


def _subscription(text: str) -> str:
    return text if GUID.fullmatch(text) else str(uuid.uuid5(uuid.NAMESPACE_URL, text))
