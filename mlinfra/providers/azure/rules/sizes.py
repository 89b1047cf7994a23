"""AZ-SIZE-001: machine sizes outside of a list."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from mlinfra.model.policy import Level
from mlinfra.policy.api import TEXTS, About, Settings, settings_schema
from mlinfra.policy.values import Look, ValueRule


def _is_other(size: Any, settings: Settings) -> bool:
    allowed = settings["allowed"]
    if not allowed or not isinstance(size, str):
        return False
    return not any(fnmatchcase(size.casefold(), pattern.casefold()) for pattern in allowed)


rule = ValueRule(
    "AZ-SIZE-001",
    "a size outside of the list",
    About(
        why="A machine with eight accelerators costs a hundred times what most work needs.",
        mend="Take a size of the list, or ask whoever keeps it.",
        level=Level.ERROR,
        schema=settings_schema(
            {
                "allowed": {
                    **TEXTS,
                    "default": [],
                    "description": "Patterns of sizes, such as `STANDARD_DS*`; while empty all are fine.",
                }
            }
        ),
        sources=("Azure Policy has a built-in for sizes of virtual machines",),
    ),
    (Look("compute", ("size",), _is_other, "has a size that is not in the list"),),
)
