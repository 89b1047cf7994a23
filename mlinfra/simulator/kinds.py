"""The noun by which a service declares what it has. `verbs` acts on it; services only describe.

A service is a value: kinds of resources, routes for what is no resource, nothing registered by import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from mlinfra.simulator.errors import ArmError, not_found
from mlinfra.simulator.shapes import Shape
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.wire import Answer

if TYPE_CHECKING:
    from mlinfra.simulator.world import Call, World

Body: TypeAlias = dict[str, Any]
Headers: TypeAlias = Literal["async", "location", "self", "self-relative"]


class StatusUrl(msgspec.Struct, frozen=True, kw_only=True):
    """What an ``Azure-AsyncOperation`` header points to: always an object with ``status``.

    ``path`` is a template: ``{subscription} {group} {location} {resource} {operation}``. ``status`` is what
    is answered while the operation runs, by verb; ``render`` makes the body (default: id, name, status,
    startTime, endTime, error). ``repeat`` sends the header again in every poll's answer.
    """

    path: str
    query: Mapping[str, str] = {}
    status: Mapping[str, str] = {}
    running_code: int = 200
    render: Callable[[Operation, str], Body] | None = None
    repeat: bool = False


class ResultUrl(msgspec.Struct, frozen=True, kw_only=True):
    """What a ``Location`` header points to: 202 while the operation runs, then the result.

    ``finished`` makes the last answer; without it the resource is answered with 200, or nothing when it is
    gone. ``running`` makes the body of a 202, which by default is empty and repeats ``Location``.
    """

    path: str
    query: Mapping[str, str] = {}
    finished: Callable[[World, Operation], Answer] | None = None
    running: Callable[[Operation], Body] | None = None


class Polling(msgspec.Struct, frozen=True, kw_only=True):
    """How the operations of a service are watched. ``name`` is unique over all services.

    ``operation`` makes the last segment of the URLs from a GUID: ``"registries-{guid}"``, or a function of
    the call, the resource's id and the GUID.
    """

    name: str
    status: StatusUrl | None = None
    result: ResultUrl | None = None
    operation: str | Callable[[Call, str, str], str] = "{guid}"


class Accept(msgspec.Struct, frozen=True, kw_only=True):
    """How a write is answered.

    ``headers``: which headers show the way: ``async`` (Azure-AsyncOperation), ``location`` (the Location of
    the operation), ``self`` or ``self-relative`` (a Location that is the resource's own URL). ``seconds``
    is how long it takes on the simulator's clock; 0 is done at once. While it takes, the resource shows
    ``running``, then ``done``. ``body`` False answers nothing. ``retry_after`` is whole seconds.
    """

    status: int
    headers: tuple[Headers, ...] = ()
    seconds: float | Callable[[Call, Resource], float] = 0.0
    running: str = "Succeeded"
    done: str = "Succeeded"
    body: bool = True
    retry_after: int | None = None
    polling: Polling | None = None


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Which names the service takes, and how far a name must be unique beyond its own id.

    ``invalid`` makes the error of a name that does not match. ``world`` True: one resource of the type and
    name in all subscriptions; ``taken`` makes the error, given the resource that has the name.
    """

    pattern: re.Pattern[str]
    invalid: Callable[[Call, str], ArmError] | None = None
    world: bool = False
    taken: Callable[[Call, Resource], ArmError] | None = None

    def check(self, call: Call, kind: Kind) -> None:
        """Raises ArmError when the last name of the path is none the service takes."""
        name = call.path.name
        if not self.pattern.fullmatch(name):
            if self.invalid is not None:
                raise self.invalid(call, name)
            short = kind.type.rpartition("/")[2]
            text = f"Resource name {name} is invalid. It does not match '{self.pattern.pattern}' ({short})."
            raise ArmError(400, "InvalidResourceName", text)


class Immutable(msgspec.Struct, frozen=True, kw_only=True):
    """A key that a PUT or PATCH cannot change once the resource exists.

    ``path`` leads from the body's top. Left out (or null) means unchanged, and the old value is kept.
    ``strict`` refuses also a value where none is stored. ``same`` says when two values are equal (default:
    without case). ``error`` makes the refusal from the call, the old and the new value.
    """

    path: tuple[str, ...]
    error: Callable[[Call, Any, Any], ArmError]
    strict: bool = False
    same: Callable[[Any, Any], bool] | None = None


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """``POST {id}/{name}``. The handler gives the answer; `Call.begin` starts a long operation in it."""

    handler: Callable[[Call, Resource], Answer]
    method: Literal["POST", "GET"] = "POST"
    polling: Polling | None = None
    short: str = ""
    """What of it is simplified, in words for people; empty: nothing that we know of."""


def arm_missing(call: Call) -> ArmError:
    """The 404 that ARM's front door says for a resource it tracks."""
    kind = call.kind.type if call.kind is not None else call.path.type
    return not_found(kind, call.path.names, call.path.group)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One type of resource. Only what differs from ARM's usual behaviour has to be said.

    Hooks, all optional, each called inside the request's transaction:

    - ``prepare(call, body, prior)``: the last word on what is kept. ``body`` is the stored form with
      defaults filled in and immutable keys carried over; change it in place, or raise ArmError.
    - ``created(call, resource)`` and ``updated(call, resource, prior)``: after it was written.
    - ``deleting(call, resource)``: before a DELETE, also of what is there by ``absent``; raise ArmError to
      refuse.
    - ``leaving(world, resource)``: it goes, and what lies in it is still there.
    - ``deleted(world, resource)``: it is gone, by DELETE or with what it lay in. Soft deletion goes here.
    - ``finished(world, operation, resource)``: an operation is over; raising ArmError makes it Failed.
    - ``render(call, resource, body)``: the answer, after the envelope was made; ``listed(call, body)``: the
      same in a list.
    - ``absent(call)``: a resource that is there though nobody made it (``blobServices/default``).
    - ``busy(call, resource)``: raise ArmError for writes while an operation runs; without the hook they are
      refused with AnotherOperationInProgress.
    - ``parent(call)``: instead of the check that the parent exists; may create it.
    - ``orphan(call)``: the 404 of what lies in a missing parent, where the service says it in words of its
      own because ARM does not track the parent (versions of an asset).
    - ``revive(call, body)``: a soft-deleted resource that this PUT brings back, or None; raise ArmError when
      the name is held by one that it does not. The PUT is answered like one on an existing resource; what
      the body says counts only where ``update`` is merge.
    - ``purge(call)``: the answer to a DELETE of what is only soft-deleted any more; None: there is no such.
    - ``select(call, resources)``: which resources a list shows ($filter, listViewType).
    """

    type: str
    api_versions: tuple[str, ...]
    scope: Literal["group", "subscription", "tenant", "any"] = "group"
    names: Names
    shape: Shape | None = None
    location: Literal["required", "optional", "none"] = "required"
    tags: int = 50
    """How many tags at most; 0: the type has none."""
    empty_tags: bool = True
    """Whether a resource without tags answers ``"tags": {}``."""
    envelope: tuple[str, ...] = ()
    """Keys beside location, tags and properties that are kept: sku, kind, identity, …"""
    defaults: Mapping[str, Any] = {}
    computed: tuple[tuple[str, ...], ...] = ()
    """Paths that the service owns: dropped from requests, carried over by updates."""
    immutable: tuple[Immutable, ...] = ()
    update: Literal["replace", "merge"] = "replace"
    """Whether a PUT on what exists drops the properties it leaves out, or keeps them."""
    create: Accept | Callable[[Call], Accept] = Accept(status=201)
    """How a PUT of something new is answered; a function where it depends on the api-version."""
    put: Accept = Accept(status=200)
    patch: Accept | Callable[[Call, Resource], Accept] | None = Accept(status=200)
    """How a PATCH is answered; a function where it depends on what is there."""
    patch_keys: tuple[str, ...] = ()
    """The only top keys that a PATCH reads, where it does not read all."""
    delete: Accept | None = Accept(status=200, body=False)
    delete_absent: int = 204
    polling: Polling | None = None
    missing: Callable[[Call], ArmError] = arm_missing
    id_type: str = ""
    """How the type is written in ids when not as in ``type``; ids of insights are lower case."""
    id_group: str = "resourceGroups"
    state: str = "provisioningState"
    """The property that shows the state; empty when the type has none."""
    system_data: bool = False
    etag: Literal["none", "body", "honoured"] = "none"
    """``body``: answered, never checked. ``honoured``: If-Match and If-None-Match are obeyed."""
    list_scopes: tuple[Literal["group", "subscription", "parent"], ...] = ("group", "subscription")
    lag: float = 0.0
    """Seconds for which a GET does not find yet what was just made (eventual reads)."""
    page_size: int = 100
    top: bool = False
    """Whether a list takes ``$top``."""
    actions: Mapping[str, Action] = {}
    prepare: Callable[[Call, Body, Resource | None], None] | None = None
    created: Callable[[Call, Resource], None] | None = None
    updated: Callable[[Call, Resource, Resource], None] | None = None
    deleting: Callable[[Call, Resource], None] | None = None
    leaving: Callable[[World, Resource], None] | None = None
    deleted: Callable[[World, Resource], None] | None = None
    finished: Callable[[World, Operation, Resource | None], None] | None = None
    render: Callable[[Call, Resource, Body], None] | None = None
    listed: Callable[[Call, Body], None] | None = None
    absent: Callable[[Call], Resource | None] | None = None
    busy: Callable[[Call, Resource], None] | None = None
    parent: Callable[[Call], None] | None = None
    orphan: Callable[[Call], ArmError] | None = None
    revive: Callable[[Call, Body], Resource | None] | None = None
    purge: Callable[[Call], Answer | None] | None = None
    select: Callable[[Call, Sequence[Resource]], Sequence[Resource]] | None = None
    shown: bool = True
    """Whether `Simulator.resources` and ARM's lists of resources show it."""
    short: Mapping[str, str] = {}
    """What is simplified, by ``GET``, ``PUT``, ``PATCH``, ``DELETE``, ``list``, or ``*`` for all of it."""
    refused: tuple[str, ...] = ()
    """What Azure has below it, types and actions, and the simulator answers with 501."""

    @property
    def key(self) -> str:
        """The type in lower case, by which it is found."""
        return self.type.lower()

    @property
    def nested(self) -> bool:
        """Whether it lies under another resource of its provider."""
        return self.type.count("/") > 1

    def taking(self, seconds: float) -> Kind:
        """The same, whose creations take so long: by their operation, or, of what has none, until it can be
        read."""
        create = self.create
        if isinstance(create, Accept):
            if create.seconds == 0:
                return replace(self, lag=seconds)
            return replace(self, create=replace(create, seconds=seconds))
        return replace(self, create=lambda call: replace(create(call), seconds=seconds))


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is about no stored resource: name checks, deleted vaults, lists of ARM itself.

    ``type`` is the path's type including a verb at its end; ``item`` whether the path ends on a name.
    """

    method: str
    type: str
    handler: Callable[[Call], Answer]
    api_versions: tuple[str, ...]
    item: bool = False
    group: bool = False
    """Whether the path's resource group must exist."""
    polling: Polling | None = None
    short: str = ""
    """What of it is simplified; see `Action`."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """All that one resource provider has."""

    namespace: str
    kinds: tuple[Kind, ...] = ()
    routes: tuple[Route, ...] = ()
