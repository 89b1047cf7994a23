"""The storage behind a datastore: where it is, and how to sign in to it.

Signing in: as who runs this (a bearer token), and only where storage refuses that, with what the datastore
itself signs in with. That secret is used here and kept nowhere; no message repeats what storage said in full,
since it may quote a signed address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlinfra.clouds import CLOUDS
from mlinfra.providers.azure.errors import AzureError
from mlinfra.providers.azure.types.schema import pick
from mlinfra.providers.azure.versions import api_version

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

    from mlinfra.providers.azure.connection import AzureConnection

BLOCK = 4 * 1024 * 1024
"""Bytes of one request; larger files go in blocks of this size."""

_DATASTORES = "Microsoft.MachineLearningServices/workspaces/datastores"

_CONTAINERS = {"azureblob": "containerName", "azuredatalakegen2": "filesystem"}
"""Kinds of datastore that files can be uploaded to, and where each names its container (S)."""


@dataclass(frozen=True, slots=True)
class Store:
    """A datastore: its account's address and its container."""

    id: str
    name: str
    account: str
    address: str
    container: str
    has_secret: bool


def find_store(conn: AzureConnection, workspace: str, name: str) -> Store:
    """The storage of a datastore that files can be uploaded to. Raises ProviderError."""
    id = f"{workspace}/datastores/{name}"
    raw = conn.arm.get(id, api_version(_DATASTORES))
    if raw is None:
        raise AzureError(
            "MLI-AZ-DATASTORE",
            f"the workspace has no datastore {name}",
            status=404,
            path=("datastore",),
            hint="`az ml datastore list` shows those that it has.",
            sent=False,
        )
    told = raw.get("properties") or {}
    container = told.get(_CONTAINERS.get(str(told.get("datastoreType")).lower(), ""))
    account = told.get("accountName")
    if not account or not container:
        raise AzureError(
            "MLI-AZ-DATASTORE",
            f"nothing can be uploaded to the datastore {name}: it is of type {told.get('datastoreType')}",
            path=("datastore",),
            hint="Files go to blob storage or Data Lake Storage Gen2.",
            sent=False,
        )
    cloud = CLOUDS.get(str(conn.settings.get("cloud") or "public"), CLOUDS["public"])
    endpoint = str(told.get("endpoint") or cloud.storage).lower()
    if endpoint != cloud.storage or not str(account).isalnum():
        # Our token is worth something there: it goes to the cloud's own storage and nowhere else.
        raise AzureError(
            "MLI-AZ-DATASTORE",
            f"the datastore {name} lies outside of this cloud's storage ({cloud.storage})",
            path=("datastore",),
            hint="Take another datastore, or upload by other means and write the address.",
            sent=False,
        )
    secret = str(pick(told, ("credentials", "credentialsType")) or "None").lower() != "none"
    return Store(id, name, account, f"https://{account}.blob.{cloud.storage}", str(container), secret)


def credentials(conn: AzureConnection, store: Store) -> Iterator[Any]:
    """What to sign in with, in the order to try; the secret is asked for when its turn comes.

    Raises ProviderError.
    """
    yield conn.credential
    if not store.has_secret:
        return
    from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential

    try:
        answer = conn.arm.send("POST", f"{store.id}/listSecrets", api_version(_DATASTORES))
    except AzureError as wrong:
        if wrong.retryable:
            raise
        return
    told = answer.body if isinstance(answer.body, Mapping) else {}
    if isinstance(told.get("sasToken"), str):
        yield AzureSasCredential(told["sasToken"].lstrip("?"))
    elif isinstance(told.get("key"), str):
        yield AzureNamedKeyCredential(store.account, told["key"])


def container_client(conn: AzureConnection, store: Store, credential: Any) -> ContainerClient:
    """A client through our transport. It is not closed: the transport is the connection's."""
    from azure.storage.blob import ContainerClient

    return ContainerClient(
        store.address,
        store.container,
        credential=credential,
        transport=conn.transport,
        retry_total=0,  # the engine tries again, and then only what is missing is sent
        max_single_put_size=BLOCK,
        max_block_size=BLOCK,
        raw_request_hook=lambda _: conn.count(),
    )


def refused(wrong: Any, store: Store) -> AzureError:
    """A refusal by storage in our words: its code alone, since its text may quote a signature."""
    code = str(getattr(wrong, "error_code", None) or getattr(wrong, "reason", None) or "no reason given")
    status = int(wrong.status_code or 0)
    where = f"storage account {store.account}"
    words: dict[str, Any] = {"status": status, "reasons": (code,), "sent": False}
    if status in (401, 403):
        return AzureError(
            "MLI-AZ-RIGHTS",
            f"you may not write to container {store.container} of {where} ({code})",
            hint="Ask for the role Storage Blob Data Contributor on the storage account (Owner does not "
            "include data), and look whether its firewall lets you in.",
            **words,
        )
    if status == 404:
        return AzureError(
            "MLI-AZ-DATASTORE",
            f"{where} has no container {store.container} ({code})",
            path=("datastore",),
            hint="The datastore points to storage that is not there (any more).",
            **words,
        )
    if status in (408, 429) or status >= 500:
        return AzureError(
            "MLI-AZ-SERVICE", f"{where} is busy ({code})", hint="It is tried again.", retryable=True, **words
        )
    return AzureError("MLI-AZ-UPLOAD", f"{where} refuses the upload: {status} {code}", **words)
