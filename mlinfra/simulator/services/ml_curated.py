"""The environments that come with Azure ML: readable in every workspace, writable in none.

Nobody stores them. Names are some that public examples and recordings use; how many versions each has, and
when they were made, is the simulator's own.
"""

from __future__ import annotations

from mlinfra.simulator.clock import first
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import DAY, Call

PREFIX = "AzureML"
"""No name of one's own may begin like this (MicrosoftDocs/azure-docs#65770)."""

CURATED = {
    "AzureML-acpt-pytorch-2.8-cuda12.6": 4,
    "AzureML-lightgbm-3.3": 60,
    "AzureML-minimal-ubuntu18.04-py37-cpu-inference": 40,
    "AzureML-sklearn-0.24-ubuntu18.04-py37-cpu": 49,
    "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu": 66,
    "AzureML-tensorflow-2.16-cuda12": 12,
}
"""Name to its newest version; the older ones are there too."""


def container(call: Call, kind: str) -> Resource | None:
    """The curated environment that a path names, or lies in. None when the workspace is not there either."""
    workspace, name = _workspace(call), call.path.names[1] if len(call.path.names) > 1 else ""
    if workspace is None or name not in CURATED:
        return None
    return _container(workspace, kind, name)


def containers(call: Call, kind: str) -> list[Resource]:
    """All of them, for the list of a workspace."""
    workspace = _workspace(call)
    return [] if workspace is None else [_container(workspace, kind, name) for name in CURATED]


def version(call: Call, kind: str) -> Resource | None:
    """The version of a curated environment that a path names."""
    workspace, names = _workspace(call), call.path.names
    if workspace is None or len(names) < 3 or names[1] not in CURATED:
        return None
    right = names[2].isascii() and names[2].isdigit() and not names[2].startswith("0") and len(names[2]) < 6
    if not right or int(names[2]) > CURATED[names[1]]:
        return None
    return _version(workspace, kind, names[1], int(names[2]))


def versions(call: Call, kind: str) -> list[Resource]:
    """The versions of the curated environment that a list's path lies in; none of any other."""
    workspace, name = _workspace(call), call.path.names[1]
    if workspace is None or name not in CURATED:
        return []
    return [_version(workspace, kind, name, number) for number in range(1, CURATED[name] + 1)]


def _workspace(call: Call) -> Resource | None:
    return call.store.get("/".join(call.path.text.split("/")[:9]))


def _container(workspace: Resource, kind: str, name: str) -> Resource:
    made = first() - 30 * DAY * CURATED[name]
    return Resource(
        id=f"{workspace.id}/environments/{name}",
        type=kind,
        name=name,
        state="Succeeded",
        body={"properties": {"isArchived": False}},
        data={"latest": str(CURATED[name])},
        created=made,
        changed=made,
    )


def _version(workspace: Resource, kind: str, name: str, number: int) -> Resource:
    made = first() - 30 * DAY * (CURATED[name] + 1 - number)
    image = f"mcr.microsoft.com/azureml/curated/{name.partition('-')[2].lower()}:{number}"
    return Resource(
        id=f"{workspace.id}/environments/{name}/versions/{number}",
        type=kind,
        name=str(number),
        state="Succeeded",
        body={
            "properties": {
                "image": image,
                "osType": "Linux",
                "autoRebuild": "Disabled",
                "isArchived": False,
                "isAnonymous": False,
            }
        },
        data={"curated": True},
        created=made,
        changed=made,
    )
