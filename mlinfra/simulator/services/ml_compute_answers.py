"""Computes as they are answered: young, at work, and done (recordings of 2022 and 2023)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from mlinfra.simulator.services.ml_compute_rules import nodes_of
from mlinfra.simulator.services.ml_errors import offset_stamp
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

IMAGE = "26.01.05"
"""Version of the instances' image, and the runtime's below; any would do."""

_COUNTS = (
    "preparingNodeCount",
    "runningNodeCount",
    "idleNodeCount",
    "unusableNodeCount",
    "leavingNodeCount",
    "preemptedNodeCount",
)


def render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """A PUT is answered with what was just sent and nulls; a GET with what the service made of it."""
    put = call.request.method.upper() == "PUT"
    kept = resource.properties
    cluster = kept["computeType"] == "AmlCompute"
    inner = _cluster(call, resource, young=put) if cluster else _instance(call, resource, young=put)
    failed = resource.state == "Failed" and bool(resource.data.get("errors"))
    shown: dict[str, Any] = {
        "createdOn": offset_stamp(resource.created),
        "modifiedOn": offset_stamp(max(resource.data.get("modified", 0.0), resource.changed)),
        "disableLocalAuth": kept["disableLocalAuth"],
        "description": kept.get("description"),
        "resourceId": kept.get("resourceId"),
        "computeType": kept["computeType"],
    }
    if not (put and resource.created == resource.changed):
        shown["computeLocation"] = resource.body["location"]
    shown["provisioningState"] = resource.state
    shown["provisioningErrors"] = resource.data["errors"] if failed else None
    shown["isAttachedCompute"] = False
    shown["properties"] = inner
    if put and resource.created == resource.changed and not body.get("tags"):
        body["tags"] = None
    body["properties"] = shown


# -- clusters ----------------------------------------------------------------------------------------------


def _cluster(call: Call, resource: Resource, *, young: bool) -> dict[str, Any]:
    kept = resource.properties["properties"]
    made = "scale" in resource.data and not young and resource.state != "Failed"
    shown: dict[str, Any] = {
        "vmSize": kept["vmSize"],
        "vmPriority": _asked(call, "vmPriority") if young else kept["vmPriority"],
        "scaleSettings": {
            "maxNodeCount": kept["scaleSettings"]["maxNodeCount"],
            "minNodeCount": kept["scaleSettings"]["minNodeCount"],
            "nodeIdleTimeBeforeScaleDown": kept["scaleSettings"]["nodeIdleTimeBeforeScaleDown"]
            if made
            else None,
        },
        "subnet": kept.get("subnet"),
        "currentNodeCount": None,
        "targetNodeCount": None,
        "nodeStateCounts": None,
        "allocationState": None,
        "errors": None,
        "remoteLoginPortPublicAccess": kept["remoteLoginPortPublicAccess"] if made else "NotSpecified",
        "osType": kept["osType"],
        "virtualMachineImage": kept.get("virtualMachineImage"),
        "isolatedNetwork": kept["isolatedNetwork"],
        "enableNodePublicIp": kept["enableNodePublicIp"],
    }
    if young:
        asked = _asked(call, "scaleSettings") or {}
        idle = {key.lower(): value for key, value in asked.items()}.get("nodeidletimebeforescaledown")
        shown["scaleSettings"]["nodeIdleTimeBeforeScaleDown"] = idle
    user = kept.get("userAccountCredentials")
    if user is not None:
        shown["userAccountCredentials"] = {
            "adminUserName": user["adminUserName"],
            "adminUserSshPublicKey": user.get("adminUserSshPublicKey"),
            "adminUserPassword": None,
        }
    if resource.state == "Failed":  # recorded without these
        del shown["osType"], shown["enableNodePublicIp"]
    if made:
        shown.update(_nodes(call, resource))
        shown["propertyBag"] = {}
    return shown


def _nodes(call: Call, resource: Resource) -> dict[str, Any]:
    scale = resource.data["scale"]
    current = nodes_of(resource, call.now)
    counts = dict.fromkeys(_COUNTS, 0)
    counts["idleNodeCount"] = current
    return {
        "currentNodeCount": current,
        "targetNodeCount": scale["to"],
        "nodeStateCounts": counts,
        "allocationState": "Steady" if current == scale["to"] else "Resizing",
        "allocationStateTransitionTime": offset_stamp(scale["since"], 3),
    }


def _asked(call: Call, key: str) -> Any:
    """What the request says of a cluster's key, None when nothing."""
    found: Any = call.body
    for name in ("properties", "properties", key):
        found = {one.lower(): value for one, value in found.items()}.get(name.lower())
    return found


# -- instances ---------------------------------------------------------------------------------------------


def _instance(call: Call, resource: Resource, *, young: bool) -> dict[str, Any]:
    kept, data = resource.properties["properties"], resource.data
    made = "last" in data and not young
    shown: dict[str, Any] = {
        "vmSize": kept["vmSize"],
        "subnet": kept.get("subnet"),
        "sshSettings": _ssh(kept["sshSettings"]) if made else None,
        "autologgerSettings": None,
        "errors": None if young else [],
        "connectivityEndpoints": None if young else _addresses(resource, made=made),
        "applications": None if young else (_applications(resource) if made else []),
        "state": None if young else _state(resource),
        "lastOperation": _last(data["last"]) if made else None,
        "createdBy": {"userOrgId": call.world.tenant, "userId": call.world.caller},
        "applicationSharingPolicy": None if young else kept["applicationSharingPolicy"],
        "computeInstanceAuthorizationType": kept["computeInstanceAuthorizationType"],
        "personalComputeInstanceSettings": kept.get("personalComputeInstanceSettings"),
        "setupScripts": kept.get("setupScripts"),
    }
    if made:
        shown["schedules"] = kept["schedules"]
        if "idleTimeBeforeShutdown" in kept:
            shown["idleTimeBeforeShutdown"] = kept["idleTimeBeforeShutdown"]
    if young:  # recorded: answered to the PUT, in no GET of an instance
        shown["enableNodePublicIp"] = kept["enableNodePublicIp"]
    shown.update(dict.fromkeys(("dataMounts", "dataDisks", "containers", "updateStatus")))
    shown["versions"] = None if young else {"runtime": "3.0.03000.0001" if made else None}
    shown["customServices"] = None if young else kept.get("customServices", [])
    shown["osImageMetadata"] = None if young else _image(made=made)
    return shown


def _state(resource: Resource) -> str:
    if resource.state == "Failed":
        return "CreateFailed"
    if resource.state == "Deleting":
        return "Deleting"
    return str(resource.data.get("state", "Creating"))


def _ssh(kept: dict[str, Any]) -> dict[str, Any]:
    """Recorded: a user and a port also where SSH is closed; then the key is null, though it was sent."""
    opened = kept["sshPublicAccess"] == "Enabled"
    return {
        "sshPublicAccess": kept["sshPublicAccess"],
        "adminUserName": "azureuser",
        "sshPort": 4000,
        "adminPublicKey": kept.get("adminPublicKey") if opened else None,
    }


def _addresses(resource: Resource, *, made: bool) -> dict[str, Any]:
    public = resource.properties["properties"]["enableNodePublicIp"]
    one, two, three = sha256(resource.id.lower().encode()).digest()[:3]
    return {
        "publicIpAddress": f"20.{one}.{two}.{max(1, three)}" if made and public else None,
        "privateIpAddress": "10.0.0.4" if made else None,
    }


def _applications(resource: Resource) -> list[dict[str, str]]:
    host = f"https://{resource.name}.{resource.body['location']}.instances.azureml.ms"
    return [
        {"displayName": "Jupyter", "endpointUri": f"{host}/tree/"},
        {"displayName": "Jupyter Lab", "endpointUri": f"{host}/lab"},
    ]


def _last(last: dict[str, Any]) -> dict[str, str]:
    return {
        "operationName": last["name"],
        "operationTime": offset_stamp(last["at"], 3),
        "operationStatus": "Succeeded",
        "operationTrigger": "User",
    }


def _image(*, made: bool) -> dict[str, Any]:
    return {
        "currentImageVersion": IMAGE if made else None,
        "latestImageVersion": IMAGE,
        "isLatestOsImageVersion": made,
    }
