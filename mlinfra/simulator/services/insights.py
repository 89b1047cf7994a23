"""Microsoft.Insights: Application Insights components.

Wire facts: the REST specification 2020-02-02 and recordings of the application-insights extension of
azure-cli (ids in lower case, ``Retention`` only after an update).
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Accept, Immutable, Kind, Names, Service
from mlinfra.simulator.services.insights_purge import PURGE
from mlinfra.simulator.services.loganalytics import WORKSPACE, plain_workspace
from mlinfra.simulator.services.resources import GROUP
from mlinfra.simulator.shapes import Bool, Number, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.world import Call, World

VERSIONS = ("2020-02-02", "2020-02-02-preview", "2018-05-01-preview", "2015-05-01")

USUAL = 90
"""Days of retention when nothing is said; ``Retention`` shows it only after an update (R)."""

RETENTION = (30, 60, 90, 120, 180, 270, 365, 550, 730)


def _bad(path: str, value: Any) -> ArmError:
    name = path.rpartition(".")[2]
    return ArmError(400, "BadRequest", f"The value '{value}' of '{name}' is not valid.", target=path)


def _word(*among: str) -> Text:
    return Text(among=among, refuse=_bad)


def _required(path: str) -> ArmError:
    return ArmError(400, "BadRequest", f"The '{path.rpartition('.')[2]}' is required.", target=path)


_SHAPE = Object(
    {
        "kind": Text(),
        "properties": Object(
            {
                "Application_Type": _word(
                    "web", "other", "java", "MobileCenter", "phone", "store", "ios", "Node.JS"
                ),
                "Flow_Type": _word("Bluefield"),
                "Request_Source": _word("rest"),
                "HockeyAppId": Text(),
                "SamplingPercentage": Number(0, 100, whole=False, refuse=_bad),
                "RetentionInDays": Number(among=RETENTION, refuse=_bad),
                "DisableIpMasking": Bool(),
                "ImmediatePurgeDataOn30Days": Bool(),
                "WorkspaceResourceId": Text(),
                "publicNetworkAccessForIngestion": _word("Enabled", "Disabled"),
                "publicNetworkAccessForQuery": _word("Enabled", "Disabled"),
                "IngestionMode": _word(
                    "LogAnalytics", "ApplicationInsights", "ApplicationInsightsWithDiagnosticSettings"
                ),
                "DisableLocalAuth": Bool(),
                "ForceCustomerStorageForProfiler": Bool(),
            }
        ),
    },
    required=("kind",),
    refuse=_required,
)


def _type_changed(call: Call, old: Any, new: Any) -> ArmError:
    """Specification: Application_Type, x-ms-mutability create and read; the code is assumed."""
    text = f"The Application_Type of '{call.path.name}' is '{old}' and cannot be changed to '{new}'."
    return ArmError(400, "BadRequest", text)


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    workspace = properties.get("WorkspaceResourceId")
    if workspace is not None:
        path = parse(workspace)
        known = path.type == "microsoft.operationalinsights/workspaces" and path.item
        if not known or not call.store.exists(path.text):
            text = f"The workspace '{workspace}' of the component could not be found."
            raise ArmError(400, "BadRequest", text)
    if properties["RetentionInDays"] != USUAL or prior is not None:
        properties["Retention"] = f"P{properties['RetentionInDays']}D"
    properties["IngestionMode"] = "LogAnalytics"
    if prior is not None:
        return
    id, region = canonical_id(call, COMPONENTS), body["location"]
    key, app = call.ids.guid("instrumentation", id), call.ids.guid("application", id)
    properties.update(
        ApplicationId=call.path.name,
        AppId=app,
        InstrumentationKey=key,
        ConnectionString=(
            f"InstrumentationKey={key};"
            f"IngestionEndpoint=https://{region}-0.in.applicationinsights.azure.com/;"
            f"LiveEndpoint=https://{region}.livediagnostics.monitor.azure.com/;ApplicationId={app}"
        ),
        Name=call.path.name,
        CreationDate=f"{moment(call.now):%Y-%m-%dT%H:%M:%S.%f}0+00:00",
        TenantId=call.path.subscription,
        Ver="v2",
    )


def _created(call: Call, resource: Resource) -> None:
    """Without a workspace the service makes one in a group of its own (R: recordings of April 2025)."""
    properties = resource.properties
    if properties.get("WorkspaceResourceId"):
        return
    location, subscription = resource.body["location"], call.path.subscription
    group = f"ai_{resource.name.lower()}_{properties['AppId']}_managed"
    group_id = f"/subscriptions/{subscription}/resourceGroups/{group}"
    name = f"managed-{resource.name}-ws"
    home = Resource(
        id=group_id,
        type=GROUP,
        name=group,
        state="Succeeded",
        body={"location": location, "managedBy": resource.id, "properties": {}},
        created=call.now,
        changed=call.now,
    )
    call.store.put(home)
    workspace = f"{group_id}/providers/{WORKSPACE}/{name}"
    call.store.put(plain_workspace(call, workspace, name, location))
    properties["WorkspaceResourceId"] = workspace
    resource.data["managed"] = group_id
    call.store.put(resource)


def _deleted(world: World, resource: Resource) -> None:
    """The group that the service made goes with the component."""
    group = world.store.get(resource.data.get("managed", ""))
    if group is not None:
        world.remove(group)


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    body["properties"].setdefault("SamplingPercentage", None)


COMPONENTS = Kind(
    type="Microsoft.Insights/components",
    api_versions=VERSIONS,
    short={"*": "no telemetry is ever received"},
    refused=("ApiKeys", "currentbillingfeatures", "exportconfiguration", "linkedStorageAccounts"),
    names=Names(pattern=re.compile(r"[-\w._()]{0,254}[-\w_()]")),
    shape=_SHAPE,
    envelope=("kind",),
    defaults={
        "properties": {
            "Application_Type": "web",
            "Flow_Type": "Bluefield",
            "Request_Source": "rest",
            "RetentionInDays": USUAL,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        }
    },
    computed=tuple(
        ("properties", key)
        for key in (
            "ApplicationId", "AppId", "InstrumentationKey", "ConnectionString", "Name", "CreationDate",
            "TenantId", "Ver", "Retention", "LaMigrationDate", "HockeyAppToken", "provisioningState",
            "PrivateLinkScopedResources",
        )
    ),
    immutable=(
        Immutable(path=("properties", "Application_Type"), error=_type_changed),
        # can be changed, never taken away
        Immutable(path=("properties", "WorkspaceResourceId"), error=_type_changed, same=lambda a, b: True),
    ),
    create=Accept(status=200),
    patch_keys=("tags",),
    id_type="microsoft.insights/components",
    etag="body",
    prepare=_prepare,
    created=_created,
    deleted=_deleted,
    render=_render,
    actions={"purge": PURGE},
)  # fmt: skip

SERVICE = Service(namespace="Microsoft.Insights", kinds=(COMPONENTS,))
