"""What a service is given: the world it acts in, and the call it answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from mlinfra.simulator.clock import stamp
from mlinfra.simulator.errors import invalid_content
from mlinfra.simulator.ids import Ids, Path, parse, segment
from mlinfra.simulator.kinds import Accept, Kind, Polling, Route, Service
from mlinfra.simulator.store import Operation, Principal, Resource, Store
from mlinfra.simulator.wire import Answer, Request

DAY = 86400.0
"""Seconds."""


@dataclass(slots=True)
class World:
    """Everything there is. ``now`` is the simulator's clock in seconds, UTC.

    ``tenant`` is the one directory, fixed by the seed; ``caller`` the object id of whoever sends requests.
    ``host`` is the host's own clock, seconds, for the leases of blobs (see `services.blob_leases`).
    """

    store: Store
    ids: Ids
    tenant: str
    caller: str
    now: float
    kinds: Mapping[str, Kind]
    routes: Mapping[tuple[str, str, bool], Route]
    pollings: Mapping[str, Polling]
    host: Callable[[], float] = time.time

    def stamp(self) -> str:
        """The time as most services write it."""
        return stamp(self.now)

    def kind(self, type_: str) -> Kind:
        """The kind of a type in any casing. Raises KeyError."""
        return self.kinds[type_.lower()]

    def get(self, id: str) -> Resource | None:
        """The resource with this id, in any casing."""
        return self.store.get(id)

    def principal(self, kind: str, owner: str, *about: str) -> Principal:
        """A new principal of the directory that belongs to a resource, known from now on."""
        made = Principal(self.ids.guid("principal", owner, *about), kind, owner, self.now)
        self.store.put_principal(made)
        return made

    def remove(self, resource: Resource) -> None:
        """Take a resource away with everything beneath it, the deepest first.

        Each one's `Kind.leaving` hook is called while all is still there, its `Kind.deleted` hook after it is
        gone; a soft delete keeps it there.
        """
        beneath = self.store.under(resource.id)
        for one in (resource, *beneath):
            kind = self.kinds.get(one.type.lower())
            if kind is not None and kind.leaving is not None:
                kind.leaving(self, one)
        for one in reversed(beneath):
            self._drop(one)
        self._drop(resource)

    def _drop(self, resource: Resource) -> None:
        self.store.remove(resource.id)
        self.store.drop_principals(resource.id)
        kind = self.kinds.get(resource.type.lower())
        if kind is not None and kind.deleted is not None:
            kind.deleted(self, resource)


@dataclass(slots=True)
class Call:
    """One request as a service sees it. Query keys and header names are lower case.

    ``kind`` is None in a route's handler, ``body`` None when there was none.
    """

    world: World
    request: Request
    path: Path
    query: dict[str, str]
    headers: dict[str, str]
    api_version: str
    kind: Kind | None
    body: Any = None

    @property
    def store(self) -> Store:
        """The world's store."""
        return self.world.store

    @property
    def now(self) -> float:
        """The simulator's clock in seconds."""
        return self.world.now

    @property
    def ids(self) -> Ids:
        """Where GUIDs come from."""
        return self.world.ids

    @property
    def host(self) -> str:
        """``https://…`` of the request, to begin links with."""
        return "https://" + self.headers.get("host", "management.azure.com")

    def object(self) -> dict[str, Any]:
        """The body, which must be a JSON object. Raises ArmError 400."""
        if not isinstance(self.body, dict):
            raise invalid_content("the body must be a JSON object")
        return self.body

    def url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """A link with the api-version of the request."""
        full = {**(query or {}), "api-version": self.api_version}
        return f"{self.host}{quote(path, safe='/:')}?{urlencode(full)}"

    def begin(
        self,
        resource: Resource,
        verb: str,
        accept: Accept,
        *,
        polling: Polling | None = None,
        data: dict[str, Any] | None = None,
        location: str = "",
    ) -> Operation:
        """Start a long operation on a resource and mark it. Write the resource afterwards.

        ``verb`` is create, update, delete, or an action's name. ``delete`` removes the resource when it ends.
        """
        seconds = accept.seconds(self, resource) if callable(accept.seconds) else accept.seconds
        how = accept.polling or polling or (self.kind.polling if self.kind is not None else None)
        guid = self.ids.guid("operation", resource.id, verb)
        name = guid
        if how is not None:
            name = how.operation.format(guid=guid) if isinstance(how.operation, str) else ""
            if callable(how.operation):
                name = how.operation(self, resource.id, guid)
        operation = Operation(
            id=name,
            polling=how.name if how is not None else "",
            verb=verb,
            type=resource.type,
            resource=resource.id,
            started=self.now,
            due=self.now + seconds,
            data={"location": location or str(resource.body.get("location") or "global"), **(data or {})},
        )
        if how is not None and how.status is not None:
            operation.data["path"] = operation_path(how.status.path, operation)
        resource.operation = operation.id
        resource.state = accept.running
        operation.data["done"] = accept.done
        if accept.retry_after is not None:
            operation.data["retry_after"] = accept.retry_after
        self.store.put_operation(operation)
        return operation

    def links(self, operation: Operation | None, accept: Accept, id: str) -> dict[str, str]:
        """The headers by which a client follows what it started."""
        found: dict[str, str] = {}
        how = self.world.pollings.get(operation.polling) if operation is not None else None
        for header in accept.headers:
            if header == "self":
                found["location"] = self.url(id)
            elif header == "self-relative":
                found["location"] = id
            elif operation is not None and how is not None:
                where = how.status if header == "async" else how.result
                if where is not None:
                    name = "azure-asyncoperation" if header == "async" else "location"
                    found[name] = self.url(operation_path(where.path, operation), where.query)
        if accept.retry_after is not None and operation is not None:
            found["retry-after"] = str(accept.retry_after)
        return found

    def accepted(self, resource: Resource, verb: str, accept: Accept, **more: Any) -> Answer:
        """`begin`, write the resource, and answer without body: what an action's handler returns."""
        operation = self.begin(resource, verb, accept, **more)
        self.store.put(resource)
        return Answer(accept.status, None, self.links(operation, accept, resource.id))


def operation_path(template: str, operation: Operation) -> str:
    """The path of a status or result URL. The template's words are those of `StatusUrl`."""
    return template.format(
        subscription=segment(operation.resource, "subscriptions"),
        group=segment(operation.resource, "resourceGroups"),
        location=operation.data.get("location", ""),
        resource=operation.resource,
        operation=operation.id,
    )


def catalogue(
    services: tuple[Service, ...],
) -> tuple[dict[str, Kind], dict[tuple[str, str, bool], Route], dict[str, Polling], dict[str, str]]:
    """Kinds by type, routes by method, type and shape, pollings by name, and polling roles by path type.

    Raises ValueError when two services claim one name: a mistake of the program.
    """
    kinds: dict[str, Kind] = {}
    routes: dict[tuple[str, str, bool], Route] = {}
    pollings: dict[str, Polling] = {}
    watched: dict[str, str] = {}
    for service in services:
        for kind in service.kinds:
            if kind.key in kinds:
                raise ValueError(f"two services declare {kind.type}")
            kinds[kind.key] = kind
            accepts = (kind.create, kind.put, kind.patch, kind.delete)
            found = [kind.polling, *(one.polling for one in accepts if isinstance(one, Accept))]
            found.extend(action.polling for action in kind.actions.values())
            _collect(found, pollings, watched)
        for route in service.routes:
            key = (route.method, route.type.lower(), route.item)
            if key in routes:
                raise ValueError(f"two services route {route.method} {route.type}")
            routes[key] = route
            _collect([route.polling], pollings, watched)
    return kinds, routes, pollings, watched


def _collect(found: list[Polling | None], pollings: dict[str, Polling], watched: dict[str, str]) -> None:
    for polling in found:
        if polling is None:
            continue
        if pollings.setdefault(polling.name, polling) is not polling:
            raise ValueError(f"two pollings are named {polling.name}")
        for role, where in (("status", polling.status), ("result", polling.result)):
            if where is not None:
                sample = where.path.format(
                    subscription="s",
                    group="g",
                    location="l",
                    operation="o",
                    resource="/subscriptions/s/resourceGroups/g/providers/x/y/z",
                )
                path = parse(sample)
                # a status URL below the resource itself is known by its last types alone
                key = path.type if "{resource}" not in where.path else "*/" + path.type.rpartition("/")[2]
                watched[key] = role
