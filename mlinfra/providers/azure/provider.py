"""The provider ``azure``: its settings, its types, and how a connection is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlinfra.clouds import CLOUDS
from mlinfra.providers.api import ResourceType
from mlinfra.providers.azure.connection import AzureConnection
from mlinfra.providers.azure.errors import AzureError
from mlinfra.providers.azure.types import all_types

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline.transport import HttpTransport

    from mlinfra.model.clock import Clock
    from mlinfra.providers.azure.budget import Budget

GUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

SETTINGS: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Azure",
    "description": "Where the resources of the stack live.",
    "type": "object",
    "properties": {
        "subscription": {
            "type": "string",
            "pattern": GUID,
            "description": "The id of the subscription; `az account show --query id` prints the one in use.",
        },
        "location": {
            "type": "string",
            "minLength": 1,
            "description": "The region of resources that say none, such as westeurope.",
        },
        "resource_group": {
            "type": "string",
            "minLength": 1,
            "description": "The group of resources that say none, where the stack declares no group itself.",
        },
        "cloud": {
            "enum": list(CLOUDS),
            "default": "public",
            "description": "Which Azure; `simulator` is one inside mlinfra, free of charge.",
        },
        "tenant": {
            "type": "string",
            "pattern": GUID,
            "description": "The tenant to sign in to, where it is not the usual one.",
        },
    },
    "additionalProperties": False,
}
"""JSON Schema of what stands under ``azure:``."""


@dataclass(frozen=True)
class AzureProvider:
    """Azure as a provider.

    ``transport`` and ``credential`` are given for the simulator and in tests; left out, they are the network
    and whoever is signed in. ``budget`` is what the connections of a process share; without it each has its
    own, on ``clock``, and with neither nothing is held back.
    """

    name: str = "azure"
    settings_schema: Mapping[str, Any] = field(default_factory=lambda: SETTINGS)
    types: Mapping[str, ResourceType[AzureConnection]] = field(default_factory=all_types)
    transport: HttpTransport[Any, Any] | None = None
    credential: TokenCredential | None = None
    clock: Clock | None = None
    budget: Budget | None = None

    def connect(self, settings: Mapping[str, Any]) -> AzureConnection:
        """A connection with these settings; nothing is asked of Azure yet.

        Raises ProviderError when the settings name no subscription or an unknown cloud, and when the
        simulator is wanted without its transport.
        """
        cloud = CLOUDS.get(str(settings.get("cloud") or "public"))
        if cloud is None:
            raise AzureError(
                "MLI-AZ-CLOUD",
                f"there is no cloud {settings['cloud']!r}",
                path=("cloud",),
                hint=f"Take one of {', '.join(CLOUDS)}.",
                sent=False,
            )
        if not settings.get("subscription"):
            raise AzureError(
                "MLI-AZ-SUBSCRIPTION",
                "the stack names no Azure subscription",
                path=("subscription",),
                hint="Write `azure: {subscription: …}`, best from a variable (`${var.subscription}`). "
                "`az account show --query id` prints the id of the one in use.",
                sent=False,
            )
        if cloud.authority is None and (self.transport is None or self.credential is None):
            raise AzureError(
                "MLI-AZ-CLOUD",
                f"the cloud {cloud.name!r} is not at hand here",
                path=("cloud",),
                hint="The command line wires it in; a program gives the provider transport and credential.",
                sent=False,
            )
        from mlinfra.providers.azure.arm import Arm, pooled_transport
        from mlinfra.providers.azure.budget import Budget
        from mlinfra.signin import default_credential

        credential = self.credential or default_credential(cloud, settings.get("tenant"))
        transport = self.transport or pooled_transport()
        budget = self.budget or (Budget(self.clock) if self.clock is not None else None)
        arm = Arm(cloud.endpoint, credential, (cloud.scope,), transport, budget)
        return AzureConnection(arm, dict(settings), credential, transport)

    def describe(self, settings: Mapping[str, Any]) -> Mapping[str, str]:
        """The cloud, and the location and subscription where they are known."""
        shown = {"cloud": str(settings.get("cloud") or "public")}
        for name in ("location", "subscription"):
            if settings.get(name):
                shown[name] = str(settings[name])
        return shown
