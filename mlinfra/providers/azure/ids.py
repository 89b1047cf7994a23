"""ARM ids: ``/subscriptions/S/resourceGroups/G/providers/Microsoft.X/a/b``. Pure text, no request.

Azure echoes ids in other casing than it was sent (``resourcegroups``, lower-cased namespaces), so two ids are
one when their lower-case forms are equal (R:az test_acr_encryption_with_cmk, D:resource-name-rules).
"""

from __future__ import annotations

import re
from functools import lru_cache

_GROUP = re.compile(r"^/?subscriptions/([^/]+)/resourcegroups/([^/]+)(?=/|$)", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"^/?subscriptions/([^/]+)(?=/|$)", re.IGNORECASE)


def same(one: str, other: str) -> bool:
    """Whether two ids name one resource."""
    return key(one) == key(other)


def key(id: str) -> str:
    """A form of the id that is equal for every spelling of it."""
    return id.rstrip("/").lower()


def subscription_of(id: str) -> str | None:
    """The subscription that an id lies in."""
    match = _SUBSCRIPTION.match(id)
    return match[1] if match else None


def group_of(id: str) -> str | None:
    """The id of the resource group that an id lies in (or is), in its canonical spelling."""
    match = _GROUP.match(id)
    return group_id(match[1], match[2]) if match else None


def group_id(subscription: str, name: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


def name_of(id: str) -> str:
    """The last segment: the resource's own name."""
    return id.rstrip("/").rpartition("/")[2]


def is_id(text: str) -> bool:
    """Whether this is an ARM id rather than a plain name."""
    return text.startswith("/")


@lru_cache(maxsize=1024)
def expand_group(group: str, subscription: str | None) -> str | None:
    """A group given by name or by id, as its canonical id; None when the subscription is missing.

    An id that is no resource group's is answered as it stands.
    """
    if is_id(group):
        return group_of(group) or group
    return group_id(subscription, group) if subscription else None
