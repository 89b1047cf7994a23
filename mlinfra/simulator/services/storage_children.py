"""Microsoft.Storage: blob and file services of an account, containers and shares.

Wire facts: the REST specification 2023-05-01 and recordings of azure-cli (etags ``0x8D…``; a PUT of a new
container answers less than the GET that follows).
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Kind, Names
from mlinfra.simulator.services.storage_shape import ACCOUNT, bad_values
from mlinfra.simulator.shapes import Anything, Bool, Items, Number, Object, Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

CONTAINER = f"{ACCOUNT}/blobServices/containers"

_RETENTION = Object({"enabled": Bool(), "days": Number(1, 365), "allowPermanentDelete": Bool()})
_CORS = Object({"corsRules": Items(Anything(), most=5)})


def _default_of(call: Call, word: str, properties: dict[str, Any]) -> Resource | None:
    """The service that every account has, though nobody made it."""
    text = call.path.text
    at = text.lower().find(f"/{word}".lower())
    rest = text[at + 1 + len(word) :].strip("/")
    if at < 0 or (rest and rest.split("/")[0].lower() != "default"):
        return None
    account = call.store.get(text[:at])
    if account is None:
        return None
    return Resource(
        id=f"{account.id}/{word}/default",
        type=f"{ACCOUNT}/{word}",
        name="default",
        state="",
        body={"sku": account.body["sku"], "properties": properties},
        created=account.created,
        changed=account.created,
    )


def _blobs(call: Call) -> Resource | None:
    policy = {"allowPermanentDelete": False, "enabled": False}
    return _default_of(call, "blobServices", {"cors": {"corsRules": []}, "deleteRetentionPolicy": policy})


def _files(call: Call) -> Resource | None:
    policy = {"enabled": True, "days": 7}
    found = {"protocolSettings": {"smb": {}}, "cors": {"corsRules": []}, "shareDeleteRetentionPolicy": policy}
    return _default_of(call, "fileServices", found)


def _with_sku(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    if prior is not None:
        body["sku"] = prior.body["sku"]


def _account(call: Call) -> Resource:
    parts = call.path.text.split("/")
    at = [part.lower() for part in parts].index("storageaccounts")
    found = call.store.get("/".join(parts[: at + 2]))
    assert found is not None
    return found


def _versioning(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """A hierarchical namespace has no versions (documentation versioning-overview)."""
    _with_sku(call, body, prior)
    properties = body["properties"]
    if properties.get("isVersioningEnabled") and _account(call).properties.get("isHnsEnabled"):
        text = "Blob versioning is not supported for accounts with hierarchical namespace enabled."
        raise ArmError(409, "FeatureNotSupportedForAccount", text)
    restore = properties.get("restorePolicy") or {}
    if restore.get("enabled"):
        kept = (properties.get("deleteRetentionPolicy") or {}).get("enabled")
        if not kept or not properties.get("isVersioningEnabled"):
            raise bad_values("restorePolicy")


def container_etag(resource: Resource) -> str:
    """The etag of a container or share as the storage services write it."""
    text: str = resource.data["etag"]
    return f'"0x8D{text.strip(chr(34)).replace("-", "")[:12].upper()}"'


def _modified(resource: Resource) -> str:
    return f"{moment(resource.changed):%Y-%m-%dT%H:%M:%S}.0000000Z"


_FRESH = {
    "deleted": False,
    "remainingRetentionDays": 0,
    "hasImmutabilityPolicy": False,
    "hasLegalHold": False,
}


def _render_container(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    properties = body["properties"]
    if call.request.method.upper() == "PUT" and resource.created == call.now:
        body.pop("etag")
        if properties:
            body["properties"] = {**_FRESH, **properties}
        else:
            del body["properties"]
        return
    body["etag"] = container_etag(resource)
    found = {
        **_FRESH,
        "defaultEncryptionScope": "$account-encryption-key",
        "denyEncryptionScopeOverride": False,
        "publicAccess": "None",
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "lastModifiedTime": _modified(resource),
        "legalHold": {"hasLegalHold": False, "tags": []},
    }
    body["properties"] = {**found, **properties}


def _list_container(call: Call, body: dict[str, Any]) -> None:
    for key in ("metadata", "legalHold", "immutabilityPolicy"):
        body["properties"].pop(key, None)


def _prepare_container(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    public = body["properties"].get("publicAccess", "None")
    if public != "None" and not _account(call).properties.get("allowBlobPublicAccess"):
        text = "Public access is not permitted on this storage account."
        raise ArmError(409, "PublicAccessNotPermitted", text)


def _render_share(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    if call.request.method.upper() == "PUT" and resource.created == call.now:
        body.pop("etag")
        return
    body["etag"] = container_etag(resource)
    premium = resource.data.get("premium", False)
    found = {
        "leaseStatus": "unlocked",
        "leaseState": "available",
        "accessTier": "Premium" if premium else "TransactionOptimized",
        "lastModifiedTime": _modified(resource),
        "shareQuota": 100 if premium else 5120,
        "enabledProtocols": "SMB",
    }
    body["properties"] = {**found, **body["properties"]}


def _list_share(call: Call, body: dict[str, Any]) -> None:
    body["properties"].pop("metadata", None)


def _prepare_share(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    premium = _account(call).body["kind"] == "FileStorage"
    if properties.get("enabledProtocols") == "NFS" and not premium:
        text = "NFS shares need an account of kind FileStorage."
        raise ArmError(409, "FeatureNotSupportedForAccount", text)
    tier = properties.get("accessTier")
    if tier is not None and (tier == "Premium") != premium:
        raise bad_values("accessTier")


def _created_share(call: Call, resource: Resource) -> None:
    resource.data["premium"] = _account(call).body["kind"] == "FileStorage"
    call.store.put(resource)


def _missing(code: str, text: str) -> Any:
    def make(call: Call) -> ArmError:
        return ArmError(404, code, text)

    return make


def kinds(versions: tuple[str, ...]) -> tuple[Kind, ...]:
    """Blob and file services, containers and shares, with the account's versions."""
    default = Names(pattern=re.compile("(?i:default)"))
    container = Names(
        pattern=re.compile(r"(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]|\$root|\$web|\$logs"),
        invalid=_bad_name,
    )
    blob_service = Object(
        {
            "properties": Object(
                {
                    "isVersioningEnabled": Bool(),
                    "changeFeed": Object({"enabled": Bool(), "retentionInDays": Number(1, 146000)}),
                    "deleteRetentionPolicy": _RETENTION,
                    "containerDeleteRetentionPolicy": _RETENTION,
                    "restorePolicy": Object({"enabled": Bool(), "days": Number(1, 365)}),
                    "lastAccessTimeTrackingPolicy": Object({"enable": Bool()}, open=True),
                    "automaticSnapshotPolicyEnabled": Bool(),
                    "defaultServiceVersion": Text(),
                    "cors": _CORS,
                }
            )
        }
    )
    file_service = Object(
        {
            "properties": Object(
                {"cors": _CORS, "shareDeleteRetentionPolicy": _RETENTION, "protocolSettings": Anything()}
            )
        }
    )
    container_shape = Object(
        {
            "properties": Object(
                {
                    "publicAccess": Text(among=("None", "Blob", "Container"), refuse=bad_values),
                    "metadata": Table(Text()),
                    "defaultEncryptionScope": Text(),
                    "denyEncryptionScopeOverride": Bool(),
                    "enableNfsV3RootSquash": Bool(),
                    "enableNfsV3AllSquash": Bool(),
                    "immutableStorageWithVersioning": Object({"enabled": Bool()}),
                }
            )
        }
    )
    share_shape = Object(
        {
            "properties": Object(
                {
                    "shareQuota": Number(1, 102400, refuse=bad_values),
                    "enabledProtocols": Text(among=("SMB", "NFS"), refuse=bad_values),
                    "rootSquash": Text(among=("NoRootSquash", "RootSquash", "AllSquash"), refuse=bad_values),
                    "accessTier": Text(
                        among=("TransactionOptimized", "Hot", "Cool", "Premium"), refuse=bad_values
                    ),
                    "metadata": Table(Text()),
                }
            )
        }
    )
    return (
        Kind(
            type=ACCOUNT + "/blobServices", api_versions=versions, names=default, shape=blob_service,
            location="none", tags=0, state="", patch=None, delete=None, update="merge",
            list_scopes=("parent",), absent=_blobs, prepare=_versioning, shown=False,
            select=lambda call, found: found or [one for one in [_blobs(call)] if one is not None],
        ),
        Kind(
            type=ACCOUNT + "/fileServices", api_versions=versions, names=default, shape=file_service,
            location="none", tags=0, state="", patch=None, delete=None, update="merge",
            list_scopes=("parent",), absent=_files, prepare=_with_sku, shown=False,
            select=lambda call, found: found or [one for one in [_files(call)] if one is not None],
        ),
        Kind(
            type=CONTAINER, api_versions=versions, names=container,
            shape=container_shape, location="none", tags=0, state="", update="merge", etag="body",
            list_scopes=("parent",),
            missing=_missing("ContainerNotFound", "The specified container does not exist."),
            prepare=_prepare_container, render=_render_container, listed=_list_container,
            deleted=lambda world, resource: world.store.blobs.empty(resource.id),
        ),
        Kind(
            type=ACCOUNT + "/fileServices/shares", api_versions=versions, names=container,
            shape=share_shape, location="none", tags=0, state="", update="merge", etag="body",
            list_scopes=("parent",), missing=_missing("ShareNotFound", "The specified share does not exist."),
            prepare=_prepare_share, created=_created_share, render=_render_share, listed=_list_share,
        ),
    )  # fmt: skip


def _bad_name(call: Call, name: str) -> ArmError:
    return ArmError(400, "InvalidResourceName", "The specified resource name contains invalid characters.")
