"""Providers by entry point, group ``mlinfra.providers``: ours comes in by the same door as everybody's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.providers.api import Catalogue, Provider

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "mlinfra.providers"


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
        found = _loaded(entry, problems)
        if found is not None:
            providers.append(found)
    refuse_errors(problems)
    try:
        return Catalogue.of(providers)
    except ValueError as wrong:
        raise MlinfraError(
            error("MLI-PRV-002", f"providers contradict each other: {wrong}", "Uninstall one of them.")
        ) from wrong


def _loaded(entry: EntryPoint, problems: list[Diagnostic]) -> Provider[Any] | None:
    whose = _distribution(entry)
    try:
        found = entry.load()
    except Exception as wrong:  # whatever an installed package does when imported
        problems.append(
            error(
                "MLI-PRV-001",
                f"the provider {entry.name} of {whose} cannot be loaded: {type(wrong).__name__}: {wrong}",
                f"Install {whose} again, or uninstall it.",
            )
        )
        return None
    missing = [word for word in ("name", "settings_schema", "types", "connect") if not hasattr(found, word)]
    if missing:
        problems.append(
            error(
                "MLI-PRV-001",
                f"the entry point {entry.name} of {whose} is no provider: it has no {', '.join(missing)}",
                "What a provider is stands in mlinfra.providers.api.",
            )
        )
        return None
    provider: Provider[Any] = found
    return provider


def _distribution(entry: EntryPoint) -> str:
    return f"the package {entry.dist.name} {entry.dist.version}" if entry.dist else f"`{entry.value}`"
