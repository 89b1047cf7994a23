"""Leases and legal holds of containers and shares, asked for through ARM.

Wire facts: the REST specification 2023-05-01; recordings of azure-cli (test_legal_hold) and the SDK
(test_cli_mgmt_storage 2020). How a lease lives: REST reference lease-container; that ARM says the codes of
the storage service is assumed.
"""

from __future__ import annotations

import math
import re
from typing import Any

from mlinfra.simulator.bodies import fresh_etag
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Action
from mlinfra.simulator.services.storage_shape import bad_values
from mlinfra.simulator.shapes import Bool, Items, Number, Object, Text
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

INFINITE = -1

_WORDS = ("Acquire", "Renew", "Change", "Release", "Break")

_LEASE = Object(
    {
        "action": Text(among=_WORDS, refuse=bad_values),
        "leaseId": Text(),
        "breakPeriod": Number(0, 60, refuse=bad_values),
        "leaseDuration": Number(refuse=bad_values),
        "proposedLeaseId": Text(),
    },
    required=("action",),
    refuse=bad_values,
)

_HOLD = Object(
    {"tags": Items(Text(), most=10), "allowProtectedAppendWritesAll": Bool()},
    required=("tags",),
    refuse=bad_values,
)

_TAG = re.compile(r"[a-zA-Z0-9]{3,23}")


# -- leases ------------------------------------------------------------------------------------------------


def lease_of(place: Resource, now: float) -> dict[str, str]:
    """``leaseStatus``, ``leaseState`` and ``leaseDuration`` as containers show them."""
    state = _state(place, now)
    shown = {
        "leaseStatus": "Locked" if state in ("Leased", "Breaking") else "Unlocked",
        "leaseState": state,
    }
    if state == "Leased":
        shown["leaseDuration"] = "Infinite" if place.data["lease"]["until"] is None else "Fixed"
    return shown


def _state(place: Resource, now: float) -> str:
    lease = place.data.get("lease")
    if lease is None:
        return "Available"
    if lease["breaks"] is not None:
        return "Breaking" if now < lease["breaks"] else "Broken"
    return "Expired" if lease["until"] is not None and now >= lease["until"] else "Leased"


def _lease(call: Call, place: Resource) -> Answer:
    sent = _LEASE.read(call.object(), "")
    sent = {key: value for key, value in sent.items() if value is not None}
    if sent["action"] == "Break":
        return _break(call, place, sent)
    answer = _acquire(call, place, sent) if sent["action"] == "Acquire" else _hold_on(call, place, sent)
    call.store.put(place)
    return answer


def _acquire(call: Call, place: Resource, sent: dict[str, Any]) -> Answer:
    seconds = sent.get("leaseDuration")
    if seconds != INFINITE and (seconds is None or not 15 <= seconds <= 60):
        raise bad_values("leaseDuration")
    wanted = sent.get("proposedLeaseId")
    state = _state(place, call.now)
    if state == "Breaking" or (state == "Leased" and place.data["lease"]["id"] != wanted):
        raise _conflict("LeaseAlreadyPresent", "There is already a lease present.")
    id = wanted or call.ids.guid("lease", place.id)
    place.data["lease"] = {"id": id, "seconds": seconds, "until": _until(call, seconds), "breaks": None}
    return Answer(200, {"leaseId": id})


def _until(call: Call, seconds: int) -> float | None:
    return None if seconds == INFINITE else call.now + seconds


def _hold_on(call: Call, place: Resource, sent: dict[str, Any]) -> Answer:
    """Renew, change, release: for who has the lease."""
    lease, state = place.data.get("lease"), _state(place, call.now)
    if lease is None:
        raise _conflict("LeaseNotPresentWithLeaseOperation", "There is currently no lease on the resource.")
    if sent.get("leaseId") != lease["id"]:
        raise _conflict("LeaseIdMismatchWithLeaseOperation", "The lease ID did not match.")
    if sent["action"] == "Release":
        del place.data["lease"]
        return Answer(200, {"leaseId": lease["id"]})
    if state in ("Breaking", "Broken") or (sent["action"] == "Change" and state == "Expired"):
        raise _conflict("LeaseIsBrokenAndCannotBeRenewed", f"The lease is {state.lower()}.")
    if sent["action"] == "Renew":
        lease["until"] = _until(call, lease["seconds"])
    elif "proposedLeaseId" in sent:
        lease["id"] = sent["proposedLeaseId"]
    else:
        raise bad_values("proposedLeaseId")
    return Answer(200, {"leaseId": lease["id"]})


def _break(call: Call, place: Resource, sent: dict[str, Any]) -> Answer:
    """Anybody may. Without a period an infinite lease ends at once, another when it would have."""
    lease = place.data.get("lease")
    if lease is None or _state(place, call.now) == "Expired":
        raise _conflict("LeaseNotPresentWithLeaseOperation", "There is currently no lease on the resource.")
    ends = lease["breaks"] if lease["breaks"] is not None else lease["until"]
    left = max(0.0, ends - call.now) if ends is not None else float(sent.get("breakPeriod", 0))
    left = min(left, sent.get("breakPeriod", left))
    lease["breaks"] = call.now + left
    call.store.put(place)
    return Answer(200, {"leaseTimeSeconds": str(math.ceil(left))})


def _conflict(code: str, text: str) -> ArmError:
    return ArmError(409, code, text)


# -- legal holds -------------------------------------------------------------------------------------------


def holds_of(container: Resource) -> dict[str, Any]:
    """``hasLegalHold`` and ``legalHold`` as a container shows them."""
    tags = container.data.get("holds", {})
    shown = [{"tag": tag, **told} for tag, told in tags.items()]
    return {"hasLegalHold": bool(tags), "legalHold": {"hasLegalHold": bool(tags), "tags": shown}}


def _set_hold(call: Call, container: Resource) -> Answer:
    sent = _HOLD.read(call.object(), "")
    tags = _tags(sent)
    held = container.data.setdefault("holds", {})
    told = {
        "timestamp": call.world.stamp(),
        "objectIdentifier": call.world.caller,
        "tenantId": call.world.tenant,
    }
    for tag in tags:
        held.setdefault(tag, told)
    if len(held) > 10:
        raise bad_values("tags")
    return _held(call, container, sent)


def _clear_hold(call: Call, container: Resource) -> Answer:
    sent = _HOLD.read(call.object(), "")
    held = container.data.setdefault("holds", {})
    for tag in _tags(sent):
        held.pop(tag, None)
    return _held(call, container, sent)


def _held(call: Call, container: Resource, sent: dict[str, Any]) -> Answer:
    kind = call.kind
    assert kind is not None
    fresh_etag(call.world, kind, container)
    call.store.put(container)
    tags = list(container.data["holds"])
    body: dict[str, Any] = {"hasLegalHold": bool(tags), "tags": tags}
    if sent.get("allowProtectedAppendWritesAll") is not None:
        body["allowProtectedAppendWritesAll"] = sent["allowProtectedAppendWritesAll"]
    return Answer(200, body)


def _tags(sent: dict[str, Any]) -> list[str]:
    """Specification: 3 to 23 letters and digits, kept in lower case."""
    if not sent["tags"] or not all(_TAG.fullmatch(tag) for tag in sent["tags"]):
        raise bad_values("tags")
    return [tag.lower() for tag in sent["tags"]]


# -- what they forbid --------------------------------------------------------------------------------------


def protected(place: Resource, now: float) -> tuple[int, str, str] | None:
    """Status, code and text of the refusal to delete a container or share; None when nothing protects it.

    412 LeaseIdMissing: REST reference delete-container. That a hold forbids it: documentation
    immutable-legal-hold-overview; status and code are assumed.
    """
    if place.data.get("holds"):
        return 409, "ContainerProtectedFromDeletion", "The container has a legal hold and cannot be deleted."
    if lease_of(place, now)["leaseStatus"] == "Locked":
        text = "There is currently a lease on the resource and no lease ID was specified in the request."
        return 412, "LeaseIdMissing", text
    return None


def refuse_deletion(call: Call, place: Resource) -> None:
    """Raises ArmError for what is protected."""
    refusal = protected(place, call.now)
    if refusal is not None:
        raise ArmError(*refusal)


LEASE = Action(handler=_lease)
SET_HOLD = Action(handler=_set_hold, short="append writes are not told from others")
CLEAR_HOLD = Action(handler=_clear_hold)
