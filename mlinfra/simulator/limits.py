"""ARM's token buckets for one subscription and principal.

Microsoft's documentation (azure-resource-manager/management/request-limits-and-throttling): reads hold 250
tokens and gain 25 a second; writes and deletes hold 200 each and gain 10 a second.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from mlinfra.simulator.errors import too_many_requests

BUCKETS = {"reads": (250.0, 25.0), "writes": (200.0, 10.0), "deletes": (200.0, 10.0)}
"""Verb to size and tokens a second."""

VERBS = {"DELETE": "deletes", "PUT": "writes", "PATCH": "writes", "POST": "writes"}
"""Which bucket a method draws on: reads for those not named. A POST counts as a write."""


class Limits:
    """The buckets of all subscriptions, on the simulator's clock."""

    def __init__(self, levels: dict[str, list[float]] | None = None) -> None:
        self._levels = levels or {}

    def take(self, method: str, subscription: str, now: float) -> tuple[str, int]:
        """Draw one token. Gives the header's name and what is left in the bucket.

        Raises ArmError 429 with Retry-After when the bucket is empty.
        """
        verb = VERBS.get(method, "reads")
        size, rate = BUCKETS[verb]
        key = f"{subscription.lower()}|{verb}"
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = [size, now]
        else:
            level[0] = min(size, level[0] + max(0.0, now - level[1]) * rate)
            level[1] = now
        if level[0] < 1.0:
            raise too_many_requests(max(1, ceil((1.0 - level[0]) / rate)), verb, subscription)
        level[0] -= 1.0
        return f"x-ms-ratelimit-remaining-subscription-{verb}", int(level[0])

    def dump(self) -> dict[str, Any]:
        """The levels as JSON, for the store."""
        return self._levels
