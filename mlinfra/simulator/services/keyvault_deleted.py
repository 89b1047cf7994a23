"""Soft-deleted vaults: kept, recovered, purged.

Facts: recordings of azure-cli's test_keyvault_softdelete; texts from Microsoft's documentation
(key-vault/general/soft-delete-overview) and AzureTRE#1446.
"""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Accept, Polling, ResultUrl, Route
from mlinfra.simulator.paging import paged
from mlinfra.simulator.services.keyvault_shape import VAULT, VERSIONS
from mlinfra.simulator.store import Deleted, Operation, Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import DAY, Call, World

PURGE = 8.0
"""Seconds; purges were recorded with 5 to 14 s."""

UNSETTLED = 3.0
"""Seconds after a DELETE in which a recover fails (R: azure-cli test_keyvault_softdelete)."""


def bury(world: World, resource: Resource) -> None:
    """Also with its group: the vault stays recoverable and keeps its name."""
    days = resource.properties.get("softDeleteRetentionInDays", 90)
    resource.operation, resource.state = "", "Succeeded"
    world.store.bury(Deleted(resource, world.now, world.now + days * DAY))


def finish(world: World, operation: Operation, resource: Resource | None) -> None:
    """A purge is over: nothing is left, and the name is free."""
    if operation.verb == "purge":
        world.store.forget(operation.resource)


def revive(call: Call, body: dict[str, Any], id: str) -> Resource | None:
    """A name in deleted state can be recovered where it was, and nothing else."""
    recover = body["properties"].get("createMode") == "recover"
    graves = call.store.buried(VAULT, call.path.name)
    if not graves:
        if recover:
            text = f"A soft deleted vault with the given name '{call.path.name}' does not exist."
            raise ArmError(404, "SoftDeletedVaultDoesNotExist", text)
        return None
    grave = graves[0]
    same = grave.resource.id.lower() == id.lower() and grave.resource.body["location"] == body["location"]
    if not recover or not same:
        text = (
            "A vault with the same name already exists in deleted state. You need to either recover or purge "
            "existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more "
            "information on soft delete."
        )
        raise ArmError(409, "ConflictError", text)
    if call.now - grave.at < UNSETTLED:
        raise ArmError(500, "InternalError", "", body={"Message": "An error has occurred."})
    call.store.forget(grave.resource.id)
    grave.resource.changed = call.now
    return grave.resource


def _grave_body(call: Call, grave: Deleted) -> dict[str, Any]:
    vault = grave.resource
    location = vault.body["location"]
    properties = {
        "vaultId": vault.id,
        "location": location,
        "tags": vault.body.get("tags", {}),
        "deletionDate": f"{moment(grave.at):%Y-%m-%dT%H:%M:%SZ}",
        "scheduledPurgeDate": f"{moment(grave.until):%Y-%m-%dT%H:%M:%SZ}",
    }
    if vault.properties.get("enablePurgeProtection"):
        properties["purgeProtectionEnabled"] = True
    scope = f"/subscriptions/{call.path.subscription}/providers/Microsoft.KeyVault/locations/{location}"
    return {
        "id": f"{scope}/deletedVaults/{vault.name}",
        "name": vault.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": properties,
    }


def _mine(call: Call, grave: Deleted) -> bool:
    return parse(grave.resource.id).subscription.lower() == call.path.subscription.lower()


def _grave(call: Call) -> Deleted:
    location, name = call.path.names
    for grave in call.store.buried(VAULT, name):
        if _mine(call, grave) and grave.resource.body["location"] == location.replace(" ", "").lower():
            return grave
    text = f"The specified soft deleted vault '{name}' in location '{location}' could not be found."
    raise ArmError(404, "DeletedVaultNotFound", text)


def _list_deleted(call: Call) -> Answer:
    graves = [one for one in call.store.buried(VAULT) if _mine(call, one)]
    return Answer(200, paged(call, [_grave_body(call, one) for one in graves], 100))


def _get_deleted(call: Call) -> Answer:
    return Answer(200, _grave_body(call, _grave(call)))


def _purge(call: Call) -> Answer:
    grave = _grave(call)
    if grave.resource.properties.get("enablePurgeProtection"):
        text = "Operation 'DeletedVaultPurge' is not allowed."
        raise ArmError(405, "MethodNotAllowed", text)
    accept = Accept(status=202, headers=("location",), seconds=PURGE, retry_after=5)
    operation = call.begin(grave.resource, "purge", accept, polling=PURGING)
    return Answer(202, None, call.links(operation, accept, grave.resource.id))


def _day(seconds: float) -> str:
    return f"{moment(seconds):%Y-%m-%d %H:%M:%SZ}"


def _purging(operation: Operation) -> dict[str, Any]:
    return {"createdDateTime": _day(operation.started), "status": "NotStarted"}


def _purged(world: World, operation: Operation) -> Answer:
    body = {
        "createdDateTime": _day(operation.started),
        "lastActionDateTime": _day(operation.due),
        "status": operation.status,
    }
    return Answer(200, body)


PURGING = Polling(
    name="keyvault.purge",
    result=ResultUrl(
        path="/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}"
        "/operationResults/{operation}",
        running=_purging,
        finished=_purged,
    ),
)


_AT = "Microsoft.KeyVault/locations/deletedVaults"

ROUTES = (
    Route(
        method="GET", type="Microsoft.KeyVault/deletedVaults", handler=_list_deleted, api_versions=VERSIONS
    ),
    Route(method="GET", type=_AT, handler=_get_deleted, api_versions=VERSIONS, item=True),
    Route(method="POST", type=_AT + "/purge", handler=_purge, api_versions=VERSIONS, polling=PURGING),
)
