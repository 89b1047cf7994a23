"""The managed network of a workspace: isolation that only grows, and rules that appear by themselves.

Recordings: azure-ai-ml test_workspace_outbound_rule_operations (2023), az ml
test_workspace_managednetwork_provision. Documentation: how-to-managed-network.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.services.ml_errors import bad_request, validation_error
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

MODES = ("Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound")
"""From open to closed; a workspace goes to the right only."""

RULES = {"fqdn": "FQDN", "privateendpoint": "PrivateEndpoint", "servicetag": "ServiceTag"}

_SERVICE_TAGS = (
    "AzureActiveDirectory", "AzureContainerRegistry", "AzureFrontDoor.FirstParty", "AzureMachineLearning",
    "AzureMonitor", "AzureResourceManager", "BatchNodeManagement", "MicrosoftContainerRegistry",
    "VirtualNetwork",
)  # fmt: skip


def check_network(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """Keep the mode on its one way and the user's rules only.

    Raises ArmError 400: for a way back (documentation how-to-managed-network; code assumed), for a rule of
    the service in a body (azure-ai-ml takes them out since they 'would result in bad request').
    """
    network = body["properties"]["managedNetwork"]
    mode = network["isolationMode"]
    if prior is not None:
        before = prior.properties["managedNetwork"]["isolationMode"]
        if MODES.index(mode) < MODES.index(before):
            raise bad_request(
                f"The isolation mode of a managed network cannot go from {before} back to {mode}."
            )
    rules = network.pop("outboundRules", None) or {}
    if rules and mode == "Disabled":
        raise bad_request("Outbound rules need a managed network; its isolation mode is Disabled.")
    kept = {name: _rule(name, rule, mode) for name, rule in rules.items() if rule is not None}
    network["outboundRules"] = kept


def _rule(name: str, rule: dict[str, Any], mode: str) -> dict[str, Any]:
    if str(rule.get("category") or "UserDefined").lower() != "userdefined":
        raise bad_request(f"The outbound rule '{name}' belongs to the service; a request may not hold it.")
    type_ = RULES.get(str(rule.get("type")).lower())
    if type_ is None:
        raise validation_error(f"The outbound rule '{name}' has the unknown type '{rule.get('type')}'.")
    if type_ == "FQDN" and mode != "AllowOnlyApprovedOutbound":
        # documentation how-to-managed-network: FQDN rules are for the approved mode only; code assumed
        raise bad_request(f"The FQDN rule '{name}' needs the isolation mode AllowOnlyApprovedOutbound.")
    if not rule.get("destination"):
        raise validation_error(f"The outbound rule '{name}' has no destination.")
    return {"type": type_, "destination": rule["destination"], "category": "UserDefined"}


PROVISION = "provisionManagedNetwork"
"""The action, and the verb of its operation."""


def provisioned(workspace: Resource, *, spark: bool) -> None:
    """The network stands from now on (recorded: ``Active``)."""
    workspace.data["network"] = {"spark": spark or _network(workspace).get("spark", False)}


def _network(workspace: Resource) -> dict[str, Any]:
    found: dict[str, Any] = workspace.data.get("network", {})
    return found


def _word(workspace: Resource, *, spark: bool = False) -> str:
    """The status of the network and of what is in it; of Spark's part of it."""
    stands = _network(workspace).get("spark") if spark else "network" in workspace.data
    return "Active" if stands else "Inactive"


def network_answer(workspace: Resource, id: str) -> dict[str, Any]:
    """The network as a GET shows it: what it may still become, its id, its rules."""
    network = workspace.properties["managedNetwork"]
    mode = network["isolationMode"]
    shown: dict[str, Any] = {
        "changeableIsolationModes": list(MODES[MODES.index(mode) + 1 :]),
        "isolationMode": mode,
    }
    if mode == "Disabled":
        return shown
    shown["networkId"] = workspace.properties["workspaceId"]
    rules = {
        name: {**_with_state(workspace, rule), "status": _word(workspace)}
        for name, rule in network.get("outboundRules", {}).items()
    }
    if mode == "AllowOnlyApprovedOutbound":
        rules.update(_required(workspace, id))
    if rules:
        shown["outboundRules"] = rules
    shown["status"] = {
        "status": _word(workspace),
        "sparkReady": bool(_network(workspace).get("spark")),
    }
    return shown


def _with_state(workspace: Resource, rule: dict[str, Any]) -> dict[str, Any]:
    if rule["type"] != "PrivateEndpoint" or not isinstance(rule["destination"], dict):
        return dict(rule)
    destination = {"sparkEnabled": False, **rule["destination"], "sparkStatus": _word(workspace, spark=True)}
    return {**rule, "destination": destination}


def _required(workspace: Resource, id: str) -> dict[str, Any]:
    """Rules that appear by themselves in the approved mode (recorded names)."""
    found: dict[str, Any] = {}
    properties = workspace.properties
    targets = (
        (properties["keyVault"], "vault", False),
        (properties["storageAccount"], "blob", True),
        (properties["storageAccount"], "file", True),
        (id, "amlworkspace", True),
    )
    for target, part, spark in targets:
        destination = {
            "serviceResourceId": target,
            "subresourceTarget": part,
            "sparkEnabled": spark,
            "sparkStatus": _word(workspace, spark=True),
        }
        name = f"__SYS_PE_{target.rpartition('/')[2]}_{part}"
        found[name] = _system(workspace, "PrivateEndpoint", destination)
    for tag in _SERVICE_TAGS:
        destination = {"serviceTag": tag, "protocol": "*", "portRanges": "*"}
        found[f"__SYS_ST_{tag}"] = _system(workspace, "ServiceTag", destination)
    return found


def _system(workspace: Resource, type_: str, destination: dict[str, Any]) -> dict[str, Any]:
    status = _word(workspace)
    return {"type": type_, "destination": destination, "status": status, "category": "Required"}
