"""Microsoft.MachineLearningServices/workspaces/computes: clusters (AmlCompute) and instances.

Wire facts: the REST specification 2024-04-01; recordings az ml test_compute_aml,
test_compute_compute_instance, …_with_schedules, …_with_no_public_ip, azure-ai-ml
test_compute_instance_stop_start_restart, and the gpu-cluster of
test_pipeline_job_with_automl_image_multiclass_classification (a quota that is too small). Other kinds of
computes answer 501. A rule without such a source says ``assumed``: that something is refused is documented or
follows azurerm's ForceNew, but status 400 and code UserError are not recorded.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.errors import ArmError, not_simulated
from mlinfra.simulator.identities import SHAPE as IDENTITY
from mlinfra.simulator.identities import attach
from mlinfra.simulator.kinds import Accept, Action, Immutable, Kind, Names, Polling, StatusUrl
from mlinfra.simulator.regions import fold
from mlinfra.simulator.services.ml_compute_actions import ACTIONS
from mlinfra.simulator.services.ml_compute_answers import render
from mlinfra.simulator.services.ml_compute_rules import (
    CLUSTER_KEYS,
    COMPUTE,
    INSTANCE_KEYS,
    check_cluster,
    check_instance,
    check_quota,
    keep_scale,
)
from mlinfra.simulator.services.ml_errors import user_error
from mlinfra.simulator.services.ml_workspace_status import operation_status
from mlinfra.simulator.services.ml_workspaces import VERSIONS
from mlinfra.simulator.shapes import Anything, Bool, Items, Number, Object, Text
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

TYPES = ("AmlCompute", "ComputeInstance")
OTHERS = (
    "AKS", "DataFactory", "DataLakeAnalytics", "Databricks", "HDInsight", "Kubernetes", "SynapseSpark",
    "VirtualMachine",
)  # fmt: skip
"""Kinds of the specification that are not simulated."""

CLUSTER, INSTANCE, CHANGE, START, STOP = 7.0, 155.0, 7.0, 60.0, 45.0
"""Seconds. Recorded: clusters 4 to 7, instances 154 (createdOn to modifiedOn), the others by their polls."""

_SUBNET = Object({"id": Text()})

_INNER = Object(
    {
        # both
        "vmSize": Text(),
        "subnet": _SUBNET,
        "enableNodePublicIp": Bool(),
        # clusters
        "osType": Text(among=("Linux", "Windows")),
        "vmPriority": Text(among=("Dedicated", "LowPriority")),
        "scaleSettings": Object(
            {"maxNodeCount": Number(), "minNodeCount": Number(), "nodeIdleTimeBeforeScaleDown": Text()}
        ),
        "remoteLoginPortPublicAccess": Text(among=("Enabled", "Disabled", "NotSpecified")),
        "userAccountCredentials": Object(
            {"adminUserName": Text(), "adminUserSshPublicKey": Text(), "adminUserPassword": Text()}
        ),
        "isolatedNetwork": Bool(),
        "virtualMachineImage": Object({"id": Text()}),
        # instances
        "applicationSharingPolicy": Text(among=("Personal", "Shared")),
        "computeInstanceAuthorizationType": Text(among=("personal",)),
        "sshSettings": Object(
            {"sshPublicAccess": Text(among=("Enabled", "Disabled")), "adminPublicKey": Text()}
        ),
        "idleTimeBeforeShutdown": Text(),
        "personalComputeInstanceSettings": Object(
            {"assignedUser": Object({"objectId": Text(), "tenantId": Text()})}
        ),
        "setupScripts": Object({"scripts": Object({}, open=True)}),
        "customServices": Items(Anything()),
        "schedules": Object({"computeStartStop": Items(Object({}, open=True))}),
    }
)


def _invalid_name(call: Call, name: str) -> ArmError:
    """The rule: documentation how-to-create-compute-instance and the pattern of api-version 2025-12-01; its
    sense: MicrosoftDocs/pipelines-azureml#19. Code and status are assumed."""
    return user_error(
        call,
        f"The compute name '{name}' is invalid. It has 3 to 24 letters, digits and hyphens, begins with a "
        "letter, and has no number after its last hyphen.",
    )


def _fixed(what: str) -> Any:
    """azurerm_machine_learning_compute_cluster and _instance mark it ForceNew, or the specification says
    create-only; how the service words it is assumed."""

    def refuse(call: Call, old: Any, new: Any) -> ArmError:
        return user_error(call, f"The property {what} of compute '{call.path.name}' cannot be changed.")

    return refuse


def _inner(name: str, **more: Any) -> Immutable:
    return Immutable(path=("properties", "properties", name), error=_fixed(name), **more)


def _resolved(old: Any, new: Any) -> bool:
    """NotSpecified leaves the port as it was resolved (recorded: the second PUT of test_compute_aml)."""
    return bool(new == "NotSpecified" or old == new)


def _same_key(old: Any, new: Any) -> bool:
    return bool(old == new)


# -- hooks -------------------------------------------------------------------------------------------------


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    assert call.kind is not None
    workspace = call.store.get(call.path.parent)
    if workspace is None or workspace.state not in ("Succeeded", "Updating"):
        state = workspace.state if workspace is not None else "Deleting"
        # assumed: no recording puts a compute into a workspace at work
        raise ArmError(409, "Conflict", f"The workspace of compute '{call.path.name}' is in state {state}.")
    if call.request.method.upper() == "PATCH" and prior is not None:
        _narrow_patch(call, body, prior)
    properties = body["properties"]
    type_ = _type(call, properties.get("computeType"))
    properties["computeType"] = type_
    body.setdefault("location", workspace.body["location"])
    where = properties.pop("computeLocation", body["location"])
    if (
        fold(where) != body["location"]
    ):  # specification: create-only; two places at once are refused (assumed)
        raise user_error(call, f"computeLocation '{where}' is not the location {body['location']}.")
    keys = CLUSTER_KEYS if type_ == "AmlCompute" else INSTANCE_KEYS
    inner = {key: value for key, value in (properties.get("properties") or {}).items() if key in keys}
    properties["properties"] = inner
    properties.setdefault("disableLocalAuth", False)
    id = prior.id if prior is not None else canonical_id(call, call.kind)
    _check_unique(call, body["location"], id)
    if inner.get("enableNodePublicIp") is False and not _private(workspace):
        raise user_error(call, "Provided EnableNodePublicIp 'False' requires workspace private endpoint.")
    if type_ == "AmlCompute":
        check_cluster(call, body, prior)
    else:
        check_instance(call, body, prior, workspace)
    _attach_identity(call, body, prior, id)


def _type(call: Call, sent: Any) -> str:
    words = {word.lower(): word for word in (*TYPES, *OTHERS)}
    known = words.get(str(sent).lower())
    if known is None:
        raise user_error(call, f"The computeType '{sent}' of compute '{call.path.name}' is unknown.")
    if known in OTHERS:
        raise not_simulated(call.request.method, f"{COMPUTE} of the kind {known}")
    return known


def _narrow_patch(call: Call, body: dict[str, Any], prior: Resource) -> None:
    """ClusterUpdateParameters of the specification has scaleSettings and nothing else."""
    if prior.properties["computeType"] != "AmlCompute":
        raise user_error(call, "Only the scale settings of an AmlCompute can be patched.")  # assumed code
    scale = body["properties"]["properties"].get("scaleSettings")
    body.clear()
    body.update(prior.body)
    body["properties"] = {**prior.properties}
    body["properties"]["properties"] = {**prior.properties["properties"], "scaleSettings": scale}


def _check_unique(call: Call, location: str, id: str) -> None:
    """Names are unique in a region (documentation how-to-create-compute-instance; sense: MCW-ML-Ops#28)."""
    for other in call.store.named(COMPUTE, call.path.name):
        if other.id.lower() != id.lower() and other.body["location"] == location:
            text = f"The compute name '{call.path.name}' is already in use in the region {location}."
            raise user_error(call, text)


def _private(workspace: Resource) -> bool:
    """Whether nodes without public address reach the workspace. A managed network does (documentation
    how-to-managed-network); private endpoints are not simulated."""
    return bool(workspace.properties["managedNetwork"]["isolationMode"] != "Disabled")


def _attach_identity(call: Call, body: dict[str, Any], prior: Resource | None, id: str) -> None:
    """Documentation how-to-create-attach-compute-cluster: one system-assigned or several user-assigned
    identities, not both (code assumed). Recorded: no identity, no key; a tenant also beside user-assigned
    ones (azure-ai-ml test_fl_pipeline)."""
    attach(call, body, prior, id)
    type_ = (body.get("identity") or {}).get("type", "None")
    if type_ == "None":
        body.pop("identity", None)
    elif "," in type_:
        raise user_error(call, "A compute has a system-assigned or user-assigned identities, not both.")
    else:
        body["identity"]["tenantId"] = call.world.tenant


def _deleting(call: Call, resource: Resource) -> None:
    """The specification requires the parameter; azureml-core refuses to detach what Azure ML made
    (AmlCompute.detach, ComputeInstance.detach). Codes assumed."""
    action = call.query.get("underlyingresourceaction", "").lower()
    if action not in ("delete", "detach"):
        raise user_error(call, "The query parameter underlyingResourceAction is required: Delete or Detach.")
    if action == "detach":
        raise user_error(
            call, f"The compute '{resource.name}' was made by the workspace and cannot be detached."
        )


def _finished(world: World, operation: Operation, resource: Resource | None) -> None:
    if resource is None:
        return
    data = resource.data
    data["modified"] = world.now
    if operation.verb in ("create", "update", "patch"):
        check_quota(world, resource)
    if resource.properties["computeType"] == "AmlCompute":
        keep_scale(world, resource)
    elif operation.verb in ("create", "start", "restart"):
        data["state"] = "Running"
    elif operation.verb == "stop":
        data["state"] = "Stopped"
    if operation.verb in ("create", "start", "stop", "restart"):
        data["last"] = {"name": operation.verb.capitalize(), "at": operation.started}


def _busy(call: Call, resource: Resource) -> None:
    """Assumed: no recording writes to a compute at work."""
    text = f"The compute '{resource.name}' is in state {resource.state}; try again when that is over."
    raise user_error(call, text)


def _power(verb: str, while_: str, seconds: float) -> Action:
    def act(call: Call, resource: Resource) -> Answer:
        """Recorded: 202 without body, Azure-AsyncOperation only; the provisioning state stays as it was."""
        if resource.properties["computeType"] != "ComputeInstance":
            raise user_error(call, f"Only a ComputeInstance takes '{verb}'.")  # assumed code
        if resource.operation or resource.state != "Succeeded":
            _busy(call, resource)
        resource.data["state"] = while_
        accept = Accept(status=202, headers=("async",), seconds=seconds, body=False)
        return call.accepted(resource, verb, accept)

    return Action(handler=act)


def _missing(call: Call) -> ArmError:
    """Recorded (validation_remote non_existent_compute): 404 without any body."""
    return ArmError(404, "NotFound", "", body=None)


def _seconds(call: Call, resource: Resource) -> float:
    return CLUSTER if resource.properties["computeType"] == "AmlCompute" else INSTANCE


def _goodbye(call: Call, resource: Resource) -> float:
    return 10.0 if resource.properties["computeType"] == "AmlCompute" else 60.0


POLLING = Polling(
    name="ml.compute",
    status=StatusUrl(
        path="/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}"
        "/computeOperationsStatus/{operation}",
        query={"service": "new"},
        render=operation_status,
    ),
)

COMPUTES = Kind(
    type=COMPUTE,
    api_versions=VERSIONS,
    short={
        "PUT": "AmlCompute and ComputeInstance; other kinds are refused with 501",
        "*": "nothing runs on it, so nodes come and go by its scale settings alone",
    },
    names=Names(
        pattern=re.compile(r"[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}"), invalid=_invalid_name
    ),
    shape=Object(
        {
            "identity": IDENTITY,
            "sku": Object({}, open=True),
            "properties": Object(
                {
                    "computeType": Text(),
                    "computeLocation": Text(),
                    "description": Text(),
                    "disableLocalAuth": Bool(),
                    "resourceId": Text(),
                    "properties": _INNER,
                }
            ),
        }
    ),
    location="optional",
    envelope=("identity", "sku"),
    immutable=(
        Immutable(path=("properties", "computeType"), error=_fixed("computeType")),
        Immutable(path=("properties", "disableLocalAuth"), error=_fixed("disableLocalAuth")),
        _inner("vmSize"),
        _inner("vmPriority"),
        _inner("osType"),
        _inner("isolatedNetwork"),
        _inner("enableNodePublicIp"),
        _inner("remoteLoginPortPublicAccess", same=_resolved),
        _inner("applicationSharingPolicy"),
        _inner("computeInstanceAuthorizationType"),
        Immutable(path=("properties", "properties", "subnet", "id"), error=_fixed("subnet"), strict=True),
        _inner("personalComputeInstanceSettings", strict=True),
        _inner("setupScripts", strict=True, same=_same_key),
        _inner("customServices", strict=True, same=_same_key),
        *(
            Immutable(
                path=("properties", "properties", holder, key), error=_fixed(key), strict=True, same=_same_key
            )
            for holder, key in (
                ("userAccountCredentials", "adminUserName"),
                ("userAccountCredentials", "adminUserSshPublicKey"),
                ("userAccountCredentials", "adminUserPassword"),
                ("sshSettings", "adminPublicKey"),
            )
        ),
        Immutable(
            path=("properties", "properties", "sshSettings", "sshPublicAccess"),
            error=_fixed("sshPublicAccess"),
        ),
    ),
    # recorded: 201 with Azure-AsyncOperation and no Location, for what is new and for what is there
    create=Accept(status=201, headers=("async",), seconds=_seconds, running="Creating"),
    put=Accept(status=201, headers=("async",), seconds=CHANGE, running="Creating"),
    # specification: 200, the example's state is Updating
    patch=Accept(status=200, headers=("async",), seconds=CHANGE, running="Updating"),
    delete=Accept(status=202, headers=("async",), seconds=_goodbye, running="Deleting", body=False),
    polling=POLLING,
    missing=_missing,
    list_scopes=("parent",),
    actions={
        "start": _power("start", "Starting", START),
        "stop": _power("stop", "Stopping", STOP),
        "restart": _power("restart", "Restarting", START),
        **ACTIONS,
    },
    prepare=_prepare,
    deleting=_deleting,
    finished=_finished,
    busy=_busy,
    render=render,
)
