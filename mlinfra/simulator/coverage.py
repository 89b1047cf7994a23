"""What the simulator answers, and how far, as tables made from the services themselves.

All else is 501 NotSimulated; `refused` names what Azure has below a simulated type and the simulator has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlinfra.simulator.kinds import Kind, Route
from mlinfra.simulator.services import SERVICES, blob


@dataclass(frozen=True, slots=True, order=True)
class Supported:
    """One operation: ``path`` has ``{name}`` for names and ``{scope}`` for what it lies in; ``short`` says
    what of it is simplified beyond what is said of the whole kind, empty for nothing that we know of."""

    path: str
    method: str
    api_versions: tuple[str, ...]
    short: str = ""


def supported() -> tuple[Supported, ...]:
    """Every operation of every service, sorted by path."""
    found = [one for service in SERVICES for kind in service.kinds for one in of_kind(kind)]
    found += [of_route(route) for service in SERVICES for route in service.routes]
    # a route answers before a kind does, so the later of two wins
    return tuple(sorted({(one.method, one.path): one for one in found}.values()))


def refused() -> frozenset[str]:
    """Types and actions below simulated ones that are answered with 501, as ``microsoft.x/kinds/word``."""
    kinds = [kind for service in SERVICES for kind in service.kinds]
    return frozenset(f"{kind.key}/{word.lower()}" for kind in kinds for word in kind.refused)


def data_plane() -> tuple[str, ...]:
    """Every operation of the accounts' blob service, as ``PUT /{container}/{blob}?comp=block``, sorted."""
    shown = {"account": "/", "container": "/{container}", "blob": "/{container}/{blob}"}
    found = []
    for method, level, comp in blob.OPERATIONS:
        query = (["restype=container"] if level == "container" else []) + ([f"comp={comp}"] if comp else [])
        found.append(f"{method} {shown[level]}" + (f"?{'&'.join(query)}" if query else ""))
    return tuple(sorted(found))


def _path(type_: str, *, item: bool) -> str:
    namespace, *types = type_.split("/")
    names = [f"{one}/{{name}}" for one in types[:-1]]
    last = types[-1] + ("/{name}" if item else "")
    return "/".join(["{scope}/providers", namespace, *names, last])


def of_kind(kind: Kind) -> Iterator[Supported]:
    """The operations of a kind: its item, its list, its actions."""
    item, versions = _path(kind.type, item=True), kind.api_versions
    methods = ["GET", "HEAD", "PUT"]
    methods += ["PATCH"] if kind.patch is not None else []
    methods += ["DELETE"] if kind.delete is not None else []
    for method in methods:
        yield Supported(item, method, versions, kind.short.get(method, ""))
    yield Supported(_path(kind.type, item=False), "GET", versions, kind.short.get("list", ""))
    for verb, action in kind.actions.items():
        yield Supported(f"{item}/{verb}", action.method, versions, action.short)


def of_route(route: Route) -> Supported:
    """The operation of a route."""
    return Supported(_path(route.type, item=route.item), route.method, route.api_versions, route.short)
