"""Microsoft.OperationalInsights: Log Analytics workspaces.

Wire facts: the REST specification 2023-09-01 and recordings of azure-cli's monitor tests, among them
test_monitor_log_analytics_workspace_recover; SKU and retention rules: terraform-provider-azurerm.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from mlinfra.simulator import identities
from mlinfra.simulator.bodies import fill, fresh_etag
from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Accept, Action, Immutable, Kind, Names, Route, Service
from mlinfra.simulator.paging import paged
from mlinfra.simulator.shapes import Bool, Number, Object, Text
from mlinfra.simulator.store import Deleted, Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import DAY, Call, World

VERSIONS = (
    "2026-03-01", "2025-07-01", "2025-02-01", "2023-09-01", "2022-10-01", "2021-12-01-preview",
    "2021-06-01", "2020-10-01", "2020-08-01", "2020-03-01-preview", "2015-11-01-preview", "2015-03-20",
)  # fmt: skip

WORKSPACE = "Microsoft.OperationalInsights/workspaces"

SINCE_2022 = "2022"
"""Versions before answer ``source`` and have no operations."""

CREATE = 5.0
"""Seconds; recorded with 3 to 8 s."""

KEPT = 14 * DAY
"""Seconds for which a deleted workspace can be brought back (azure-monitor/logs/delete-workspace)."""

LEVELS = (100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000)


def _bad(path: str, value: Any) -> ArmError:
    name = path.rpartition(".")[2]
    return ArmError(400, "InvalidParameter", f"'{name}' property is invalid: '{value}'.", target=path)


def _word(*among: str) -> Text:
    return Text(among=among, refuse=_bad, echo=True)


_PROPERTIES = Object(
    {
        "sku": Object(
            {
                "name": _word(
                    "PerGB2018", "CapacityReservation", "LACluster", "Free", "PerNode", "Standalone",
                    "Standard", "Premium",
                ),
                "capacityReservationLevel": Number(among=LEVELS, refuse=_bad),
            }
        ),
        "source": Text(),
        # R: test_log_analytics_solution sends "30" and is answered 30
        "retentionInDays": Number(7, 730, lenient=True, refuse=_bad),
        "workspaceCapping": Object({"dailyQuotaGb": Number(whole=False)}),
        "publicNetworkAccessForIngestion": _word("Enabled", "Disabled", "SecuredByPerimeter"),
        "publicNetworkAccessForQuery": _word("Enabled", "Disabled", "SecuredByPerimeter"),
        "forceCmkForQuery": Bool(),
        "features": Object(
            {
                "enableDataExport": Bool(),
                "immediatePurgeDataOn30Days": Bool(),
                "enableLogAccessUsingOnlyResourcePermissions": Bool(),
                "clusterResourceId": Text(),
                "disableLocalAuth": Bool(),
                "dataAuthorizationMode": Text(),
            }
        ),
        "defaultDataCollectionRuleResourceId": Text(),
        "replication": Object({"enabled": Bool(), "location": Text()}),
    }
)  # fmt: skip


def _not_unique(name: str) -> ArmError:
    """D: rest/api/loganalytics/workspaces/delete (kept for 14 days); status and code are assumed."""
    return ArmError(409, "Conflict", f"The workspace name '{name}' is not unique.")


def _sku_change(call: Call, old: Any, new: Any) -> ArmError:
    text = f"Changing the pricing tier from '{old}' to '{new}' is not supported for this workspace."
    return ArmError(400, "InvalidParameter", text)


def _sku_same(old: Any, new: Any) -> bool:
    paid = ("pergb2018", "capacityreservation", "lacluster")
    old, new = old.lower(), new.lower()
    return bool(old == new) or (old in paid and new in paid)


def _invalid_name(call: Call, name: str) -> ArmError:
    """Specification: pattern and length of WorkspaceNameParameter; the code is assumed."""
    text = (
        f"'{name}' is not a valid workspace name: 4 to 63 letters, digits and hyphens, "
        "with a letter or digit at both ends."
    )
    return ArmError(400, "InvalidResourceName", text)


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    sku = properties["sku"]
    tier = sku["name"].lower()
    if prior is None and tier in ("standard", "premium"):
        raise ArmError(400, "InvalidParameter", f"The pricing tier '{sku['name']}' can no longer be created.")
    if (tier == "capacityreservation") != ("capacityReservationLevel" in sku):
        if tier == "capacityreservation":
            raise _bad("sku.capacityReservationLevel", None)
        del sku["capacityReservationLevel"]
    low = 7 if tier == "free" else 30
    if properties["retentionInDays"] < low or (low == 7 and properties["retentionInDays"] != 7):
        raise _bad("retentionInDays", properties["retentionInDays"])
    now = call.world.stamp()
    if prior is None:
        if properties.get("defaultDataCollectionRuleResourceId"):
            raise ArmError(400, "BadRequest", "Default dcr is not applicable on workspace creation")
        properties["customerId"] = call.ids.guid("customer", canonical_id(call, WORKSPACES))
        properties["createdDate"] = now
        sku["lastSkuUpdate"] = now
        # ignored when it is created, true until a second write says otherwise (azure-rest-api-specs#21591)
        properties["features"]["enableLogAccessUsingOnlyResourcePermissions"] = True
    else:
        before = prior.properties["sku"]
        same = all(before.get(key) == sku.get(key) for key in ("name", "capacityReservationLevel"))
        sku["lastSkuUpdate"] = before["lastSkuUpdate"] if same else now
    capping = properties["workspaceCapping"]
    capping["dailyQuotaGb"] = float(capping["dailyQuotaGb"])
    capping["dataIngestionStatus"] = "RespectQuota"
    properties["modifiedDate"] = now
    id = prior.id if prior is not None else canonical_id(call, WORKSPACES)
    identities.attach(call, body, prior, id)


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """The quota starts anew every day, so this key moves by itself."""
    capping = dict(body["properties"]["workspaceCapping"])
    day = int(call.now // DAY) + 1
    capping["quotaNextResetTime"] = f"{moment(day * DAY):%Y-%m-%dT%H:%M:%SZ}"
    body["properties"]["workspaceCapping"] = capping
    if call.api_version >= SINCE_2022:
        body["properties"].pop("source", None)


def _listed(call: Call, body: dict[str, Any]) -> None:
    body["properties"].pop("defaultDataCollectionRuleResourceId", None)


def plain_workspace(call: Call, id: str, name: str, location: str) -> Resource:
    """A workspace with nothing but defaults, as services make them for themselves."""
    now = call.world.stamp()
    body = fill({"location": location, "properties": {}}, WORKSPACES.defaults)
    body["properties"].update(customerId=call.ids.guid("customer", id), createdDate=now, modifiedDate=now)
    body["properties"]["sku"]["lastSkuUpdate"] = now
    body["properties"]["workspaceCapping"]["dataIngestionStatus"] = "RespectQuota"
    made = Resource(
        id=id, type=WORKSPACE, name=name, state="Succeeded", body=body, created=call.now, changed=call.now
    )
    fresh_etag(call.world, WORKSPACES, made)
    made.data["keys"] = _new_keys(call, id)
    return made


def _new_keys(call: Call, id: str) -> list[str]:
    return [base64.b64encode(call.ids.secret(64, "shared", id)).decode() for _ in range(2)]


def _created(call: Call, resource: Resource) -> None:
    resource.data["keys"] = _new_keys(call, resource.id)
    call.store.put(resource)


def _deleting(call: Call, resource: Resource) -> None:
    """``?force=true`` leaves nothing to recover; it works on a live workspace only."""
    resource.data["force"] = call.query.get("force", "").lower() == "true"


def _deleted(world: World, resource: Resource) -> None:
    if resource.data.pop("force", False):
        return
    resource.operation, resource.state = "", "Succeeded"
    world.store.bury(Deleted(resource, world.now, world.now + KEPT))


def _revive(call: Call, body: dict[str, Any]) -> Resource | None:
    """R: a plain PUT of the same name, group and location answers 200 with the old configuration."""
    id = canonical_id(call, WORKSPACES)
    for grave in call.store.buried(WORKSPACE, call.path.name):
        if grave.resource.id.lower() != id.lower():
            if parse(grave.resource.id).subscription.lower() == call.path.subscription.lower():
                raise _not_unique(call.path.name)
            continue
        if grave.resource.body["location"] != body["location"]:
            raise _not_unique(call.path.name)
        call.store.forget(grave.resource.id)
        return grave.resource
    return None


def _shared_keys(call: Call, resource: Resource) -> Answer:
    first, second = resource.data["keys"]
    return Answer(200, {"primarySharedKey": first, "secondarySharedKey": second})


def _list_deleted(call: Call) -> Answer:
    prefix = f"/subscriptions/{call.path.subscription}/"
    if call.path.group:
        prefix += f"resourceGroups/{call.path.group}/"
    bodies = []
    for grave in call.store.buried(WORKSPACE):
        one = grave.resource
        if one.id.lower().startswith(prefix.lower()):
            properties = {**one.properties, "provisioningState": "Succeeded"}
            body = {"id": one.id, "name": one.name, "type": WORKSPACE, **one.body, "properties": properties}
            bodies.append(body)
    return Answer(200, paged(call, bodies, 1000))


def _create(call: Call) -> Accept:
    """R: the Location of a creation is the workspace itself, so the GET tells when it is done; versions
    before 2022 said nothing of where to look (test_scheduled_query_rules, 2021 and 2022)."""
    if call.api_version < SINCE_2022:
        return Accept(status=201, seconds=CREATE, running="Creating")
    return Accept(status=201, headers=("self",), seconds=CREATE, running="Creating")


WORKSPACES = Kind(
    type=WORKSPACE,
    api_versions=VERSIONS,
    short={"*": "no data is ever ingested"},
    refused=(
        "availableServiceTiers",
        "dataExports",
        "linkedServices",
        "linkedStorageAccounts",
        "savedSearches",
        "tables",
    ),
    names=Names(pattern=re.compile(r"[A-Za-z0-9][-A-Za-z0-9]{2,61}[A-Za-z0-9]"), invalid=_invalid_name),
    shape=Object({"identity": identities.SHAPE, "properties": _PROPERTIES}),
    envelope=("identity",),
    empty_tags=False,
    defaults={
        "properties": {
            "sku": {"name": "PerGB2018"},
            "retentionInDays": 30,
            "features": {
                "legacy": 0,
                "searchVersion": 1,
                "enableLogAccessUsingOnlyResourcePermissions": True,
            },
            "workspaceCapping": {"dailyQuotaGb": -1.0},
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        }
    },
    computed=tuple(("properties", key) for key in ("customerId", "createdDate", "modifiedDate")),
    immutable=(Immutable(path=("properties", "sku", "name"), error=_sku_change, same=_sku_same),),
    update="merge",
    create=_create,
    etag="body",
    prepare=_prepare,
    created=_created,
    deleting=_deleting,
    deleted=_deleted,
    revive=_revive,
    render=_render,
    listed=_listed,
    actions={"sharedKeys": Action(handler=_shared_keys)},
)

_DELETED = "Microsoft.OperationalInsights/deletedWorkspaces"

SERVICE = Service(
    namespace="Microsoft.OperationalInsights",
    kinds=(WORKSPACES,),
    routes=(
        Route(method="GET", type=_DELETED, handler=_list_deleted, api_versions=VERSIONS),
    ),
)  # fmt: skip
