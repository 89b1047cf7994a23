"""A conda file as the environment service reads it: YAML in, pretty JSON out, old Pythons refused."""

from __future__ import annotations

import json
import re
from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.services.ml_errors import front_error
from mlinfra.simulator.world import Call

OLDEST = (3, 8)
"""The first Python that is taken: 3.7.6 is recorded as refused in April 2023, and 3.8+ recommended.

Other recordings up to May 2023 still took 3.6 and 3.7; that today none is taken is assumed."""

_PYTHON = re.compile(r"(?:\S+::)?python\s*((?:(?<=\s)\d|[=<>!~]).*)", re.IGNORECASE)
_CLAUSE = re.compile(r"(==?|<=?|>=?|~=|!=)?\s*(\d+)\.(\d+)(\.\d+)?.*")


def answered(call: Call, text: str) -> str:
    """The text as it is answered (136 of 140 recordings): JSON of two blanks, keys sorted, lists as they are.

    Raises ArmError 400 for what is no YAML mapping (assumed) and for a Python at its end of life (recorded).
    """
    import yaml

    try:
        found = yaml.safe_load(text)
        if not isinstance(found, dict):
            raise front_error(call, "The conda file is no mapping of keys to values.")
        shown = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise front_error(call, f"The conda file cannot be read: {type(error).__name__}.") from None
    spec = _old(found.get("dependencies"))
    if spec is not None:
        raise _end_of_life(call, spec)
    return shown


def _end_of_life(call: Call, spec: str) -> ArmError:
    wanted = ".".join(str(part) for part in OLDEST)
    text = (
        f"Python versions that match {spec} are at their end of life or near it. Python {wanted}+ is wanted."
    )
    return front_error(call, text, inner="NewRecommendedPythonVersions")


def _old(dependencies: Any) -> str | None:
    """The specification of a Python that can only be an old one, None when there is none."""
    for one in dependencies if isinstance(dependencies, list) else ():
        match = _PYTHON.fullmatch(one.strip()) if isinstance(one, str) else None
        if match is not None:
            spec = match[1].strip()
            if all(any(_below(clause) for clause in part.split(",")) for part in spec.split("|")):
                return spec.lstrip("=")
    return None


def _below(clause: str) -> bool:
    match = _CLAUSE.fullmatch(clause.strip())
    if match is None:
        return False
    how, version, patch = match[1] or "=", (int(match[2]), int(match[3])), match[4]
    if how == "<":
        return version < OLDEST or (version == OLDEST and patch is None)
    if how == "~=":  # ~=3.7 takes 3.8, ~=3.7.1 does not
        return patch is not None and version < OLDEST
    return how in ("=", "==", "<=") and version < OLDEST
