"""``log_analytics_workspace``: Microsoft.OperationalInsights/workspaces.

No operation to poll: read until ``Succeeded`` (R, 17 times). A deleted one is kept for 14 days and comes
back, configuration and data, when it is created again under its name in its group (R:az
test_monitor_log_analytics_workspace_recover).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.model.value import Attrs
from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.schema import OPEN, Property, choice, computed, flag, integer, number

_S = "S 2023-09-01"
_T = "T/loganalytics/log_analytics_workspace_resource.go"

_NAME = {
    "pattern": "^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$",
    "description": "Unique in its group, and among deleted ones that are still kept.",
    "x-hint": "4 to 63 letters, digits and hyphens; no hyphen first or last.",
}


class LogAnalyticsWorkspace(ArmType):
    """A Log Analytics workspace."""

    name = "log_analytics_workspace"
    resource_type = "Microsoft.OperationalInsights/workspaces"
    read_only = (
        "properties.createdDate",
        "properties.modifiedDate",
        "properties.privateLinkScopedResources",
        "properties.sku.lastSkuUpdate",
        "properties.workspaceCapping.quotaNextResetTime",
        "properties.workspaceCapping.dataIngestionStatus",
        "properties.features.unifiedSentinelBillingOnly",
    )
    words: Mapping[str, Any] = {
        "title": "Log Analytics workspace",
        "description": "Where logs and metrics are gathered and searched.",
        "x-owner-tag": "tags",
        "x-soft-delete": True,
        "x-data": "all logs in it",
        "x-seconds": {"create": 6, "update": 3, "delete": 5},
        "x-example": {"name": "log-mlinfra-example", "tags": {"team": "churn"}},
        "x-example-update": {"retention_in_days": 60},
        "x-example-immutable": {"location": "northeurope"},
    }
    properties = (
        *common(_NAME, f"{_S}; {_T}"),
        Property(
            "sku",
            "properties.sku.name",
            choice(
                "PerGB2018",
                "CapacityReservation",
                "LACluster",
                "Free",
                "PerNode",
                "Standalone",
                default="PerGB2018",
                description="How it is paid for.",
                x_case_insensitive=True,
                x_in_place=[["PerGB2018", "CapacityReservation"]],
            ),
            f"{_T}, {_S}",
        ),
        Property(
            "reservation_gb_per_day",
            "properties.sku.capacityReservationLevel",
            {
                "enum": [100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000],
                "description": "What is reserved (sku CapacityReservation); locked for 31 days once changed.",
            },
            f"{_S}, {_T}",
        ),
        Property(
            "retention_in_days",
            "properties.retentionInDays",
            integer(
                minimum=7,
                maximum=730,
                description="How long logs are kept: 30 to 730 (Free: 7); left out: 30.",
            ),
            _T,
        ),
        Property(
            "daily_quota_gb",
            "properties.workspaceCapping.dailyQuotaGb",
            number(
                minimum=-1, description="Take no more logs in after this many gigabytes a day; -1: no end."
            ),
            f"{_S} (default -1)",
            absent=-1,
        ),
        Property(
            "public_network_access_for_ingestion",
            "properties.publicNetworkAccessForIngestion",
            choice(
                "Enabled",
                "Disabled",
                description="Whether logs may come in from the internet.",
                x_exposes=OPEN,
            ),
            f"B, {_T}",
            absent="Enabled",
        ),
        Property(
            "public_network_access_for_query",
            "properties.publicNetworkAccessForQuery",
            choice(
                "Enabled",
                "Disabled",
                description="Whether it can be searched from the internet.",
                x_exposes=OPEN,
            ),
            f"B, {_T}",
            absent="Enabled",
        ),
        Property(
            "disable_local_auth",
            "properties.features.disableLocalAuth",
            flag(description="Whether only Entra ID opens it, not the shared keys."),
            "B",
            absent=False,
        ),
        Property(
            "customer_id",
            "properties.customerId",
            computed(description="The workspace id that agents and queries use."),
            _S,
        ),
    )

    def delete_query(self, prior: Attrs | None, coming: Attrs | None) -> Mapping[str, str]:
        """For good where another takes the name: else a creation within 14 days brings back the old one with
        its old configuration (R:az test_monitor_log_analytics_workspace_recover)."""
        return {"force": "true"} if coming is not None else {}
