"""``datastore``: Microsoft.MachineLearningServices/workspaces/datastores, with the keys of az ml's YAML.

A datastore is a reference to storage and how to sign in to it: deleting it deletes no data. One type of five
kinds, chosen by ``type``. The service makes some in each workspace by itself; those are refused here.

S:… is azure-ai-ml 1.35.2, P the specification 2024-04-01, T hashicorp/terraform-provider-azurerm@69697b7fe6
internal/services/machinelearning/machine_learning_datastore_*.go, R recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlinfra.clouds import CLOUDS
from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.datastore_credentials import (
    AUTHORITY,
    normal_credentials,
    with_authority,
)
from mlinfra.providers.azure.types.datastore_rows import BY_ARM, DEFAULTS, ENDPOINT, KINDS, ROWS, STORES
from mlinfra.providers.azure.types.ml_words import need_ids, without_schema_key
from mlinfra.providers.azure.types.schema import Property, pick

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection


class Datastore(ArmType):
    """A reference to storage, in a workspace."""

    name = "datastore"
    resource_type = "Microsoft.MachineLearningServices/workspaces/datastores"
    properties = ROWS
    write_query: Mapping[str, str] = {"skipValidation": "true"}  # as az ml (R:mlv2 test_datastore_*)

    def __init__(self) -> None:
        super().__init__()
        self._tables = {word: (*ROWS, *kind.rows) for word, kind in KINDS.items()}

    def table(self, attrs: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows of the kind; those of blob storage while it is not known."""
        return self._tables[_kind(attrs)]

    def table_of(self, raw: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows of the kind that a body tells."""
        word = BY_ARM.get(str(pick(raw, ("properties", "datastoreType"))).lower())
        return self._tables[_kind({"type": word})]

    def schema_words(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The words of the kind."""
        return KINDS[_kind(attrs)].words

    def identify(self, attrs: Attrs) -> str | None:
        """``{workspace}/datastores/{name}``."""
        workspace, name = attrs.get("workspace"), attrs.get("name")
        if not name or not isinstance(workspace, str) or not ids.is_id(workspace):
            return None
        return f"{workspace.rstrip('/')}/datastores/{name}"

    def id_attributes(self, id: str) -> Attrs:
        """Name and workspace."""
        return {"name": ids.name_of(id), "workspace": id.rstrip("/").rpartition("/datastores/")[0]}

    def normalize(self, attrs: Attrs) -> Attrs:
        """The kind in lower case, the credentials with theirs.

        Raises ProviderError for a workspace that is neither an id nor one of the stack, for credentials that
        do not fit together, and for a datastore that the service makes by itself.
        """
        normal = without_schema_key(attrs)
        need_ids(normal, workspace="az ml workspace show")
        if isinstance(normal.get("type"), str):
            normal["type"] = normal["type"].lower()
            _refuse_made_by_service(normal)
            normal["credentials"] = normal_credentials(normal.get("credentials"))
        if isinstance(normal.get("artifact"), Mapping):
            normal["artifact"] = {**normal["artifact"], "type": "lake_house"}  # the one type that there is
        return normal

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body; what az ml fills in where nothing is written: address of the public cloud."""
        wanted = self.normalize(desired)
        if not update and self._has_address(wanted):
            wanted.setdefault("endpoint", ENDPOINT)
        return super().to_body(wanted, update=update)

    def complete(self, conn: AzureConnection, op: Op, id: str, desired: Attrs) -> Attrs:
        """With the addresses of the cloud where nothing is written."""
        cloud = CLOUDS.get(str(conn.settings.get("cloud") or "public"), CLOUDS["public"])
        wanted = self.normalize(desired)
        wanted["credentials"] = with_authority(wanted["credentials"], cloud.authority or AUTHORITY)
        if op is Op.CREATE and self._has_address(wanted):
            wanted.setdefault("endpoint", cloud.storage)
        return wanted

    def _has_address(self, attrs: Attrs) -> bool:
        """Whether the kind has an address of a cloud's own, which az ml fills in."""
        return {row.name for row in self.table(attrs)} >= DEFAULTS


def _kind(attrs: Mapping[str, Any]) -> str:
    kind = str(attrs.get("type", "")).lower()
    return kind if kind in KINDS else "azure_blob"


def _refuse_made_by_service(attrs: Attrs) -> None:
    """What is read (it has an id) may be any; what is written may not be the service's own."""
    name = str(attrs.get("name", "")).lower()
    if name in STORES and "id" not in attrs:
        raise ProviderError(
            "MLI-AZ-DATASTORE",
            f"`{name}` is made by the service itself, in every workspace",
            path=("name",),
            hint="Take the block out. It is there without it: data refers to it as "
            f"azureml://datastores/{name}/paths/…, anything else by its id, "
            f"${{workspace.main.id}}/datastores/{name}. Another datastore takes another name.",
            sent=False,
        )
