from __future__ import annotations

import pytest

from mlinfra.providers.azure import ids

VAULT = "/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/kv"


def test_ids_are_one_whatever_their_casing() -> None:
    assert ids.same(VAULT, VAULT.replace("resourceGroups", "resourcegroups").upper() + "/")
    assert not ids.same(VAULT, VAULT + "2")


def test_parts_of_an_id() -> None:
    assert ids.subscription_of(VAULT) == "S"
    assert (
        ids.group_of(VAULT.replace("resourceGroups", "resourcegroups")) == "/subscriptions/S/resourceGroups/G"
    )
    assert ids.name_of(VAULT) == "kv"
    assert ids.group_of("/subscriptions/S") is None
    assert ids.subscription_of("/providers/Microsoft.X") is None


@pytest.mark.parametrize(
    ("group", "subscription", "expected"),
    [
        ("G", "S", "/subscriptions/S/resourceGroups/G"),
        ("G", None, None),
        ("/subscriptions/T/resourcegroups/G", "S", "/subscriptions/T/resourceGroups/G"),
        (VAULT, "S", "/subscriptions/S/resourceGroups/G"),
        ("/subscriptions/T", "S", "/subscriptions/T"),
    ],
)
def test_a_group_by_name_or_by_id(group: str, subscription: str | None, expected: str | None) -> None:
    assert ids.expand_group(group, subscription) == expected
