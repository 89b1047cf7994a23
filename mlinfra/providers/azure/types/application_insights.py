"""``application_insights``: Microsoft.Insights/components.

Everything is synchronous. Ids are always answered as ``microsoft.insights/components`` (R:ext). Minutes after
the creation Azure adds a smart-detector rule and an action group to the group by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.model.value import Attrs
from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.schema import OPEN, Property, choice, computed, flag, number, reference

_S = "S 2020-02-02"
_T = "T/applicationinsights/application_insights_resource.go"

_NAME = {
    "pattern": r"^[-\w.()]{0,254}[-\w()]$",
    "description": "Unique in its group.",
    "x-hint": "1 to 255 letters, digits, - _ . ( ) and no . at the end.",
}


class ApplicationInsights(ArmType):
    """An Application Insights component, of kind web."""

    name = "application_insights"
    resource_type = "Microsoft.Insights/components"
    read_only = (
        "properties.AppId",
        "properties.Name",
        "properties.CreationDate",
        "properties.TenantId",
        "properties.Ver",
        "properties.Retention",
        "properties.LaMigrationDate",
        "properties.HockeyAppToken",
        "properties.PrivateLinkScopedResources",
    )
    words: Mapping[str, Any] = {
        "title": "Application Insights",
        "description": "Watches services: requests, failures, traces.",
        "x-owner-tag": "tags",
        "x-seconds": {"create": 3, "update": 3, "delete": 3},
        "x-example": {
            "name": "appi-mlinfra-example",
            "log_analytics_workspace": "${log_analytics_workspace.main.id}",
            "tags": {"team": "churn"},
        },
        "x-example-update": {"sampling_percentage": 50},
        "x-example-immutable": {"application_type": "other"},
    }
    properties = (
        *common(_NAME, f"{_S}; {_T}; microsoft/PSRule.Rules.Azure Azure.AppInsights.Naming"),
        Property(
            "application_type",
            "properties.Application_Type",
            choice(
                "web",
                "other",
                default="web",
                description="What it watches.",
                x_immutable=True,
                x_case_insensitive=True,
            ),
            f"{_T} (ForceNew), {_S} (x-ms-mutability)",
        ),
        Property(
            "log_analytics_workspace",
            "properties.WorkspaceResourceId",
            reference(
                "log_analytics_workspace",
                description="Where its data is kept; once set it can be another one, but never none.",
            ),
            _T,
        ),
        Property(
            "retention_in_days",
            "properties.RetentionInDays",
            {
                "enum": [30, 60, 90, 120, 180, 270, 365, 550, 730],
                "description": "How long data is kept; left out: 90.",
            },
            f"{_S}, {_T}",
        ),
        Property(
            "sampling_percentage",
            "properties.SamplingPercentage",
            number(minimum=0, maximum=100, description="How much of what comes in is kept."),
            f"{_T} (null means 100)",
            absent=100,
        ),
        Property(
            "disable_ip_masking",
            "properties.DisableIpMasking",
            flag(description="Whether the addresses of callers are kept whole."),
            f"{_S}, {_T}",
            absent=False,
        ),
        Property(
            "disable_local_auth",
            "properties.DisableLocalAuth",
            flag(description="Whether only Entra ID may send data, not the instrumentation key."),
            f"{_S}, {_T}",
            absent=False,
        ),
        Property(
            "public_network_access_for_ingestion",
            "properties.publicNetworkAccessForIngestion",
            choice(
                "Enabled",
                "Disabled",
                description="Whether data may come in from the internet.",
                x_exposes=OPEN,
            ),
            _S,
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
            _S,
            absent="Enabled",
        ),
        Property(
            "instrumentation_key",
            "properties.InstrumentationKey",
            computed(description="The key under which services send data.", x_sensitive=True),
            "R:ext test_component (a plain GET shows it; treated as a secret all the same)",
        ),
        Property(
            "connection_string",
            "properties.ConnectionString",
            computed(description="Where services send data, key included.", x_sensitive=True),
            "R:ext test_component (a plain GET shows it; treated as a secret all the same)",
        ),
        Property(
            "application_id",
            "properties.ApplicationId",
            computed(description="The id that queries use."),
            _S,
        ),
    )

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """A new component needs a ``kind``; its word means nothing more than the application type (S)."""
        body = super().to_body(desired, update=update)
        return body if update else {"kind": "web", **body}
