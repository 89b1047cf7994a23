"""AZ-COST-003: instances that nobody stops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.policy.api import About, Settings
from mlinfra.policy.values import Look, ValueRule, is_


def _never_stops(schedules: Any, _: Settings) -> bool:
    entries = schedules if isinstance(schedules, list) else []
    return not any(isinstance(each, Mapping) and each.get("action") == "stop" for each in entries)


rule = ValueRule(
    "AZ-COST-003",
    "an instance without a schedule",
    About(
        why="A compute instance that somebody forgot runs, and is paid for, until somebody stops it.",
        mend='Write `schedules: {compute_start_stop: [{action: stop, trigger: {type: cron, expression: "0 19 '
        '* * *"}}]}`.',
        sources=("azure-ai-ml: ComputeInstance.schedules",),
    ),
    (
        Look(
            "compute",
            ("schedules", "compute_start_stop"),
            _never_stops,
            "is never stopped by a schedule",
            only={("type",): is_("computeinstance")},
        ),
    ),
)
