"""Which rows of the tables are of types that the simulator has, and why a row may be missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conformance.score import Cause
from conformance.specification.supported import FEATURES
from conformance.tables.rows import RESULTS, About

UNKNOWN_VERSION = "0000-00-00"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the simulator has, and what has names of its own; all in lower case."""

    kinds: Collection[str]
    routed: Collection[str]
    polled: Collection[str]
    """Types of the paths at which long operations are watched; ``*/`` stands for any kind's."""
    operations: Collection[str]
    """Path types that the specifications have at the api-versions we speak."""
    items: Collection[str]
    """Types that have names, in the specifications or in the tables."""

    def aside(self, about: About) -> str:
        """Why the simulator need not answer this; empty when it must."""
        type_, above = about.type, about.type.rpartition("/")[0]
        for pattern, reason in FEATURES.items():
            if re.fullmatch(pattern, type_):
                return reason
        if type_ in self.kinds or type_ in self.routed or type_ in self.polled or type_ == RESULTS:
            return ""
        if above in self.kinds and f"*/{type_.rpartition('/')[2]}" in self.polled:
            return ""
        if above in self.kinds and not about.item and type_ not in self.items:
            return ""
        return "no kind: a type that is not simulated, or the operations of one"


def items_of(abouts: Iterable[About]) -> frozenset[str]:
    """The types that the tables show with names."""
    return frozenset(one.type for one in abouts if one.item)


def excuse(
    about: About, versions: Collection[str] | None, pinned: str, standing: Standing
) -> tuple[Cause, str] | None:
    """Why a row that the simulator did not give is not held against it; None when it is.

    ``versions`` are those in which recordings have the row, None where that is not known.
    """
    if about.status >= 500:
        return Cause.ARTEFACT, "the service failed by itself; fault rules say it where it is wanted"
    if versions is not None and not versions:
        return Cause.ARTEFACT, "the recordings at hand have no such answer"
    above = about.type.rpartition("/")[0]
    known = set(versions or ()) - {UNKNOWN_VERSION}
    if known and pinned not in known:
        if above in standing.kinds and not about.item and about.type not in standing.operations:
            return Cause.VERSION, "an operation that the specification at the pinned api-version lacks"
        return Cause.VERSION, "recorded with other api-versions alone"
    return None
