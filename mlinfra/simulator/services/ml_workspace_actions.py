"""What can be asked of a workspace beside its own body: keys, notebooks, a diagnosis, its managed network.

Wire facts: the REST specification 2024-04-01; recordings test_workspace_diagnosis (azure-ai-ml 2023) and
test_workspace_managednetwork_provision (az ml 2025). Keys and tokens are made up, and the same each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.simulator.kinds import Accept, Action, Headers, Polling, ResultUrl, StatusUrl
from mlinfra.simulator.services.ml_errors import bad_request
from mlinfra.simulator.services.ml_networks import PROVISION
from mlinfra.simulator.services.ml_workspace_answers import notebook
from mlinfra.simulator.services.ml_workspace_status import PATH, operation_status
from mlinfra.simulator.store import Operation, Resource, copy
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

SECONDS = 30.0
"""How long a diagnosis and the like take (assumed); a network takes `NETWORK`."""

NETWORK = 600.0
"""Seconds until a managed network stands (recorded: two to ten polls of a minute)."""

RESULTS = (
    "userDefinedRouteResults", "networkSecurityRuleResults", "resourceLockResults", "dnsResolutionResults",
    "storageAccountResults", "keyVaultResults", "containerRegistryResults", "applicationInsightsResults",
    "otherResults",
)  # fmt: skip

_STANDS_ON = (
    ("storageAccount", "storageAccountResults"),
    ("keyVault", "keyVaultResults"),
    ("containerRegistry", "containerRegistryResults"),
    ("applicationInsights", "applicationInsightsResults"),
)

OUTBOUND = (
    ("Azure Active Directory", ("login.microsoftonline.com",)),
    ("Azure portal", ("management.azure.com",)),
    ("Azure Machine Learning", ("ml.azure.com", "*.azureml.ms", "*.instances.azureml.ms")),
    ("Azure Machine Learning datasets", ("*.blob.core.windows.net", "*.dfs.core.windows.net")),
    ("Microsoft container registry", ("mcr.microsoft.com", "*.data.mcr.microsoft.com")),
)
"""Documentation how-to-access-azureml-behind-firewall; the first two categories are the specification's."""


# -- keys --------------------------------------------------------------------------------------------------


def _key_of(call: Call, workspace: Resource, key: str) -> Resource | None:
    id = workspace.properties.get(key)
    return call.store.get(id) if id else None


def _storage_key(call: Call, workspace: Resource) -> str | None:
    account = _key_of(call, workspace, "storageAccount")
    if account is None or account.properties.get("allowSharedKeyAccess") is False:
        return None
    return str(account.data["keys"][0])


def _notebook_keys(call: Call, workspace: Resource) -> dict[str, str]:
    id = workspace.properties["workspaceId"]
    names = ("primaryAccessKey", "secondaryAccessKey")
    return {name: call.ids.fixed(name, id).replace("-", "") for name in names}


def _registry_login(call: Call, workspace: Resource) -> dict[str, Any] | None:
    registry = _key_of(call, workspace, "containerRegistry")
    if registry is None or not registry.properties["adminUserEnabled"]:
        return None
    names = ("password", "password2")
    passwords = zip(names, registry.data["passwords"], strict=True)
    return {
        "location": registry.body["location"],
        "username": registry.name,
        "passwords": [{"name": name, "value": value} for name, value in passwords],
    }


def _list_keys(call: Call, workspace: Resource) -> Answer:
    insights = _key_of(call, workspace, "applicationInsights")
    body = {
        "userStorageKey": _storage_key(call, workspace),
        "userStorageResourceId": workspace.properties.get("storageAccount"),
        "appInsightsInstrumentationKey": insights and insights.properties["InstrumentationKey"],
        "containerRegistryCredentials": _registry_login(call, workspace),
        "notebookAccessKeys": _notebook_keys(call, workspace),
    }
    return Answer(200, body)


def _list_storage_keys(call: Call, workspace: Resource) -> Answer:
    return Answer(200, {"userStorageKey": _storage_key(call, workspace)})


def _list_notebook_keys(call: Call, workspace: Resource) -> Answer:
    return Answer(200, _notebook_keys(call, workspace))


def _notebook_token(call: Call, workspace: Resource) -> Answer:
    shown = notebook(call, workspace)
    body = {
        "notebookResourceId": shown["resourceId"],
        "hostName": shown["fqdn"],
        "publicDns": shown["fqdn"],
        "accessToken": call.ids.fixed("notebook token", workspace.id).replace("-", ""),
        "tokenType": "Bearer",
        "expiresIn": 28800,
        "refreshToken": call.ids.fixed("notebook refresh", workspace.id).replace("-", ""),
        "scope": "aznb_identity",
    }
    return Answer(200, body)


# -- what takes a while ------------------------------------------------------------------------------------


def _aside(call: Call, workspace: Resource, verb: str, polling: Polling) -> Answer:
    """Accept what leaves the workspace as it is, and does not keep anybody from changing it."""
    accept = Accept(status=202, headers=("location",), seconds=SECONDS, body=False)
    operation = call.begin(copy(workspace), verb, accept, polling=polling)
    return Answer(202, None, call.links(operation, accept, workspace.id))


def _diagnosed(world: World, operation: Operation) -> Answer:
    """Recorded: a list for each thing that is looked at, and an error for each that is no longer there."""
    found: dict[str, list[Any]] = {name: [] for name in RESULTS}
    workspace = world.store.get(operation.resource)
    for key, results in _STANDS_ON:
        id = workspace.properties.get(key) if workspace is not None else None
        if id and not world.store.exists(id):
            text = f"Resource {id} does not exist."
            found[results].append({"code": "DependencyResourceNotExist", "level": "Error", "message": text})
    return Answer(200, {"value": found})


def _prepared(world: World, operation: Operation) -> Answer:
    workspace = world.store.get(operation.resource)
    if workspace is None:
        return Answer(204)
    shown = dict(workspace.data["notebook"])
    del shown["isPrivateLinkEnabled"]  # the workspace's own body has it, this model not
    return Answer(200, shown)


def _provisioned(world: World, operation: Operation) -> Answer:
    """Recorded."""
    return Answer(200, {"status": "Active", "sparkReady": operation.data["spark"]})


def _done(world: World, operation: Operation) -> Answer:
    return Answer(200)


def _polling(name: str, finished: Any) -> Polling:
    return Polling(
        name=f"ml.workspace.{name}",
        status=StatusUrl(path=PATH, query={"type": "async"}, render=operation_status),
        result=ResultUrl(path=PATH, query={"type": "location"}, finished=finished),
    )


DIAGNOSE = _polling("diagnose", _diagnosed)
PREPARE = _polling("notebook", _prepared)
RESYNC = _polling("keys", _done)
NETWORKING = _polling("network", _provisioned)

_BOTH: tuple[Headers, ...] = ("async", "location")


def _diagnose(call: Call, workspace: Resource) -> Answer:
    return _aside(call, workspace, "diagnose", DIAGNOSE)


def _prepare_notebook(call: Call, workspace: Resource) -> Answer:
    workspace.data["notebook"] = notebook(call, workspace)
    call.store.put(workspace)
    return _aside(call, workspace, "prepareNotebook", PREPARE)


def _resync(call: Call, workspace: Resource) -> Answer:
    return _aside(call, workspace, "resyncKeys", RESYNC)


def _provision(call: Call, workspace: Resource) -> Answer:
    """Recorded: both headers. That a workspace without a managed network is refused is assumed."""
    if workspace.properties["managedNetwork"]["isolationMode"] == "Disabled":
        raise bad_request(f"The workspace '{workspace.name}' has no managed network to provision.")
    body: Mapping[str, Any] = call.body if isinstance(call.body, dict) else {}
    spark = bool(body.get("includeSpark"))
    accept = Accept(status=202, headers=_BOTH, seconds=NETWORK, body=False)
    return call.accepted(workspace, PROVISION, accept, polling=NETWORKING, data={"spark": spark})


# -- lists -------------------------------------------------------------------------------------------------


def _features(call: Call, workspace: Resource) -> Answer:
    return Answer(200, {"value": []})


def _outbound(call: Call, workspace: Resource) -> Answer:
    value = []
    for category, names in OUTBOUND:
        endpoints = [{"domainName": name, "endpointDetails": [{"port": 443}]} for name in names]
        value.append({"properties": {"category": category, "endpoints": endpoints}})
    return Answer(200, {"value": value})


ACTIONS: Mapping[str, Action] = {
    "diagnose": Action(
        handler=_diagnose, polling=DIAGNOSE, short="tells only what the workspace stands on and is not there"
    ),
    "listKeys": Action(handler=_list_keys),
    "listNotebookAccessToken": Action(handler=_notebook_token, short="the token opens nothing"),
    "listNotebookKeys": Action(handler=_list_notebook_keys, short="the keys open nothing"),
    "listStorageAccountKeys": Action(handler=_list_storage_keys),
    "prepareNotebook": Action(handler=_prepare_notebook, polling=PREPARE),
    "provisionManagedNetwork": Action(handler=_provision, polling=NETWORKING),
    "resyncKeys": Action(handler=_resync, polling=RESYNC, short="there is nothing that could be out of step"),
    "features": Action(handler=_features, method="GET", short="always empty"),
    "outboundNetworkDependenciesEndpoints": Action(
        handler=_outbound, method="GET", short="the most common host names only"
    ),
}
