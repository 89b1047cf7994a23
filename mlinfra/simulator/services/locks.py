"""Microsoft.Authorization/locks: made, changed, listed and deleted. What they forbid: `simulator.locks`.

Wire facts: 198 recorded exchanges of azure-cli's lock tests (test_group_lock_commands,
test_resource_lock_commands, test_lock_with_resource_id and others), all of them with 2016-09-01. Names and
levels: documentation rest/api/resources/management-locks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mlinfra.simulator.errors import ArmError, invalid_content
from mlinfra.simulator.kinds import Accept, Kind, Names, Service
from mlinfra.simulator.locks import LOCK, locked_scope
from mlinfra.simulator.services.authorization_scopes import read_filter
from mlinfra.simulator.shapes import Items, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

VERSIONS = ("2020-05-01", "2017-04-01", "2016-09-01", "2015-01-01")

LEVELS = ("CanNotDelete", "ReadOnly")
"""What can be locked. The specification also has NotSpecified, which no recording sends: it is refused."""


def _bad_level(path: str, value: Any) -> ArmError:
    """The words of ARM's own deserializer, which reads locks: an enumeration without this value."""
    return invalid_content(f"Error converting value \"{value}\" to type 'LockLevel'. Path '{path}'")


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    level = body["properties"].get("level")
    if level is None:
        raise _bad_level("properties.level", "")


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """Recorded: the id keeps the casing of the scope that was sent (``resourcegroups``)."""
    body["id"] = resource.data["id"]


def _created(call: Call, resource: Resource) -> None:
    resource.data["id"] = call.path.text
    call.store.put(resource)


def _select(call: Call, beneath: Sequence[Resource]) -> Sequence[Resource]:
    """All at the scope and in it (recorded); ``atScope()`` keeps those at the scope."""
    if not read_filter(call, ()).at_scope:
        return beneath
    return [one for one in beneath if locked_scope(one).lower() == call.path.scope.lower()]


LOCKS = Kind(
    type=LOCK,
    api_versions=VERSIONS,
    scope="any",
    # D: 260 characters at most, none of < > % & : \ ? /
    names=Names(pattern=re.compile(r"[^<>%&:\\?/\x00-\x1f]{1,260}")),
    shape=Object(
        {
            "properties": Object(
                {
                    "level": Text(among=LEVELS, refuse=_bad_level),
                    "notes": Text(size=512),
                    "owners": Items(Object({"applicationId": Text()})),
                }
            )
        }
    ),
    location="none",
    tags=0,
    state="",
    create=Accept(status=201),
    put=Accept(status=200),
    patch=None,
    delete=Accept(status=200, body=False),
    page_size=1000,
    created=_created,
    prepare=_prepare,
    render=_render,
    select=_select,
)

SERVICE = Service(namespace="Microsoft.Authorization", kinds=(LOCKS,))
