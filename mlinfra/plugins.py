"""Entry points: how whatever stands behind a seam comes in, ours by the same door as everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlinfra.model.diagnostic import MlinfraError, error

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def loaded(entry: EntryPoint, *, what: str, words: Sequence[str], seam: str, code: str) -> Any:
    """What an entry point gives; ``words`` are the attributes that make it ``what``.

    ``seam`` is the module that says what it must be. Raises MlinfraError that names the distribution of an
    entry point that cannot be imported or gives something else.
    """
    whose = _distribution(entry)
    try:
        found = entry.load()
    except Exception as wrong:  # whatever an installed package does when imported
        raise MlinfraError(
            error(
                code,
                f"the {what} {entry.name} of {whose} cannot be loaded: {type(wrong).__name__}: {wrong}",
                f"Install {whose} again, or uninstall it.",
            )
        ) from wrong
    missing = [word for word in words if not hasattr(found, word)]
    if missing:
        raise MlinfraError(
            error(
                code,
                f"the entry point {entry.name} of {whose} is no {what}: it has no {', '.join(missing)}",
                f"What a {what} is stands in {seam}.",
            )
        )
    return found


def _distribution(entry: EntryPoint) -> str:
    return f"the package {entry.dist.name} {entry.dist.version}" if entry.dist else f"`{entry.value}`"
