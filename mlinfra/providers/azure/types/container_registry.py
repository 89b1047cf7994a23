"""``container_registry``: Microsoft.ContainerRegistry/registries.

A new one is 201 with ``Azure-AsyncOperation`` (R:az, 2023-11-01-preview); an update is a PATCH (R, 35 times;
how a PUT on an existing one answers is not recorded). Network keys need sku Premium.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.network import network_rules
from mlinfra.providers.azure.types.schema import OPEN, Property, choice, computed, flag

_S = "S 2023-07-01"
_T = "T/containers/container_registry_resource.go"

_NAME = {
    "pattern": "^[a-zA-Z0-9]{5,50}$",
    "description": "Unique in the world; in small letters it is part of the registry's address.",
    "x-hint": "5 to 50 letters and digits.",
}


_READ_ONLY = (
    "sku.tier",
    *(
        f"properties.{name}"
        for name in (
            "anonymousPullEnabled",
            "creationDate",
            "dataEndpointHostNames",
            "privateEndpointConnections",
            "status",
        )
    ),
)
"""What answers have and a PUT does not take: readOnly in S 2023-07-01. ``anonymousPullEnabled`` is answered
(R:az) and is in previews alone."""


class ContainerRegistry(ArmType):
    """A container registry. Updated by PATCH; one whose creation failed is put again."""

    name = "container_registry"
    resource_type = "Microsoft.ContainerRegistry/registries"
    update_method = "PATCH"
    read_only = _READ_ONLY
    words: Mapping[str, Any] = {
        "title": "Container registry",
        "description": "Where container images are kept.",
        "x-owner-tag": "tags",
        "x-data": "all images in it, and its tokens and webhooks",
        "x-serves": "nothing can be started from its images",
        "x-seconds": {"create": 8, "update": 3, "delete": 5},
        "x-example": {"name": "crmlinfraexample", "sku": "Basic", "tags": {"team": "churn"}},
        "x-example-update": {"sku": "Standard"},
        "x-example-immutable": {"name": "crmlinfraexample2"},
    }
    properties = (
        *common(_NAME, f"{_S}; {_T}"),
        Property(
            "sku",
            "sku.name",
            choice(
                "Basic",
                "Standard",
                "Premium",
                description="What it can do and costs; Premium has firewalls and zones.",
            ),
            f"{_T}; R:sdk test_classic_registry (Classic is refused)",
            required=True,
        ),
        Property(
            "admin_enabled",
            "properties.adminUserEnabled",
            flag(default=False, description="Whether its admin user and password open it."),
            _S,
            absent=False,
        ),
        Property(
            "public_network_access",
            "properties.publicNetworkAccess",
            choice(
                "Enabled",
                "Disabled",
                description="Whether the internet reaches it (Disabled: Premium only).",
                x_exposes=OPEN,
            ),
            f"{_S}, {_T}",
            absent="Enabled",
        ),
        network_rules(_T, path="properties.networkRuleSet", subnets=False),
        Property(
            "network_rule_bypass",
            "properties.networkRuleBypassOptions",
            choice("AzureServices", "None", description="Whether services of Azure itself are let in."),
            _S,
            absent="AzureServices",
        ),
        Property(
            "zone_redundancy",
            "properties.zoneRedundancy",
            choice("Enabled", "Disabled", description="Copies in several zones (Premium).", x_immutable=True),
            f"{_T} (ForceNew)",
            create_only=True,
            absent="Disabled",
        ),
        Property(
            "data_endpoint_enabled",
            "properties.dataEndpointEnabled",
            flag(description="A data endpoint for each region (Premium)."),
            _T,
            absent=False,
        ),
        Property(
            "login_server",
            "properties.loginServer",
            computed(description="The name to log in to and pull from."),
            "R:az",
        ),
    )
