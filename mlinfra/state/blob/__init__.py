"""``backend: {azure_blob: {…}}``: its settings, and the store that they give."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mlinfra.clouds import CLOUDS
from mlinfra.state.api import Site, StoreError
from mlinfra.state.blob.trouble import Place

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline.transport import HttpTransport

    from mlinfra.state.blob.store import BlobStore

_HERE = ("127.0.0.1", "localhost", "::1")

CONNECT, READ = 10, 20
"""Seconds to wait for a connection, and for the next bytes of an answer: less than a lease holds."""


@dataclass(frozen=True)
class BlobKind:
    """Azure Blob Storage as a kind of store.

    ``transport`` and ``credential`` are given for the simulator and in tests; left out, they are the network
    and whoever is signed in.
    """

    name: str = "azure_blob"
    settings_schema: Mapping[str, Any] = field(default_factory=lambda: _SETTINGS)
    transport: HttpTransport[Any, Any] | None = None
    credential: TokenCredential | None = None

    def open(self, settings: Mapping[str, Any], site: Site) -> BlobStore:
        """The store of a stack. Raises StoreError for settings that cannot be."""
        endpoint = _endpoint(settings)
        auth = _auth(settings)
        credential = self._credential(settings, auth, endpoint)
        key = str(settings.get("key") or site.stack)

        from azure.storage.blob import ContainerClient

        from mlinfra.state.blob.service import VERSION, BlobService
        from mlinfra.state.blob.store import BlobStore

        words: dict[str, Any] = {"transport": self.transport} if self.transport is not None else {}
        client = ContainerClient(
            endpoint,
            str(settings["container"]),
            credential=credential,
            api_version=VERSION,
            retry_total=0,
            connection_timeout=CONNECT,
            read_timeout=READ,
            **words,
        )
        parts = urlsplit(endpoint)
        place = Place(
            account=str(settings["account"]),
            address=endpoint,
            host=parts.netloc,
            container=str(settings["container"]),
            auth=auth,
        )
        return BlobStore(BlobService(client, place, site.clock), key, site.clock)

    def _credential(self, settings: Mapping[str, Any], auth: str, endpoint: str) -> Any:
        """What to sign in with. Raises StoreError for an address that it must not be sent to."""
        from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential

        if auth == "sas":
            return AzureSasCredential(str(settings["sas"]).lstrip("?"))
        if auth == "access_key":
            return AzureNamedKeyCredential(str(settings["account"]), str(settings["access_key"]))
        cloud = CLOUDS[str(settings["cloud"])]
        if self.credential is not None:
            return self.credential
        if cloud.authority is None:
            raise StoreError(
                f"the cloud {cloud.name} is not at hand here",
                "The command line wires it in; a program gives the kind transport and credential.",
            )
        if not urlsplit(endpoint).netloc.endswith(f".blob.{cloud.storage}"):
            # Our token is worth something there: it goes to the cloud's own storage and nowhere else.
            raise StoreError(
                f"the endpoint of the azure_blob store is outside of this cloud's storage ({cloud.storage})",
                "Who is signed in is told to nobody else. Take `sas` or `access_key` there.",
            )
        from mlinfra.signin import default_credential

        return default_credential(cloud, settings.get("tenant"))


def _endpoint(settings: Mapping[str, Any]) -> str:
    """The address of the account's blobs. Raises StoreError for one that cannot be."""
    account, cloud = str(settings["account"]), CLOUDS[str(settings["cloud"])]
    written = settings.get("endpoint")
    if not written:
        return f"https://{account}.blob.{cloud.storage}"
    parts = urlsplit(str(written))
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE):
        if parts.hostname and not (parts.query or parts.fragment or parts.username or parts.password):
            return str(written).rstrip("/")
        raise StoreError(
            "the endpoint of the azure_blob store is no address of an account",
            f"Write  endpoint: https://{account}.blob.{cloud.storage}  or leave it out.",
        )
    raise StoreError(
        "the endpoint of the azure_blob store must begin with https://",
        "Plain http:// is for this machine alone: http://127.0.0.1:10000/devstoreaccount1 is Azurite.",
    )


def _auth(settings: Mapping[str, Any]) -> str:
    """How to sign in. Raises StoreError for what is no signature or no key; neither is shown."""
    given = [name for name in ("sas", "access_key") if settings.get(name)]
    if len(given) > 1:
        raise StoreError(
            "the azure_blob store has both `sas` and `access_key`",
            "Keep one of them, or none: then it is who is signed in.",
        )
    if not given:
        return "identity"
    text = str(settings[given[0]])
    if given[0] == "sas" and not re.search(r"(^|[?&])sig=", text):
        raise StoreError(
            "`sas` of the azure_blob store is no signature", "It is the query of a signed address: sv=…&sig=…"
        )
    if given[0] == "access_key" and not _is_key(text):
        raise StoreError("`access_key` of the azure_blob store is no key", "A key of an account is base64.")
    return given[0]


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) > 0
    except (ValueError, binascii.Error):
        return False


_SETTINGS: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "azure_blob store",
    "description": "State in a container of Azure Blob Storage, for all who may write there.",
    "type": "object",
    "properties": {
        "account": {
            "type": "string",
            "pattern": "^[a-z0-9]{3,24}$",
            "description": "The storage account.",
        },
        "container": {
            "type": "string",
            "pattern": "^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}$",
            "description": "The container, which must be there.",
        },
        "key": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$",
            "maxLength": 512,
            "description": "What the blobs' names begin with; the stack's name where there is none.",
        },
        "cloud": {
            "enum": list(CLOUDS),
            "default": "public",
            "description": "Which Azure; `simulator` is the one inside mlinfra.",
        },
        "endpoint": {
            "type": "string",
            "minLength": 1,
            "description": "The address of the account's blobs, where it is not the cloud's usual one.",
        },
        "tenant": {
            "type": "string",
            "minLength": 1,
            "description": "The tenant to sign in to, where it is not the usual one.",
        },
        "sas": {
            "type": "string",
            "x-sensitive": True,
            "description": "A signature to sign in with, instead of who is signed in; best from a variable.",
        },
        "access_key": {
            "type": "string",
            "x-sensitive": True,
            "description": "A key of the account to sign in with; best from a variable.",
        },
    },
    "required": ["account", "container"],
    "additionalProperties": False,
}

kind = BlobKind()
