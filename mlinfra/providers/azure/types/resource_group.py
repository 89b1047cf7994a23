"""``resource_group``: Microsoft.Resources/resourceGroups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mlinfra.model.value import Attrs
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.types.base import ArmType, location, subscription, tags
from mlinfra.providers.azure.types.schema import Property, computed, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_SOURCE = "S 2024-03-01; T/resource/resource_group_resource.go"

_MADE_BY_AZURE = frozenset({"microsoft.alertsmanagement/smartdetectoralertrules"})
"""Azure adds these to a group by itself, and again after a deletion
(I:hashicorp/terraform-provider-azurerm#10563)."""

_SMART_DETECTION = "application insights smart detection"
"""The action group that comes with the first smart-detector rule (same source)."""


class ResourceGroup(ArmType):
    """A resource group. All that lives in it dies with it."""

    name = "resource_group"
    resource_type = "Microsoft.Resources/resourceGroups"
    words: Mapping[str, Any] = {
        "title": "Resource group",
        "description": "What everything else lives in.",
        "x-owner-tag": "tags",
        "x-seconds": {"create": 2, "update": 2, "delete": 60},
        "x-example": {"name": "rg-example", "location": "westeurope", "tags": {"team": "churn"}},
        "x-example-update": {"tags": {"team": "forecast"}},
        "x-example-immutable": {"location": "northeurope"},
    }
    properties = (
        Property("id", "id", computed(x_id=True, description="The group's id in Azure."), _SOURCE),
        Property(
            "name",
            "",
            text(
                minLength=1,
                maxLength=90,
                pattern=r"^[-\w.()]*[-\w()]$",
                x_hint="Letters, digits, - _ . ( ) and no . at the end; at most 90.",
                description="Unique in the subscription, whatever the case.",
                x_immutable=True,
                x_case_insensitive=True,
            ),
            _SOURCE,
        ),
        subscription(_SOURCE, "settings.subscription"),
        location(_SOURCE),
        tags(_SOURCE),
        Property(
            "managed_by",
            "managedBy",
            text(description="The id of the resource that manages this group.", x_id=True),
            _SOURCE,
        ),
    )

    def identify(self, attrs: Attrs) -> str | None:
        """``/subscriptions/S/resourceGroups/NAME``."""
        subscription, name = attrs.get("subscription"), attrs.get("name")
        return ids.group_id(subscription, name) if subscription and name else None

    def id_attributes(self, id: str) -> Attrs:
        """Subscription and name."""
        return {"name": ids.name_of(id), "subscription": ids.subscription_of(id)}

    def listing(self, id: str) -> tuple[str, Mapping[str, str]] | None:
        """All groups of the subscription."""
        return f"/subscriptions/{ids.subscription_of(id)}/resourcegroups", {}

    def children(self, conn: AzureConnection, id: str) -> Iterable[str]:
        """What people put into the group: not what Azure adds by itself, what another resource manages, what
        lies beneath something else in it, or what is on its way out (``/resources`` shows that for minutes).

        Raises ProviderError.
        """
        found: dict[str, str] = {}
        for item in conn.arm.list(f"{id}/resources", self.api_version, {"$expand": "provisioningState"}):
            child = item.get("id")
            if isinstance(child, str) and _made_by_people(item):
                found.setdefault(ids.key(child), child)
        return [child for key, child in found.items() if not _beneath_another(key, found)]


def _made_by_people(item: Mapping[str, Any]) -> bool:
    kind = str(item.get("type", "")).lower()
    name = str(item.get("name", "")).lower()
    if kind in _MADE_BY_AZURE or (kind == "microsoft.insights/actiongroups" and name == _SMART_DETECTION):
        return False
    return not item.get("managedBy") and item.get("provisioningState") not in ("Deleting", "Deleted")


def _beneath_another(key: str, found: Mapping[str, str]) -> bool:
    parent = key
    while parent.count("/") > 4:  # /subscriptions/S/resourcegroups/G is no child of its own
        parent = parent.rpartition("/")[0]
        if parent in found:
            return True
    return False
