"""POL-PROT-001: addresses that must stay."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.policy import Level
from mlinfra.policy.api import TEXTS, About, Settings, found, settings_schema


class Protected:
    """Guards resources by the pattern of their address, whatever their block says."""

    code = "POL-PROT-001"
    name = "a protected resource"
    about = About(
        why="Some resources others depend on outside of this stack. `prevent_destroy` in a block can be "
        "taken out by the change that deletes it; this list cannot, where it is given from outside.",
        mend="Leave the resource as it is, or ask whoever keeps the list for an exception.",
        level=Level.ERROR,
        schema=settings_schema(
            {
                "addresses": {
                    **TEXTS,
                    "default": [],
                    "description": "Patterns of addresses, such as `workspace.*`; a block's covers its "
                    "instances.",
                },
                "updates": {
                    "type": "boolean",
                    "default": False,
                    "description": "Whether a change in place is refused as well.",
                },
            }
        ),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each that is touched."""
        for change in plan.changes:
            if not any(_matches(change, pattern) for pattern in settings["addresses"]):
                continue
            if change.action.destroys or change.action is Action.FORGET:
                verb = "replaced" if change.action.replaces else "deleted"
                verb = "forgotten" if change.action is Action.FORGET else verb
                yield found(change, (), f"{change.address} is protected and would be {verb}")
            elif settings["updates"] and change.action is Action.UPDATE:
                path = change.attributes[0].path if change.attributes else ()
                yield found(change, path, f"{change.address} is protected and would be changed")


def _matches(change: Change, pattern: str) -> bool:
    return fnmatchcase(str(change.address), pattern) or fnmatchcase(str(change.address.block), pattern)


rule = Protected()
