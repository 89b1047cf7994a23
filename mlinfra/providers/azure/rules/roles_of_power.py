"""AZ-ROLE-001: roles that may do everything, or give themselves everything."""

from __future__ import annotations

from typing import Any

from mlinfra.policy.api import TEXTS, About, Settings, settings_schema
from mlinfra.policy.values import Look, ValueRule


def _is_listed(role: Any, settings: Settings) -> bool:
    return isinstance(role, str) and role.casefold() in {each.casefold() for each in settings["roles"]}


def _allows_all(actions: Any, _: Settings) -> bool:
    return isinstance(actions, list) and any(
        action in ("*", "Microsoft.Authorization/*") for action in actions if isinstance(action, str)
    )


rule = ValueRule(
    "AZ-ROLE-001",
    "roles that may do everything",
    About(
        why="Who owns a scope may delete it, read every secret in it, and give others the same rights.",
        mend="Give the role that the work needs: `AzureML Data Scientist`, `Storage Blob Data Contributor`, "
        "`AcrPull`, or a `role_definition` of your own that lists its actions.",
        schema=settings_schema(
            {
                "roles": {
                    **TEXTS,
                    "default": [
                        "Owner",
                        "User Access Administrator",
                        "Role Based Access Control Administrator",
                    ],
                    "description": "Built-in roles by name, others by their GUID.",
                }
            }
        ),
        sources=("Microsoft cloud security benchmark, PA-7", "Azure's list of privileged built-in roles"),
    ),
    (
        Look("role_assignment", ("role",), _is_listed, "gives a role that may do everything"),
        Look("role_definition", ("actions",), _allows_all, "is a role that may do everything"),
    ),
)
