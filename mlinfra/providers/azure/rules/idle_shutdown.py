"""AZ-COST-002: clusters that wait long before they give nodes back."""

from __future__ import annotations

from typing import Any

from mlinfra.policy.api import About, Settings, settings_schema
from mlinfra.policy.values import Look, ValueRule, is_


def _waits_long(seconds: Any, settings: Settings) -> bool:
    return isinstance(seconds, int | float) and seconds > settings["max_seconds"]


rule = ValueRule(
    "AZ-COST-002",
    "no idle shutdown",
    About(
        why="An idle node costs as much as a busy one until it is given back.",
        mend="Lower `idle_time_before_scale_down` (seconds); two minutes are az ml's default.",
        schema=settings_schema(
            {
                "max_seconds": {
                    "type": "integer",
                    "minimum": 60,
                    "default": 1800,
                    "description": "How long a node may be idle, in seconds.",
                }
            }
        ),
        sources=(
            "azure-ai-ml: AmlCompute.idle_time_before_scale_down. Instances have no key for it in the "
            "api-version in use: AZ-COST-003 looks for their schedule",
        ),
    ),
    (
        Look(
            "compute",
            ("idle_time_before_scale_down",),
            _waits_long,
            "waits too long before it gives idle nodes back",
            only={("type",): is_("amlcompute")},
        ),
    ),
)
