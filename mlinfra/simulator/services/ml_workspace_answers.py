"""A workspace as it is answered: the keys that the service adds (recordings of 2022 to 2024)."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.clock import stamp
from mlinfra.simulator.services.ml_dependents import has_hierarchy
from mlinfra.simulator.services.ml_networks import network_answer
from mlinfra.simulator.store import Resource, Store
from mlinfra.simulator.world import Call

LACKING = (
    "associatedWorkspaces",
    "encryption",
    "serverlessComputeSettings",
    "serviceManagedResourcesSettings",
    "allowRoleAssignmentOnRG",
)
"""Properties that a list does not show (computed over recorded lists and GETs)."""


def render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """Lay the service's keys around what was sent; nulls and empty texts as recorded.

    A registry that is not there is no key: the recordings that have EnableSoftwareBillOfMaterials, which are
    the latest, agree in that. Older ones had a null or an empty text.
    """
    kept = resource.properties
    location = resource.body["location"]
    made = resource.data.get("made", False)
    shown: dict[str, Any] = {
        "friendlyName": kept.get("friendlyName", ""),
        "description": kept.get("description", ""),
        "storageAccount": kept.get("storageAccount"),
        "keyVault": kept.get("keyVault"),
        "applicationInsights": kept.get("applicationInsights"),
        "hbiWorkspace": kept["hbiWorkspace"],
        "tenantId": kept["tenantId"],
        "imageBuildCompute": kept.get("imageBuildCompute"),
        "provisioningState": resource.state,
        "managedNetwork": network_answer(resource, resource.id),
        "allowRoleAssignmentOnRG": False,
        "v1LegacyMode": kept["v1LegacyMode"],
        "softDeleteEnabled": False,
        "creationTime": stamp(resource.created),
        "notebookInfo": notebook(call, resource) if made else None,
        "storageHnsEnabled": has_hierarchy(call.world, resource),
        "workspaceId": kept["workspaceId"],
        "linkedModelInventoryArmId": None,
        "privateLinkCount": 0,
        "publicNetworkAccess": kept["publicNetworkAccess"],
        "ipAllowlist": [],
        "discoveryUrl": f"https://{location}.api.azureml.ms/discovery",
        "mlFlowTrackingUri": f"azureml://{location}.api.azureml.ms/mlflow/v1.0{resource.id}",
        "serverlessComputeSettings": {
            "serverlessComputeCustomSubnet": None,
            "serverlessComputeNoPublicIP": False,
            **kept.get("serverlessComputeSettings", {}),
        },
        "EnableSoftwareBillOfMaterials": False,
        "sdkTelemetryAppInsightsKey": call.ids.fixed("ml telemetry", location),
        "sasGetterUri": "",
        "enableDataIsolation": kept["enableDataIsolation"],
    }
    for key, value in kept.items():
        if key not in shown:
            shown[key] = value
    if resource.body["kind"] == "Hub":
        shown["associatedWorkspaces"] = [one.id for one in projects_of(call.store, resource)]
    body["etag"] = None
    body["properties"] = shown


def notebook(call: Call, resource: Resource) -> dict[str, Any]:
    """The workspace's notebook resource, as its body and ``prepareNotebook`` show it."""
    id, location = resource.properties["workspaceId"], resource.body["location"]
    short = resource.name.replace("_", "")[:10].lower()
    return {
        "resourceId": call.ids.fixed("notebook", id).replace("-", ""),
        "fqdn": f"ml-{short}-{location}-{id}.{location}.notebooks.azure.net",
        "isPrivateLinkEnabled": False,
        "notebookPreparationError": None,
    }


def projects_of(store: Store, hub: Resource) -> list[Resource]:
    """The projects that name this hub, anywhere in its subscription."""
    subscription = "/".join(hub.id.split("/")[:3])
    return [
        one
        for one in store.under(subscription, hub.type)
        if one.properties.get("hubResourceId", "").lower() == hub.id.lower()
    ]


def listed(call: Call, body: dict[str, Any]) -> None:
    """Take away what lists lack."""
    for key in LACKING:
        body["properties"].pop(key, None)
