"""Microsoft.MachineLearningServices/workspaces/data: containers and versions of data assets.

Wire facts: the REST specification 2024-04-01; recordings az ml test_data_* (2022, 2023) and azure-ai-ml
TestData (2022). A rule without such a source says ``assumed``.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import segment
from mlinfra.simulator.kinds import Accept, Kind
from mlinfra.simulator.services.ml_assets import (
    NAMES,
    VERSION_NAMES,
    VERSIONS,
    Asset,
    make_container,
    next_number,
    touch,
    versions_of,
)
from mlinfra.simulator.services.ml_errors import front_error, front_missing
from mlinfra.simulator.shapes import Bool, Items, Object, Shape, Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

CONTAINER = "Microsoft.MachineLearningServices/workspaces/data"
VERSION = f"{CONTAINER}/versions"

TYPES = ("uri_file", "uri_folder", "mltable")

NAMED = {"UriFile": "uri_file", "UriFolder": "uri_folder"}
"""The service's own names for them, which it reads as well (the specification's example of a container)."""


class DataType(msgspec.Struct, frozen=True):
    """The word for what a data asset is."""

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """One of `TYPES`. Raises ArmError for anything else."""
        named = NAMED.get(value, value) if isinstance(value, str) else value
        return Text(among=TYPES).read(named, path, partial)


PATHS = "Asset paths cannot be updated."
"""Word for word what azure-ai-ml compares with (its ASSET_PATH_ERROR); the status 400 is assumed."""

_STORED = re.compile(
    r"azureml://(?:subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)/"
    r"(?:providers/Microsoft\.MachineLearningServices/)?workspaces/(?P<workspace>[^/]+)/"
    r"|workspaces/(?P<guid>[^/]+)/)?datastores/(?P<store>[^/]+)/paths/(?P<path>.*)",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:/.+")


def _missing_container(call: Call) -> ArmError:
    """Recorded: az ml test_mdc_data_storage_basic_managed."""
    return front_missing(call, f"{call.path.names[1]} container was not found.")


def _missing(call: Call) -> ArmError:
    """The envelope is the container's; the words are assumed."""
    name, version = call.path.names[1:]
    return front_missing(call, f"Data {name} has no version {version}: it was not found.")


# -- where data lies ---------------------------------------------------------------------------------------


def _workspace(call: Call) -> Resource:
    found = call.store.get("/".join(call.path.text.split("/")[:9]))
    assert found is not None, "the parent was checked"
    return found


def _long(workspace: Resource, store: str, path: str) -> str:
    subscription, group = segment(workspace.id, "subscriptions"), segment(workspace.id, "resourceGroups")
    return (
        f"azureml://subscriptions/{subscription}/resourcegroups/{group}/workspaces/{workspace.name}"
        f"/datastores/{store}/paths/{path}"
    )


def _resolve(call: Call, uri: str, folder: bool) -> str:
    """The uri as a GET answers it: a datastore's in the long form, with a slash at the end of a folder.

    That the datastore must be there, and a scheme in any other uri, is assumed.
    """
    match, workspace = _STORED.fullmatch(uri), _workspace(call)
    if match is not None and _ours(match, workspace):
        store = call.store.get(f"{workspace.id}/datastores/{match['store']}")
        if store is None:
            raise front_error(call, f"Could not find datastore: {match['store']}.")
        uri = _long(workspace, store.name, match["path"])
    elif not _SCHEME.fullmatch(uri):
        raise front_error(call, f"The dataUri '{uri}' is no uri with a scheme, as azureml:// or https://.")
    return uri if not folder or uri.endswith("/") else uri + "/"


def _ours(match: re.Match[str], workspace: Resource) -> bool:
    if match["guid"] is not None:
        return match["guid"].lower() == str(workspace.properties["workspaceId"]).lower()
    if match["workspace"] is None:
        return True
    named = (match["subscription"], match["group"], match["workspace"])
    own = (segment(workspace.id, "subscriptions"), segment(workspace.id, "resourceGroups"), workspace.name)
    return [one.lower() for one in named] == [one.lower() for one in own]


def _listed(call: Call, body: dict[str, Any]) -> None:
    """Recorded (TestData archive_restore): a list writes the workspace by its GUID."""
    match, workspace = _STORED.fullmatch(body["properties"]["dataUri"]), _workspace(call)
    if match is not None and _ours(match, workspace):
        guid = workspace.properties["workspaceId"]
        short = f"azureml://workspaces/{guid}/datastores/{match['store']}/paths/{match['path']}"
        body["properties"]["dataUri"] = short


# -- containers --------------------------------------------------------------------------------------------


def _prepare_container(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    word = body["properties"].get("dataType")
    if word is None:
        raise front_error(call, "A data container needs dataType.")
    if prior is not None and word != prior.properties.get("dataType"):
        raise _other_type(call, str(prior.properties.get("dataType")), word)


def _other_type(call: Call, old: str, new: str) -> ArmError:
    """The specification's mutability of a container's dataType; the code is assumed."""
    return front_error(call, f"The data asset {call.path.names[1]} is of type {old}, not {new}.")


def _render_container(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    kept, found = resource.properties, versions_of(call, resource, VERSION)
    body["properties"] = {
        "description": kept.get("description"),
        "tags": kept.get("tags"),
        "properties": kept.get("properties"),
        "isArchived": kept["isArchived"],
        "latestVersion": found[-1].name if found else None,
        "nextVersion": next_number(found),
        "dataType": kept.get("dataType"),
    }
    _first_author(resource, body)


def _first_author(resource: Resource, body: dict[str, Any]) -> None:
    """Recorded: nobody is named as the last author before a second write."""
    if resource.changed == resource.created or resource.type == CONTAINER:
        for key in ("lastModifiedBy", "lastModifiedByType"):
            body["systemData"].pop(key)


# -- versions ----------------------------------------------------------------------------------------------


def _parent(call: Call) -> None:
    properties = call.body.get("properties") if isinstance(call.body, dict) else None
    sent = properties if isinstance(properties, dict) else {}
    word = next((value for key, value in sent.items() if key.lower() == "datatype"), None)
    known = (one for one in TYPES if isinstance(word, str) and one == NAMED.get(word, word.lower()))
    right = next(known, None)
    make_container(call, DATA, {} if right is None else {"dataType": right})


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    word, uri = properties.get("dataType"), properties.get("dataUri")
    if word is None or not uri:
        raise front_error(call, "A data version needs dataType and dataUri.")
    container = call.store.get(call.path.parent)
    held = container.properties.get("dataType") if container is not None else word
    if held != word:
        raise _other_type(call, str(held), word)
    properties["dataUri"] = _resolve(call, uri, word != "uri_file")
    properties["isAnonymous"] = False  # recorded: true was answered false (7 of 7)
    if word != "mltable":
        properties.pop("referencedUris", None)
    if prior is not None:
        before = prior.properties
        properties.setdefault("referencedUris", before.get("referencedUris", []))
        if not properties["referencedUris"] and "referencedUris" not in before:
            del properties["referencedUris"]
        same = properties.get("referencedUris") == before.get("referencedUris")
        if properties["dataUri"] != before["dataUri"] or not same:
            raise front_error(call, PATHS)


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    kept = resource.properties
    shown: dict[str, Any] = {
        "description": kept.get("description"),
        "tags": kept.get("tags", {}),
        "properties": kept.get("properties", {}),
        "isArchived": kept["isArchived"],
        "isAnonymous": kept["isAnonymous"],
        "dataUri": kept["dataUri"],
        "dataType": kept["dataType"],
    }
    if "referencedUris" in kept:
        shown["referencedUris"] = kept["referencedUris"]
    body["properties"] = shown
    _first_author(resource, body)


_COMMON: dict[str, Shape] = {
    "description": Text(),
    "tags": Table(Text()),
    "properties": Table(Text()),
    "isArchived": Bool(),
    "dataType": DataType(),
}

DATA = Kind(
    type=CONTAINER,
    api_versions=VERSIONS,
    names=NAMES,
    shape=Object({"properties": Object(_COMMON)}),
    location="none",
    tags=0,
    defaults={"properties": {"isArchived": False}},
    create=Accept(status=201, headers=("self",)),
    put=Accept(status=200),
    patch=None,
    state="",
    system_data=True,
    missing=_missing_container,
    list_scopes=("parent",),
    prepare=_prepare_container,
    render=_render_container,
)

DATA_VERSIONS = Kind(
    type=VERSION,
    api_versions=VERSIONS,
    short={"PUT": "what lies at the address is not looked at"},
    refused=("publish",),
    names=VERSION_NAMES,
    shape=Object(
        {
            "properties": Object(
                {**_COMMON, "isAnonymous": Bool(), "dataUri": Text(), "referencedUris": Items(Text())}
            )
        }
    ),
    location="none",
    tags=0,
    defaults={"properties": {"isArchived": False}},
    # recorded: 201 with the version's own URL as Location, 200 without
    create=Accept(status=201, headers=("self",)),
    put=Accept(status=200),
    patch=None,
    state="",
    system_data=True,
    missing=_missing,
    orphan=_missing_container,
    list_scopes=("parent",),
    parent=_parent,
    prepare=_prepare,
    created=touch,
    render=_render,
    listed=_listed,
)

ASSET = Asset(container=DATA, version=DATA_VERSIONS)
