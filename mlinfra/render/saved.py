"""Where a saved plan comes from, in words."""

from __future__ import annotations

from mlinfra.model.savedplan import SavedPlan
from mlinfra.render.escape import visible


def origin(saved: SavedPlan) -> str:
    """``Saved 2026-05-04 12:00 UTC by ana on laptop, of commit 1a2b3c4, for state serial 4.``"""
    commit = f", of commit {saved.commit[:7]}" if saved.commit else ""
    when, serial = f"{saved.made:%Y-%m-%d %H:%M} UTC", saved.plan.serial
    return visible(f"Saved {when} by {saved.owner}{commit}, for state serial {serial}.")
