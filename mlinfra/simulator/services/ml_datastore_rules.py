"""What a datastore may be: its kinds, their keys and credentials (REST specification 2024-04-01).

Which keys a kind requires and which secrets go with which credentials is the specification's; the statuses
and codes of the refusals are assumed.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.services.ml_errors import front_error
from mlinfra.simulator.services.storage_shape import ACCOUNT
from mlinfra.simulator.shapes import Object, Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

AUTHORITY = "https://login.microsoftonline.com"
"""What azure-ai-ml sends; that the service fills it in is assumed."""

RESOURCES = {
    "AzureDataLakeGen1": "https://datalake.azure.net/",
    "AzureDataLakeGen2": "https://storage.azure.com/",
}
"""The resourceUrl that the service fills in (recorded for Gen2)."""

_KEYS = ("None", "AccountKey", "Sas")
_PRINCIPALS = ("None", "ServicePrincipal", "Certificate")

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "AzureBlob": (("accountName", "containerName"), ("endpoint", "protocol"), _KEYS),
    "AzureFile": (("accountName", "fileShareName"), ("endpoint", "protocol"), _KEYS),
    "AzureDataLakeGen1": (("storeName",), (), _PRINCIPALS),
    "AzureDataLakeGen2": (("accountName", "filesystem"), ("endpoint", "protocol"), _PRINCIPALS),
    "OneLake": (("oneLakeWorkspaceName", "artifact"), ("endpoint",), ("None", "ServicePrincipal")),
}
"""Kind to required keys, other keys and credentials. The specification does not require the blob's keys,
azure-ai-ml does; which credentials go with which kind is azure-ai-ml's schema."""

_CREDENTIALS: dict[str, tuple[tuple[str, ...], str]] = {
    "None": ((), ""),
    "AccountKey": ((), "key"),
    "Sas": ((), "sasToken"),
    "ServicePrincipal": (("tenantId", "clientId"), "clientSecret"),
    "Certificate": (("tenantId", "clientId", "thumbprint"), "certificate"),
}
"""Credentials to the keys and the secret that they need."""

IDENTITIES = ("None", "WorkspaceSystemAssignedIdentity", "WorkspaceUserAssignedIdentity")

_TYPES = Text(among=tuple(_CREDENTIALS))

PROPERTIES = Object(
    {
        "description": Text(),
        "tags": Table(Text()),
        "properties": Table(Text()),
        "datastoreType": Text(among=tuple(KINDS)),
        "credentials": Object(
            {
                "credentialsType": _TYPES,
                "authorityUrl": Text(),
                "resourceUrl": Text(),
                "tenantId": Text(),
                "clientId": Text(),
                "thumbprint": Text(),
                "secrets": Object(
                    {
                        "secretsType": _TYPES,
                        "key": Text(),
                        "sasToken": Text(),
                        "clientSecret": Text(),
                        "certificate": Text(),
                    }
                ),
            }
        ),
        "subscriptionId": Text(),
        "resourceGroup": Text(),
        "accountName": Text(),
        "containerName": Text(),
        "fileShareName": Text(),
        "filesystem": Text(),
        "storeName": Text(),
        "endpoint": Text(),
        "protocol": Text(),
        "oneLakeWorkspaceName": Text(),
        "artifact": Object({"artifactName": Text(), "artifactType": Text(among=("LakeHouse",))}),
        "serviceDataAccessAuthIdentity": Text(among=IDENTITIES),
    }
)

_COMMON = (
    "description",
    "tags",
    "properties",
    "datastoreType",
    "credentials",
    "serviceDataAccessAuthIdentity",
)


def check_kind(call: Call, properties: dict[str, Any]) -> None:
    """Require what the kind needs, drop what belongs to other kinds, fill in the public cloud's address."""
    kind = properties.get("datastoreType")
    if kind is None:
        raise front_error(call, "A datastore needs datastoreType.")
    required, optional, _ = KINDS[kind]
    for key in required:
        if not properties.get(key):
            raise front_error(call, f"A datastore of type {kind} needs {key}.")
    artifact = properties.get("artifact") or {}
    if kind == "OneLake" and not (artifact.get("artifactName") and artifact.get("artifactType")):
        raise front_error(call, "The artifact of a OneLake datastore needs artifactName and artifactType.")
    known = {*_COMMON, *required, *optional}
    if kind != "OneLake":
        known |= {"subscriptionId", "resourceGroup"}
    for key in [*properties]:
        if key not in known:
            del properties[key]
    if "protocol" in optional:
        # always sent by azure-ai-ml; what the service fills in is assumed
        properties.setdefault("endpoint", "core.windows.net")
        properties.setdefault("protocol", "https")


def check_credentials(call: Call, properties: dict[str, Any]) -> None:
    """Require credentials that the kind takes, complete with their secret, and no others."""
    kind, credentials = properties["datastoreType"], properties.get("credentials") or {}
    type_ = credentials.get("credentialsType")
    if type_ is None:
        raise front_error(call, "A datastore needs credentials with credentialsType.")
    if type_ not in KINDS[kind][2]:
        raise front_error(call, f"A datastore of type {kind} cannot have credentials of type {type_}.")
    needed, secret = _CREDENTIALS[type_]
    secrets = credentials.get("secrets") or {}
    for key in needed:
        if not credentials.get(key):
            raise front_error(call, f"Credentials of type {type_} need {key}.")
    kept: dict[str, Any] = {"credentialsType": type_}
    if secret:
        if secrets.get("secretsType") != type_ or not secrets.get(secret):
            raise front_error(call, f"Credentials of type {type_} need secrets of that type with {secret}.")
        kept["secrets"] = {"secretsType": type_, secret: secrets[secret]}
    if needed:
        kept["authorityUrl"] = credentials.get("authorityUrl") or AUTHORITY
        resource = credentials.get("resourceUrl") or RESOURCES.get(kind)
        if resource:
            kept["resourceUrl"] = resource
        kept.update({key: credentials[key] for key in needed})
    properties["credentials"] = kept


_PLACES = {
    "AzureBlob": ("blobServices/default/containers", "containerName"),
    "AzureDataLakeGen2": ("blobServices/default/containers", "filesystem"),
    "AzureFile": ("fileServices/default/shares", "fileShareName"),
}


def check_access(call: Call, properties: dict[str, Any]) -> None:
    """What ``skipValidation=false`` means (specification: the service tries the credentials).

    Without credentials there is nothing to try; Data Lake Gen1 and OneLake lie outside the simulator. How far
    the service really looks is assumed: account, container or share, and the account's key.
    """
    place = _PLACES.get(properties["datastoreType"])
    credentials = properties["credentials"]
    if place is None or credentials["credentialsType"] == "None":
        return
    name, inner = properties["accountName"], properties[place[1]]
    account: Resource | None = next(iter(call.store.named(ACCOUNT, name)), None)
    if account is None:
        raise front_error(call, f"The storage account '{name}' cannot be reached.")
    if not call.store.exists(f"{account.id}/{place[0]}/{inner}"):
        raise front_error(call, f"The storage account '{name}' has no '{inner}'.")
    key = credentials["secrets"].get("key")
    if key is not None and key not in account.data.get("keys", ()):
        raise front_error(call, f"The storage account '{name}' does not accept the account key.")
