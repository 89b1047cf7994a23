from __future__ import annotations

import pytest

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.arm_place import join, split
from tests.providers.azure.fake import GROUP, SUBSCRIPTION

ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/raw"
CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
SETTING = f"{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/all"


@pytest.mark.parametrize(
    ("type_", "name", "base", "id"),
    [
        ("Microsoft.Storage/storageAccounts", "st", GROUP, ACCOUNT),
        (CONTAINERS, "st/default/raw", GROUP, CONTAINER),
        (CONTAINERS, "st/default/raw", f"{GROUP}/", CONTAINER),
        (CONTAINERS, "default/raw", ACCOUNT, CONTAINER),
        (CONTAINERS, "raw", f"{ACCOUNT}/blobServices/default", CONTAINER),
        (CONTAINERS.lower(), "raw", f"{ACCOUNT}/blobservices/default", None),
        ("Microsoft.Insights/diagnosticSettings", "all", ACCOUNT, SETTING),
        (
            "Microsoft.Consumption/budgets",
            "b",
            f"/subscriptions/{SUBSCRIPTION}",
            f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Consumption/budgets/b",
        ),
    ],
)
def test_an_id_is_made_of_type_name_and_place(type_: str, name: str, base: str, id: str | None) -> None:
    found = join(type_, name, base)
    if id is not None:
        assert found == id
    parent, kind, own = split(found) or ("", "", "")
    assert join(kind, own, parent) == found, "and is taken apart again"
    assert kind.lower() == type_.lower()


@pytest.mark.parametrize(
    ("type_", "name", "base", "told"),
    [
        ("Microsoft.Storage/storageAccounts", "st/default", GROUP, "2 parts"),
        (CONTAINERS, "raw", GROUP, "Microsoft.Storage/storageAccounts/blobServices"),
        (CONTAINERS, "default/raw", f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv", "storageAccounts"),
        (CONTAINERS, "raw", ACCOUNT, "blobServices"),
    ],
)
def test_what_does_not_fit_together_is_refused(type_: str, name: str, base: str, told: str) -> None:
    with pytest.raises(ProviderError, match=told) as caught:
        join(type_, name, base)
    assert caught.value.path == ("name",)


@pytest.mark.parametrize("id", [GROUP, f"/subscriptions/{SUBSCRIPTION}", f"{ACCOUNT}/blobServices", ""])
def test_what_is_no_resource_of_a_provider_has_no_place(id: str) -> None:
    assert split(id) is None
