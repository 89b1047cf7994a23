"""What can be asked of a compute beside its own body: its nodes, its keys (specification 2024-04-01)."""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.simulator.kinds import Action
from mlinfra.simulator.services.ml_compute_rules import nodes_of
from mlinfra.simulator.services.ml_errors import user_error
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

_FIRST_PORT = 50000


def _list_nodes(call: Call, compute: Resource) -> Answer:
    """Every node is idle: nothing runs here. That only clusters have nodes to list is assumed."""
    if compute.properties["computeType"] != "AmlCompute":
        raise user_error(call, f"Only an AmlCompute has nodes to list, and '{compute.name}' is none.")
    public = compute.properties["properties"]["enableNodePublicIp"]
    nodes = [
        {
            "nodeId": f"tvmps_{call.ids.fixed('node', compute.id, str(number)).replace('-', '')}_d",
            "privateIpAddress": f"10.0.0.{number + 4}",
            "publicIpAddress": f"203.0.113.{number + 1}" if public else None,
            "port": _FIRST_PORT + number,
            "nodeState": "idle",
            "runId": None,
        }
        for number in range(nodes_of(compute, call.now))
    ]
    return Answer(200, {"nodes": nodes})


def _list_keys(call: Call, compute: Resource) -> Answer:
    """The specification knows secrets of attached computes only (AKS, VirtualMachine, Databricks); status
    and code of the refusal are assumed."""
    kind = compute.properties["computeType"]
    raise user_error(call, f"A compute of type {kind} has no keys that could be listed.")


ACTIONS: Mapping[str, Action] = {
    "listKeys": Action(handler=_list_keys, short="the computes that have keys, attached ones, are not there"),
    "listNodes": Action(handler=_list_nodes, short="every node is idle"),
}
