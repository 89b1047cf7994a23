"""``compute``: Microsoft.MachineLearningServices/workspaces/computes, with the keys of az ml's YAML.

One type of two kinds, chosen by ``type``: a cluster (`compute_cluster`) or an instance (`compute_instance`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Progress, ProviderError
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.errors import AzureError, failed_operation
from mlinfra.providers.azure.types import compute_cluster, compute_instance
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.ml_identity import NONE, normal_identity, without_answers
from mlinfra.providers.azure.types.ml_words import in_workspace, need_ids, schema_key, without_schema_key
from mlinfra.providers.azure.types.schema import (
    Property,
    choice,
    computed,
    overlay,
    pick,
    take_out,
    text,
)

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one kind of compute adds to what all have."""

    arm: str
    rows: tuple[Property, ...]
    words: Mapping[str, Any]
    complete_body: Callable[[dict[str, Any], Attrs], None]
    normal: Callable[[Attrs], Attrs]
    read_rest: Callable[[Attrs, Mapping[str, Any]], None] | None = None


_KINDS = {
    "amlcompute": _Kind(
        compute_cluster.TYPE,
        compute_cluster.ROWS,
        compute_cluster.WORDS,
        compute_cluster.complete_body,
        compute_cluster.normal,
    ),
    "computeinstance": _Kind(
        compute_instance.TYPE,
        compute_instance.ROWS,
        compute_instance.WORDS,
        compute_instance.complete_body,
        compute_instance.normal,
        compute_instance.read_rest,
    ),
}
"""az ml's word for a kind to what it has."""

_T = "T/machinelearning (both resources) ForceNew"
_NAME = "B 2025-12-01; D:how-to-create-attach-compute-cluster"

ROWS = (
    Property("id", "id", computed(x_id=True, description="The compute's id in Azure."), "R"),
    Property(
        "name",
        "",
        text(
            pattern=r"^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}$",
            description="Unique among all computes of the region.",
            x_immutable=True,
            x_case_insensitive=True,
            x_hint="3 to 24 letters, digits and -, beginning with a letter; "
            "what follows the last - may not be digits alone.",
        ),
        _NAME,
    ),
    schema_key("amlCompute", "computeInstance", "compute"),
    Property(
        "type",
        "properties.computeType",
        choice(*_KINDS, description="A cluster or an instance.", x_case_insensitive=True),
        "S:entities._compute",
        required=True,
        write=lambda kind: _KINDS[_kind({"type": kind})].arm,
        read=lambda kind: str(kind).lower(),
    ),
    in_workspace("S 2024-04-01"),
    Property(
        "location",
        "location",
        text(
            minLength=1,
            description="The Azure region; left out, the workspace's. An instance is always in that one.",
            x_immutable=True,
            x_case_insensitive=True,
            x_from=["parent.location"],
        ),
        f"{_T}; P create-only",
    ),
    Property(
        "size",
        "properties.properties.vmSize",
        text(
            default="STANDARD_DS3_V2",
            minLength=1,
            description="The size of a node: `az ml compute list-sizes` shows them.",
            x_immutable=True,
            x_case_insensitive=True,
        ),
        f"R (answered in upper case); {_T}; S:constants._compute.ComputeDefaults",
    ),
    Property(
        "network_settings",
        "properties.properties.subnet",
        {"description": "The subnet of its nodes.", "x-immutable": True},
        f"S:_schema._utils.utils.get_subnet_str; {_T}",
        fields=(
            Property(
                "subnet",
                "id",
                text(description="The subnet's id; or its name, beside vnet_name.", x_id=True),
                "S",
                required=True,
            ),
            Property(
                "vnet_name",
                "",
                text(description="The virtual network's name, in the workspace's resource group."),
                "S",
            ),
        ),
    ),
    Property(
        "provisioning_state",
        "properties.provisioningState",
        computed(description="How its last change went."),
        "P",
    ),
    Property(
        "principal_id",
        "identity.principalId",
        computed(description="The object id of its system-assigned identity.", x_follows=["identity"]),
        "R:mlv2 test_compute_compute_instance",
    ),
)
"""What every compute has."""

_SERVICES = ("properties", "properties", "customServices")

_READ_ONLY = (
    "properties.computeLocation",
    "properties.createdOn",
    "properties.isAttachedCompute",
    "properties.modifiedOn",
    "properties.provisioningErrors",
    "properties.resourceId",
)


class Compute(ArmType):
    """A compute cluster or a compute instance of a workspace."""

    name = "compute"
    resource_type = "Microsoft.MachineLearningServices/workspaces/computes"
    properties = ROWS
    read_only = (*_READ_ONLY, *compute_cluster.READ_ONLY, *compute_instance.READ_ONLY)

    def __init__(self) -> None:
        super().__init__()
        self._tables = {word: (*ROWS, *kind.rows) for word, kind in _KINDS.items()}

    def table(self, attrs: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows of the kind; those of a cluster while it is not known."""
        return self._tables[_kind(attrs)]

    def table_of(self, raw: Mapping[str, Any]) -> tuple[Property, ...]:
        """The rows of the kind that a body tells."""
        return self._tables[_kind({"type": pick(raw, ("properties", "computeType"))})]

    def schema_words(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The words of the kind."""
        return _KINDS[_kind(attrs)].words

    def identify(self, attrs: Attrs) -> str | None:
        """``{workspace}/computes/{name}``."""
        workspace, name = attrs.get("workspace"), attrs.get("name")
        if not name or not isinstance(workspace, str) or not ids.is_id(workspace):
            return None
        return f"{workspace.rstrip('/')}/computes/{name}"

    def id_attributes(self, id: str) -> Attrs:
        """Name and workspace."""
        return {"name": ids.name_of(id), "workspace": id.rstrip("/").rpartition("/computes/")[0]}

    def normalize(self, attrs: Attrs) -> Attrs:
        """The words of az ml in one spelling, the subnet as an id.

        Raises ProviderError for a workspace that is neither an id nor one of the stack.
        """
        normal = super().normalize(without_schema_key(attrs))
        need_ids(normal, workspace="az ml workspace show")
        if isinstance(normal.get("type"), str):
            normal["type"] = normal["type"].lower()
        if "identity" in normal:
            normal["identity"] = normal_identity(normal["identity"])
        if "network_settings" in normal:
            normal["network_settings"] = _normal_network(normal["network_settings"], normal.get("workspace"))
        return _KINDS[_kind(normal)].normal(normal)

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body; a creation's with the constants of az ml."""
        wanted = self.normalize(desired)
        body = super().to_body(wanted, update=update)
        if not update:
            _KINDS[_kind(wanted)].complete_body(body, wanted)
            if (wanted.get("identity") or {}).get("type") == NONE:
                del body["identity"]
        return body

    def from_body(self, raw: Mapping[str, Any]) -> Attrs:
        """The table's attributes, and what older answers say otherwise or not at all."""
        attrs = super().from_body(raw)
        read_rest = _KINDS[_kind(attrs)].read_rest
        if read_rest:
            read_rest(attrs, raw)
        return attrs

    def writable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was read, without nulls and answers of the directory, and without the empty list that stands
        for no applications: a creation does not send it either."""
        body: dict[str, Any] = overlay({}, super().writable(raw), frozenset())
        if pick(body, _SERVICES) == []:
            take_out(body, ".".join(_SERVICES))
        if isinstance(body.get("identity"), dict):
            body["identity"] = without_answers(body["identity"])
        return body

    def complete(self, conn: AzureConnection, op: Op, id: str, desired: Attrs) -> Attrs:
        """The workspace's location where none is known: a compute cannot be sent without one."""
        if op is not Op.CREATE or desired.get("location"):
            return desired
        workspace = conn.arm.get(self.id_attributes(id)["workspace"], self.api_version)
        if workspace is None:
            raise AzureError(
                "MLI-AZ-PARENT",
                "the workspace is not there",
                path=("workspace",),
                hint="Write the name or id of one that exists.",
                status=404,
                sent=False,
            )
        return {**desired, "location": workspace.get("location")}

    def delete_query(self, prior: Attrs | None, coming: Attrs | None) -> Mapping[str, str]:
        """Delete the machines too: a DELETE must say so (P)."""
        return {"underlyingResourceAction": "Delete"}

    def finish(self, conn: AzureConnection, token: Mapping[str, Any]) -> Progress:
        """As the base does; a compute that failed says why in a list of its own.

        Raises ProviderError with the first of them, such as a quota that is used up.
        """
        try:
            return super().finish(conn, token)
        except AzureError as wrong:
            if wrong.code != "MLI-AZ-FAILED" or wrong.reasons:
                raise
            raw = conn.arm.get(token["id"], self.api_version) or {}
            told = pick(raw, ("properties", "provisioningErrors"))
            if isinstance(told, list) and told and isinstance(told[0], Mapping) and told[0].get("error"):
                raise failed_operation({"error": told[0]["error"]}) from wrong
            raise


def _kind(attrs: Mapping[str, Any]) -> str:
    kind = str(attrs.get("type", "")).lower()
    return kind if kind in _KINDS else "amlcompute"


def _normal_network(value: Any, workspace: Any) -> Any:
    """The subnet by its full id: a plain name lies in ``vnet_name``, in the workspace's resource group."""
    if not isinstance(value, Mapping):
        return value
    subnet, network = value.get("subnet"), value.get("vnet_name")
    if not isinstance(subnet, str):
        return value
    if not ids.is_id(subnet):
        if not network:
            raise ProviderError(
                "MLI-AZ-REFERENCE",
                f"`{subnet}` is a plain name, and no network is named",
                path=("network_settings", "subnet"),
                hint="Write vnet_name beside it, or the subnet's id.",
                sent=False,
            )
        group = ids.group_of(workspace) if isinstance(workspace, str) else None
        if group is None:
            return value
        subnet = f"{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}"
    return {**{key: item for key, item in value.items() if key != "vnet_name"}, "subnet": subnet}
