"""What every verb is handed: the providers, how to reach them, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mlinfra.engine.neighbours import ReadOutputs
from mlinfra.model.clock import Clock
from mlinfra.model.event import Looked
from mlinfra.model.plan import Options
from mlinfra.providers.api import Catalogue, Connect

__all__ = ["DEFAULTS", "Context", "Options"]


def nobody(event: Looked) -> None:
    """Who listens where nobody does."""


@dataclass(frozen=True, slots=True)
class Context:
    """``connect`` answers the same connection for the same provider and settings, from any thread.

    ``parallelism`` bounds the requests in flight, not the operations that are waited for. ``outputs`` reads
    other stacks' outputs; with None they stay unknown. ``tell`` hears what is found while a plan is made.
    """

    catalogue: Catalogue
    connect: Connect
    clock: Clock
    parallelism: int = 32
    outputs: ReadOutputs | None = None
    tell: Callable[[Looked], object] = nobody


DEFAULTS = Options()
"""A plan of everything, refreshed."""
