"""What a recorded request is about, seen from what the simulator has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from conformance.replay.exchanges import Exchange
from mlinfra.providers.azure.versions import API_VERSIONS
from mlinfra.simulator.ids import Path, parse
from mlinfra.simulator.kinds import Kind
from mlinfra.simulator.services import SERVICES
from mlinfra.simulator.world import catalogue

KINDS, ROUTES, _POLLINGS, WATCHED = catalogue(SERVICES)
"""The simulator's own tables: kinds by type, routes, and the types of operations' paths."""


class About(Enum):
    """Of what sort a request is."""

    ITEM = "a resource"
    LIST = "a list of resources"
    ROUTE = "an operation that is about no resource"
    ACTION = "an operation on a resource"
    POLL = "a long operation"
    FOREIGN = "a type that is not simulated"


ACTIONS_BY_GET: Mapping[str, str] = {
    "microsoft.containerregistry/registries/listusages": "listUsages",
    "microsoft.operationalinsights/workspaces/availableservicetiers": "availableServiceTiers",
    "microsoft.storage/storageaccounts/privatelinkresources": "privateLinkResources",
    "microsoft.keyvault/vaults/privatelinkresources": "privateLinkResources",
}
"""Operations on types of ours that look like lists of another type: GET and no name at the end."""

TYPES_BY_POST: frozenset[str] = frozenset(
    {"microsoft.insights/components/apikeys", "microsoft.insights/components/exportconfiguration"}
)
"""Types of their own whose resources are made by POST, so that they look like operations on ours."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``versions`` are the api-versions that the simulator takes for it, the pinned one first."""

    about: About
    path: Path
    versions: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the simulator must answer it."""
        return self.about is not About.FOREIGN

    @property
    def kind(self) -> Kind | None:
        """The kind of the resource it is about: of a list the items', of an action the one acted on."""
        type_ = self.path.parent_type if self.about is About.ACTION else self.path.type
        return KINDS.get(type_)

    @property
    def target(self) -> str:
        """The id of the resource it is about, lower case; empty for lists, polls and routes."""
        if self.about is About.ITEM:
            return self.path.text.lower()
        return self.path.parent.lower() if self.about is About.ACTION else ""


def pinned(type_: str) -> str:
    """The api-version whose specification the simulator is held against."""
    namespace = type_.partition("/")[0].lower()
    return next((version for name, version in API_VERSIONS.items() if name.lower() == namespace), "")


def ask(exchange: Exchange) -> Asked:
    """Of what sort this request is."""
    path, method = parse(exchange.path), exchange.method
    if _inside(path.scope):
        return Asked(About.FOREIGN, path)
    route = ROUTES.get((method, path.type, path.item))
    if route is not None:
        kind = KINDS.get(path.type)
        about = About.ROUTE if kind is None else (About.ITEM if path.item else About.LIST)
        return Asked(about, path, _versions(path.type, route.api_versions))
    kind = KINDS.get(path.type)
    if kind is not None and (path.item or method == "GET"):
        return Asked(About.ITEM if path.item else About.LIST, path, _versions(path.type, kind.api_versions))
    above = KINDS.get(path.parent_type) if not path.item else None
    if above is not None and (
        path.type in ACTIONS_BY_GET or (method == "POST" and path.type not in TYPES_BY_POST)
    ):
        return Asked(About.ACTION, path, _versions(above.key, above.api_versions))
    beneath = path.parent_type in KINDS and "*/" + path.type.rpartition("/")[2] in WATCHED
    if method == "GET" and path.item and (path.type in WATCHED or beneath):
        return Asked(About.POLL, path)
    return Asked(About.FOREIGN, path)


def _inside(scope: str) -> bool:
    """Whether a scope is a resource of a type that is not simulated: nothing can stand on it."""
    return "/providers/" in scope.lower() and parse(scope).type not in KINDS


def _versions(type_: str, known: tuple[str, ...]) -> tuple[str, ...]:
    first = pinned(type_)
    return (first, *(one for one in known if one != first)) if first in known else known
