"""What every call of a type gets: the client, the settings, and what was asked once for all.

For storage, which is not behind ARM, also the credential and the transport themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.providers.api import Admission
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.errors import AzureError
from mlinfra.providers.azure.versions import API_VERSIONS, SUBSCRIPTIONS, newest

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline.transport import HttpTransport

    from mlinfra.providers.azure.arm import Arm


class AzureConnection:
    """A connection to one cloud, as one principal. Thread-safe."""

    def __init__(
        self,
        arm: Arm,
        settings: Mapping[str, Any],
        credential: TokenCredential | None = None,
        transport: HttpTransport[Any, Any] | None = None,
    ) -> None:
        self.arm = arm
        self.settings = settings
        self.credential = credential
        self.transport = transport
        self._lock = threading.Lock()
        self._uploads = 0
        self._tenants: dict[str, str] = {}
        self._versions: dict[str, dict[str, str]] = {}

    @property
    def requests(self) -> int:
        """How many requests were sent, to ARM and to storage."""
        return self.arm.requests + self._uploads

    def admission(self, op: Op | None, id: str) -> Admission | None:
        """Leave for what one ``begin`` or ``resume`` sends; see `Paced`."""
        if self.arm.budget is None:
            return None
        subscription = ids.subscription_of(id) if id else self.settings.get("subscription")
        return self.arm.budget.admission(self.arm.place(subscription), op)

    def count(self) -> None:
        """Count a request that was sent to storage."""
        with self._lock:
            self._uploads += 1

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

    def version_of(self, resource_type: str, subscription: str) -> str:
        """The newest api-version of a type, a stable one where there is any; a namespace is asked once.

        Raises ProviderError for a type that Azure does not have.
        """
        namespace, _, rest = resource_type.partition("/")
        with self._lock:
            known = self._versions.get(namespace.lower())
            if known is None:
                path = f"/subscriptions/{subscription}/providers/{namespace}"
                answer = self.arm.send("GET", path, API_VERSIONS["Microsoft.Resources"])
                known = {
                    str(each.get("resourceType")).lower(): newest(each.get("apiVersions") or ())
                    for each in (answer.body or {}).get("resourceTypes") or ()
                }
                self._versions[namespace.lower()] = known
        found = known.get(rest.lower())
        if not found:
            raise AzureError("MLI-AZ-TYPE", f"Azure has no resource type {resource_type}", path=("type",))
        return found

    def close(self) -> None:
        """Let go of the connections."""
        self.arm.close()
