from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.ml_words import (
    need_ids,
    newer,
    pascal,
    refused,
    shaped,
    snake,
    without_schema_key,
)
from mlinfra.providers.azure.types.schema import Property, text


@pytest.mark.parametrize(
    ("az_ml", "arm"),
    [
        ("disabled", "Disabled"),
        ("allow_internet_outbound", "AllowInternetOutbound"),
        ("allow_only_approved_outbound", "AllowOnlyApprovedOutbound"),
    ],
)
def test_the_two_spellings_lead_to_each_other(az_ml: str, arm: str) -> None:
    assert pascal(az_ml) == arm
    assert snake(arm) == az_ml
    assert snake(az_ml) == az_ml
    assert pascal(None) is None and snake(None) is None


def test_the_key_of_the_files_own_schema_is_taken_out() -> None:
    assert without_schema_key({"$schema": "https://…", "name": "x"}) == {"name": "x"}


def test_a_refused_key_takes_nothing_and_says_why() -> None:
    schema = refused("enable_sso", newer("2025-12-01"), "B").described()
    validator = Draft202012Validator(schema)
    values: list[Any] = [True, 1, "x", {}, None]
    assert not any(map(validator.is_valid, values))
    assert "2025-12-01" in schema["x-hint"]


def test_a_plain_name_is_refused_where_only_an_id_will_do() -> None:
    need_ids({"storage_account": "/subscriptions/…", "key_vault": None}, storage_account="az", key_vault="az")
    with pytest.raises(ProviderError) as caught:
        need_ids({"storage_account": "stx"}, storage_account="az storage account show")
    assert caught.value.path == ("storage_account",)
    assert "az storage account show --name stx" in caught.value.hint
    assert caught.value.sent is False


def test_a_shape_describes_each_of_its_keys() -> None:
    row = Property("a", "", text(description="An a."), "S", required=True)
    shape = shaped({"type": "array", "description": "Some."}, "S", row)
    assert shape["items"]["required"] == ["a"]
    assert shape["items"]["properties"]["a"]["x-source"] == "S"
    assert shaped({}, "S", row)["type"] == "object"
