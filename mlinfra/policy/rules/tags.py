"""POL-TAG-001: tags that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Plan
from mlinfra.policy.api import TEXTS, About, Settings, cannot_tell, found, made, settings_schema
from mlinfra.policy.values import UNSURE, seen


class MissingTags:
    """Holds resources that take tags to a list of them."""

    code = "POL-TAG-001"
    name = "missing tags"
    about = About(
        why="Costs and questions find their owner by tags; what has none is nobody's.",
        mend="Write the tag under `tags:` of the resource.",
        schema=settings_schema(
            {
                "required": {
                    **TEXTS,
                    "default": [],
                    "description": "The tags that must be there; while it is empty nothing is looked for.",
                },
                "types": {
                    **TEXTS,
                    "x-types-with": "tags",
                    "description": "The types that must have them; left out, all that take tags.",
                },
            }
        ),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each resource, with all that it misses. A tag without text is missing."""
        required = settings["required"]
        types = settings.get("types", ())
        for change in made(plan):
            if not required or change.type not in types:
                continue
            tags = seen(change.after, ("tags",))
            if tags is UNSURE:
                yield cannot_tell(change, ("tags",), f"which tags {change.address} has depends on `tags`")
                continue
            written = tags if isinstance(tags, Mapping) else {}
            values = {name: seen(written, (name,)) for name in required}
            missing = [name for name, value in values.items() if value in (None, "")]
            if missing:
                yield found(change, ("tags",), f"{change.address} has no tag {', '.join(missing)}")
            for name in (name for name, value in values.items() if value is UNSURE):
                yield cannot_tell(change, ("tags", name), f"what tag {name} of {change.address} says is open")


rule = MissingTags()
