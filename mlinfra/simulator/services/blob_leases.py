"""Leases of blobs: who holds one alone may write.

Source: REST reference lease-blob, with its tables of what each action and each use does in each state, and
the list of error codes. A lease runs in the host's time, not in the simulator's: who holds it is a process of
the host, which the simulator's clock, standing still or jumping ten minutes ahead, says nothing about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from mlinfra.simulator.blob_rows import Blob
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.services.blob_wire import (
    BlobCall,
    bad_header,
    check_conditions,
    find,
    no_header,
    refuse,
    stamps,
)
from mlinfra.simulator.wire import Answer

INFINITE = -1

LOCKED = ("leased", "breaking")
"""States in which nobody writes without the lease's id."""


def state_of(blob: Blob, now: float) -> str:
    """available, leased, expired, breaking or broken. ``now`` is the host's time."""
    lease = blob.lease
    if lease is None:
        return "available"
    if lease["breaks"] is not None:
        return "breaking" if now < lease["breaks"] else "broken"
    return "expired" if lease["until"] is not None and now >= lease["until"] else "leased"


def shown_lease(blob: Blob, now: float) -> dict[str, str]:
    """``status``, ``state`` and, of one that is held, ``duration``, as answers show them."""
    state = state_of(blob, now)
    shown = {"status": "locked" if state in LOCKED else "unlocked", "state": state}
    if state == "leased" and blob.lease is not None:
        shown["duration"] = "infinite" if blob.lease["until"] is None else "fixed"
    return shown


def check_use(call: BlobCall, blob: Blob | None, *, writing: bool) -> None:
    """Hold a use of the blob against its lease. Raises ArmError 412.

    A write that needs no lease id, since the lease is over, ends it for good: it cannot be renewed any more.
    """
    id = call.headers.get("x-ms-lease-id")
    state = "available" if blob is None else state_of(blob, call.world.host())
    if id is not None:
        _check_id(id, blob, state)
    elif writing and state in LOCKED:
        text = "There is currently a lease on the blob and no lease ID was specified in the request."
        raise refuse(412, "LeaseIdMissing", text)
    elif writing and blob is not None and blob.lease is not None:
        blob.lease = None
        call.world.store.blobs.keep_lease(blob)


def _check_id(id: str, blob: Blob | None, state: str) -> None:
    lease = blob.lease if blob is not None else None
    if lease is None:
        text = "There is currently no lease on the blob."
        raise refuse(412, "LeaseNotPresentWithBlobOperation", text)
    if lease["id"] != id.lower():
        text = "The lease ID specified did not match the lease ID for the blob."
        raise refuse(412, "LeaseIdMismatchWithBlobOperation", text)
    if state not in LOCKED:
        text = "A lease ID was specified, but the lease for the blob has expired."
        raise refuse(412, "LeaseLost", text)


# -- actions -----------------------------------------------------------------------------------------------


def lease(call: BlobCall) -> Answer:
    """PUT ?comp=lease, with ``x-ms-lease-action``. Neither etag nor time of change move."""
    word = call.headers.get("x-ms-lease-action")
    if word is None:
        raise no_header("x-ms-lease-action")
    action = _ACTIONS.get(word.lower())
    if action is None:
        raise bad_header("x-ms-lease-action")
    blob = find(call)
    check_conditions(call, blob.etag, blob.changed, writing=True)
    status, headers = action(call, blob, state_of(blob, call.world.host()))
    call.world.store.blobs.keep_lease(blob)
    return Answer(status, None, {**stamps(blob.etag, blob.changed), **headers})


_Done = tuple[int, dict[str, str]]


def _acquire(call: BlobCall, blob: Blob, state: str) -> _Done:
    seconds = _number(call, "x-ms-lease-duration", 15, 60, INFINITE)
    if seconds is None:
        raise no_header("x-ms-lease-duration")
    wanted = _guid(call, "x-ms-proposed-lease-id", needed=False)
    held = blob.lease["id"] if blob.lease is not None else None
    if state == "breaking" and wanted is not None and held == wanted:
        text = "The lease is breaking and cannot be acquired until it is broken."
        raise _conflict("LeaseIsBreakingAndCannotBeAcquired", text)
    if state in LOCKED and held != wanted:
        raise _conflict("LeaseAlreadyPresent", "There is already a lease present.")
    id = wanted or call.world.ids.guid("blob lease", blob.container, blob.name)
    blob.lease = {"id": id, "seconds": seconds, "until": _until(call, seconds), "breaks": None}
    return 201, {"x-ms-lease-id": id}


def _renew(call: BlobCall, blob: Blob, state: str) -> _Done:
    lease = _own(call, blob)
    if state in ("breaking", "broken"):
        text = "The lease ID matched, but the lease has been broken explicitly and cannot be renewed."
        raise _conflict("LeaseIsBrokenAndCannotBeRenewed", text)
    lease["until"] = _until(call, lease["seconds"])
    return 200, {"x-ms-lease-id": lease["id"]}


def _change(call: BlobCall, blob: Blob, state: str) -> _Done:
    wanted = _guid(call, "x-ms-proposed-lease-id", needed=True)
    if blob.lease is not None and state == "leased" and blob.lease["id"] == wanted:
        return 200, {"x-ms-lease-id": blob.lease["id"]}
    lease = _own(call, blob)
    if state == "breaking":
        raise _conflict("LeaseIsBreakingAndCannotBeChanged", "The lease is breaking and cannot be changed.")
    if state != "leased":
        text = "There is currently no lease on the blob."
        raise _conflict("LeaseNotPresentWithLeaseOperation", text)
    lease["id"] = wanted
    return 200, {"x-ms-lease-id": lease["id"]}


def _release(call: BlobCall, blob: Blob, state: str) -> _Done:
    _own(call, blob)
    blob.lease = None
    return 200, {}


def _break(call: BlobCall, blob: Blob, state: str) -> _Done:
    """Anybody may. Without a period an infinite lease ends at once, another when it would have."""
    asked = _number(call, "x-ms-lease-break-period", 0, 60)
    lease = blob.lease
    if lease is None:
        text = "There is currently no lease on the blob."
        raise _conflict("LeaseNotPresentWithLeaseOperation", text)
    now = call.world.host()
    if state in ("expired", "broken"):
        left = 0.0
    else:
        ends = lease["breaks"] if lease["breaks"] is not None else lease["until"]
        left = (
            float(asked or 0) if ends is None else min(ends - now, asked if asked is not None else ends - now)
        )
    lease["breaks"] = now + left
    return 202, {"x-ms-lease-time": str(math.ceil(left))}


_ACTIONS: Mapping[str, Callable[[BlobCall, Blob, str], _Done]] = {
    "acquire": _acquire,
    "renew": _renew,
    "change": _change,
    "release": _release,
    "break": _break,
}


def _own(call: BlobCall, blob: Blob) -> dict[str, Any]:
    """The lease, whose id the caller says."""
    said = _guid(call, "x-ms-lease-id", needed=True)
    if blob.lease is None:
        text = "There is currently no lease on the blob."
        raise _conflict("LeaseNotPresentWithLeaseOperation", text)
    if blob.lease["id"] != said:
        text = "The lease ID specified did not match the lease ID for the blob."
        raise _conflict("LeaseIdMismatchWithLeaseOperation", text)
    return blob.lease


def _until(call: BlobCall, seconds: int) -> float | None:
    return None if seconds == INFINITE else call.world.host() + seconds


def _guid(call: BlobCall, header: str, *, needed: bool) -> str | None:
    said = call.headers.get(header)
    if said is None:
        if needed:
            raise no_header(header)
        return None
    try:
        return str(UUID(said))
    except ValueError:
        raise bad_header(header) from None


def _number(call: BlobCall, header: str, least: int, most: int, also: int | None = None) -> int | None:
    said = call.headers.get(header)
    if said is None:
        return None
    try:
        found = int(said)
    except ValueError:
        raise bad_header(header) from None
    if not least <= found <= most and found != also:
        raise bad_header(header)
    return found


def _conflict(code: str, text: str) -> ArmError:
    return refuse(409, code, text)
