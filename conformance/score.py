"""The nouns: how many of the comparisons of one part came out right, and why the others did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from conformance.corpus import Corpus


class Cause(Enum):
    """Whose fault a miss is. Only `OURS` lowers a score; the others lower the raw one, and say why."""

    OURS = "ours wrong"
    ARTEFACT = "recording artefact"
    VERSION = "another api-version"
    UNSUPPORTED = "type not supported yet"


@dataclass(frozen=True, slots=True)
class Miss:
    """One comparison that did not come out equal.

    ``case`` says where it stands (a recording and its sequence, a file, an example), ``detail`` what was
    expected and what we said. Any cause but `Cause.OURS` needs a ``reason`` that holds for more than this
    case.
    """

    case: str
    cause: Cause
    detail: str
    reason: str = ""

    def __post_init__(self) -> None:
        if self.cause is not Cause.OURS and not self.reason:
            raise ValueError(f"{self.case}: {self.cause.value} needs a reason")


@dataclass(frozen=True, slots=True)
class Score:
    """``right`` comparisons and the ``misses``; ``goal`` is what the share should reach, 0 to 1."""

    name: str
    goal: float
    right: int
    misses: tuple[Miss, ...] = ()
    said: tuple[str, ...] = field(default=())
    """Lines for the reader: what was compared, what was left out."""

    def count(self, cause: Cause) -> int:
        """How many misses have this cause."""
        return sum(miss.cause is cause for miss in self.misses)

    @property
    def share(self) -> float:
        """Of what can be held against us, how much is right; 1 when there is nothing."""
        total = self.right + self.count(Cause.OURS)
        return self.right / total if total else 1.0

    @property
    def raw(self) -> float:
        """Of all that is supported, how much is right, artefacts and other versions held against us."""
        total = self.right + len(self.misses) - self.count(Cause.UNSUPPORTED)
        return self.right / total if total else 1.0

    def causes(self) -> Counter[Cause]:
        """How often each cause came up."""
        return Counter(miss.cause for miss in self.misses)


Part: TypeAlias = "Callable[[Corpus], Iterable[Score]]"
"""What a file in `parts` offers as ``scores``."""
