"""Microsoft.Storage: containers and shares of an account.

Wire facts: the REST specification 2023-05-01 and recordings of azure-cli (etags ``0x8D…``; a PUT or PATCH is
answered with what it says, a GET with everything): test_storage_container_squash_scenario,
test_storage_share_rm_with_access_tier, …_with_NFS.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Immutable, Kind, Names
from mlinfra.simulator.services.storage_deleted import SHARE, bury_share, deleted_share, with_deleted
from mlinfra.simulator.services.storage_leases import (
    CLEAR_HOLD,
    LEASE,
    SET_HOLD,
    holds_of,
    lease_of,
    refuse_deletion,
)
from mlinfra.simulator.services.storage_services import account_of, echo, is_write
from mlinfra.simulator.services.storage_shape import ACCOUNT, bad_property, bad_values
from mlinfra.simulator.shapes import Bool, Number, Object, Table, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

CONTAINER = f"{ACCOUNT}/blobServices/containers"


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
    if is_write(call):
        body.pop("etag")
        said = echo(call, properties)
        if said:
            holds = {"hasLegalHold": bool(resource.data.get("holds"))}
            body["properties"] = {**_FRESH, **holds, **said}
        else:
            del body["properties"]
        return
    body["etag"] = container_etag(resource)
    found = {
        **_FRESH,
        "defaultEncryptionScope": "$account-encryption-key",
        "denyEncryptionScopeOverride": False,
        "publicAccess": "None",
        **lease_of(resource, call.now),
        "lastModifiedTime": _modified(resource),
        **holds_of(resource),
    }
    body["properties"] = {**found, **properties}


def _list_container(call: Call, body: dict[str, Any]) -> None:
    for key in ("metadata", "legalHold", "immutabilityPolicy"):
        body["properties"].pop(key, None)


def _prepare_container(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    public = body["properties"].get("publicAccess", "None")
    if public != "None" and not account_of(call).properties.get("allowBlobPublicAccess"):
        text = "Public access is not permitted on this storage account."
        raise ArmError(409, "PublicAccessNotPermitted", text)


def _render_share(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    if is_write(call):
        body.pop("etag")
        body["properties"] = echo(call, body["properties"])
        return
    body["etag"] = container_etag(resource)
    premium = resource.data.get("premium", False)
    found: dict[str, Any] = {
        **{key: word.lower() for key, word in lease_of(resource, call.now).items()},
        "signedIdentifiers": [],
        "accessTier": "Premium" if premium else "TransactionOptimized",
        "lastModifiedTime": _modified(resource),
        "shareQuota": 100 if premium else 102400,
    }
    if not premium:
        found["accessTierChangeTime"] = _modified(resource)
    body["properties"] = {**found, **deleted_share(resource, call.now), **body["properties"]}


def _list_share(call: Call, body: dict[str, Any]) -> None:
    for key in ("metadata", "signedIdentifiers", "accessTierChangeTime"):
        body["properties"].pop(key, None)
    body["properties"].setdefault("enabledProtocols", "SMB")


def _prepare_share(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    premium = account_of(call).body["kind"] == "FileStorage"
    if properties.get("enabledProtocols") == "NFS" and not premium:
        text = "NFS shares need an account of kind FileStorage."
        raise ArmError(409, "FeatureNotSupportedForAccount", text)
    tier = properties.get("accessTier")
    if tier is not None and (tier == "Premium") != premium:
        raise bad_values("accessTier")


def _protocols_changed(call: Call, old: Any, new: Any) -> ArmError:
    """Specification: x-ms-mutability create and read. The code is assumed."""
    return bad_property("enabledProtocols", new)


def _created_share(call: Call, resource: Resource) -> None:
    resource.data["premium"] = account_of(call).body["kind"] == "FileStorage"
    call.store.put(resource)


def _missing(code: str, text: str) -> Any:
    def make(call: Call) -> ArmError:
        return ArmError(404, code, text)

    return make


def kinds(versions: tuple[str, ...]) -> tuple[Kind, ...]:
    """Containers and shares, with the account's versions."""
    container = Names(
        pattern=re.compile(r"(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]|\$root|\$web|\$logs"),
        invalid=_bad_name,
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
            type=CONTAINER, api_versions=versions, names=container,
            short={"*": "encryption scopes and immutability are kept and not enforced"},
            refused=("immutabilityPolicies", "migrate"),
            shape=container_shape, location="none", tags=0, state="", update="merge", etag="body",
            list_scopes=("parent",),
            missing=_missing("ContainerNotFound", "The specified container does not exist."),
            prepare=_prepare_container, render=_render_container, listed=_list_container,
            deleted=lambda world, resource: world.store.blobs.empty(resource.id),
            deleting=refuse_deletion,
            actions={"lease": LEASE, "setLegalHold": SET_HOLD, "clearLegalHold": CLEAR_HOLD},
        ),
        Kind(
            type=SHARE, api_versions=versions, names=container,
            short={"*": "a share holds no files"},
            shape=share_shape, location="none", tags=0, state="", update="merge", etag="body",
            list_scopes=("parent",), missing=_missing("ShareNotFound", "The specified share does not exist."),
            immutable=(Immutable(path=("properties", "enabledProtocols"), error=_protocols_changed),),
            prepare=_prepare_share, created=_created_share, render=_render_share, listed=_list_share,
            deleting=refuse_deletion, deleted=bury_share, select=with_deleted, actions={"lease": LEASE},
        ),
    )  # fmt: skip


def _bad_name(call: Call, name: str) -> ArmError:
    """D: rest/api/storageservices/common-rest-api-error-codes (400)."""
    return ArmError(400, "InvalidResourceName", "The specified resource name contains invalid characters.")
