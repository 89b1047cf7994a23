"""What changes an account from the ground: failover to the paired region, a hierarchical namespace.

Wire facts: the REST specification 2023-05-01 (202 with a Location, 200 without body at its end).
Documentation storage-disaster-recovery-guidance: an unplanned failover leaves locally redundant storage in
what was the secondary region, a planned one swaps the two; upgrade-to-data-lake-storage-gen2. Durations,
statuses and codes of refusals are assumed.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Action, Polling, ResultUrl
from mlinfra.simulator.services.storage_body import endpoints
from mlinfra.simulator.services.storage_shape import RESULTS, bad_values
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World

FAILOVER, HNS = 3600.0, 1800.0
"""Seconds; an hour is what the documentation names for a failover."""

_VALIDATE, _HYDRATE, _ABORT = "hnsValidation", "hnsHydration", "hnsAbort"
_PLANNED, _UNPLANNED = "failoverPlanned", "failover"


def _done(world: World, operation: Operation) -> Answer:
    return Answer(200)


POLLING = Polling(
    name="storage.move", result=ResultUrl(path=RESULTS, query={"monitor": "true"}, finished=_done)
)


def _accepted(call: Call, account: Resource, verb: str, seconds: float) -> Answer:
    accept = Accept(status=202, headers=("location",), seconds=seconds, body=False, retry_after=17)
    return call.accepted(account, verb, accept, polling=POLLING)


def _conflict(text: str) -> ArmError:
    return ArmError(409, "StorageAccountOperationNotSupported", text)


def _free(account: Resource) -> None:
    if account.operation:
        text = "An operation is currently performing on this storage account that requires exclusive access."
        raise ArmError(409, "StorageAccountOperationInProgress", text)


def _failover(call: Call, account: Resource) -> Answer:
    kind = call.query.get("failovertype", "")
    if kind.lower() not in ("", "planned"):
        raise bad_values("failoverType")
    _free(account)
    if "secondaryLocation" not in account.properties:
        raise _conflict(f"The account {account.name} has no secondary region to fail over to.")
    return _accepted(call, account, _PLANNED if kind else _UNPLANNED, FAILOVER)


def _migrate(call: Call, account: Resource) -> Answer:
    words = {"hnsonvalidationrequest": _VALIDATE, "hnsonhydrationrequest": _HYDRATE}
    verb = words.get(call.query.get("requesttype", "").lower())
    if verb is None:
        raise bad_values("requestType")
    _free(account)
    if account.properties.get("isHnsEnabled") or account.body["kind"] not in (
        "StorageV2",
        "BlockBlobStorage",
    ):
        raise _conflict(f"The account {account.name} cannot get a hierarchical namespace.")
    return _accepted(call, account, verb, HNS)


def _abort(call: Call, account: Resource) -> Answer:
    running = call.store.operation(account.operation) if account.operation else None
    if running is None or running.verb not in (_VALIDATE, _HYDRATE):
        raise _conflict(f"No migration to a hierarchical namespace is running on {account.name}.")
    return _accepted(call, account, _ABORT, HNS / 10)


def finish(world: World, operation: Operation, account: Resource | None) -> None:
    """A move is over: the account is another one now."""
    if account is None:
        return
    properties = account.properties
    if operation.verb == _HYDRATE:
        properties["isHnsEnabled"] = True
    if operation.verb in (_PLANNED, _UNPLANNED):
        properties["primaryLocation"] = properties["secondaryLocation"]
        if operation.verb == _UNPLANNED:
            account.body["sku"]["name"] = "Standard_LRS"
        endpoints(world.ids, account.name, account.body)


ACTIONS: Mapping[str, Action] = {
    "failover": Action(handler=_failover, polling=POLLING, short="the account's location stays as it was"),
    "hnsonmigration": Action(handler=_migrate, polling=POLLING, short="nothing is ever found in the way"),
    "aborthnsonmigration": Action(handler=_abort, polling=POLLING),
}
