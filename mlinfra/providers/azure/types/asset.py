"""What the versioned assets of a workspace share: environments and data.

A version never changes but for its description, its tags and whether it is archived; other content needs
another version (P create-only; I:Azure/azure-cli-extensions#5440, R:mlv2 test_data_archive_restore).

They are archived, not deleted: `az ml` and the SDK offer nothing else (I:Azure/azure-cli#21957), the
documentation calls versions undeletable (D:how-to-create-data-assets), and what the DELETE of the
specification does to these two is told nowhere. An archived version counts as not there; a PUT of the same
content takes it out of the archive again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Pending, Progress, ProviderError
from mlinfra.providers.azure import ids, operations
from mlinfra.providers.azure.errors import AzureError, absent_error
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.ml_words import (
    PREVIEW_ONLY,
    in_workspace,
    need_ids,
    refused,
    schema_key,
    without_schema_key,
)
from mlinfra.providers.azure.types.schema import Property, computed, overlay, pick, reference, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

MUTABLE = "P (create, read, update); I:Azure/azure-sdk-for-python#38590"
FIXED = "P create-only; a version never changes (409)"
_ARCHIVED = ("properties", "isArchived")
_REFUSALS = ("already registered", "cannot be changed", "cannot be updated")
"""How the service says that a version has other content (I:Azure/azure-cli-extensions#5440; S:_artifacts)."""


def common_rows(noun: str, *kinds: str) -> tuple[Property, ...]:
    """The rows that every asset starts with; ``kinds`` are the names of its schemas among az ml's."""
    return (
        Property("id", "id", computed(x_id=True, description=f"The id of this version of the {noun}."), "P"),
        Property(
            "name",
            "",
            text(
                pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$",
                description="Unique in its workspace.",
                x_immutable=True,
                x_hint="1 to 255 letters, digits, - and _, beginning with a letter or digit.",
            ),
            "P",
        ),
        schema_key(*kinds),
        Property(
            "version",
            "",
            {
                "type": ["string", "number"],
                "pattern": r"^(?!\.{1,2}$)(?!.*[/\\?#])[!-~]{1,255}$",
                "minimum": 0,
                "description": "Left out, it is the start of a hash of the content, so equal content is the "
                "same version.",
                "x-immutable": True,
                "x-hint": 'Text without blanks and / \\ ? #. Quotes keep a zero at the end: "1.10".',
            },
            "S:_schema.core.fields.VersionField (free text); R (18.04:2022 and others)",
        ),
        in_workspace("P"),
        Property(
            "description", "properties.description", text(description="What people are told of it."), MUTABLE
        ),
        Property(
            "tags",
            "properties.tags",
            {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Words of your own on this version, by name.",
            },
            MUTABLE,
        ),
        Property(
            "datastore",
            "",
            reference(
                "datastore",
                description="Where local files are uploaded to; left out, the workspace's own blob store.",
                x_content=True,
                x_write_only=True,
            ),
            "S:_artifacts._artifact_utilities (default workspaceblobstore)",
        ),
        refused("auto_delete_setting", PREVIEW_ONLY, "B"),
    )


WORDS: Mapping[str, Any] = {
    "x-versioned": True,
    "x-owner-tag": "tags",
    "x-seconds": {"create": 5, "update": 3, "delete": 3},
    "x-example-update": {"description": "Another one", "tags": {"team": "churn"}},
}


class Asset(ArmType):
    """A version of something in a workspace. A subclass says ``kind``: the segment of its ids."""

    kind = ""
    noun = ""

    def identify(self, attrs: Attrs) -> str | None:
        """``{workspace}/{kind}/{name}/versions/{version}``."""
        workspace, name, version = attrs.get("workspace"), attrs.get("name"), attrs.get("version")
        if not name or version in (None, "") or not isinstance(workspace, str) or not ids.is_id(workspace):
            return None
        return f"{workspace.rstrip('/')}/{self.kind}/{name}/versions/{version}"

    def id_attributes(self, id: str) -> Attrs:
        """Workspace, name and version."""
        container, _, version = id.rstrip("/").rpartition("/versions/")
        workspace, _, name = container.rpartition(f"/{self.kind}/")
        return {"workspace": workspace, "name": name, "version": version}

    def normalize(self, attrs: Attrs) -> Attrs:
        """The version as text, the datastore by its name.

        Raises ProviderError for a workspace that is neither an id nor one of the stack, and for a datastore
        of another workspace.
        """
        normal = without_schema_key(attrs)
        need_ids(normal, workspace="az ml workspace show")
        if isinstance(normal.get("version"), int | float):
            normal["version"] = str(normal["version"])
        if isinstance(normal.get("datastore"), str):
            normal["datastore"] = _datastore(normal["datastore"], normal.get("workspace"))
        return normal

    def listing(self, id: str) -> tuple[str, Mapping[str, str]] | None:
        """The versions of one name; the archived are not there, so they need not be listed."""
        return id.rstrip("/").rpartition("/")[0], {"listViewType": "ActiveOnly"}

    def exists(self, raw: Mapping[str, Any]) -> bool:
        """Whether it is not archived: an archived version is answered by its address for ever (R)."""
        return pick(raw, _ARCHIVED) is not True

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body, not archived and not anonymous."""
        body = super().to_body(self.normalize(desired), update=update)
        flags = {"isArchived": False} if update else {"isArchived": False, "isAnonymous": False}
        body["properties"] = {**body.get("properties", {}), **flags}
        return body

    def writable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was read, without nulls."""
        body: dict[str, Any] = overlay({}, super().writable(raw), frozenset())
        return body

    def begin(
        self, conn: AzureConnection, op: Op, id: str, prior: Attrs | None, desired: Attrs | None
    ) -> Progress:
        """Upload what is local and make the version; change its words in place; archive it.

        Raises ProviderError, with a code of its own when the version exists with other content.
        """
        if op is not Op.CREATE or desired is None:
            return super().begin(conn, op, id, prior, desired)
        try:
            return super().begin(conn, op, id, prior, self.uploaded(conn, id, desired))
        except AzureError as wrong:
            raise self._refusal(id, wrong) from wrong

    def uploaded(self, conn: AzureConnection, id: str, desired: Attrs) -> Attrs:
        """The same attributes with the address in the store in place of a local path."""
        return desired

    def finish(self, conn: AzureConnection, token: Mapping[str, Any]) -> Progress:
        """As the base does; a version that was to be archived is done with."""
        return Done() if token.get("archive") else super().finish(conn, token)

    def _delete(self, conn: AzureConnection, id: str, prior: Attrs | None, coming: Attrs | None) -> Progress:
        """Archive the version; one that is archived or gone is done with."""
        raw = conn.arm.get(id, self.api_version)
        if raw is None or not self.exists(raw):
            return Done()
        body = self.writable(raw)
        body["properties"] = {**body.get("properties", {}), "isArchived": True}
        try:
            answer = conn.arm.send("PUT", id, self.api_version, body=body)
        except AzureError as wrong:
            if absent_error(wrong):
                return Done()
            raise
        pending = operations.accepted(answer, op=Op.UPDATE, id=id, api_version=self.api_version)
        return Pending({**pending.token, "archive": True}, pending.after) if pending else Done()

    def _refusal(self, id: str, wrong: AzureError) -> AzureError:
        """What the service says of a version with other content, in our words; any other refusal as it is."""
        told = wrong.summary.lower()
        if wrong.retryable or wrong.status not in (400, 409):
            return wrong
        if wrong.status == 400 and not any(words in told for words in _REFUSALS):
            return wrong
        name, version = self.id_attributes(id)["name"], ids.name_of(id)
        return AzureError(
            "MLI-AZ-VERSION",
            f"version {version} of {self.noun} {name} is there already, with other content",
            status=wrong.status,
            reasons=wrong.reasons,
            path=("version",),
            hint="A version never changes, and an archived one keeps its number. Write the next version, or "
            "take `version` out: then it follows from the content.",
        )


def is_local(path: Any) -> bool:
    """Whether this is an absolute path of this machine, as the engine gives local paths."""
    return isinstance(path, str) and PurePath(path).is_absolute()


def _datastore(value: str, workspace: Any) -> str:
    """A datastore by its name, whether it was named so, as ``azureml:name``, or by id."""
    bare = value.removeprefix("azureml:")
    if not ids.is_id(bare):
        return bare
    above = bare.rstrip("/").rpartition("/datastores/")[0]
    if isinstance(workspace, str) and not ids.same(above, workspace):
        raise ProviderError(
            "MLI-AZ-REFERENCE",
            "the datastore is one of another workspace",
            path=("datastore",),
            hint="Files can only be uploaded to a datastore of the asset's own workspace.",
            sent=False,
        )
    return ids.name_of(bare)
