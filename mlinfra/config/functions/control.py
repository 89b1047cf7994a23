"""Functions that choose: the first value that is there, the first that can be worked out.

The evaluator works out their arguments itself, one after the other, as it needs them; what stands here is
called when none of them will do.
"""

from __future__ import annotations

from typing import Any

from mlinfra.config.functions.base import as_text, function
from mlinfra.config.surroundings import ENVIRONMENT_PREFIX, Surroundings


@function('coalesce(null, "", "westeurope")', "westeurope", shallow=True)
def coalesce(*values: Any) -> Any:
    """The first of the values that is neither null nor empty text."""
    raise ValueError("every value is null or empty")


@function('try_({"a": 1}.b, 2)', 2, shallow=True)
def try_(*values: Any) -> Any:
    """The first of the values that can be worked out; one that a missing key or a wrong kind stops is passed
    over.

    A name that is not declared is an error all the same, and so are a local that cannot be worked out and
    what takes too much work.
    """
    raise ValueError("it needs at least one value")


@function('can(tonumber("four"))', False, shallow=True)
def can(value: Any) -> bool:
    """Whether the value can be worked out."""
    return True


@function('env_or_default("REGION", "westeurope")', "westeurope", wants="around")
def env_or_default(around: Surroundings, name: Any, default: Any) -> Any:
    """The environment variable ``MLINFRA_ENV_`` + name as text, or the default where it is not set.

    No other variable of the environment can be read. What it gives is not secret and is shown in plans: give
    secrets to a variable with ``sensitive: true``, through ``MLINFRA_VAR_name``.
    """
    if as_text(name).startswith(ENVIRONMENT_PREFIX):
        raise ValueError(f"its name is written without {ENVIRONMENT_PREFIX}")
    text = around.environment.get(name)
    if text is not None:
        text.encode()  # bytes that are no text come as halves of characters
    return default if text is None else text
