"""Kinds of stores by entry point, group ``mlinfra.stores``."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mlinfra.model.configuration import Backend
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.plugins import loaded
from mlinfra.state.api import StoreKind

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "mlinfra.stores"
_WORDS = ("name", "settings_schema", "open")


def load_kind(backend: Backend, entries: Iterable[EntryPoint] | None = None) -> StoreKind:
    """The kind of store that a stack names. ``entries`` are for tests.

    Raises MlinfraError where none that is installed is called so, or it cannot be loaded.
    """
    found = {entry.name: entry for entry in _entries(entries)}
    if backend.kind not in found:
        near = get_close_matches(backend.kind, found, n=1)
        raise MlinfraError(
            error(
                "MLI-STA-040",
                f"there is no store `{backend.kind}`",
                f"{f'Did you mean `{near[0]}`? ' if near else ''}There are: {', '.join(sorted(found))}. "
                "Further ones come with packages that are installed beside mlinfra.",
                backend.node.key or backend.node.position,
            )
        )
    return _loaded(found[backend.kind])


def kinds(entries: Iterable[EntryPoint] | None = None) -> tuple[StoreKind, ...]:
    """Every kind that is installed, by name. Raises MlinfraError."""
    return tuple(_loaded(entry) for entry in sorted(_entries(entries), key=lambda entry: entry.name))


def _entries(entries: Iterable[EntryPoint] | None) -> Iterable[EntryPoint]:
    if entries is not None:
        return entries
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _loaded(entry: EntryPoint) -> StoreKind:
    found: StoreKind = loaded(entry, what="store", words=_WORDS, seam="mlinfra.state.api", code="MLI-STA-041")
    return found
