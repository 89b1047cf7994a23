"""What every verb is handed: the providers, how to reach them, the clock."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.model.address import Address
from mlinfra.model.clock import Clock
from mlinfra.providers.api import Catalogue, Connect


@dataclass(frozen=True, slots=True)
class Context:
    """``connect`` answers the same connection for the same provider and settings, from any thread.

    ``parallelism`` bounds the requests in flight, not the operations that are waited for.
    """

    catalogue: Catalogue
    connect: Connect
    clock: Clock
    parallelism: int = 32


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of a plan.

    ``refresh=False`` takes what was recorded for what is there; ``targets`` limits the plan to these
    addresses and what they need, ``excluded`` leaves these out and what needs them; ``destroy`` plans the end
    of everything; ``replace`` names resources or blocks that are made anew.
    """

    refresh: bool = True
    targets: tuple[Address, ...] = ()
    excluded: tuple[Address, ...] = ()
    destroy: bool = False
    replace: tuple[Address, ...] = ()


DEFAULTS = Options()
"""A plan of everything, refreshed."""
