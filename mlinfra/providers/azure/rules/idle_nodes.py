"""AZ-COST-001: clusters that never go down to nothing."""

from __future__ import annotations

from typing import Any

from mlinfra.policy.api import About, Settings, settings_schema
from mlinfra.policy.values import Look, ValueRule


def _keeps_nodes(nodes: Any, settings: Settings) -> bool:
    return isinstance(nodes, int) and nodes > settings["max"]


rule = ValueRule(
    "AZ-COST-001",
    "nodes that are never given back",
    About(
        why="Nodes of `min_instances` are paid for day and night, whether a job runs or not.",
        mend="Write `min_instances: 0`: the cluster grows when a job waits, which takes some minutes.",
        schema=settings_schema(
            {
                "max": {
                    "type": "integer",
                    "minimum": 0,
                    "default": 0,
                    "description": "How many nodes may always be there.",
                }
            }
        ),
        sources=("Checkov CKV_AZURE_150 looks for the same",),
    ),
    (Look("compute", ("min_instances",), _keeps_nodes, "always keeps nodes"),),
)
