"""Requests to ARM: every method on paths of every kind, right and mangled, with bodies to match."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.fuzz.samples import GROUP, GUID, SAMPLES, STANDING, STORAGE, SUBSCRIPTION, Sample
from conformance.fuzz.values import RAW, bodies, weighted
from mlinfra.simulator import Request
from mlinfra.simulator.kinds import Kind, Route
from mlinfra.simulator.services import SERVICES


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a request."""

    request: Request


@dataclass(frozen=True, slots=True)
class Wait:
    """Let the simulator's time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Follow:
    """Ask a link that an answer had: the one this many before the last."""

    back: int


Step: TypeAlias = Ask | Wait | Follow
Words: TypeAlias = Mapping[str, str]

KINDS: Mapping[str, Kind] = {kind.key: kind for service in SERVICES for kind in service.kinds}

_METHODS = ["PUT"] * 10 + ["GET"] * 4 + ["PATCH"] * 3 + ["DELETE"] * 4 + ["HEAD", "POST", "OPTIONS", "put"]

_NAMES = (
    "two", "kvtwo", "a", "x" * 200, "-bad-", "UPPER", "na%C3%AFve", "a%2Fb", "..", "a b", "%", "$root", "1",
    "default", GUID, "providers", "☃",
)  # fmt: skip

_ODD = (
    *(f"{SUBSCRIPTION}{path}" for path in ("", "/locations", "/resources", "/resourcegroups", "/providers")),
    "/", "//", "/%00", "/tenants", "/subscriptions", "/subscriptions/nobody/resourceGroups/rg",
    f"{SUBSCRIPTION}/providers/Microsoft.Storage", f"{SUBSCRIPTION}/providers/Microsoft.Nowhere",
    f"{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/west europe/operationResults/x",
    f"{GROUP}/resources", f"{GROUP}/providers", f"{GROUP}/providers/Microsoft.Storage",
    f"/providers/Mlinfra.Simulator/principals/{GUID}", "/providers/Mlinfra.Simulator/principals/nobody",
)  # fmt: skip

_ASKED: SearchStrategy[bytes] = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(("password", "stone", "x", None)),
        "type": st.sampled_from(("Microsoft.Storage/storageAccounts", "Group", "x")),
        "keyName": st.sampled_from(("key1", "key2", "x")),
        "action": st.sampled_from(("Acquire", "Renew", "Change", "Release", "Break", "x")),
        "leaseId": st.sampled_from((GUID, None, "x")),
        "leaseDuration": st.sampled_from((-1, 15, 60, 0, "x")),
        "properties": st.sampled_from(({}, {"accessPolicies": []}, {"state": "Disabled"}, None, [])),
        "tags": st.sampled_from((["abc"], ["a"], {}, None)),
        "value": st.sampled_from(([], 1, [{"id": GUID, "limit": 5}], None)),
        "location": st.sampled_from(("westeurope", "x")),
    },
).map(lambda body: json.dumps(body).encode())
"""What actions and routes read, or nearly."""

_PLACES = {
    "locations": "westeurope",
    "deletedvaults": "kv-one",
    "deletedaccounts": "stone",
    "accesspolicies": "add",
}
"""Names for types of routes that have no sample."""

_VERSIONS = ("2024-03-01", "2023-07-01", "2022-12-01", "2022-04-01", "x")

_QUERIES: tuple[Words, ...] = (
    {}, {}, {}, {}, {"$top": "1"}, {"$top": "0"}, {"$top": "x"}, {"$skiptoken": "x"}, {"$skipToken": "LzE="},
    {"$filter": "atScope()"}, {"$filter": "name eq 'x'"}, {"$filter": "'"}, {"$expand": "createdTime,x"},
    {"forceToPurge": "true"}, {"forceToPurge": "perhaps"}, {"force": "true"}, {"listViewType": "All"},
    {"underlyingResourceAction": "Delete"}, {"underlyingResourceAction": "Detach"}, {"kind": "hub,x"},
    {"$orderBy": "createdtime asc"}, {"skip": "x", "count": "-1"}, {"API-VERSION": "2022-04-01"},
)  # fmt: skip

_HEADERS: tuple[Words, ...] = (
    {}, {}, {}, {}, {"If-Match": "*"}, {"If-Match": "x"}, {"If-None-Match": "*"},
    {"content-type": "text/plain"}, {"Content-Type": "application/json; charset=utf-8"},
    {"host": "localhost:8443"}, {"host": ""},
    {"x-ms-return-client-request-id": "true", "x-ms-client-request-id": "é"},
)  # fmt: skip

_EXTENSIONS = tuple(one for one in SAMPLES if KINDS[one.type].scope == "any")
_PLAIN = tuple(one for one in SAMPLES if KINDS[one.type].scope != "any")


def _mangled(path: str) -> SearchStrategy[str]:
    """The path as it is, most of the time; else in another casing, with slashes too many, or cut off."""
    ways = (
        path.upper(), path.lower(), path.replace("/providers/", "/providers//"), f"{path}/",
        path.rpartition("/")[0], f"{path}/extra", f"{path}/extra/two", path.replace("rg", "RG"),
        path.replace("/rg", "/rg-two"), path.replace("/rg", "/nope"),
    )  # fmt: skip
    return st.sampled_from([path] * 30 + [*ways])


def _renamed(sample: Sample) -> SearchStrategy[str]:
    """The sample's id, or the same with another last name."""
    above = sample.id.rpartition("/")[0]
    return st.sampled_from([sample.id] * 60 + [f"{above}/{name}" for name in _NAMES])


def _version(sample: Sample) -> SearchStrategy[Words]:
    known = KINDS[sample.type].api_versions
    words = [sample.version] * 30 + [known[0], known[-1], "2099-01-01", "", "x"]
    return st.sampled_from([{"api-version": word} for word in words] + [{}])


def _of(sample: Sample) -> SearchStrategy[Ask]:
    """Requests about one kind: on a resource, on its list, and for its actions."""
    kind = KINDS[sample.type]
    version, queries = _version(sample), st.sampled_from((sample.query, *_QUERIES))
    one = st.builds(
        _request,
        st.sampled_from(_METHODS),
        _renamed(sample).flatmap(_mangled),
        version,
        queries,
        st.sampled_from(_HEADERS),
        bodies(sample.body, kind.shape),
    )
    listed = st.builds(
        _request,
        st.sampled_from(("GET", "GET", "GET", "POST", "PUT", "DELETE")),
        _mangled(sample.id.rpartition("/")[0]),
        version,
        queries,
    )
    acts = st.builds(
        _request,
        st.sampled_from(["POST"] * 9 + ["GET"]),
        st.sampled_from([*kind.actions] * 6 + ["nothing"]).map(lambda verb: f"{sample.id}/{verb}"),
        version,
        queries,
        body=weighted((1, RAW), (4, _ASKED)),
    )
    return weighted((12, one), (1, listed), (len(kind.actions) + 1, acts))


def _extended(sample: Sample) -> SearchStrategy[Ask]:
    """What extends other resources, on any of them."""
    tail = sample.id[sample.id.rindex("/providers/") :]
    holders = ("", SUBSCRIPTION, GROUP, f"{STORAGE}-no", *(one.id for one in _PLAIN))
    return st.sampled_from(holders).flatmap(lambda holder: _of(replace(sample, id=holder + tail)))


def _request(
    method: str, path: str, version: Words, query: Words, headers: Words | None = None, body: bytes = b""
) -> Ask:
    if method.upper() in ("GET", "HEAD", "DELETE"):
        body = b""
    media = {"content-type": "application/json"} if body else {}
    return Ask(Request(method, path, {**version, **query}, {**media, **(headers or {})}, body))


def _path(route: Route) -> str:
    """A path of a route: below the sample that its type begins with, else below the subscription."""
    namespace, *types = route.type.split("/")
    if route.type.startswith("Mlinfra."):
        return f"/providers/{route.type}/{GUID}"
    same = next((one.id for one in SAMPLES if one.type == route.type.lower()), None)
    if same is not None:
        return same if route.item else same.rpartition("/")[0]
    below = max(
        (one for one in SAMPLES if f"{route.type.lower()}/".startswith(f"{one.type}/")),
        key=_depth,
        default=None,
    )
    base = below.id if below is not None else f"{SUBSCRIPTION}/providers/{namespace}"
    rest = types[below.type.count("/") :] if below is not None else types
    words = [part for type_ in rest for part in (type_, _PLACES.get(type_.lower(), "x"))]
    return "/".join([base, *(words if route.item else words[:-1])])


def _depth(sample: Sample) -> int:
    return sample.type.count("/")


def _routed() -> SearchStrategy[Ask]:
    """What is about no kind: each route that a service has."""
    routes = [route for service in SERVICES for route in service.routes]

    def of(route: Route) -> SearchStrategy[Ask]:
        return st.builds(
            _request,
            st.just(route.method),
            _mangled(_path(route)),
            st.sampled_from([{"api-version": word} for word in (*[route.api_versions[0]] * 8, "x")]),
            st.sampled_from(_QUERIES),
            body=weighted((1, RAW), (4, _ASKED)),
        )

    return st.sampled_from(routes).flatmap(of)


def asks() -> SearchStrategy[Ask]:
    """One request to ARM."""
    odd = st.builds(
        _request,
        st.sampled_from(("GET", "GET", "POST", "PUT", "DELETE", "PATCH")),
        st.sampled_from(_ODD).flatmap(_mangled),
        st.sampled_from([{"api-version": word} for word in _VERSIONS]),
        st.sampled_from(_QUERIES),
        st.sampled_from(_HEADERS),
        weighted((1, RAW), (1, _ASKED)),
    )
    plain = ((1 + 2 * (one.id in STANDING), _of(one)) for one in _PLAIN)
    return weighted(*plain, *((2, _extended(one)) for one in _EXTENSIONS), (2, odd), (6, _routed()))


def waits() -> SearchStrategy[Step]:
    """Some time, or a look at how something is doing."""
    seconds = st.sampled_from((0.0, 1.0, 5.0, 30.0, 200.0, 4000.0, 8 * 86400.0)).map(Wait)
    return weighted((2, seconds), (1, st.integers(0, 3).map(Follow)))
