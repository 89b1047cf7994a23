"""AZ-AUTH-002: a registry's admin user."""

from __future__ import annotations

from mlinfra.policy.api import About
from mlinfra.policy.values import Look, ValueRule, is_

_SAYS = "has its admin user on"

rule = ValueRule(
    "AZ-AUTH-002",
    "admin user of a registry",
    About(
        why="The admin user is one account with two passwords that may push and pull everything, shared by "
        "whoever knows them.",
        mend="Take `admin_enabled: true` out; give identities AcrPull or AcrPush instead.",
        sources=("Checkov CKV_AZURE_137 looks for the same",),
    ),
    (
        Look("container_registry", ("admin_enabled",), is_(True), _SAYS),
        Look("arm", ("body", "properties", "adminUserEnabled"), is_(True), _SAYS),
    ),
)
