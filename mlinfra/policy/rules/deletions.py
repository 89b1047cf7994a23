"""POL-DEL-001: a plan that deletes too much."""

from __future__ import annotations

from collections.abc import Iterable

from mlinfra.model.diagnostic import Diagnostic, Severity
from mlinfra.model.plan import Action, Plan
from mlinfra.policy.api import About, Settings, settings_schema

_THERE = (Action.CREATE, Action.RECOVER, Action.PURGE, Action.ADOPT, Action.READ)
"""What is none of the stack's resources before the plan."""


class TooManyDeletions:
    """Counts what is deleted or replaced, what dies with its parent included."""

    code = "POL-DEL-001"
    name = "too many deletions"
    about = About(
        why="Most plans delete little. One that deletes much is often a mistake: a renamed block, a wrong "
        "variable, a stack planned with another one's state.",
        mend="Look at what goes, and why. Where it is meant, apply it in parts with --target, or raise `max` "
        "for this plan.",
        schema=settings_schema(
            {
                "max": {
                    "type": "integer",
                    "minimum": 0,
                    "default": 10,
                    "description": "How many resources may be deleted or replaced.",
                },
                "share": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": 1,
                    "description": "Which part of the resources that there are may be; left out, all.",
                },
            }
        ),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """At most one finding, about the plan as a whole."""
        gone = sum(change.action.destroys for change in plan.changes)
        there = sum(change.action not in _THERE for change in plan.changes)
        share = settings.get("share")
        if gone > settings["max"]:
            limit = f"and at most {settings['max']:,} may be"
        elif share is not None and gone > share * there:
            limit = f"of {there:,}, and at most {share:.0%} may be"
        else:
            return
        yield Diagnostic(
            Severity.WARNING,
            self.code,
            f"{gone:,} resource{'s' * (gone != 1)} would be deleted or replaced, {limit}",
        )


rule = TooManyDeletions()
