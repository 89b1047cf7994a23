"""AZ-ROLE-002: roles on a whole subscription, or more."""

from __future__ import annotations

import re
from typing import Any

from mlinfra.policy.api import About, Settings
from mlinfra.policy.values import Look, ValueRule

_WIDE = re.compile(
    r"/|/subscriptions/[^/]+|/providers/Microsoft\.Management/managementGroups/[^/]+", re.IGNORECASE
)


def _is_wide(scope: Any, _: Settings) -> bool:
    return isinstance(scope, str) and _WIDE.fullmatch(scope) is not None


rule = ValueRule(
    "AZ-ROLE-002",
    "roles on a whole subscription",
    About(
        why="A role on a subscription holds for everything in it, what others put there tomorrow included.",
        mend="Give it on the resource, or on the resource group: `scope: ${workspace.main.id}`.",
        sources=("Microsoft cloud security benchmark, PA-7",),
    ),
    (Look("role_assignment", ("scope",), _is_wide, "gives a role on a whole subscription, or more"),),
)
