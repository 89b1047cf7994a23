"""The steps that decided how long an apply took, in a line of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mlinfra.model.event import Timing
from mlinfra.render.events import DOING, label
from mlinfra.render.words import ARROW, count, span

NOTICEABLE = 60.0
"""Seconds from which on it is worth telling where they went."""
SMALL = 0.05
"""The share of a chain below which a link of it is only counted."""


def slowest(chain: Sequence[Timing]) -> str:
    """``Slowest chain: workspace.main 6 min → compute.cpu 2 min, and 1 shorter step``.

    Empty when it was quick. Of a resource with several links, its deletion and its creation, each is told
    by what was done.
    """
    total = sum(timing.seconds for timing in chain)
    if total < NOTICEABLE:
        return ""
    times = Counter(timing.step.address for timing in chain)
    named = [timing for timing in chain if timing.seconds >= total * SMALL]
    links = [
        f"{f'{DOING[t.step.op]} ' if times[t.step.address] > 1 else ''}{label(t.step)} {span(t.seconds)}"
        for t in named
    ]
    rest = len(chain) - len(named)
    more = f", and {count(rest, 'shorter step')}" if rest else ""
    what = "Slowest chain" if len(chain) > 1 else "Slowest step"
    return f"{what}: {ARROW.join(links)}{more}"
