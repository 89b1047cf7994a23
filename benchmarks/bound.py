"""The least time that an apply can take, whoever carries it out: what it is held against.

Nothing is done before what it needs, and the end of an operation is seen a poll later at most: that is the
longest chain. And Azure Resource Manager takes only so many requests: what a bucket does not hold at once
comes in at its rate. The longest of these is the bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlinfra.model.graph import longest_path
from mlinfra.providers.azure.budget import LIMITS


@dataclass(frozen=True, slots=True)
class Link:
    """What one step takes: ``seconds`` of its operation, and the interval at which it is asked about."""

    seconds: float = 0.0
    interval: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """``path``: seconds of the longest chain; ``buckets``: seconds that each verb's requests take."""

    path: float
    buckets: Mapping[str, float]

    @property
    def seconds(self) -> float:
        """The longest of them."""
        return max(self.path, *self.buckets.values())

    @property
    def binding(self) -> str:
        """What it is that takes longest: ``path`` or a verb."""
        return max({"path": self.path, **self.buckets}.items(), key=lambda one: one[1])[0]


def bound(needs: Mapping[str, Iterable[str]], links: Mapping[str, Link], sent: Mapping[str, int]) -> Bound:
    """``needs`` by step (one without a link takes no time), ``sent`` requests by verb, polls among reads."""
    weight = {step: link.seconds + link.interval for step, link in links.items()}
    return Bound(
        max(longest_path(needs, weight).values(), default=0.0),
        {verb: max(0.0, (sent.get(verb, 0) - size) / rate) for verb, (size, rate) in LIMITS.items()},
    )
