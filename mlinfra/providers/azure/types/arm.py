"""``arm``: a resource of any type that Azure Resource Manager has, its body as Azure documents it.

For what mlinfra has no type of its own. Nothing is known of the type: only the written keys of the body are
compared, each at any depth; what Azure does not answer (a secret) is compared with what was sent last; a
changed key is sent as an update, and where Azure refuses that, the resource has to be replaced.

What is kept of the place is ``parent_id``, the id of what it is directly in, and ``name``, its own: however
the place was written, there is one spelling of it. Every request names the api-version that is written.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Pending, Progress, ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.errors import AzureError
from mlinfra.providers.azure.types.arm_place import join, split
from mlinfra.providers.azure.types.base import READ_ONLY, ArmType, normal, subscription, tags
from mlinfra.providers.azure.types.ml_identity import without_answers
from mlinfra.providers.azure.types.schema import Property, computed, overlay, reference, take_out, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_ARM = "D:azure-resource-manager/management/resource-name-rules; ARM itself"

_PLACES = ("parent_id", "scope", "resource_group")
"""Where a resource can be said to be, the closest first."""

_OURS = ("id", "name", "type", "location", "tags")
"""What of an answer has a key of its own and is not in ``body``."""

_LOCK = "microsoft.authorization/locks"

_REPLACE = (
    "mlinfra does not know this type. If what you changed cannot change in place, the resource has to be "
    "replaced (`--replace`), or given another name."
)

_ROWS = (
    Property("id", "", computed(x_id=True, description="The resource's id in Azure."), _ARM),
    Property(
        "type",
        "",
        text(
            pattern=r"^[A-Za-z0-9.]+(/[A-Za-z0-9]+)+$",
            description="Azure's name of the type, such as Microsoft.Search/searchServices.",
            x_immutable=True,
            x_case_insensitive=True,
            x_hint="Namespace and type with / between, as in Microsoft.Search/searchServices.",
        ),
        _ARM,
        required=True,
    ),
    Property(
        "api_version",
        "",
        text(
            pattern=r"^\d{4}-\d{2}-\d{2}(-[a-z]+)?$",
            description="The version of the type's interface that the body is written in.",
            x_hint="A date, as in 2023-05-01 or 2023-05-01-preview.",
        ),
        _ARM,
        required=True,
    ),
    Property(
        "name",
        "",
        text(
            pattern=r"^[^/?#\s][^?#]*$",
            description="Its name. Of a type within types the names of all, with / between, or below "
            "parent_id its own.",
            x_immutable=True,
            x_case_insensitive=True,
            x_hint="Names with / between, no blank first and no ? or #.",
        ),
        _ARM,
    ),
    Property(
        "parent_id",
        "",
        text(
            pattern="^/",
            description="The id of the resource that it is in.",
            x_id=True,
            x_immutable=True,
            x_hint="Write an id, such as ${storage_account.main.id}.",
        ),
        _ARM,
    ),
    Property(
        "scope",
        "",
        text(
            pattern="^/",
            description="The id of what it extends, or of the subscription that it is in.",
            x_id=True,
            x_immutable=True,
            x_hint="Write an id, such as ${workspace.main.id}.",
        ),
        _ARM,
    ),
    subscription(_ARM),
    Property(
        "resource_group",
        "",
        reference(
            "resource_group",
            description="The resource group it lives in, where neither parent_id nor scope is written.",
            x_parent=True,
            x_unless=["parent_id", "scope"],
            x_immutable=True,
        ),
        _ARM,
    ),
    Property(
        "location",
        "location",
        text(
            minLength=1,
            description="The Azure region. Left out, none is sent: types within types have none.",
            x_immutable=True,
            x_case_insensitive=True,
        ),
        "ARM: InvalidResourceLocation for another one",
    ),
    tags("ARM; guessed for a type that has tags"),
    Property(
        "body",
        "",
        {
            "type": "object",
            "default": {},
            "description": "The rest as Azure has it: properties, sku, kind, identity…",
            "x-loose": True,
        },
        "guessed: mlinfra does not know the type; a refused change is an error",
    ),
    Property(
        "output",
        "",
        computed("object", description="All that Azure answers of it.", x_mirrors="body", x_follows=["body"]),
        _ARM,
    ),
)


class Arm(ArmType):
    """A resource of any type. One of it speaks one api-version; the one that is registered speaks none, and
    has one made for each request."""

    name = "arm"
    listed = False
    words: Mapping[str, Any] = {
        "title": "ARM resource",
        "description": "A resource of any type that Azure has, for types that mlinfra has not.",
        "x-read-one-by-one": True,
        "x-example": {
            "type": "Microsoft.Storage/storageAccounts/blobServices/containers",
            "api_version": "2023-05-01",
            "parent_id": "${storage_account.main.id}",
            "name": "default/churn",
            "body": {"properties": {"publicAccess": "None", "metadata": {"team": "churn"}}},
        },
        "x-example-update": {
            "body": {"properties": {"publicAccess": "None", "metadata": {"team": "forecast"}}}
        },
        "x-example-immutable": {"name": "default/other"},
    }
    properties = _ROWS

    def __init__(self, version: str = "") -> None:
        super().__init__()
        self._version = version

    @property
    def api_version(self) -> str:
        """The version that this one speaks."""
        return self._version

    # What it is ---------------------------------------------------------------------------------------

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        """As the base makes it; a lock guards what it is in (409 ScopeLocked, D:lock-resources)."""
        is_lock = str(attrs.get("type", "")).lower() == _LOCK
        return self._of_locks if is_lock else super().schema(attrs)

    @cached_property
    def _of_locks(self) -> Mapping[str, Any]:
        return {**super().schema({}), "x-guards": True}

    def identify(self, attrs: Attrs) -> str | None:
        """The id out of type, name and place; None while one of them is missing."""
        type_, name, base = attrs.get("type"), attrs.get("name"), _base(attrs)
        if not isinstance(type_, str) or not isinstance(name, str) or base is None:
            return None
        return join(type_, name, base)

    def id_attributes(self, id: str) -> Attrs:
        """All that an id tells of the place."""
        found = split(id)
        if found is None:
            return {}
        parent, type_, name = found
        place = {"subscription": ids.subscription_of(id), "resource_group": ids.group_of(id)}
        return {
            "type": type_,
            "name": name,
            "parent_id": parent,
            **{key: value for key, value in place.items() if value},
        }

    def normalize(self, attrs: Attrs) -> Attrs:
        """The place in its one spelling, the location in Azure's.

        Raises ProviderError where type, name and place do not fit together, where two places are written,
        and for a resource group, which has a type of its own.
        """
        _refuse(attrs)
        normalised = normal(attrs)
        id = self.identify(attrs)
        if id is None:
            return normalised
        kept = {key: value for key, value in normalised.items() if key not in (*_PLACES, "subscription")}
        return {**kept, **self.id_attributes(id), "type": attrs["type"]}

    # Reading ------------------------------------------------------------------------------------------

    def read_written(self, conn: AzureConnection, wanted: Mapping[str, Attrs]) -> Mapping[str, Attrs | None]:
        """What is there, each asked in the version that is written of it. Raises ProviderError."""
        found: dict[str, Attrs | None] = {}
        for id, attrs in wanted.items():
            spoken = self._speaking(conn, id, attrs)
            raw = conn.arm.get(id, spoken.api_version)
            found[id] = None if raw is None else spoken.attributes(id, raw)
        return found

    def read_many(self, conn: AzureConnection, ids_: Sequence[str]) -> Mapping[str, Attrs | None]:
        """What is there, each asked in the newest version that its type has. Raises ProviderError."""
        return self.read_written(conn, {id: {} for id in ids_})

    def from_body(self, raw: Mapping[str, Any]) -> Attrs:
        """Location and tags, the rest as ``body``, and all of it as ``output``."""
        attrs = super().from_body(raw)
        attrs["body"] = {key: value for key, value in raw.items() if key not in _OURS}
        attrs["output"] = dict(raw)
        if self._version:
            attrs["api_version"] = self._version
        return attrs

    # Writing ------------------------------------------------------------------------------------------

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The body as it is written, with location and tags."""
        body = super().to_body(desired, update=update)
        written = desired.get("body") or {}
        return {**body, **(_sendable(written) if update else written)}

    def writable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was read, without what every service fills in itself, and without nulls."""
        body: dict[str, Any] = overlay({}, _sendable(raw), frozenset())
        return body

    def begin(
        self, conn: AzureConnection, op: Op, id: str, prior: Attrs | None, desired: Attrs | None
    ) -> Progress:
        """As the base does, in the version that is written.

        Raises ProviderError; for a refused update it says that the resource may have to be replaced.
        """
        spoken = self._speaking(conn, id, (prior if op is Op.DELETE else desired) or {})
        try:
            return super(Arm, spoken).begin(conn, op, id, prior, desired)
        except AzureError as wrong:
            if op is Op.UPDATE and wrong.status in (400, 405, 409) and not wrong.retryable:
                wrong.hint = f"{wrong.hint} {_REPLACE}".strip()
            raise

    def resume(self, conn: AzureConnection, pending: Pending) -> Progress:
        """As the base does, in the version that the operation was begun in. Raises ProviderError."""
        return super(Arm, Arm(str(pending.token["api_version"]))).resume(conn, pending)

    def _speaking(self, conn: AzureConnection, id: str, attrs: Mapping[str, Any]) -> Arm:
        """One that speaks the version that is written; nothing written, the newest that the type has."""
        version = attrs.get("api_version")
        if isinstance(version, str):
            return Arm(version)
        found = split(id)
        if found is None:
            raise AzureError("MLI-AZ-REFERENCE", f"{id} names no resource of a provider", sent=False)
        subscription = ids.subscription_of(id) or str(conn.settings.get("subscription"))
        return Arm(conn.version_of(found[1], subscription))


def _sendable(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A body that was read, without what every service fills in itself."""
    body = copy.deepcopy(dict(raw))
    for path in READ_ONLY:
        take_out(body, path)
    if isinstance(body.get("identity"), dict):
        body["identity"] = without_answers(body["identity"])
    return body


def _base(attrs: Attrs) -> str | None:
    """The id of the closest place that is written."""
    for key in ("parent_id", "scope"):
        if isinstance(attrs.get(key), str):
            return str(attrs[key])
    group = attrs.get("resource_group")
    return ids.expand_group(str(group), attrs.get("subscription")) if group else None


def _refuse(attrs: Attrs) -> None:
    if str(attrs.get("type", "")).lower() == "microsoft.resources/resourcegroups":
        raise ProviderError(
            "MLI-AZ-TYPE",
            "a resource group has a type of its own",
            path=("type",),
            hint="Declare it as resource_group.",
            sent=False,
        )
    parent, scope, group = (attrs.get(key) for key in _PLACES)
    above = parent or scope
    inside = not group or (isinstance(above, str) and _within(above, str(group), attrs.get("subscription")))
    if (parent and scope) or (above and not inside):
        raise ProviderError(
            "MLI-AZ-REFERENCE",
            "parent_id, scope and resource_group are three ways to say one thing",
            path=("parent_id" if parent else "scope",),
            hint="Keep the one that is closest to the resource.",
            sent=False,
        )


def _within(above: str, group: str, subscription: Any) -> bool:
    """Whether a place is in this group; the group of a place is told with it once it has been spelled out."""
    written, own = ids.expand_group(group, subscription), ids.group_of(above)
    return written is not None and own is not None and ids.same(written, own)
