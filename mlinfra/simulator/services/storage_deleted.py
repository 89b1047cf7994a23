"""Deleted storage accounts, which Azure lists for a while, and deleted shares, which can be restored.

Wire facts: the REST specification 2023-05-01; recording test_storage_share_rm_soft_delete (azure-cli 2024).
Documentation storage-account-recover (14 days, until the name is used again), storage-files-prevent-deletion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mlinfra.simulator.bodies import fresh_etag
from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import parse
from mlinfra.simulator.paging import paged
from mlinfra.simulator.services.storage_shape import ACCOUNT, bad_values
from mlinfra.simulator.shapes import Object, Text
from mlinfra.simulator.store import Deleted, Resource, copy
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import DAY, Call, World

SHARE = f"{ACCOUNT}/fileServices/shares"

RECOVERABLE = 14 * DAY


def _stamp(seconds: float) -> str:
    return f"{moment(seconds):%Y-%m-%dT%H:%M:%S}.0000000Z"


# -- accounts ----------------------------------------------------------------------------------------------


def bury_account(world: World, account: Resource) -> None:
    """Listed from now on; the shares that were deleted in it are gone with it."""
    for grave in world.store.buried(SHARE):
        if grave.resource.id.lower().startswith(account.id.lower() + "/"):
            world.store.forget(grave.resource.id)
    account.operation, account.state = "", "Succeeded"
    world.store.bury(Deleted(account, world.now, world.now + RECOVERABLE))


def forget_account(call: Call) -> None:
    """A name that is used again can no longer be recovered."""
    for grave in call.store.buried(ACCOUNT, call.path.name):
        call.store.forget(grave.resource.id)


def _mine(call: Call) -> list[Deleted]:
    subscription = call.path.subscription.lower()
    graves = call.store.buried(ACCOUNT)
    return [one for one in graves if parse(one.resource.id).subscription.lower() == subscription]


def _account_body(call: Call, grave: Deleted) -> dict[str, Any]:
    account, created = grave.resource, _stamp(grave.resource.created)
    location = account.body["location"]
    scope = f"/subscriptions/{call.path.subscription}/providers/Microsoft.Storage/locations/{location}"
    return {
        "id": f"{scope}/deletedAccounts/{account.name}",
        "name": account.name,
        "type": "Microsoft.Storage/deletedAccounts",
        "properties": {
            "storageAccountResourceId": account.id,
            "location": location,
            "restoreReference": f"{account.name}|{created}",
            "creationTime": created,
            "deletionTime": _stamp(grave.at),
        },
    }


def list_accounts(call: Call) -> Answer:
    """``GET …/deletedAccounts`` of a subscription."""
    return Answer(200, paged(call, [_account_body(call, one) for one in _mine(call)], 100))


def get_account(call: Call) -> Answer:
    """``GET …/locations/{l}/deletedAccounts/{n}``. Status and code of its 404 are assumed."""
    location, name = call.path.names
    for grave in _mine(call):
        same = grave.resource.body["location"] == location.replace(" ", "").lower()
        if same and grave.resource.name.lower() == name.lower():
            return Answer(200, _account_body(call, grave))
    text = f"No deleted account '{name}' was found in location '{location}'."
    raise ArmError(404, "DeletedAccountNotFound", text)


# -- shares ------------------------------------------------------------------------------------------------


def bury_share(world: World, share: Resource) -> None:
    """Kept as long as the account's file service says; seven days where nobody said anything."""
    service = world.store.get(share.id.rpartition("/shares/")[0])
    policy = (service.properties if service is not None else {}).get("shareDeleteRetentionPolicy")
    policy = policy if policy is not None else {"enabled": True, "days": 7}
    if not policy.get("enabled"):
        return
    share.data.pop("lease", None)
    share.data["version"] = f"01D{world.ids.guid('share version', share.id).replace('-', '')[:13].upper()}"
    world.store.bury(Deleted(share, world.now, world.now + policy.get("days", 7) * DAY))


def with_deleted(call: Call, shares: Sequence[Resource]) -> list[Resource]:
    """A list with ``$expand=deleted`` shows those that can be restored, with their version in the id."""
    words = [word.strip().lower() for word in call.query.get("$expand", "").split(",")]
    found = list(shares)
    if "deleted" in words:
        prefix = call.path.text.lower() + "/"
        for grave in call.store.buried(SHARE):
            if grave.resource.id.lower().startswith(prefix):
                shown = copy(grave.resource)
                shown.id = f"{shown.id}_{shown.data['version']}"
                shown.data["deleted"] = {"at": grave.at, "until": grave.until}
                found.append(shown)
    return sorted(found, key=lambda one: one.id.lower())


def deleted_share(share: Resource, now: float) -> dict[str, Any]:
    """What a deleted share shows beyond a live one; nothing for a live one."""
    when = share.data.get("deleted")
    if when is None:
        return {}
    return {
        "leaseState": "broken",
        "version": share.data["version"],
        "deleted": True,
        "deletedTime": _stamp(when["at"]),
        "remainingRetentionDays": math.ceil((when["until"] - now) / DAY),
    }


_RESTORE = Object(
    {"deletedShareName": Text(), "deletedShareVersion": Text()},
    required=("deletedShareName", "deletedShareVersion"),
    refuse=bad_values,
)


def restore_share(call: Call) -> Answer:
    """``POST …/shares/{n}/restore``: under its name or another. Codes of the refusals are assumed."""
    kind = call.world.kind(SHARE)
    account = call.store.get("/".join(call.path.text.split("/")[:9]))
    if account is None:
        raise ArmError(404, "ResourceNotFound", "The account of the share was not found.")
    sent = _RESTORE.read(call.object(), "")
    if call.store.exists(call.path.parent):
        raise ArmError(409, "ShareAlreadyExists", "The specified share already exists.")
    for grave in call.store.buried(SHARE, sent["deletedShareName"]):
        share = grave.resource
        lies_here = share.id.lower().startswith(account.id.lower() + "/")
        if lies_here and share.data["version"] == sent["deletedShareVersion"]:
            call.store.forget(share.id)
            share.id, share.name = f"{share.id.rpartition('/')[0]}/{call.path.name}", call.path.name
            del share.data["version"]
            share.changed = call.now
            fresh_etag(call.world, kind, share)
            call.store.put(share)
            return Answer(200)
    raise ArmError(404, "ShareNotFound", "The specified share does not exist.")
