"""Microsoft.Storage: the blob and file services that every account has.

Wire facts: the REST specification 2023-05-01 and recordings of azure-cli (test_storage_account_update_*,
test_storage_share_rm_soft_delete): a PUT is answered with what it says, a GET with everything.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.bodies import fill
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Kind, Names
from mlinfra.simulator.services.storage_shape import ACCOUNT, bad_values
from mlinfra.simulator.shapes import Anything, Bool, Items, Number, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

_RETENTION = Object({"enabled": Bool(), "days": Number(1, 365), "allowPermanentDelete": Bool()})
_CORS = Object({"corsRules": Items(Anything(), most=5)})

_TRACKING = {"name": "AccessTimeTracking", "trackingGranularityInDays": 1, "blobType": ["blockBlob"]}

_BLOBS = Object(
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

_FILES = Object(
    {
        "properties": Object(
            {"cors": _CORS, "shareDeleteRetentionPolicy": _RETENTION, "protocolSettings": Anything()}
        )
    }
)


# -- what is there by itself -------------------------------------------------------------------------------


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


def account_of(call: Call) -> Resource:
    """The account that the path lies in."""
    parts = call.path.text.split("/")
    at = [part.lower() for part in parts].index("storageaccounts")
    found = call.store.get("/".join(parts[: at + 2]))
    assert found is not None, "the parent was checked"
    return found


# -- writing and answering ---------------------------------------------------------------------------------


def _sent(body: Any) -> dict[str, Any]:
    return {key.lower(): value for key, value in body.items()} if isinstance(body, dict) else {}


def echo(call: Call, properties: dict[str, Any]) -> dict[str, Any]:
    """Of the properties those that the request says: what storage answers to a PUT or PATCH (R)."""
    said = _sent(_sent(call.body).get("properties"))
    return {key: value for key, value in properties.items() if key.lower() in said}


def is_write(call: Call) -> bool:
    """Whether the answer is to a PUT or PATCH."""
    return call.request.method.upper() in ("PUT", "PATCH")


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """Policies that a PUT names are replaced whole, those that it does not name stay."""
    properties = body["properties"]
    if prior is not None:
        body["sku"] = prior.body["sku"]
    said = _sent(_sent(call.body).get("properties"))
    for name, policy in properties.items():
        if isinstance(policy, dict) and name.lower() in said:
            keys = _sent(said[name.lower()])
            properties[name] = {key: value for key, value in policy.items() if key.lower() in keys}
    tracking = properties.get("lastAccessTimeTrackingPolicy")
    if tracking is not None and tracking.get("enable"):
        properties["lastAccessTimeTrackingPolicy"] = {**tracking, **_TRACKING}
    elif tracking is not None:
        del properties["lastAccessTimeTrackingPolicy"]


def _prepare_blobs(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    """A hierarchical namespace has no versions (documentation versioning-overview)."""
    _prepare(call, body, prior)
    properties = body["properties"]
    if properties.get("isVersioningEnabled") and account_of(call).properties.get("isHnsEnabled"):
        text = "Blob versioning is not supported for accounts with hierarchical namespace enabled."
        raise ArmError(409, "FeatureNotSupportedForAccount", text)
    restore = properties.get("restorePolicy") or {}
    if restore.get("enabled"):
        kept = (properties.get("deleteRetentionPolicy") or {}).get("enabled")
        if not kept or not properties.get("isVersioningEnabled"):
            raise bad_values("restorePolicy")


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    if is_write(call):
        body.pop("sku")
        body["properties"] = echo(call, body["properties"])
        return
    policy = body["properties"].get("deleteRetentionPolicy")
    if policy is not None:
        shown = fill(dict(policy), {"allowPermanentDelete": False})
        body["properties"] = {**body["properties"], "deleteRetentionPolicy": shown}


def kinds(versions: tuple[str, ...]) -> tuple[Kind, ...]:
    """Both services, with the account's versions."""
    default = Names(pattern=re.compile("(?i:default)"))
    return (
        Kind(
            type=ACCOUNT + "/blobServices", api_versions=versions, names=default, shape=_BLOBS,
            location="none", tags=0, state="", patch=None, delete=None, update="merge",
            list_scopes=("parent",), absent=_blobs, prepare=_prepare_blobs, render=_render, shown=False,
            select=lambda call, found: found or [one for one in [_blobs(call)] if one is not None],
            short={"*": "versions, change feed and retention are kept and not acted on"},
        ),
        Kind(
            type=ACCOUNT + "/fileServices", api_versions=versions, names=default, shape=_FILES,
            location="none", tags=0, state="", patch=None, delete=None, update="merge",
            list_scopes=("parent",), absent=_files, prepare=_prepare, render=_render, shown=False,
            select=lambda call, found: found or [one for one in [_files(call)] if one is not None],
            short={"*": "of its policies the retention of shares alone is acted on"},
        ),
    )  # fmt: skip
