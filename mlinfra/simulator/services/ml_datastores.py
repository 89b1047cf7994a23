"""Microsoft.MachineLearningServices/workspaces/datastores: references to storage, and the workspace's own.

Wire facts: the REST specification 2024-04-01; recordings az ml test_datastore_* (2022) and azure-ai-ml
TestDatastore (2023). A rule without such a source says ``assumed``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mlinfra.simulator import parents
from mlinfra.simulator.bodies import answer_body
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Action, Immutable, Kind, Names, Route
from mlinfra.simulator.paging import paged
from mlinfra.simulator.services.ml_datastore_rules import (
    AUTHORITY,
    KINDS,
    PROPERTIES,
    RESOURCES,
    check_access,
    check_credentials,
    check_kind,
)
from mlinfra.simulator.services.ml_errors import front_error, front_missing
from mlinfra.simulator.shapes import Object
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

DATASTORE = "Microsoft.MachineLearningServices/workspaces/datastores"
VERSIONS = ("2024-04-01",)

PAGE = 30
"""How many a list shows when ``count`` is left out (specification)."""

_NOBODY = "00000000-0000-0000-0000-000000000000"


def _invalid_name(call: Call, name: str) -> ArmError:
    """The pattern is the specification's; the code is assumed."""
    text = f"The datastore name '{name}' is invalid: letters, digits, hyphens and underscores, 255 at most."
    return front_error(call, text)


def _missing(call: Call) -> ArmError:
    """Recorded: TestDatastore, a GET after the DELETE."""
    return front_missing(call, f"Could not find datastore: {call.path.name}.")


def _fixed(key: str) -> Callable[[Call, Any, Any], ArmError]:
    """The specification's x-ms-mutability (create and read only); azurerm replaces. The code is assumed."""

    def refuse(call: Call, old: Any, new: Any) -> ArmError:
        text = f"The {key} of datastore '{call.path.name}' cannot be changed ('{old}' to '{new}')."
        return front_error(call, text)

    return refuse


# -- hooks -------------------------------------------------------------------------------------------------


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    check_kind(call, properties)
    check_credentials(call, properties)
    properties.setdefault("serviceDataAccessAuthIdentity", "None")
    skip = call.query.get("skipvalidation", "false").lower()
    if skip not in ("true", "false"):
        raise front_error(call, f"The value '{skip}' of skipValidation is neither true nor false.")
    if skip == "false":
        check_access(call, properties)


def _deleting(call: Call, resource: Resource) -> None:
    """MicrosoftDocs/azure-docs#73810 (the blob store cannot be deleted) and #105301 (nor can the file store);
    that this holds for all that come with the workspace, and the code, are assumed."""
    if resource.data.get("system"):
        text = f"The datastore '{resource.name}' belongs to the workspace and cannot be deleted."
        raise front_error(call, text)


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    kept, system = resource.properties, resource.data.get("system", False)
    shown: dict[str, Any] = {
        "description": kept.get("description"),
        "tags": kept.get("tags", None if system else {}),
        "properties": kept.get("properties"),
        "isDefault": resource.data.get("default", False),
        "credentials": _credentials(kept),
        "datastoreType": kept["datastoreType"],
    }
    if kept["datastoreType"] != "OneLake":
        shown["subscriptionId"], shown["resourceGroup"] = (
            kept.get("subscriptionId"),
            kept.get("resourceGroup"),
        )
    required, optional = KINDS[kept["datastoreType"]][:2]
    for key in (*required, *optional):
        shown[key] = kept.get(key)
    shown["serviceDataAccessAuthIdentity"] = kept["serviceDataAccessAuthIdentity"]
    body["properties"] = shown


def _credentials(kept: dict[str, Any]) -> dict[str, Any]:
    """Never with secrets. Data Lake Gen1 without any is answered as a service principal that is nobody
    (az ml test_datastore_adlsgen1_credentialless)."""
    held = {key: value for key, value in kept["credentials"].items() if key != "secrets"}
    if kept["datastoreType"] == "AzureDataLakeGen1" and held["credentialsType"] == "None":
        return {
            "credentialsType": "ServicePrincipal",
            "authorityUrl": AUTHORITY,
            "resourceUrl": RESOURCES["AzureDataLakeGen1"],
            "tenantId": _NOBODY,
            "clientId": _NOBODY,
        }
    return held


def _list_secrets(call: Call, resource: Resource) -> Answer:
    """Recorded 272 times for account keys. What a datastore without secrets answers is assumed."""
    secrets = resource.properties["credentials"].get("secrets")
    if secrets is None:
        text = f"The datastore '{resource.name}' has no secrets: its credentials are of type None."
        raise front_error(call, text)
    return Answer(200, secrets)


# -- lists -------------------------------------------------------------------------------------------------


def _list(call: Call) -> Answer:
    """Recorded order: the newest first, as ``orderByAsc=false`` says."""
    call.kind = DATASTORES
    parents.check_container(call)
    query, found = call.query, call.store.under(call.path.parent, DATASTORE)
    names = {name.strip().lower() for name in query.get("names", "").split(",") if name.strip()}
    text, default = query.get("searchtext", "").lower(), query.get("isdefault", "").lower()
    found = [
        one
        for one in found
        if (not names or one.name.lower() in names)
        and text in one.name.lower()
        and (not default or (default == "true") == bool(one.data.get("default")))
    ]
    found.sort(key=lambda one: one.created)
    if query.get("orderby", "").lower() == "name":
        found.sort(key=lambda one: one.name.lower())
    if query.get("orderbyasc", "false").lower() != "true":
        found.reverse()
    count = query.get("count", str(PAGE))
    if not re.fullmatch(r"[0-9]{1,6}", count) or int(count) == 0:
        raise front_error(call, f"The value '{count}' of count is no number from 1.")
    bodies = [answer_body(call, DATASTORES, one) for one in found]
    return Answer(200, paged(call, bodies, int(count)))


FIXED = (
    "datastoreType", "accountName", "containerName", "fileShareName", "filesystem", "storeName", "endpoint",
    "protocol", "oneLakeWorkspaceName", "artifact",
)  # fmt: skip
"""Keys of ``properties`` that a PUT cannot change. The rest changes in place."""

DATASTORES = Kind(
    type=DATASTORE,
    api_versions=VERSIONS,
    short={"PUT": "what it points to is looked at where it is simulated"},
    names=Names(pattern=re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}"), invalid=_invalid_name),
    shape=Object({"properties": PROPERTIES}),
    location="none",
    tags=0,
    immutable=tuple(Immutable(path=("properties", key), error=_fixed(key)) for key in FIXED),
    # recorded: 201 with the resource's own URL as Location, 200 without
    create=Accept(status=201, headers=("self",)),
    put=Accept(status=200),
    patch=None,
    state="",
    system_data=True,
    missing=_missing,
    list_scopes=("parent",),
    actions={"listSecrets": Action(handler=_list_secrets)},
    prepare=_prepare,
    deleting=_deleting,
    render=_render,
)

LIST = Route(method="GET", type=DATASTORE, handler=_list, api_versions=VERSIONS)
