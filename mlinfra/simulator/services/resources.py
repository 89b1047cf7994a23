"""Microsoft.Resources: tenants, subscriptions, resource groups, and ARM's own lists of resources.

Wire facts: recordings of azure-cli's `group` and `resource` tests and the REST specification 2024-03-01.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mlinfra.simulator import errors
from mlinfra.simulator.bodies import system_data
from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Kind, Names, Polling, ResultUrl, Route, Service
from mlinfra.simulator.paging import paged
from mlinfra.simulator.regions import PHYSICAL
from mlinfra.simulator.shapes import Object, Text
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

VERSIONS = (
    "2025-04-01", "2024-11-01", "2024-07-01", "2024-03-01", "2023-07-01", "2022-09-01", "2021-04-01",
    "2021-01-01", "2020-10-01", "2020-08-01", "2020-06-01", "2019-10-01", "2019-08-01", "2019-07-01",
    "2019-05-10", "2019-05-01", "2018-05-01", "2018-02-01", "2017-05-10", "2016-09-01", "2016-02-01",
)  # fmt: skip
"""Stable versions of Microsoft.Resources/resourceGroups (bicep-types-az)."""

SUBSCRIPTION_VERSIONS = ("2022-12-01", "2021-01-01", "2020-01-01", "2019-11-01", "2019-06-01", "2016-06-01")

GROUP = "Microsoft.Resources/resourceGroups"

WITH_SYSTEM_DATA = "2022"
"""From here on lists show systemData of types that have it (R: 2022-09-01 does, 2020-10-01 does not)."""

_EMPTY_GROUP = 15.0
_PER_RESOURCE = 5.0


def _invalid_name(call: Call, name: str) -> ArmError:
    """D: resource-name-rules; the codes are assumed."""
    text = (
        f"The provided resource group name '{name}' is invalid: a name has 1 to 90 letters, digits, "
        "underscores, parentheses, hyphens and periods, and does not end with a period."
    )
    return ArmError(400, "InvalidResourceGroup" if len(name) <= 90 else "InvalidResourceGroupName", text)


def _missing_group(call: Call) -> ArmError:
    return errors.group_not_found(call.path.group)


def _seconds(call: Call, group: Resource) -> float:
    """Recorded deletes take from 15 s (empty) to minutes; each resource adds a little."""
    return _EMPTY_GROUP + _PER_RESOURCE * min(len(call.store.under(group.id)), 60)


def _deleted(world: World, operation: Operation) -> Answer:
    """R: the last poll of a group's deletion is 200 without body."""
    if operation.status == "Failed":
        return Answer(409, {"error": operation.error})
    return Answer(200)


POLLING = Polling(
    name="resources.group",
    result=ResultUrl(path="/subscriptions/{subscription}/operationresults/{operation}", finished=_deleted),
)

GROUPS = Kind(
    type=GROUP,
    api_versions=VERSIONS,
    short={"DELETE": "takes 15 seconds, and 5 more for each resource"},
    refused=("deployments", "exportTemplate", "moveResources", "validateMoveResources"),
    scope="subscription",
    # documentation azure-resource-manager/management/resource-name-rules
    names=Names(pattern=re.compile(r"[-\w._()]{0,89}[-\w_()]"), invalid=_invalid_name),
    shape=Object({"managedBy": Text(), "properties": Object({})}),
    envelope=("managedBy",),
    empty_tags=False,
    computed=(("properties", "provisioningState"),),
    create=Accept(status=201),
    put=Accept(status=200),
    patch=Accept(status=200),
    delete=Accept(
        status=202, headers=("location",), seconds=_seconds, running="Deleting", body=False, retry_after=15
    ),
    delete_absent=404,
    polling=POLLING,
    missing=_missing_group,
    list_scopes=("subscription",),
    page_size=1000,
    top=True,
    select=lambda call, found: _with_tag(call, found),
)

_FILTER = re.compile(r"\s*(\w+)\s+eq\s+'([^']*)'\s*", re.IGNORECASE)


def _filter(call: Call) -> dict[str, str]:
    """``a eq 'x' and b eq 'y'``. Raises ArmError 400 for other filters, which ARM may take and we do not."""
    found: dict[str, str] = {}
    text = call.query.get("$filter", "")
    if not text.strip():
        return found
    for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE):
        match = _FILTER.fullmatch(part)
        names = ("resourcetype", "name", "location", "resourcegroup", "tagname", "tagvalue")
        if match is None or match[1].lower() not in names:
            text = f"The filter '{text}' is not supported. There is 'eq' on {', '.join(names)}, with 'and'."
            raise ArmError(400, "InvalidFilterInQueryString", text)
        found[match[1].lower()] = match[2]
    return found


def _with_tag(call: Call, groups: Sequence[Resource]) -> list[Resource]:
    """``tagName eq 'a' and tagValue eq 'b'`` (S); what else ARM may take is refused."""
    wanted = _filter(call)
    if wanted.keys() - {"tagname", "tagvalue"}:
        text = "Groups are filtered by 'tagName' and 'tagValue'."
        raise ArmError(400, "InvalidFilterInQueryString", text)
    return [one for one in groups if _fits(one, wanted)]


def _fits(resource: Resource, wanted: dict[str, str]) -> bool:
    tags = {key.lower(): value for key, value in (resource.body.get("tags") or {}).items()}
    parts = resource.id.split("/")
    return (
        wanted.get("resourcetype", resource.type).lower() == resource.type.lower()
        and wanted.get("name", resource.name).lower() == resource.name.lower()
        and wanted.get("location", str(resource.body.get("location"))).replace(" ", "").lower()
        == str(resource.body.get("location")).lower()
        and wanted.get("resourcegroup", parts[4]).lower() == parts[4].lower()
        and ("tagname" not in wanted or wanted["tagname"].lower() in tags)
        and ("tagvalue" not in wanted or tags.get(wanted.get("tagname", "").lower()) == wanted["tagvalue"])
    )


def _resources(call: Call) -> Answer:
    """Tracked resources only: those with a location that lie right in a group. No properties (S)."""
    prefix = f"/subscriptions/{call.path.subscription}"
    if call.path.group:
        prefix += f"/resourceGroups/{call.path.group}"
    wanted = _filter(call)
    expand = {word.strip().lower() for word in call.query.get("$expand", "").split(",")}
    bodies: list[dict[str, Any]] = []
    for resource in call.store.under(prefix):
        kind = call.world.kinds.get(resource.type.lower())
        top = kind is not None and kind.shown and kind.scope == "group" and not kind.nested
        if kind is None or not top or "location" not in resource.body or not _fits(resource, wanted):
            continue
        body: dict[str, Any] = {"id": resource.id, "name": resource.name, "type": kind.id_type or kind.type}
        for key in ("location", "kind", "sku", "identity", "managedBy", "tags"):
            if key in resource.body:
                body[key] = resource.body[key]
        if kind.system_data and call.api_version >= WITH_SYSTEM_DATA:
            body["systemData"] = system_data(call, resource)
        if "provisioningstate" in expand:
            body["provisioningState"] = resource.state
        if "createdtime" in expand:
            body["createdTime"] = stamp(resource.created)
        if "changedtime" in expand:
            body["changedTime"] = stamp(resource.changed)
        bodies.append(body)
    return Answer(200, paged(call, bodies, 1000))


def _subscription(call: Call, id: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{id}",
        "subscriptionId": id,
        "tenantId": call.world.tenant,
        "displayName": f"Simulated subscription {id[-4:]}",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    }


def _get_subscription(call: Call) -> Answer:
    """Every GUID is a subscription here; another identifier was refused before."""
    return Answer(200, _subscription(call, call.path.subscription.lower()))


def _list_subscriptions(call: Call) -> Answer:
    """Those in which something was made."""
    seen = {one.id.split("/")[2].lower() for one in call.store.all() if one.type == GROUP}
    return Answer(200, paged(call, [_subscription(call, id) for id in sorted(seen)], 1000))


def _locations(call: Call) -> Answer:
    value = [
        {
            "id": f"/subscriptions/{call.path.subscription}/locations/{name}",
            "name": name,
            "type": "Region",
            "displayName": name,
            "regionalDisplayName": name,
            "metadata": {"regionType": "Physical"},
        }
        for name in PHYSICAL
    ]
    return Answer(200, {"value": value})


def _tenants(call: Call) -> Answer:
    tenant = call.world.tenant
    one = {
        "id": f"/tenants/{tenant}",
        "tenantId": tenant,
        "displayName": "Simulated directory",
        "tenantCategory": "Home",
        "countryCode": "NL",
    }
    return Answer(200, {"value": [one]})


def _provider_body(call: Call, namespace: str, kinds: list[Kind]) -> dict[str, Any]:
    """Every provider with a simulated type is registered in every subscription."""
    prefix = f"/subscriptions/{call.path.subscription}" if call.path.subscription else ""
    types = [
        {
            "resourceType": kind.type.partition("/")[2],
            "locations": list(PHYSICAL),
            "apiVersions": list(kind.api_versions),
        }
        for kind in kinds
    ]
    body = {"id": f"{prefix}/providers/{namespace}", "namespace": namespace, "resourceTypes": types}
    if prefix:
        body |= {"registrationPolicy": "RegistrationRequired", "registrationState": "Registered"}
    return body


def _providers(call: Call) -> dict[str, list[Kind]]:
    found: dict[str, list[Kind]] = {}
    for kind in call.world.kinds.values():
        found.setdefault(kind.type.partition("/")[0], []).append(kind)
    return found


def _provider(call: Call) -> Answer:
    """Another one is refused as ARM does (D)."""
    for namespace, kinds in _providers(call).items():
        if namespace.lower() == call.path.names[0].lower():
            return Answer(200, _provider_body(call, namespace, kinds))
    text = f"The resource namespace '{call.path.names[0]}' is invalid."
    raise ArmError(404, "InvalidResourceNamespace", text)


def _list_providers(call: Call) -> Answer:
    bodies = [_provider_body(call, namespace, kinds) for namespace, kinds in sorted(_providers(call).items())]
    return Answer(200, paged(call, bodies, 1000))


_FILTERS = "$filter takes eq and `and`, and is refused where it says more"

SERVICE = Service(
    namespace="Microsoft.Resources",
    kinds=(GROUPS,),
    routes=(
        Route(method="GET", type="Microsoft.Resources/tenants", handler=_tenants,
              api_versions=SUBSCRIPTION_VERSIONS),
        Route(method="GET", type="Microsoft.Resources/subscriptions", handler=_list_subscriptions,
              api_versions=SUBSCRIPTION_VERSIONS, short="those in which something was made"),
        Route(method="GET", type="Microsoft.Resources/subscriptions", handler=_get_subscription, item=True,
              api_versions=SUBSCRIPTION_VERSIONS + VERSIONS, short="every GUID is a subscription"),
        Route(method="GET", type="Microsoft.Resources/subscriptions/locations", handler=_locations,
              api_versions=SUBSCRIPTION_VERSIONS, short="names, without pairs and coordinates"),
        Route(method="GET", type="Microsoft.Resources/subscriptions/resources", handler=_resources,
              api_versions=VERSIONS, short=_FILTERS),
        Route(method="GET", type="Microsoft.Resources/resourceGroups/resources", handler=_resources,
              api_versions=VERSIONS, group=True, short=_FILTERS),
        Route(method="GET", type="Microsoft.Resources/providers", handler=_list_providers,
              api_versions=VERSIONS, short="those of which there is a simulated type"),
        Route(method="GET", type="Microsoft.Resources/providers", handler=_provider, item=True,
              api_versions=VERSIONS, short="the simulated types alone; each provider is registered"),
    ),
)  # fmt: skip
