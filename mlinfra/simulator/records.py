"""What the store keeps: resources, soft-deleted resources, operations, principals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from mlinfra.simulator.wire import decode, encode


@dataclass(slots=True)
class Resource:
    """One resource as the service keeps it. ``body`` is what it answers, without id, name, type and state.

    ``data`` is the service's own memory and never answered. ``operation`` names the operation at work.
    Times are seconds of the simulator's clock.
    """

    id: str
    type: str
    name: str
    state: str
    body: dict[str, Any]
    data: dict[str, Any] = field(default_factory=dict)
    operation: str = ""
    created: float = 0.0
    changed: float = 0.0

    @property
    def properties(self) -> dict[str, Any]:
        """``body["properties"]``, made when it is missing."""
        found: dict[str, Any] = self.body.setdefault("properties", {})
        return found


@dataclass(slots=True)
class Deleted:
    """A soft-deleted resource; it can be brought back until ``until``."""

    resource: Resource
    at: float
    until: float


@dataclass(slots=True)
class Operation:
    """A long operation. It is over when the clock has passed ``due``; ``settled`` once its effect is written.

    ``polling`` names the `Polling` that answers for it, ``id`` is the last segment of its URLs.
    """

    id: str
    polling: str
    verb: str
    type: str
    resource: str
    started: float
    due: float
    settled: bool = False
    status: str = "Succeeded"
    error: dict[str, Any] | None = None
    data: dict[str, Any] = field(default_factory=dict)


class Principal(msgspec.Struct, frozen=True):
    """An object of the directory: what role assignments may name. ``owner`` is the resource it belongs to."""

    id: str
    kind: str
    owner: str
    created: float


def dump(resource: Resource) -> dict[str, Any]:
    """A resource as JSON, to be kept in another one's data."""
    return {name: getattr(resource, name) for name in Resource.__slots__}


def load(dumped: dict[str, Any]) -> Resource:
    """What `dump` made of a resource."""
    return Resource(**dumped)


def copy(resource: Resource) -> Resource:
    """A resource with bodies of its own, to be changed freely."""
    return replace(resource, body=decode(encode(resource.body)), data=decode(encode(resource.data)))
