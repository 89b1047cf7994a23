"""Providers by entry point, group ``mlinfra.providers``: ours comes in by the same door as everybody's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.plugins import loaded
from mlinfra.providers.api import Catalogue, Provider

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "mlinfra.providers"
_WORDS = ("name", "settings_schema", "types", "connect")


def load_catalogue(entries: Iterable[EntryPoint] | None = None) -> Catalogue:
    """Every provider that is installed.

    ``entries`` are for tests. Raises MlinfraError that names the distribution of each entry point that
    cannot be imported or gives no provider, and when two providers have a type of one name.
    """
    if entries is None:
        from importlib.metadata import entry_points

        entries = entry_points(group=GROUP)
    problems: list[Diagnostic] = []
    providers: list[Provider[Any]] = []
    for entry in sorted(entries, key=lambda e: e.name):
        try:
            providers.append(
                loaded(entry, what="provider", words=_WORDS, seam="mlinfra.providers.api", code="MLI-PRV-001")
            )
        except MlinfraError as wrong:
            problems += wrong.diagnostics
    refuse_errors(problems)
    try:
        return Catalogue.of(providers)
    except ValueError as wrong:
        raise MlinfraError(
            error("MLI-PRV-002", f"providers contradict each other: {wrong}", "Uninstall one of them.")
        ) from wrong
