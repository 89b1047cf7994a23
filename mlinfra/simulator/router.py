"""From a request to the verb, route or poll that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlinfra.simulator import errors, lists, operations, parents, verbs
from mlinfra.simulator.ids import GUID, parse
from mlinfra.simulator.locks import check_locks
from mlinfra.simulator.wire import Answer, Request, decode
from mlinfra.simulator.world import Call, World

WRITES = frozenset({"PUT", "PATCH", "DELETE", "POST"})
"""Methods that may change the world."""


def read_json(request: Request) -> Any:
    """The body as JSON, None when there is none. Raises ArmError 400 or 415."""
    if not request.body.strip():
        return None
    for name, value in request.headers.items():
        if name.lower() == "content-type":
            media = value.partition(";")[0].strip().lower()
            if media not in ("application/json", "text/json") and not media.endswith("+json"):
                raise errors.unsupported_media_type(value)
    try:
        return decode(request.body)
    except msgspec.DecodeError as error:
        raise errors.invalid_content(str(error)) from None
    except (RecursionError, UnicodeDecodeError) as error:
        raise errors.invalid_content(f"{type(error).__name__}") from None


def make_call(world: World, request: Request) -> Call:
    """The request with its path taken apart and its names folded."""
    return Call(
        world=world,
        request=request,
        path=parse(request.path),
        query={key.lower(): value for key, value in request.query.items()},
        headers={key.lower(): value for key, value in request.headers.items()},
        api_version="",
        kind=None,
    )


def dispatch(call: Call, watched: Mapping[str, str]) -> Answer:
    """Answer a call. ``watched`` are the path types of long operations with their role.

    Raises ArmError for every refusal, 501 NotSimulated for what the simulator does not know.
    """
    path, method, world = call.path, call.request.method.upper(), call.world
    if path.subscription and not GUID.fullmatch(path.subscription):
        raise errors.invalid_subscription(path.subscription)
    call.api_version = call.query.get("api-version", "")
    if not call.api_version:
        raise errors.missing_api_version()
    role = watched.get(path.type) or watched.get("*/" + path.type.rpartition("/")[2])
    if role is not None and path.item and method == "GET":
        return operations.poll(call, role)
    route = world.routes.get((method, path.type, path.item))
    if route is not None:
        _check_version(call, route.type, route.api_versions)
        if method in WRITES:
            call.body = read_json(call.request)
            check_locks(call)
        if route.group:
            parents.check_container(call)
        return route.handler(call)
    kind = world.kinds.get(path.type)
    if kind is not None and (path.item or method == "GET"):
        call.kind = kind
        _check_version(call, kind.type, kind.api_versions)
        return _verb(call, method)
    above = world.kinds.get(path.parent_type) if not path.item else None
    if above is not None and verbs.action_of(call, above) is not None:
        call.kind = above
        _check_version(call, above.type, above.api_versions)
        if method in WRITES:
            call.body = read_json(call.request)
            check_locks(call)
        return verbs.act(call)
    raise errors.not_simulated(method, _shown(call))


def _verb(call: Call, method: str) -> Answer:
    path = call.path
    if method == "GET":
        return verbs.get(call) if path.item else lists.list_all(call)
    if method in WRITES:
        if method != "DELETE":
            call.body = read_json(call.request)
        check_locks(call)
    if method == "PUT":
        return verbs.put(call)
    if method == "PATCH":
        return verbs.patch(call)
    if method == "DELETE":
        return verbs.delete(call)
    if method == "HEAD" and call.kind is not None:
        verbs.find(call)
        return Answer(204)
    raise errors.not_simulated(method, _shown(call))


def _shown(call: Call) -> str:
    known = call.world.kinds.get(call.path.type)
    return (known.type if known is not None else call.path.type) + ("/{name}" if call.path.item else "")


def _check_version(call: Call, kind: str, known: tuple[str, ...]) -> None:
    if call.api_version not in known:
        raise errors.unknown_api_version(call.api_version, kind, "", known)
