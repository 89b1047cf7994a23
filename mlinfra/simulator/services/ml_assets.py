"""What environments and data have in common: containers with versions, archived and listed alike.

Wire facts: the REST specification 2024-04-01; recordings az ml test_environment, test_data (2022) and
azure-ai-ml TestData, TestEnvironment (2023). A rule without such a source says ``assumed``.

Names and versions are case-sensitive in Azure; here, as in all ids of the simulator, two that differ in case
alone are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mlinfra.simulator import parents
from mlinfra.simulator.bodies import answer_body
from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError, parent_not_found
from mlinfra.simulator.kinds import Kind, Names, Route
from mlinfra.simulator.paging import paged
from mlinfra.simulator.services.ml_errors import front_error
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

VERSIONS = ("2024-04-01",)

PAGE = 100
"""How many assets one page of a list holds (assumed; the specification names no number)."""

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}")
_VERSION = re.compile(r"[^/\\?#%]{1,255}")  # the specification has no pattern; 18.04:2022 is recorded


def _invalid_name(call: Call, name: str) -> ArmError:
    """The pattern is the specification's, the code is assumed."""
    return front_error(call, f"The name '{name}' is invalid: letters, digits, hyphens and underscores.")


def _invalid_version(call: Call, name: str) -> ArmError:
    return front_error(call, f"The version '{name}' is invalid: 255 characters at most, none of /\\?#%.")


NAMES = Names(pattern=_NAME, invalid=_invalid_name)
VERSION_NAMES = Names(pattern=_VERSION, invalid=_invalid_version)


class Asset(msgspec.Struct, frozen=True):
    """One type of asset: ``container`` is its type, ``more`` what lists show that nobody stored.

    ``more(call)`` gives the containers, or the versions where the call is about one container.
    """

    container: Kind
    version: Kind
    more: Callable[[Call], list[Resource]] | None = None

    def routes(self) -> tuple[Route, ...]:
        """The two lists."""
        return (
            Route(method="GET", type=self.container.type, handler=self._containers, api_versions=VERSIONS),
            Route(method="GET", type=self.version.type, handler=self._versions, api_versions=VERSIONS),
        )

    def _containers(self, call: Call) -> Answer:
        return self._list(call, self.container)

    def _versions(self, call: Call) -> Answer:
        return self._list(call, self.version)

    def _list(self, call: Call, kind: Kind) -> Answer:
        """Recorded: the newest first. A missing container is answered like a missing version (assumed)."""
        call.kind = kind
        parents.check_container(call)
        found = call.store.under(call.path.parent, kind.type)
        if self.more is not None:
            found += self.more(call)
        found = _tagged(call, _ordered(call, _viewed(call, found)))
        bodies = []
        for one in found:
            body = answer_body(call, kind, one)
            if kind.listed is not None:
                kind.listed(call, body)
            bodies.append(body)
        return Answer(200, paged(call, bodies, PAGE))


def _viewed(call: Call, found: Sequence[Resource]) -> list[Resource]:
    """``listViewType`` (specification: ActiveOnly unless said otherwise). A container's own mark counts for
    the container, a version's for the version."""
    view = call.query.get("listviewtype", "ActiveOnly").lower()
    if view not in ("activeonly", "archivedonly", "all"):
        raise front_error(call, f"listViewType is ActiveOnly, ArchivedOnly or All, not '{view}'.")
    if view == "all":
        return list(found)
    return [one for one in found if one.properties.get("isArchived", False) == (view == "archivedonly")]


def _ordered(call: Call, found: list[Resource]) -> list[Resource]:
    """``$orderBy`` (specification: createdtime or modifiedtime, asc or desc)."""
    word, _, way = call.query.get("$orderby", "createdtime desc").strip().lower().partition(" ")
    if word not in ("createdtime", "modifiedtime") or way.strip() not in ("", "asc", "desc"):
        raise front_error(call, "$orderBy is createdtime or modifiedtime, with asc or desc.")
    found.sort(key=lambda one: one.created if word == "createdtime" else one.changed)
    if way.strip() != "asc":
        found.reverse()
    return found


def _tagged(call: Call, found: list[Resource]) -> list[Resource]:
    """``$tags`` (specification: names separated by commas, each with a value or without)."""
    wanted = [one.partition("=") for one in call.query.get("$tags", "").split(",") if one]
    return [
        one
        for one in found
        if all(
            name in (tags := one.properties.get("tags", {})) and (not equals or tags[name] == value)
            for name, equals, value in wanted
        )
    ]


# -- containers --------------------------------------------------------------------------------------------


def versions_of(call: Call, container: Resource, kind: str) -> list[Resource]:
    """The versions of a container, the oldest first."""
    return sorted(call.store.under(container.id, kind), key=lambda one: one.created)


def next_number(found: Sequence[Resource]) -> str:
    """The number after the highest; names that are no numbers do not count (recorded: ``foo``, then 1)."""
    return str(1 + max((int(one.name) for one in found if one.name.isdigit()), default=0))


def next_moment(call: Call) -> str:
    """Recorded for environments: the time of the answer, another at each GET."""
    return f"{moment(call.now):%Y-%m-%d-%H-%M-%S-%f}0"


def make_container(call: Call, kind: Kind, properties: dict[str, Any]) -> None:
    """What a PUT of a version does first: its container is there from then on, with ``properties`` if new."""
    id = call.path.parent
    if call.store.exists(id):
        return
    name = id.rpartition("/")[2]
    if not kind.names.pattern.fullmatch(name):
        assert kind.names.invalid is not None
        raise kind.names.invalid(call, name)
    workspace = call.store.get("/".join(id.split("/")[:-2]))
    if workspace is None:
        raise parent_not_found(f"Microsoft.MachineLearningServices/workspaces/{call.path.names[0]}")
    word = kind.type.rpartition("/")[2]
    call.store.put(
        Resource(
            id=f"{workspace.id}/{word}/{name}",
            type=kind.type,
            name=name,
            state="Succeeded",
            body={"properties": {"isArchived": False, **properties}},
            created=call.now,
            changed=call.now,
        )
    )


def touch(call: Call, resource: Resource) -> None:
    """A new version changes its container's time (recorded: data containers)."""
    container = call.store.get("/".join(resource.id.split("/")[:-2]))
    if container is not None:
        container.changed = call.now
        call.store.put(container)
