"""What the simulator answers, as a table made from the services themselves. All else is 501 NotSimulated."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.simulator.kinds import Kind, Route
from mlinfra.simulator.services import SERVICES, blob


@dataclass(frozen=True, slots=True, order=True)
class Supported:
    """One operation: ``path`` has ``{name}`` for names and ``{scope}`` for what it lies in."""

    path: str
    method: str
    api_versions: tuple[str, ...]


def supported() -> tuple[Supported, ...]:
    """Every operation of every service, sorted by path."""
    found = [one for service in SERVICES for kind in service.kinds for one in _of_kind(kind)]
    found += [_of_route(route) for service in SERVICES for route in service.routes]
    # a route answers before a kind does, so the later of two wins
    return tuple(sorted({(one.method, one.path): one for one in found}.values()))


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


def _of_kind(kind: Kind) -> list[Supported]:
    item, versions = _path(kind.type, item=True), kind.api_versions
    methods = ["GET", "HEAD", "PUT"]
    methods += ["PATCH"] if kind.patch is not None else []
    methods += ["DELETE"] if kind.delete is not None else []
    found = [Supported(item, method, versions) for method in methods]
    found.append(Supported(_path(kind.type, item=False), "GET", versions))
    found.extend(Supported(f"{item}/{verb}", one.method, versions) for verb, one in kind.actions.items())
    return found


def _of_route(route: Route) -> Supported:
    return Supported(_path(route.type, item=route.item), route.method, route.api_versions)
