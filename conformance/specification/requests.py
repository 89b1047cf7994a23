"""An example of the specification as a request that can be sent.

Examples hold placeholders where Azure wants something of a certain form. `adapt` puts that form in their
place, everywhere they occur; nothing else of an example is changed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.specification.operations import Operation
from mlinfra.simulator.ids import GUID
from mlinfra.simulator.regions import available, fold

REGION = "westeurope"

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"

GROUP = "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"

WHOLE_IDS: Mapping[str, str] = {
    "/{roleAssignmentId}": f"/{GROUP}/providers/Microsoft.Authorization/roleAssignments/{{name}}",
    "/{roleId}": f"/{GROUP}/providers/Microsoft.Authorization/roleDefinitions/{{name}}",
    "/{denyAssignmentId}": f"/{GROUP}/providers/Microsoft.Authorization/denyAssignments/{{name}}",
    "/{resourceId}": f"/{GROUP}/providers/{{resourceProviderNamespace}}/{{resourceType}}/{{name}}",
}
"""Templates that are nothing but an id, and what the id is of."""

INVENTED: Mapping[str, str] = {
    "subscriptionid": SUBSCRIPTION,
    "scope": f"subscriptions/{SUBSCRIPTION}/resourceGroups/sample",
    "resourceprovidernamespace": "Microsoft.Storage",
    "resourcetype": "storageAccounts",
    "location": REGION,
    "operationkind": "add",
    "blobservicesname": "default",
    "fileservicesname": "default",
    "roleassignmentname": "00000000-0000-0000-0000-00000000000a",
    "roledefinitionid": "00000000-0000-0000-0000-00000000000b",
    "name": "00000000-0000-0000-0000-00000000000c",
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
    folded = {key.lower(): value for key, value in adapt(dict(given)).items() if value is not None}
    template = operation.path
    if template in WHOLE_IDS and "/" not in folded.get(template[2:-1].lower(), ""):
        template = WHOLE_IDS[template]
    path = re.sub(r"\{(\w+)\}", lambda found: _segment(found[1].lower(), folded), template)
    parts: dict[str, dict[str, str]] = {"query": {}, "header": {}}
    body = None
    for one in operation.parameters:
        value = folded.get(one.name.lower())
        if value is None or one.name.lower() == "api-version":
            continue
        if one.where == "body":
            body = value
        elif one.where in parts and value != "string":
            parts[one.where][one.name] = str(value).lower() if isinstance(value, bool) else str(value)
    path = re.sub("/{2,}", "/", path)
    return Sent(operation.method, path, operation.api_version, parts["query"], parts["header"], body)


def _segment(name: str, folded: Mapping[str, Any]) -> str:
    return str(folded.get(name, INVENTED.get(name, "sample1"))).strip("/")


Adapted = Callable[[str], str]


def _subscription(text: str) -> str:
    return text if GUID.fullmatch(text) else str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def _guid(name: str) -> Adapted:
    return lambda text: text if GUID.fullmatch(text) else INVENTED[name]


_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"

FORMS: Mapping[str, Adapted] = {
    "subscriptionid": _subscription,
    "location": lambda text: text if available(fold(text)) else REGION,
    "scope": lambda text: text if "/" in text else INVENTED["scope"],
    "roledefinitionid": lambda text: text if "/" in text else _guid("roledefinitionid")(text),
    "roleassignmentname": _guid("roleassignmentname"),
    "resourceprovidernamespace": lambda text: re.sub(r"^Microsoft\.TestRP.*", "Microsoft.Storage", text),
    "datauri": lambda text: text if "://" in text else f"https://example.com/{text}",
    "vmsize": lambda text: re.sub("^STANDARD_N.*", "STANDARD_DS3_V2", text),  # no quota for GPUs
    "actions": lambda text: text if "/" in text else "*/read",
    "dataactions": lambda text: text if "/" in text else f"{_BLOBS}/read",
}  # fmt: skip
"""What a value of this key (in lower case) must look like."""


def adapt(value: Any, key: str = "") -> Any:
    """A value of an example with its placeholders in the form that Azure wants: what `FORMS` says of its key,
    subscriptions of ids that are GUIDs, and names without the braces of a template."""
    if isinstance(value, dict):
        return {adapt(name): adapt(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [adapt(one, key) for one in value]
    if not isinstance(value, str):
        return value
    form = FORMS.get(key.lower())
    if form is not None:
        value = form(value)
    if "subscriptions/" in value:
        value = re.sub(r"(?<=subscriptions/)[^/]+", lambda found: _subscription(found[0]), value)
        value = value.translate(_BRACES)
    return value


_BRACES = str.maketrans("", "", "{}")
