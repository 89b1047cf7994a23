from __future__ import annotations

import re

from mlinfra.providers.azure.facts.roles import (
    BUILT_IN_ROLES,
    built_in_guid,
    built_in_name,
    near_roles,
)


def test_every_role_has_a_guid_of_its_own() -> None:
    guids = list(BUILT_IN_ROLES.values())
    assert len(set(guids)) == len(guids) > 50
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", guid) for guid in guids)


def test_names_and_guids_lead_to_each_other() -> None:
    for name, guid in BUILT_IN_ROLES.items():
        assert built_in_guid(name) == guid
        assert built_in_name(guid.upper()) == name


def test_a_name_may_be_written_in_any_casing() -> None:
    assert built_in_guid("azureml data scientist") == "f6c7c914-8db3-469d-8ca1-694a8f32e121"
    assert built_in_guid("Chief Data Scientist") is None
    assert built_in_name("00000000-0000-0000-0000-000000000000") is None


def test_a_misspelled_name_has_a_near_one() -> None:
    assert near_roles("AzureML Data Scientst")[0] == "AzureML Data Scientist"
    assert near_roles("storage blob data reeder")[0] == "Storage Blob Data Reader"
    assert near_roles("xyz") == ()
