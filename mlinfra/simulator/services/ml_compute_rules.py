"""What a cluster and an instance may be: their keys, sizes, and the cores a subscription may use."""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import segment
from mlinfra.simulator.services.ml_errors import user_error
from mlinfra.simulator.services.ml_sizes import size_of
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call, World

_BOTH = frozenset({"vmSize", "subnet", "enableNodePublicIp"})
CLUSTER_KEYS = _BOTH | {
    "osType", "vmPriority", "scaleSettings", "remoteLoginPortPublicAccess", "userAccountCredentials",
    "isolatedNetwork", "virtualMachineImage",
}  # fmt: skip
INSTANCE_KEYS = _BOTH | {
    "applicationSharingPolicy", "computeInstanceAuthorizationType", "sshSettings", "schedules",
    "setupScripts", "personalComputeInstanceSettings", "customServices", "idleTimeBeforeShutdown",
}  # fmt: skip

COMPUTE = "Microsoft.MachineLearningServices/workspaces/computes"

IDLE_SINCE = "2022-10-01-preview"
"""The first version with idleTimeBeforeShutdown, which stays with previews until 2025-12-01."""

IDLE = "PT2M"
"""What the service fills in for nodeIdleTimeBeforeScaleDown (recorded)."""

RESIZE = 120.0
"""Seconds until nodes have come or gone (typical, assumed)."""

_DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def _require_size(call: Call, inner: dict[str, Any]) -> None:
    """Code and sense: Azure/MachineLearningNotebooks#1169. There it stands in the provisioningErrors of a
    cluster that Failed; that the PUT itself is refused with 400 is assumed."""
    name = inner.get("vmSize")
    if name is None:
        raise user_error(call, f"The compute '{call.path.name}' needs a vmSize.")  # assumed
    if size_of(name) is None:
        text = (
            f"The value {name} of property VMSize is not a supported VM size of compute '{call.path.name}'."
        )
        raise user_error(call, text, code="InvalidPropertyValue")
    inner["vmSize"] = name.upper()


def check_cluster(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """Fill in what the service decides for an AmlCompute (recording test_compute_aml).

    Raises ArmError 400 (codes assumed) for a size that is none and for scale settings that cannot be.
    """
    inner = body["properties"]["properties"]
    _require_size(call, inner)
    inner.setdefault("osType", "Linux")
    inner.setdefault("vmPriority", "Dedicated")
    inner.setdefault("isolatedNetwork", False)
    inner.setdefault("enableNodePublicIp", True)
    inner["scaleSettings"] = _scale(call, inner.get("scaleSettings"))
    port = inner.get("remoteLoginPortPublicAccess", "NotSpecified")
    if port == "NotSpecified":
        # specification: closed with a virtual network, else open; never answered once it is made
        port = "Disabled" if inner.get("subnet") else "Enabled"
        if prior is not None:
            port = prior.properties["properties"]["remoteLoginPortPublicAccess"]
    inner["remoteLoginPortPublicAccess"] = port
    user = inner.get("userAccountCredentials")
    if user is not None and not user.get("adminUserName"):
        raise user_error(call, "userAccountCredentials needs adminUserName.")  # specification: required


def _scale(call: Call, sent: dict[str, Any] | None) -> dict[str, Any]:
    """Specification: maxNodeCount is required, minNodeCount defaults to 0. Codes assumed."""
    scale = dict(sent or {"maxNodeCount": 1})
    most, least = scale.get("maxNodeCount"), scale.setdefault("minNodeCount", 0)
    if most is None:
        raise user_error(call, "scaleSettings needs maxNodeCount.")
    if least < 0 or most < least:
        raise user_error(call, f"scaleSettings has minNodeCount {least} and maxNodeCount {most}.")
    idle = scale.setdefault("nodeIdleTimeBeforeScaleDown", IDLE)
    if not _DURATION.fullmatch(idle):
        raise user_error(call, f"nodeIdleTimeBeforeScaleDown '{idle}' is no ISO 8601 duration such as PT2M.")
    return scale


def check_instance(call: Call, body: dict[str, Any], prior: Resource | None, workspace: Resource) -> None:
    """Fill in what the service decides for a ComputeInstance, and refuse what cannot change on one.

    azurerm_machine_learning_compute_instance replaces for every key, tags and description too; that the
    service refuses them is assumed. Instances stand in the workspace's region (documentation
    how-to-create-attach-compute-cluster: another region is for clusters only; code assumed).
    """
    inner = body["properties"]["properties"]
    _require_size(call, inner)
    if not (call.api_version.endswith("-preview") and call.api_version >= IDLE_SINCE):
        inner.pop("idleTimeBeforeShutdown", None)
    if body["location"] != workspace.body["location"]:
        where = workspace.body["location"]
        raise user_error(call, f"A compute instance stands in the workspace's region {where}.")
    inner.setdefault("applicationSharingPolicy", "Shared")
    inner.setdefault("computeInstanceAuthorizationType", "personal")
    inner.setdefault("enableNodePublicIp", True)
    ssh = inner.setdefault("sshSettings", {})
    ssh.setdefault("sshPublicAccess", "Disabled")
    schedules = inner.get("schedules") or {}
    inner["schedules"] = {"computeStartStop": _schedules(call, schedules.get("computeStartStop") or [])}
    if prior is not None:
        _keep_instance(call, body, prior)


def _keep_instance(call: Call, body: dict[str, Any], prior: Resource) -> None:
    sent = {key.lower(): value for key, value in call.object().items()}
    if sent.get("tags") is not None and body["tags"] != prior.body["tags"]:
        raise user_error(call, f"The tags of compute instance '{prior.name}' cannot be changed.")
    body["tags"] = prior.body["tags"]
    before, now = prior.properties.get("description"), body["properties"].get("description")
    if now is not None and now != before:
        raise user_error(call, f"The description of compute instance '{prior.name}' cannot be changed.")
    body["properties"]["description"] = before
    identity, old = body.get("identity"), prior.body.get("identity")
    if identity is not None and _identity(identity) != _identity(old or {"type": "None"}):
        raise user_error(call, f"The identity of compute instance '{prior.name}' cannot be changed.")


def _identity(identity: dict[str, Any]) -> tuple[str, frozenset[str]]:
    ids = identity.get("userAssignedIdentities") or {}
    return str(identity["type"]).replace(" ", "").lower(), frozenset(id.lower() for id in ids)


def _schedules(call: Call, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Recorded (…_with_schedules): words in Pascal case, an id each, both triggers shown, another order."""
    found = []
    for number, one in enumerate(sent):
        trigger = str(one.get("triggerType", "")).capitalize()
        if trigger not in ("Cron", "Recurrence") or not isinstance(one.get(trigger.lower()), dict):
            raise user_error(
                call, f"Schedule {number + 1} has no trigger Cron or Recurrence."
            )  # assumed code
        action = str(one.get("action", "")).capitalize()
        if action not in ("Start", "Stop"):
            raise user_error(
                call, f"Schedule {number + 1} has the action '{one.get('action')}'."
            )  # assumed code
        cron, recurrence = one.get("cron"), one.get("recurrence")
        found.append(
            {
                "triggerType": trigger,
                "recurrence": _recurrence(recurrence) if trigger == "Recurrence" else None,
                "cron": cron if trigger == "Cron" else None,
                "action": action,
                "id": call.ids.fixed("schedule", call.path.text, str(number), action, trigger),
                "status": str(one.get("status") or "Enabled").capitalize(),
                "provisioningStatus": "Completed",
            }
        )
    return sorted(found, key=lambda one: str(one["id"]))


def _recurrence(sent: Any) -> dict[str, Any]:
    found = dict(sent)
    if "frequency" in found:
        found["frequency"] = str(found["frequency"]).capitalize()
    schedule = found.get("schedule")
    if isinstance(schedule, dict) and isinstance(schedule.get("weekDays"), list):
        found["schedule"] = {**schedule, "weekDays": [str(day).capitalize() for day in schedule["weekDays"]]}
    return found


# -- cores -------------------------------------------------------------------------------------------------


def check_quota(world: World, compute: Resource) -> None:
    """Refuse a compute whose family has too few cores. Raises ArmError, which fails the operation.

    Recorded on gpu-cluster (test_pipeline_job_with_automl_image_multiclass_classification): the PUT was
    taken, the cluster Failed and shows the error in provisioningErrors; one node is counted even when the
    minimum is 0. Cores that others hold count too where nodes are to run (documentation how-to-manage-quotas;
    assumed to say the same). Low-priority cores have a quota of their own, which is not simulated.
    """
    inner = compute.properties["properties"]
    size = size_of(inner["vmSize"])
    if size is None or inner.get("vmPriority") == "LowPriority":
        return
    cluster = compute.properties["computeType"] == "AmlCompute"
    least = inner["scaleSettings"]["minNodeCount"] if cluster else 1
    nodes = max(1, least)
    subscription = segment(compute.id, "subscriptions")
    where = compute.body["location"]
    used = used_cores(world, subscription, where, size.family, compute.id) if least else 0
    if nodes * size.cores + used <= size.quota:
        return
    text = (
        f"The subscription has a {size.family} family vCPU quota of {size.quota}, {used} of them in use: "
        f"too few for {nodes} requested managed compute node(s) that need {nodes * size.cores} vCPUs. "
        "https://docs.microsoft.com/azure/machine-learning/how-to-manage-quotas#request-quota-increases"
    )
    error = ArmError(400, "ClusterMinNodesExceedCoreQuota", text)
    compute.data["errors"] = [{"error": error.error()}]
    raise error


def used_cores(world: World, subscription: str, location: str, family: str, but: str = "") -> int:
    """Cores that the computes of a family hold in a region: the nodes a cluster always has, instances.

    A stopped instance keeps its cores (azure-ai-ml: release_quota_on_stop is false by default). ``but`` is
    the id of a compute that does not count.
    """
    used = 0
    for one in world.store.under(f"/subscriptions/{subscription}", COMPUTE):
        if one.id == but or one.body["location"] != location or one.state == "Failed":
            continue
        inner = one.properties["properties"]
        size = size_of(inner["vmSize"])
        if size is None or size.family != family or inner.get("vmPriority") == "LowPriority":
            continue
        cluster = one.properties["computeType"] == "AmlCompute"
        used += (inner["scaleSettings"]["minNodeCount"] if cluster else 1) * size.cores
    return used


def keep_scale(world: World, cluster: Resource) -> None:
    """Remember where the number of nodes comes from and goes to, and since when."""
    target = cluster.properties["properties"]["scaleSettings"]["minNodeCount"]
    cluster.data["scale"] = {"from": nodes_of(cluster, world.now), "to": target, "since": world.now}


def nodes_of(cluster: Resource, now: float) -> int:
    """How many nodes the cluster has: the old number while it resizes."""
    scale = cluster.data.get("scale")
    if scale is None:
        return 0
    return int(scale["to"] if now - scale["since"] >= RESIZE else scale["from"])
