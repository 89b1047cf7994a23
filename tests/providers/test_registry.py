from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.providers import registry
from mlinfra.providers.azure import provider as azure

SELF = __name__


class Other:
    name = "other"
    settings_schema: dict[str, Any] = {}  # noqa: RUF012
    types: dict[str, Any] = {}  # noqa: RUF012

    def connect(self, settings: Any) -> None:
        """Nothing to connect."""


class Twin(Other):
    name = "twin"
    types = {"storage_account": azure.types["storage_account"]}  # noqa: RUF012


other, twin, nothing = Other(), Twin(), object()


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.GROUP)


def test_our_own_provider_comes_in_by_the_door_of_all() -> None:
    catalogue = registry.load_catalogue()
    found: object = catalogue.providers["azure"]
    assert found is azure
    assert catalogue.types["storage_account"].provider is catalogue.providers["azure"]


def test_providers_of_others_join_in() -> None:
    found = registry.load_catalogue([entry("other", f"{SELF}:other")])
    assert list(found.providers) == ["other"]


def test_all_that_cannot_be_loaded_is_named_at_once() -> None:
    entries = [
        entry("broken", "no_such_module_at_all:provider"),
        entry("nameless", f"{SELF}:nothing"),
        entry("missing", f"{SELF}:not_there"),
    ]
    with pytest.raises(MlinfraError) as wrong:
        registry.load_catalogue(entries)
    told = [d.summary for d in wrong.value.diagnostics]
    assert len(told) == 3
    assert "broken" in told[0] and "no_such_module_at_all" in told[0]
    assert "is no provider" in told[2]


def test_the_distribution_of_a_broken_provider_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = next(iter(registry_entries()))
    broken = EntryPoint(ours.name, "no_such_module_at_all:provider", ours.group)
    vars(broken).update(dist=ours.dist)
    with pytest.raises(MlinfraError, match="the package mlinfra "):
        registry.load_catalogue([broken])


def registry_entries() -> Any:
    from importlib.metadata import entry_points

    return entry_points(group=registry.GROUP)


def test_two_providers_with_a_type_of_one_name() -> None:
    entries = [entry("azure", "mlinfra.providers.azure:provider"), entry("twin", f"{SELF}:twin")]
    with pytest.raises(MlinfraError, match="storage_account"):
        registry.load_catalogue(entries)
