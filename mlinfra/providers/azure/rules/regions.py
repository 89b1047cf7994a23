"""AZ-PLACE-001: regions outside of a list."""

from __future__ import annotations

from collections.abc import Iterable

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Plan
from mlinfra.model.policy import Level
from mlinfra.policy.api import TEXTS, About, Settings, cannot_tell, found, made, settings_schema
from mlinfra.policy.values import UNSURE, seen

_KEY = ("location",)


class Regions:
    """Every type of Azure that has a location."""

    code = "AZ-PLACE-001"
    name = "a region outside of the list"
    about = About(
        why="Data may have to stay in a country, quota is bought per region, and traffic between them costs.",
        mend="Take a region of the list. Most resources take theirs from the resource group, or from "
        "`azure: {location: …}`.",
        level=Level.ERROR,
        schema=settings_schema(
            {
                "allowed": {
                    **TEXTS,
                    "default": [],
                    "description": "The regions, as `westeurope` or `West Europe`; while it is empty all are "
                    "fine.",
                }
            }
        ),
        sources=("Azure Policy has the built-in `Allowed locations` for the same",),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each resource elsewhere."""
        allowed = {_plain(region) for region in settings["allowed"]}
        if not allowed:
            return
        for change in (c for c in made(plan) if c.provider == "azure"):
            region = seen(change.after, _KEY)
            if region is UNSURE:
                yield cannot_tell(change, _KEY, f"where {change.address} is depends on `location`")
            elif isinstance(region, str) and _plain(region) not in allowed:
                yield found(change, _KEY, f"{change.address} is in {region}, which is not in the list")


def _plain(region: str) -> str:
    return region.replace(" ", "").casefold()


rule = Regions()
