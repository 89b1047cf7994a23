"""One api-version per ARM resource provider: those whose published specification we hold ourselves against.

Stable versions only. A type that needs a later one overrides ``ArmType.api_version`` and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

API_VERSIONS = {
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.ContainerRegistry": "2023-07-01",
    "Microsoft.Insights": "2020-02-02",
    "Microsoft.KeyVault": "2023-07-01",
    "Microsoft.MachineLearningServices": "2024-04-01",
    "Microsoft.ManagedIdentity": "2023-01-31",
    "Microsoft.OperationalInsights": "2023-09-01",
    "Microsoft.Resources": "2024-03-01",
    "Microsoft.Storage": "2023-05-01",
}

EXCEPTIONS: Mapping[str, str] = {
    "Microsoft.Authorization/locks": "2020-05-01",  # locks are ARM's own: none of the namespace's versions
}
"""Types that are versioned by themselves."""

SUBSCRIPTIONS = "2022-12-01"
"""``GET /subscriptions/{id}`` belongs to Microsoft.Resources but is versioned by itself."""


def api_version(resource_type: str) -> str:
    """The api-version of a type such as ``Microsoft.Storage/storageAccounts``.

    Raises KeyError for a namespace that we do not speak.
    """
    return EXCEPTIONS.get(resource_type) or API_VERSIONS[resource_type.partition("/")[0]]


def newest(offered: Iterable[str]) -> str:
    """The newest of these, a stable one where there is any; empty when there is none."""
    known = sorted(offered, reverse=True)
    return next((each for each in known if "preview" not in each), known[0] if known else "")
