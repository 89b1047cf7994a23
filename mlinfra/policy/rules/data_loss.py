"""POL-DATA-001: deletion or replacement of what holds data."""

from __future__ import annotations

from collections.abc import Iterable

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Plan
from mlinfra.policy.api import TEXTS, About, Settings, found, settings_schema


class DataLoss:
    """Goes by what the plan itself says is lost: data of the resource, or what lives in it unmanaged."""

    code = "POL-DATA-001"
    name = "data would be lost"
    about = About(
        why="Data that goes with its resource does not come back with the next apply.",
        mend="Keep the resource (`lifecycle: {keep_on_remove: true}` or `prevent_destroy: true`), or copy "
        "the data first and grant an exception with a date.",
        schema=settings_schema(
            {
                "types": {
                    **TEXTS,
                    "description": "The types that count; left out, all that hold data.",
                }
            }
        ),
        sources=("`x-data` of the types, which the plan shows as what is lost",),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each resource whose data would be lost."""
        types = settings.get("types")
        for change in plan.changes:
            if types is not None and change.type not in types:
                continue
            if not change.data_loss and not (change.action.destroys and change.unmanaged):
                continue
            lost = change.data_loss or f"{len(change.unmanaged):,} that mlinfra does not manage"
            verb = "replacing" if change.action.replaces else "deleting"
            yield found(change, (), f"{verb} {change.address} loses {lost}")


rule = DataLoss()
