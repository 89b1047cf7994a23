"""Management locks: which of them forbids a request (documentation lock-resources).

A lock holds for its scope and for all that lies in it, extension resources too; the most restrictive counts.
`services.locks` is how locks are made.
"""

from __future__ import annotations

from mlinfra.simulator import errors
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

LOCK = "Microsoft.Authorization/locks"

_NEXT_TO = f"/providers/{LOCK}/"


def locked_scope(lock: Resource) -> str:
    """What a lock locks: the id that its own extends."""
    return lock.id[: lock.id.lower().rindex(_NEXT_TO.lower())]


def check_locks(call: Call) -> None:
    """Raises ArmError 409 ScopeLocked for a write or deletion that a lock forbids.

    A POST is a write, also one that only reads, as listKeys. What is deleted takes along what lies in it, so
    a lock in there forbids that as well. Locks themselves are never locked.
    """
    path, method = call.path, call.request.method.upper()
    if not path.subscription or path.type == LOCK.lower():
        return
    if not call.store.under("", LOCK, limit=1):
        return
    scope = path.text if path.item or method != "POST" else path.parent
    deleting = method == "DELETE"
    found = [one for one in _above_or_at(call, scope) if deleting or _is_read_only(one)]
    if deleting:
        found += call.store.under(scope, LOCK)
    if found:
        scopes = sorted({locked_scope(one) for one in found}, key=str.lower)
        raise errors.scope_locked(scope, "delete" if deleting else "write", scopes)


def _is_read_only(lock: Resource) -> bool:
    return bool(lock.properties["level"] == "ReadOnly")


def _above_or_at(call: Call, scope: str) -> list[Resource]:
    parts = scope.split("/")
    found: list[Resource] = []
    for size in range(3, len(parts) + 1, 2):  # ids go in pairs, and a subscription is the widest scope
        found += call.store.under("/".join(parts[:size]) + _NEXT_TO.rstrip("/"), LOCK)
    return found
