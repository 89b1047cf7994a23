"""Microsoft.MachineLearningServices/workspaces/environments: containers, versions, the curated ones.

Wire facts: the REST specification 2024-04-01; recordings az ml test_environment* (2022) and azure-ai-ml
(168 PUTs of versions, 2022 and 2023). A rule without such a source says ``assumed``.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Kind, Names
from mlinfra.simulator.services import ml_conda, ml_curated
from mlinfra.simulator.services.ml_assets import (
    NAMES,
    VERSION_NAMES,
    VERSIONS,
    Asset,
    make_container,
    next_moment,
    touch,
    versions_of,
)
from mlinfra.simulator.services.ml_errors import front_error, front_missing
from mlinfra.simulator.shapes import Bool, Number, Object, Shape, Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

CONTAINER = "Microsoft.MachineLearningServices/workspaces/environments"
VERSION = f"{CONTAINER}/versions"

CONTENT = ("image", "condaFile", "build", "osType", "inferenceConfig", "autoRebuild", "isAnonymous")
"""What a version is; nothing of it ever changes (specification: create and read only)."""


def _missing(call: Call) -> ArmError:
    """Recorded for what is missing in a workspace; the same for a container and a version."""
    name, version = (*call.path.names[1:], "", "")[:2]
    return front_missing(call, f"No environment exists for name: {name}, version: {version}, label: ")


def _refuse_curated(call: Call, name: str) -> None:
    """Sense and code: MicrosoftDocs/azure-docs#65770, there for a run. That the management front end says it
    to a PUT is assumed."""
    if name.startswith(ml_curated.PREFIX):
        text = f"Names of environments do not begin with {ml_curated.PREFIX}: curated ones are copied first."
        raise front_error(call, text)


def _invalid_name(call: Call, name: str) -> ArmError:
    _refuse_curated(call, name)
    assert NAMES.invalid is not None
    return NAMES.invalid(call, name)


# -- containers --------------------------------------------------------------------------------------------


def _prepare_container(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    _refuse_curated(call, call.path.name)


def _render_container(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    kept = resource.properties
    latest = resource.data.get("latest")
    if latest is None:
        found = versions_of(call, resource, VERSION)
        latest = found[-1].name if found else None
    body["properties"] = {
        "description": kept.get("description", ""),
        "tags": kept.get("tags", {}),
        "properties": kept.get("properties", {}),
        "isArchived": kept["isArchived"],
        "latestVersion": latest,
        "nextVersion": next_moment(call),
    }
    _unchanged(resource, body)


def _unchanged(resource: Resource, body: dict[str, Any]) -> None:
    """Recorded: archiving an environment leaves its systemData as it was."""
    body["systemData"]["lastModifiedAt"] = stamp(resource.created)


def _deleting(call: Call, resource: Resource) -> None:
    _refuse_curated(call, call.path.names[1])


# -- versions ----------------------------------------------------------------------------------------------


def _parent(call: Call) -> None:
    _refuse_curated(call, call.path.names[1])
    make_container(call, ENVIRONMENTS, {})


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    for key in ("image", "condaFile"):
        if properties.get(key) == "":  # a GET answers the empty text where there is none
            del properties[key]
    build = properties.get("build")
    if (properties.get("image") is None) == (build is None):
        # azure-ai-ml refuses both and neither; that the service does is assumed
        raise front_error(call, "An environment has an image or a build context, and not both.")
    if build is not None:
        if not build.get("contextUri"):
            raise front_error(call, "The build of an environment needs contextUri.")
        build.setdefault("dockerfilePath", "Dockerfile")
    for name, route in (properties.get("inferenceConfig") or {}).items():
        if not route.get("path") or route.get("port") is None:
            raise front_error(call, f"The {name} of an inferenceConfig needs path and port.")
    held = prior.properties.get("condaFile") if prior is not None else None
    conda = properties.get("condaFile")
    if conda is not None and conda != held:
        properties["condaFile"] = ml_conda.answered(call, conda)
    if prior is not None and any(properties.get(key) != prior.properties.get(key) for key in CONTENT):
        raise _registered(call)
    stage = "Logged" if properties["isAnonymous"] else "Development"
    properties.setdefault("stage", prior.properties["stage"] if prior is not None else stage)


def _registered(call: Call) -> ArmError:
    """Sense: Azure/azure-cli-extensions#5440; azure-ai-ml expects the status 409. The inner error is
    assumed."""
    name, version = call.path.names[1:]
    text = f"The environment {name} with version {version} is already registered and cannot be changed."
    return front_error(call, text, status=409, inner="ConflictError")


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    kept = resource.properties
    shown: dict[str, Any] = {
        "description": kept.get("description"),
        "tags": kept.get("tags", {}),
        "properties": kept.get("properties", {}),
        "isArchived": kept["isArchived"],
        "isAnonymous": kept["isAnonymous"],
        "environmentType": "Curated" if resource.data.get("curated") else "UserCreated",
    }
    if "image" in kept:
        shown["image"] = kept["image"]
    shown["condaFile"] = kept.get("condaFile", "")
    for key in ("build", "osType", "inferenceConfig", "autoRebuild"):
        if key in kept:
            shown[key] = kept[key]
    shown["provisioningState"] = "Succeeded"
    shown["stage"] = kept.get("stage", "Development")
    body["properties"] = shown
    _unchanged(resource, body)


_ROUTE = Object({"path": Text(), "port": Number()})
_COMMON: dict[str, Shape] = {
    "description": Text(),
    "tags": Table(Text()),
    "properties": Table(Text()),
    "isArchived": Bool(),
}

ENVIRONMENTS = Kind(
    type=CONTAINER,
    api_versions=VERSIONS,
    names=Names(pattern=NAMES.pattern, invalid=_invalid_name),
    shape=Object({"properties": Object(_COMMON)}),
    location="none",
    tags=0,
    defaults={"properties": {"isArchived": False}},
    # recorded: 201 with the container's own URL, also for one that is there
    create=Accept(status=201, headers=("self",)),
    put=Accept(status=201, headers=("self",)),
    patch=None,
    state="",
    system_data=True,
    missing=_missing,
    list_scopes=("parent",),
    prepare=_prepare_container,
    deleting=_deleting,
    render=_render_container,
    absent=lambda call: ml_curated.container(call, CONTAINER),
)

ENVIRONMENT_VERSIONS = Kind(
    type=VERSION,
    api_versions=VERSIONS,
    short={"*": "an image is never built"},
    refused=("publish",),
    names=VERSION_NAMES,
    shape=Object(
        {
            "properties": Object(
                {
                    **_COMMON,
                    "isAnonymous": Bool(),
                    "image": Text(),
                    "condaFile": Text(),
                    "build": Object({"contextUri": Text(), "dockerfilePath": Text()}),
                    "osType": Text(among=("Linux", "Windows")),
                    "inferenceConfig": Object(
                        {"livenessRoute": _ROUTE, "readinessRoute": _ROUTE, "scoringRoute": _ROUTE}
                    ),
                    "autoRebuild": Text(among=("Disabled", "OnBaseImageUpdate")),
                    "stage": Text(),
                }
            )
        }
    ),
    location="none",
    tags=0,
    defaults={
        "properties": {
            "isArchived": False,
            "isAnonymous": False,
            "osType": "Linux",
            "autoRebuild": "Disabled",
        }
    },
    create=Accept(status=201, headers=("self",)),
    put=Accept(status=201, headers=("self",)),
    patch=None,
    state="",
    system_data=True,
    missing=_missing,
    orphan=_missing,
    list_scopes=("parent",),
    parent=_parent,
    prepare=_prepare,
    created=touch,
    deleting=_deleting,
    render=_render,
    absent=lambda call: ml_curated.version(call, VERSION),
)


def _curated(call: Call) -> list[Resource]:
    if call.kind is ENVIRONMENTS:
        return ml_curated.containers(call, CONTAINER)
    return ml_curated.versions(call, VERSION)


ASSET = Asset(container=ENVIRONMENTS, version=ENVIRONMENT_VERSIONS, more=_curated)
