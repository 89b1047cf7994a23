"""``workspace``: Microsoft.MachineLearningServices/workspaces of kind Default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Grave, Progress, ProviderError
from mlinfra.providers.azure import operations
from mlinfra.providers.azure.ids import name_of
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.datastore_rows import STORES
from mlinfra.providers.azure.types.ml_identity import normal_identity, without_answers
from mlinfra.providers.azure.types.ml_words import need_ids, without_schema_key
from mlinfra.providers.azure.types.schema import overlay, pick
from mlinfra.providers.azure.types.workspace_network import (
    normal_network,
    refuse_less_isolation,
    writable_network,
)
from mlinfra.providers.azure.types.workspace_rows import READ_ONLY, ROWS, WORDS

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_STUDIOS = {".ml.azure.us": "https://ml.azure.us", ".ml.azure.cn": "https://studio.ml.azure.cn"}
"""Where a cloud's studio is, by the end of its discovery host; else https://ml.azure.com
(D:how-to-access-azureml-behind-firewall)."""


_RECOVERS = "2023-04-01-preview"
"""The version whose body says that a deleted workspace may be recovered (azure-ai-ml's deployment template
sends allowRecoverSoftDeletedWorkspace with it; B has the key in 2022-01-01-preview). No stable one has it."""


class Workspace(ArmType):
    """An Azure Machine Learning workspace."""

    name = "workspace"
    resource_type = "Microsoft.MachineLearningServices/workspaces"
    listed = False  # lists lack encryption, serverlessComputeSettings and more (R:mlv2, R:aiml)
    read_only = READ_ONLY
    words = WORDS
    properties = ROWS

    def normalize(self, attrs: Attrs) -> Attrs:
        """Group and location as everywhere; az ml's spellings of identity and network.

        Raises ProviderError for a plain name that nothing in the stack has.
        """
        normal = super().normalize(without_schema_key(attrs))
        need_ids(
            normal,
            storage_account="az storage account show",
            key_vault="az keyvault show",
            application_insights="az resource show --resource-type Microsoft.Insights/components",
            container_registry="az acr show",
            primary_user_assigned_identity="az identity show",
        )
        if isinstance(normal.get("kind"), str):
            normal["kind"] = normal["kind"].lower()
        if isinstance(normal.get("public_network_access"), str):
            normal["public_network_access"] = normal["public_network_access"].capitalize()
        if "identity" in normal:
            normal["identity"] = normal_identity(normal["identity"])
        if "managed_network" in normal:
            normal["managed_network"] = normal_network(normal["managed_network"])
        serverless = normal.get("serverless_compute")
        if isinstance(serverless, Mapping) and serverless.get("custom_subnet") == "None":
            normal["serverless_compute"] = {**serverless, "custom_subnet": None}  # az ml's word for none
        return normal

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The table's body; a creation's with what az ml fills in."""
        body = super().to_body(self.normalize(desired), update=update)
        if isinstance(body.get("kind"), str):
            body["kind"] = body["kind"].capitalize()
        if not update:
            _complete_body(body, desired)
        return body

    def from_body(self, raw: Mapping[str, Any]) -> Attrs:
        """The table's attributes, and where the studio shows it."""
        attrs = super().from_body(raw)
        studio = _studio_url(raw)
        if studio:
            attrs["studio_url"] = studio
        return attrs

    def writable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """What was read without nulls, answers of the directory, and rules that Azure made itself."""
        body: dict[str, Any] = overlay({}, super().writable(raw), frozenset())
        if isinstance(body.get("identity"), dict):
            body["identity"] = without_answers(body["identity"])
        network = pick(body, ("properties", "managedNetwork"))
        if isinstance(network, dict):
            body["properties"]["managedNetwork"] = writable_network(network)
        return body

    def begin(
        self, conn: AzureConnection, op: Op, id: str, prior: Attrs | None, desired: Attrs | None
    ) -> Progress:
        """As the base does. Raises ProviderError before anything is sent for what Azure never takes back."""
        if op is Op.UPDATE and desired is not None:
            refuse_less_isolation(prior, desired)
            _refuse_late_encryption(prior, desired)
        if op is Op.RECOVER and desired is not None:
            return self._recover(conn, id, desired)
        if op is Op.PURGE:
            return self._purge(conn, id)
        return super().begin(conn, op, id, prior, desired)

    def delete_query(self, prior: Attrs | None, coming: Attrs | None) -> Mapping[str, str]:
        """For good where another takes the name: a soft-deleted workspace keeps it for 14 days
        (I:Azure/ResourceModules#3596)."""
        return {"forceToPurge": "true"} if coming is not None else {}

    def graves(self, conn: AzureConnection, wanted: Mapping[str, Attrs]) -> Mapping[str, Grave | None]:
        """Nothing: Azure publishes no operation that tells which workspaces are soft-deleted
        (I:Azure/azure-cli#33756). It comes out when one of the name is made."""
        return {}

    def _recover(self, conn: AzureConnection, id: str, desired: Attrs) -> Progress:
        """Ask for the workspace as it is wanted, and let the service bring back the deleted one instead."""
        body = self.to_body(self.complete(conn, Op.CREATE, id, desired))
        body["properties"]["allowRecoverSoftDeletedWorkspace"] = "True"
        answer = conn.arm.send("PUT", id, _RECOVERS, body=body)
        pending = operations.accepted(answer, op=Op.RECOVER, id=id, api_version=self.api_version)
        return pending or self._read_back(
            conn, {"op": Op.RECOVER.value, "id": id, "api_version": self.api_version}
        )

    def _purge(self, conn: AzureConnection, id: str) -> Progress:
        """End a deleted workspace for good (Azure/ResourceModules does it so). Raises ProviderError where one
        is alive again: that is not what was asked for."""
        if conn.arm.get(id, self.api_version) is not None:
            raise ProviderError(
                "MLI-AZ-CHANGED", "a workspace of this name is there again", hint="Plan again.", sent=False
            )
        answer = conn.arm.send("DELETE", id, self.api_version, query={"forceToPurge": "true"})
        return operations.accepted(answer, op=Op.DELETE, id=id, api_version=self.api_version) or Done()

    def children(self, conn: AzureConnection, id: str) -> Iterable[str]:
        """The computes in the workspace, and the datastores that the service did not make by itself.

        Raises ProviderError.
        """
        for kind in ("computes", "datastores"):
            for item in conn.arm.list(f"{id}/{kind}", self.api_version):
                made = item.get("id")
                if isinstance(made, str) and (kind != "datastores" or name_of(made).lower() not in STORES):
                    yield made


def _complete_body(body: dict[str, Any], desired: Attrs) -> None:
    """What az ml sends where nothing is written: the name for people to read, and a network that is open
    (P/operations/_workspace_operations_base.py). The older interfaces are off without a word."""
    properties = body["properties"]
    for words in ("friendlyName", "description"):
        properties.setdefault(words, desired["name"])
    properties.setdefault("managedNetwork", {"isolationMode": "Disabled"})
    if not properties["v1LegacyMode"]:
        del properties["v1LegacyMode"]


def _refuse_late_encryption(prior: Attrs | None, desired: Attrs) -> None:
    if prior is not None and desired.get("customer_managed_key") and not prior.get("customer_managed_key"):
        raise ProviderError(
            "MLI-AZ-ONE-WAY",
            "a workspace gets its own key when it is created, or never",
            path=("customer_managed_key",),
            hint="Take customer_managed_key out, or make a new workspace with it.",
            sent=False,
        )


def _studio_url(raw: Mapping[str, Any]) -> str | None:
    discovery = pick(raw, ("properties", "discoveryUrl"))
    tenant = pick(raw, ("properties", "tenantId")) or pick(raw, ("identity", "tenantId"))
    if not isinstance(discovery, str) or not tenant or not raw.get("id"):
        return None
    host = discovery.partition("//")[2].partition("/")[0].lower()
    studio = next((url for end, url in _STUDIOS.items() if host.endswith(end)), "https://ml.azure.com")
    return f"{studio}/?wsid={raw['id']}&tid={tenant}"
