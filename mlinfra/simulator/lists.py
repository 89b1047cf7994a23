"""Collections, page by page."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from mlinfra.simulator import errors, parents
from mlinfra.simulator.bodies import answer_body
from mlinfra.simulator.kinds import Kind
from mlinfra.simulator.paging import next_link, top
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call


def list_all(call: Call) -> Answer:
    """A collection: ``{"value": […], "nextLink": …}``, page by page in the order of ids."""
    kind = call.kind
    assert kind is not None
    prefix = _list_prefix(call, kind)
    after, size = "", kind.page_size
    token = call.query.get("$skiptoken")
    if token:
        try:
            after = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
        except (ValueError, binascii.Error):
            raise errors.invalid_value("$skiptoken", token) from None
        if not after.lower().startswith(prefix.lower() + "/"):
            raise errors.invalid_value("$skiptoken", token)
    if kind.top:
        size = top(call, size)
    found, more = _page(call, kind, prefix, after, size)
    bodies = []
    for resource in found:
        body = answer_body(call, kind, resource)
        if kind.listed is not None:
            kind.listed(call, body)
        bodies.append(body)
    answer: dict[str, Any] = {"value": bodies}
    if more:
        answer["nextLink"] = next_link(call, base64.urlsafe_b64encode(found[-1].id.encode()).decode())
    return Answer(200, answer)


def _page(call: Call, kind: Kind, prefix: str, after: str, size: int) -> tuple[list[Resource], bool]:
    if kind.select is None:
        found = call.store.under(prefix, kind.type, after=after, limit=size + 1)
    else:
        found = list(kind.select(call, call.store.under(prefix, kind.type, after=after)))
    return found[:size], len(found) > size


def _list_prefix(call: Call, kind: Kind) -> str:
    path = call.path
    if kind.nested:
        if parents.find_parent(call) is None:
            parents.check_container(call)
            raise parents.parent_missing(call, writing=False)
        parent = call.store.get(path.parent)
        return parent.id if parent is not None else path.parent
    if kind.scope == "any":
        parents.check_container(call)
        return path.scope
    if path.group:
        parents.check_container(call)
        if "group" not in kind.list_scopes:
            raise errors.not_simulated("GET", f"{kind.type} of a resource group")
        return f"/subscriptions/{path.subscription}/resourceGroups/{path.group}"
    if path.subscription and "subscription" in kind.list_scopes:
        return f"/subscriptions/{path.subscription}"
    raise errors.not_simulated("GET", f"{kind.type} at the scope '{path.scope or '/'}'")
