"""AZ-NET-001: what can be reached from the internet."""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.model.value import Path
from mlinfra.policy.api import About
from mlinfra.policy.values import Look, Test, ValueRule, is_, is_not

_ACCESS = ("public_network_access",)
_OPEN = "is reachable from the internet"
_CLOSED_BY_DEFAULT: Mapping[Path, Test] = {("network_rules", "default_action"): is_("Deny")}
"""Open only to networks that are listed."""

rule = ValueRule(
    "AZ-NET-001",
    "public network access",
    About(
        why="Whoever gets hold of a token or a key can use it from anywhere; with the network closed they "
        "also have to be inside. Left out, Azure leaves the network open.",
        mend="Write `public_network_access: Disabled` and reach it by a private endpoint; where the type has "
        "`network_rules`, `default_action: Deny` with the networks that may is enough. Of logs: "
        "`public_network_access_for_ingestion` and `public_network_access_for_query`.",
        sources=(
            "Microsoft cloud security benchmark, NS-2",
            "Checkov CKV_AZURE_139, 144 and 189 look for the same",
        ),
    ),
    (
        Look("workspace", _ACCESS, is_not("Disabled"), _OPEN),
        Look("storage_account", _ACCESS, is_not("Disabled"), _OPEN, unless=_CLOSED_BY_DEFAULT),
        Look("key_vault", _ACCESS, is_not("Disabled"), _OPEN, unless=_CLOSED_BY_DEFAULT),
        Look("container_registry", _ACCESS, is_not("Disabled"), _OPEN, unless=_CLOSED_BY_DEFAULT),
        *(
            Look(type_, (f"public_network_access_for_{what}",), is_not("Disabled"), says)
            for type_ in ("log_analytics_workspace", "application_insights")
            for what, says in (
                ("ingestion", "takes in logs from the internet"),
                ("query", "can be queried from the internet"),
            )
        ),
        Look("arm", ("body", "properties", "publicNetworkAccess"), is_("Enabled"), _OPEN),
    ),
)
