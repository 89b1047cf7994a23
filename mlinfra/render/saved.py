"""Where a saved plan comes from, in words."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.model.savedplan import SavedPlan
from mlinfra.render.escape import visible

DIGEST = 12
"""Characters of a plan's digest that are shown."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What tells one saved plan from another, and ``command``, which applies exactly this one."""

    digest: str
    commit: str
    serial: int
    made: str
    owner: str
    command: str


def origin(saved: SavedPlan, command: str) -> Origin:
    """Where it comes from; a stack's first plan is for serial 0."""
    return Origin(
        saved.digest[:DIGEST],
        visible(saved.commit[:7]),
        saved.plan.serial,
        f"{saved.made:%Y-%m-%d %H:%M} UTC",
        visible(saved.owner),
        visible(command),
    )


def sentence(origin: Origin) -> str:
    """``Saved 2026-05-04 12:00 UTC by ana on laptop, of commit 1a2b3c4, for state serial 4.``"""
    commit = f", of commit {origin.commit}" if origin.commit else ""
    return f"Saved {origin.made} by {origin.owner}{commit}, for state serial {origin.serial}."
