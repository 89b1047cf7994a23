"""The base of every ARM type: create, update, delete, read and resume once for all.

A subclass says its table (`properties`) and its ARM type; what a table cannot say goes into one of the hooks
(`id_of`, `listing`, `to_body`, `from_body`, `complete`, `writable`, `delete_query`, `finish`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs, canonical
from mlinfra.providers.api import Done, Pending, Progress
from mlinfra.providers.azure import ids, operations, versions
from mlinfra.providers.azure.errors import AzureError, absent_error, gone
from mlinfra.providers.azure.facts.lanes import LANES
from mlinfra.providers.azure.types.arm_place import split
from mlinfra.providers.azure.types.illustrations import MORE
from mlinfra.providers.azure.types.schema import (
    Property,
    changed,
    computed,
    defaults,
    from_arm,
    json_schema,
    overlay,
    reference,
    take_out,
    taken_out,
    text,
    to_arm,
    whole_paths,
    without_null,
)

if TYPE_CHECKING:
    from mlinfra.providers.azure.arm import Answer
    from mlinfra.providers.azure.connection import AzureConnection

READ_ONLY = ("id", "name", "type", "etag", "systemData", "properties.provisioningState")
"""What every service fills in itself; taken out before what was read is sent back."""


class ArmType:
    """A type of resource in Azure Resource Manager. Stateless; one instance serves all threads.

    Class attributes of a subclass:

    - ``name``: our word; ``resource_type``: ARM's (``Microsoft.Storage/storageAccounts``);
    - ``properties``: the table; ``words``: the top of the schema (``title``, ``description``, ``x-data``, …);
    - ``read_only``: further ARM paths that an update must not send back;
    - ``listed``: whether a list answers all that a GET does (else every read is a GET of its own);
    - ``update_method``: ``PUT`` (what was read, our keys laid over it) or ``PATCH`` (of that, what differs);
    - ``if_match``: whether the service honours the etag of what was read;
    - ``create_headers``: such as ``{"If-None-Match": "*"}`` where the service takes it;
    - ``write_query``: what every PUT and PATCH says beside the api-version.
    """

    name: str = ""
    version: int = 1
    resource_type: str = ""
    properties: tuple[Property, ...] = ()
    words: Mapping[str, Any] = {}
    read_only: tuple[str, ...] = ()
    listed: bool = True
    update_method: str = "PUT"
    if_match: bool = False
    create_headers: Mapping[str, str] = {}
    write_query: Mapping[str, str] = {}

    def __init__(self) -> None:
        self._schemas: dict[int, tuple[tuple[Property, ...], Mapping[str, Any]]] = {}

    @property
    def api_version(self) -> str:
        """The version that every request of this type names."""
        return versions.api_version(self.resource_type)

    # What it is ---------------------------------------------------------------------------------------

    def table(self, attrs: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows for these attributes; a type of several kinds chooses by its discriminator."""
        return self.properties

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        """The JSON Schema for these attributes, made once for each table. Tables are constants."""
        table = self.table(attrs)
        found = self._schemas.get(id(table))
        if found is None:
            words = {"x-example-more": MORE.get(self.name, ()), **self.schema_words(attrs)}
            found = self._schemas[id(table)] = table, json_schema(table, words)
        return found[1]

    def schema_words(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The words at the top of the schema."""
        return self.words

    def identify(self, attrs: Attrs) -> str | None:
        """The id; None while a needed value is missing."""
        name, group = attrs.get("name"), group_of(attrs)
        return f"{group}/providers/{self.resource_type}/{name}" if name and group else None

    def normalize(self, attrs: Attrs) -> Attrs:
        """The resource group as an id, the location in Azure's spelling."""
        return normal(attrs)

    def lane(self, id: str) -> str | None:
        """What else must not be written meanwhile (`LANES`): the resource itself or what it lies in."""
        place = split(id)
        if place is None:
            return None
        parent, type_, _ = place
        word = LANES.get(type_.lower())
        return ids.key(id if word == "self" else parent) if word is not None else None

    # Reading ------------------------------------------------------------------------------------------

    def listing(self, id: str) -> tuple[str, Mapping[str, str]] | None:
        """Path and query of the list that a resource is in; None when there is none."""
        return id.rstrip("/").rpartition("/")[0], {}

    def read_many(self, conn: AzureConnection, ids_: Sequence[str]) -> Mapping[str, Attrs | None]:
        """What is there: one list call (all its pages) for two and more of one collection, else a GET each.

        Raises ProviderError, a busy one for what is still being made, changed or deleted.
        """
        groups: dict[tuple[str, ...], list[str]] = {}
        for id in dict.fromkeys(ids_):
            listing = self.listing(id) if self.listed else None
            place = (ids.key(listing[0]), *map(str, sorted(listing[1].items()))) if listing else (id,)
            groups.setdefault(place, []).append(id)
        found: dict[str, Attrs | None] = {}
        for members in groups.values():
            if len(members) == 1:
                raw = conn.arm.get(members[0], self.api_version)
                found[members[0]] = self._seen(members[0], raw)
            else:
                found |= self._read_list(conn, members)
        return found

    def _read_list(self, conn: AzureConnection, members: Sequence[str]) -> dict[str, Attrs | None]:
        listing = self.listing(members[0])
        assert listing is not None
        path, query = listing
        there = {
            ids.key(item["id"]): item
            for item in conn.arm.list(path, self.api_version, query)
            if isinstance(item.get("id"), str)
        }
        found: dict[str, Attrs | None] = {}
        for id in members:
            found[id] = self._seen(id, there.get(ids.key(id)))
        return found

    def _seen(self, id: str, raw: Mapping[str, Any] | None) -> Attrs | None:
        """The attributes of what was read, once nobody is at work on it. Raises ProviderError."""
        if raw is None or not self.exists(raw):
            return None
        operations.refuse_unsettled(raw, id)
        return self.attributes(id, raw)

    def exists(self, raw: Mapping[str, Any]) -> bool:
        """Whether what was read counts as there; an archived version does not."""
        return True

    def attributes(self, id: str, raw: Mapping[str, Any]) -> Attrs:
        """The attributes of what was read, its id spelled as it was asked for."""
        return self.normalize({**self.id_attributes(id), **self.from_body(raw), "id": id})

    def id_attributes(self, id: str) -> Attrs:
        """The attributes that the id alone tells."""
        return {
            "name": ids.name_of(id),
            "subscription": ids.subscription_of(id),
            "resource_group": ids.group_of(id),
        }

    def from_body(self, raw: Mapping[str, Any]) -> Attrs:
        """The attributes in an ARM body: null and absent are alike, what we do not know is left out."""
        return from_arm(self.table_of(raw), raw)

    def table_of(self, raw: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows for what was read; a type of several kinds chooses by the body's kind."""
        return self.table({})

    # Writing ------------------------------------------------------------------------------------------

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The ARM body of these attributes: a creation's is whole, with defaults and without null; an
        update's has the managed keys, and None for what is to be taken out."""
        table = self.table(desired)
        if update:
            return to_arm(table, desired, update=True)
        given = {key: value for key, value in desired.items() if value is not None}
        body: dict[str, Any] = without_null(to_arm(table, {**defaults(table), **given}))
        return body

    def complete(self, conn: AzureConnection, op: Op, id: str, desired: Attrs) -> Attrs:
        """The same attributes with what only the connection can tell filled in (reads only)."""
        return desired

    def writable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was read, without what the service fills in itself: the ground for an update."""
        body = copy.deepcopy(dict(raw))
        for path in (
            *READ_ONLY,
            *self.read_only,
            *(r.path for r in self.table_of(raw) if r.computed and r.path),
        ):
            take_out(body, path)
        return body

    def delete_query(self, prior: Attrs | None, coming: Attrs | None) -> Mapping[str, str]:
        """The query of a DELETE beside the api-version; ``coming`` is what takes the same id right after."""
        return {}

    def begin(
        self, conn: AzureConnection, op: Op, id: str, prior: Attrs | None, desired: Attrs | None
    ) -> Progress:
        """Send the one request of a creation, update or deletion.

        An update reads first and lays over it what is desired, so that what others put there stays: keys
        that the schema does not know, and tags that came meanwhile. Taken out is an entry of a map (a tag)
        that ``prior`` has and ``desired`` has not, and any key with the value None. Raises ProviderError.
        """
        if op is Op.DELETE:
            return self._delete(conn, id, prior, desired)
        assert desired is not None
        wanted = self.complete(conn, op, id, desired)
        answer: Answer | None
        if op is Op.CREATE:
            answer = conn.arm.send(
                "PUT",
                id,
                self.api_version,
                body=self.to_body(wanted),
                headers=self.create_headers,
                query=self.write_query,
            )
        else:
            answer = self._update(conn, id, prior or {}, wanted)
        token = {"op": op.value, "id": id, "api_version": self.api_version}
        try:
            pending = answer and operations.accepted(answer, op=op, id=id, api_version=self.api_version)
        except AzureError:
            return Pending({**token, "kind": "state"}, 0.0)
        return pending or self._read_back(conn, token)

    def _read_back(self, conn: AzureConnection, token: Mapping[str, Any]) -> Progress:
        """What a write made. The write got through, so whatever goes wrong from here on goes wrong with what
        was accepted: it is asked for again, and what refuses to be read is recorded all the same."""
        try:
            return self.finish(conn, token)
        except AzureError as wrong:
            return Pending({**token, "kind": "state"}, wrong.after or operations.DEFAULT_WAIT)

    def _update(self, conn: AzureConnection, id: str, prior: Attrs, wanted: Attrs) -> Answer | None:
        """Send the update; None when there is nothing to send because it is so already.

        What failed is put again, whole, also where nothing differs: it stays Failed until somebody does.
        """
        raw = conn.arm.get(id, self.api_version)
        if raw is None:
            raise gone(id)
        table = self.table(wanted)
        patch = self.to_body(taken_out(table, prior, wanted), update=True)
        ground = self.writable(raw)
        body = overlay(ground, patch, whole_paths(table))
        failed = operations.has_failed(raw)
        if canonical(body) == canonical(ground) and not failed:
            return None
        method = "PUT" if failed else self.update_method
        if method == "PATCH":
            body = changed(ground, body, patch)
            for row in table:
                if row.path and row.schema.get("x-immutable"):
                    take_out(body, row.path)
            if not body:
                return None
        headers: dict[str, str] = {}
        if self.if_match and isinstance(raw.get("etag"), str):
            headers["If-Match"] = raw["etag"]
        return conn.arm.send(method, id, self.api_version, body=body, headers=headers, query=self.write_query)

    def _delete(self, conn: AzureConnection, id: str, prior: Attrs | None, coming: Attrs | None) -> Progress:
        query = self.delete_query(prior, coming)
        try:
            answer = conn.arm.send("DELETE", id, self.api_version, query=query)
        except AzureError as wrong:
            if absent_error(wrong):
                return Done()
            raise
        return operations.accepted(answer, op=Op.DELETE, id=id, api_version=self.api_version) or Done()

    def resume(self, conn: AzureConnection, pending: Pending) -> Progress:
        """Ask how it is doing; once it has ended well, read what is there now.

        Raises ProviderError when the operation failed; one that is retryable with ``sent`` False is to be
        begun anew, any other retryable one is to be asked again.
        """
        with operations.asking():
            if pending.token["kind"] != "state":
                still = operations.poll(conn.arm, pending)
                if still is not None:
                    return still
            return self.finish(conn, pending.token)

    def finish(self, conn: AzureConnection, token: Mapping[str, Any]) -> Progress:
        """Read the resource after its operation: `Done` once it has settled, `Pending` while it has not.

        A type whose change takes several requests overrides this to send the next one: each is then
        journaled before the next.
        """
        id = token["id"]
        deleting = token["op"] == Op.DELETE.value
        if deleting and token.get("kind") != "state":
            return Done()
        raw = conn.arm.get(id, self.api_version)
        if raw is None:
            return Done() if deleting else operations.missing(token)
        if deleting or not operations.settled(raw):
            rest = {key: value for key, value in token.items() if key != "url"}
            return Pending({**rest, "kind": "state"}, operations.DEFAULT_WAIT)
        return Done(self.attributes(id, raw), id)


# What most types share ------------------------------------------------------------------------------------


def group_of(attrs: Mapping[str, Any]) -> str | None:
    """The id of the resource group that attributes name, by id or by plain name."""
    group, subscription = attrs.get("resource_group"), attrs.get("subscription")
    return ids.expand_group(str(group), subscription) if group else None


def normal(attrs: Attrs) -> Attrs:
    """The resource group as a canonical id, the location in Azure's spelling (``East US`` is ``eastus``)."""
    normalised = dict(attrs)
    group = group_of(attrs)
    if group:
        normalised["resource_group"] = group
    if isinstance(attrs.get("location"), str):
        normalised["location"] = attrs["location"].replace(" ", "").lower()
    return normalised


def tags(source: str, most: int = 50) -> Property:
    """The row of ``tags``; they also carry our mark of ownership."""
    schema = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "maxProperties": most,
        "description": "Words of your own on the resource, by name.",
    }
    return Property("tags", "tags", schema, source)


def location(source: str) -> Property:
    """The row of ``location``."""
    return Property(
        "location",
        "location",
        text(
            minLength=1,
            description="The Azure region; left out: the resource group's, else the stack's.",
            x_immutable=True,
            x_case_insensitive=True,
            x_from=["parent.location", "settings.location"],
        ),
        source,
    )


def subscription(source: str, *places: str) -> Property:
    """The row of ``subscription``; ``places`` are where it comes from when left out."""
    return Property(
        "subscription",
        "",
        text(
            description="The subscription it lives in.",
            x_immutable=True,
            x_case_insensitive=True,
            x_from=list(places or ("parent.subscription", "settings.subscription")),
        ),
        source,
    )


def common(name: Mapping[str, Any], source: str, most_tags: int = 50) -> tuple[Property, ...]:
    """The rows of every type that lives in a resource group; ``name`` is the schema of its name."""
    return (
        Property("id", "id", computed(x_id=True, description="The resource's id in Azure."), source),
        Property("name", "", {"type": "string", "x-immutable": True, **name}, source),
        subscription(source),
        Property(
            "resource_group",
            "",
            reference(
                "resource_group",
                description="The resource group it lives in: its id or its name.",
                x_parent=True,
                x_immutable=True,
                x_from=["settings.resource_group"],
            ),
            source,
        ),
        location(source),
        tags(source, most_tags),
    )
