"""What every call of a type gets: the client, the settings, and what was asked once for all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlinfra.providers.azure.errors import AzureError
from mlinfra.providers.azure.versions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from mlinfra.providers.azure.arm import Arm


class AzureConnection:
    """A connection to one cloud, as one principal. Thread-safe."""

    def __init__(self, arm: Arm, settings: Mapping[str, Any]) -> None:
        self.arm = arm
        self.settings = settings
        self._lock = threading.Lock()
        self._tenants: dict[str, str] = {}

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.arm.requests

    def tenant_of(self, subscription: str) -> str:
        """The tenant that a subscription belongs to; asked once, or taken from the settings.

        Raises ProviderError.
        """
        if self.settings.get("tenant"):
            return str(self.settings["tenant"])
        with self._lock:
            known = self._tenants.get(subscription.lower())
            if known is None:
                answer = self.arm.send("GET", f"/subscriptions/{subscription}", SUBSCRIPTIONS)
                known = (answer.body or {}).get("tenantId")
                if not known:
                    raise AzureError("MLI-AZ-SUBSCRIPTION", f"subscription {subscription} names no tenant")
                self._tenants[subscription.lower()] = known
            return known

    def close(self) -> None:
        """Let go of the connections."""
        self.arm.close()
