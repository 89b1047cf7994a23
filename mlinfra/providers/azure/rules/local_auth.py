"""AZ-AUTH-001: services that take keys beside identities."""

from __future__ import annotations

from mlinfra.policy.api import About
from mlinfra.policy.values import Look, ValueRule, is_, is_not

rule = ValueRule(
    "AZ-AUTH-001",
    "local authentication",
    About(
        why="A key is nobody's: it can be copied, it does not expire, and the log does not say who used it.",
        mend="Write `disable_local_auth: true`, and let what sends or reads use its identity.",
        sources=("Microsoft cloud security benchmark, IM-1",),
    ),
    (
        *(
            Look(type_, ("disable_local_auth",), is_not(True), "takes keys beside identities")
            for type_ in ("log_analytics_workspace", "application_insights")
        ),
        Look("arm", ("body", "properties", "disableLocalAuth"), is_(False), "takes keys beside identities"),
    ),
)
