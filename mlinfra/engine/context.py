"""What every verb is handed: the providers, how to reach them, the clock."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.engine.neighbours import ReadOutputs
from mlinfra.model.clock import Clock
from mlinfra.model.plan import Options
from mlinfra.providers.api import Catalogue, Connect

__all__ = ["DEFAULTS", "Context", "Options"]


@dataclass(frozen=True, slots=True)
class Context:
    """``connect`` answers the same connection for the same provider and settings, from any thread.

    ``parallelism`` bounds the requests in flight, not the operations that are waited for. ``outputs`` reads
    other stacks' outputs; with None they stay unknown.
    """

    catalogue: Catalogue
    connect: Connect
    clock: Clock
    parallelism: int = 32
    outputs: ReadOutputs | None = None


DEFAULTS = Options()
"""A plan of everything, refreshed."""
