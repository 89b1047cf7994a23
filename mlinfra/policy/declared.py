"""Rules that people write in YAML, as rules. How a condition is worked out is the caller's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.policy import DeclaredRule
from mlinfra.model.value import Path
from mlinfra.policy.api import About, Settings, cannot_tell, found
from mlinfra.policy.values import UNSURE, Unsure

Answer: TypeAlias = bool | Literal[Unsure.UNSURE]
Condition: TypeAlias = Callable[[Plan, Change], Answer]
"""Whether it is true of a change. Raises MlinfraError where it cannot be worked out."""

_UNTOUCHED = (Action.NO_OP, Action.READ)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared rule with its conditions; ``path`` is the key that it is mostly about."""

    written: DeclaredRule
    match: Condition
    require: Condition
    path: Path = ()

    @property
    def code(self) -> str:
        """Its name in the policy."""
        return self.written.name

    @property
    def name(self) -> str:
        """Its message."""
        return self.written.message

    @property
    def about(self) -> About:
        """What its author says of it."""
        return About(self.written.why, self.written.mend, self.written.level)

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each change that it matches and that has not what it requires."""
        for change in plan.changes:
            if change.action in _UNTOUCHED:
                continue
            matched = self.match(plan, change)
            held: Answer = True if matched is False else self.require(plan, change)
            if held is True:
                continue
            summary = f"{change.address}: {self.written.message}"
            if UNSURE in (matched, held):
                yield cannot_tell(change, self.path, f"{summary} (not known before an apply)")
            else:
                yield found(change, self.path, summary)
