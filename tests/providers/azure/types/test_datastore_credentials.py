from __future__ import annotations

from typing import Any

import pytest

from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.types.datastore_credentials import (
    DIRECTORY,
    STORAGE,
    credentials,
    normal_credentials,
)

GUID = "00000000-1111-0000-0000-000000000001"
TENANT = {"tenant_id": GUID, "client_id": GUID}
ARM_TENANT = {"tenantId": GUID, "clientId": GUID, "authorityUrl": "https://login.microsoftonline.com"}
ROW = credentials(*STORAGE, *DIRECTORY)


def written(value: Any) -> Any:
    assert ROW.write is not None
    return ROW.write(value)


def read(value: Any) -> Any:
    assert ROW.read is not None
    return ROW.read(value)


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("none", {}, {"credentialsType": "None"}),
    (
        "account_key",
        {"account_key": "k"},
        {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": "k"}},
    ),
    (
        "sas",
        {"sas_token": "?sv=1"},
        {"credentialsType": "Sas", "secrets": {"secretsType": "Sas", "sasToken": "?sv=1"}},
    ),
    (
        "service_principal",
        {**TENANT, "client_secret": "s"},
        {
            "credentialsType": "ServicePrincipal",
            **ARM_TENANT,
            "secrets": {"secretsType": "ServicePrincipal", "clientSecret": "s"},
        },
    ),
    (
        "certificate",
        {**TENANT, "certificate": "c", "thumbprint": "t", "resource_url": "https://r"},
        {
            "credentialsType": "Certificate",
            **ARM_TENANT,
            "thumbprint": "t",
            "resourceUrl": "https://r",
            "secrets": {"secretsType": "Certificate", "certificate": "c"},
        },
    ),
]


@pytest.mark.parametrize(("kind", "value", "arm"), CASES, ids=[case[0] for case in CASES])
def test_each_kind_is_told_by_its_keys_and_sent_as_az_ml_does(
    kind: str, value: dict[str, Any], arm: dict[str, Any]
) -> None:
    assert normal_credentials(value) == {**value, "type": kind}
    assert normal_credentials(normal_credentials(value)) == normal_credentials(value)
    assert written(value) == arm


@pytest.mark.parametrize(("kind", "value", "arm"), CASES, ids=[case[0] for case in CASES])
def test_what_is_answered_lacks_the_secrets_only(
    kind: str, value: dict[str, Any], arm: dict[str, Any]
) -> None:
    answered = read({key: item for key, item in arm.items() if key != "secrets"})
    secrets = {"account_key", "sas_token", "client_secret", "certificate"}
    plain = {key: item for key, item in value.items() if key not in secrets}
    authority = {"authority_url": "https://login.microsoftonline.com"} if "tenant_id" in value else {}
    assert answered == {"type": kind, **authority, **plain}
    assert normal_credentials(answered) == answered


def test_nothing_written_is_the_identity_of_who_runs_the_job() -> None:
    assert normal_credentials(None) == {"type": "none"}


def test_the_older_word_for_who_signs_in_is_taken() -> None:
    older = normal_credentials({**TENANT, "client_secret": "s", "authority_uri": "https://a"})
    assert older["authority_url"] == "https://a" and "authority_uri" not in older


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"account_key": "hush", "sas_token": "hush"}, "account_key and sas"),
        ({**TENANT, "client_secret": "hush", "thumbprint": "t"}, "service_principal and certificate"),
        ({"type": "none", "account_key": "hush"}, "none and account_key"),
        (TENANT, "`client_secret`"),
        ({"client_secret": "hush"}, "`tenant_id` and `client_id`"),
        ({"certificate": "hush"}, "`thumbprint`"),
        ({"authority_uri": "a", "authority_url": "b"}, "two words"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_no_secret_is_shown(
    wrong: dict[str, Any], told: str
) -> None:
    with pytest.raises(ProviderError) as caught:
        normal_credentials(wrong)
    assert told in caught.value.summary
    assert caught.value.path[0] == "credentials"
    assert "hush" not in f"{caught.value.summary}{caught.value.hint}"


def test_a_kind_without_its_secret_is_not_sent() -> None:
    with pytest.raises(ProviderError, match="account_key"):
        written({"type": "account_key"})


def test_what_was_there_before_is_not_sent_along() -> None:
    """An update lays what is wanted over what was read: keys of the kind before are still in it."""
    before = read({"credentialsType": "Certificate", "tenantId": GUID, "clientId": GUID, "thumbprint": "t"})
    assert written({**before, "type": "none"}) == {"credentialsType": "None"}
    assert written({**before, "type": "account_key", "account_key": "k"}) == CASES[1][2]
