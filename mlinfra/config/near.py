"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, None when none is near; case alone is always near."""
    names = [k for k in known if k != name]
    folded = name.casefold()
    for candidate in names:
        if candidate.casefold() == folded:
            return candidate
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``Did you mean `x`? `` with a space at its end, to stand before more advice; or nothing."""
    found = nearest(name, known)
    return f"Did you mean `{found}`? " if found else ""


def listed(names: Iterable[str], limit: int = 12) -> str:
    """``a, b, c``; of many the first, and how many there are."""
    all_names = list(names)
    shown = ", ".join(all_names[:limit])
    return f"{shown}, … ({len(all_names)} in all)" if len(all_names) > limit else shown
