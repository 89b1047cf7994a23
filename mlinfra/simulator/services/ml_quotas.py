"""What a subscription and its workspaces may use of a region, and which sizes there are.

Wire facts: the REST specification 2024-04-01 and its examples; documentation how-to-manage-quotas. The
sizes and the subscription's quotas are those of `ml_sizes`; a workspace's own quota is kept, never enforced.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Route
from mlinfra.simulator.regions import available, fold
from mlinfra.simulator.services.ml_compute_rules import used_cores
from mlinfra.simulator.services.ml_deleted import WORKSPACE
from mlinfra.simulator.services.ml_errors import validation_error
from mlinfra.simulator.services.ml_sizes import SIZES
from mlinfra.simulator.services.ml_workspaces import VERSIONS
from mlinfra.simulator.shapes import Items, Number, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

_SPACE = "Microsoft.MachineLearningServices"

CLUSTERS = 500
"""Computes in a region (documentation how-to-manage-quotas)."""

FAMILIES = {size.family: size.quota for size in SIZES.values()}


def _region(call: Call) -> str:
    region = fold(call.path.name)
    if not available(region):
        raise validation_error(f"The location '{call.path.name}' is no region of Azure Machine Learning.")
    return region


def _workspaces(call: Call, region: str) -> list[Resource]:
    found = call.store.under(f"/subscriptions/{call.path.subscription}", WORKSPACE)
    return [one for one in found if one.body["location"] == region]


def _name(family: str) -> dict[str, str]:
    text = f"{family} Family Cluster Dedicated vCPUs"
    return {"value": text, "localizedValue": text}


def _segment(family: str) -> str:
    return _name(family)["value"].replace(" ", "_")


def _list_usages(call: Call) -> Answer:
    region, prefix = _region(call), f"/subscriptions/{call.path.subscription}"
    used = {family: used_cores(call.world, call.path.subscription, region, family) for family in FAMILIES}
    computes = call.store.under(prefix, f"{WORKSPACE}/computes")
    count = sum(one.body["location"] == region for one in computes)

    def usage(id: str, kind: str, value: int, limit: int, name: dict[str, str]) -> dict[str, Any]:
        type_ = f"{_SPACE}/{kind}/usages"
        return {"id": id, "type": type_, "currentValue": value, "limit": limit, "name": name, "unit": "Count"}

    cores = "Total Cluster Dedicated Regional vCPUs"
    whole = {"value": cores, "localizedValue": cores}
    clusters = {"value": "Clusters", "localizedValue": "Clusters"}
    value = [
        usage(f"{prefix}/usages", "totalCores", count, CLUSTERS, clusters),
        usage(f"{prefix}/usages", "dedicatedCores", sum(used.values()), sum(FAMILIES.values()), whole),
    ]
    for family, limit in FAMILIES.items():
        id = f"{prefix}/usages/{_segment(family)}"
        value.append(usage(id, "vmFamily", used[family], limit, _name(family)))
    return Answer(200, {"value": value})


def _list_quotas(call: Call) -> Answer:
    """The subscription's quota of each family, then what was given to workspaces."""
    region, prefix = _region(call), f"/subscriptions/{call.path.subscription}"
    value = [
        _quota(f"{prefix}/quotas/{_segment(family)}", "vmFamily", limit, family)
        for family, limit in FAMILIES.items()
    ]
    for workspace in _workspaces(call, region):
        for family, limit in sorted(workspace.data.get("quotas", {}).items()):
            id = f"{workspace.id}/quotas/{_segment(family)}"
            value.append(_quota(id, "workspaces", limit, family))
    return Answer(200, {"value": value})


def _quota(id: str, kind: str, limit: int, family: str) -> dict[str, Any]:
    type_ = f"{_SPACE}/{kind}/quotas"
    return {"id": id, "type": type_, "limit": limit, "unit": "Count", "name": _name(family)}


_UPDATE = Object(
    {
        "location": Text(),
        "value": Items(
            Object({"id": Text(), "type": Text(), "limit": Number(low=-1), "unit": Text()}, required=("id",))
        ),
    },
    required=("value",),
)


def _update_quotas(call: Call) -> Answer:
    """Each quota is judged by itself, and the answer says how it went (specification: ``Status``)."""
    region = _region(call)
    sent = _UPDATE.read(call.object(), "")["value"]
    by_id = {one.id.lower(): one for one in _workspaces(call, region)}
    value = [{**one, "status": _set_quota(call, by_id, one)} for one in sent]
    return Answer(200, {"value": value})


def _set_quota(call: Call, workspaces: dict[str, Resource], sent: dict[str, Any]) -> str:
    path = parse(sent["id"])
    workspace = workspaces.get(path.parent.lower())
    family = next((one for one in FAMILIES if _segment(one).lower() == path.name.lower()), None)
    if workspace is None:
        return "Failure"
    if family is None:
        return "InvalidVMFamilyName"
    limit = sent.get("limit", -1)
    if limit > FAMILIES[family]:
        return "InvalidQuotaExceedsSubscriptionLimit"
    quotas = workspace.data.setdefault("quotas", {})
    quotas.pop(family, None)
    if limit >= 0:  # -1: no quota of its own
        quotas[family] = limit
    call.store.put(workspace)
    return "Success"


def _list_sizes(call: Call) -> Answer:
    _region(call)
    value = [
        {
            "name": _spelled(size.name),
            "family": f"{size.family.replace('Standard ', 'standard')}Family",
            "vCPUs": size.cores,
            "lowPriorityCapable": True,
            "supportedComputeTypes": ["AmlCompute", "ComputeInstance"],
        }
        for size in SIZES.values()
    ]
    return Answer(200, {"value": value})


def _spelled(name: str) -> str:
    """``STANDARD_NC4AS_T4_V3`` as this list writes it: ``Standard_NC4as_T4_v3``."""
    _, first, *rest = name.split("_")
    head = re.sub(r"(?<=\d)[A-Z]+", lambda found: found[0].lower(), first)
    tail = [part.lower() if re.fullmatch(r"V\d+", part) else part for part in rest]
    return "_".join(["Standard", head, *tail])


def _route(method: str, word: str, handler: Any, short: str) -> Route:
    type_ = f"{_SPACE}/locations/{word}"
    return Route(method=method, type=type_, handler=handler, api_versions=VERSIONS, short=short)


ROUTES = (
    _route("GET", "usages", _list_usages, "the subscription's usage, not each workspace's"),
    _route("GET", "quotas", _list_quotas, ""),
    _route("POST", "updateQuotas", _update_quotas, "a workspace's quota is kept and not enforced"),
    _route("GET", "vmSizes", _list_sizes, "a part of the sizes, with cores, without memory, disks or prices"),
)
