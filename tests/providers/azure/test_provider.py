from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.clouds import CLOUDS
from mlinfra.providers.api import Counts, Describes, Lists, ProviderError
from mlinfra.providers.azure import AzureProvider, provider
from mlinfra.signin import default_credential
from tests.providers.azure.fake import SUBSCRIPTION, FakeTransport, Reply, Signed, connection


def test_importing_the_provider_imports_no_azure_library() -> None:
    script = (
        "import sys, mlinfra.providers.azure as a; a.provider.types['storage_account'].schema({});"
        "print([m for m in sys.modules if m.split('.')[0] in ('azure', 'requests', 'jsonschema')])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_connecting_to_the_simulator_imports_neither_identity_nor_requests() -> None:
    script = (
        "import sys\n"
        "from tests.providers.azure.fake import FakeTransport, connection\n"
        "connection(FakeTransport({}), cloud='simulator')\n"
        "print([m for m in sys.modules if m in ('azure.identity', 'requests')])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_settings_are_a_schema_and_take_a_stack() -> None:
    schema = provider.settings_schema
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"subscription": SUBSCRIPTION, "location": "westeurope", "cloud": "usgov"})
    assert not validator.is_valid({"subscription": "my subscription"})
    assert not validator.is_valid({"cloud": "mars"})
    assert not validator.is_valid({"region": "westeurope"})


def test_a_stack_without_a_subscription_is_told_how_to_name_one() -> None:
    with pytest.raises(ProviderError) as wrong:
        AzureProvider().connect({"location": "westeurope"})
    assert wrong.value.code == "MLI-AZ-SUBSCRIPTION"
    assert "azure: {subscription: …}" in wrong.value.hint
    assert "az account show" in wrong.value.hint
    assert wrong.value.path == ("subscription",)
    assert not wrong.value.sent


def test_a_cloud_that_there_is_not() -> None:
    with pytest.raises(ProviderError) as wrong:
        AzureProvider().connect({"subscription": SUBSCRIPTION, "cloud": "mars"})
    assert wrong.value.code == "MLI-AZ-CLOUD"


def test_the_simulator_never_meets_the_network() -> None:
    for unwired in (AzureProvider(), AzureProvider(credential=Signed())):
        with pytest.raises(ProviderError) as wrong:
            unwired.connect({"subscription": SUBSCRIPTION, "cloud": "simulator"})
        assert wrong.value.code == "MLI-AZ-CLOUD"


@pytest.mark.parametrize("cloud", list(CLOUDS))
def test_requests_go_to_the_clouds_own_endpoint(cloud: str) -> None:
    transport = FakeTransport({"GET /subscriptions/s": Reply(200, {"id": "x"})})
    connection(transport, cloud=cloud).arm.get("/subscriptions/s", "v")
    assert transport.asked[0].url.startswith(CLOUDS[cloud].endpoint + "/subscriptions/s?")


def test_a_real_cloud_signs_in_at_its_own_authority() -> None:
    credential: Any = default_credential(CLOUDS["usgov"], SUBSCRIPTION)
    assert hasattr(credential, "get_token") and not hasattr(credential, "get_token_info")
    assert CLOUDS["usgov"].authority == "https://login.microsoftonline.us"


def test_a_tenant_is_asked_for_by_name() -> None:
    from mlinfra.signin import _InTenant

    asked: dict[str, Any] = {}

    class Recording(Signed):
        def get_token(self, *scopes: str, **words: Any) -> Any:
            asked.update(words, scopes=scopes)
            return super().get_token(*scopes)

    _InTenant(Recording(), "tenant").get_token("scope", enable_cae=True)
    assert asked == {"scopes": ("scope",), "enable_cae": True, "tenant_id": "tenant"}


def test_nobody_is_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.identity import CredentialUnavailableError

    class Nobody(Signed):
        def get_token(self, *scopes: str, **words: Any) -> Any:
            raise CredentialUnavailableError(message="Please run 'az login'")

    conn = AzureProvider(transport=FakeTransport({}), credential=Nobody()).connect(
        {"subscription": SUBSCRIPTION}
    )
    with pytest.raises(ProviderError) as wrong:
        conn.arm.get("/subscriptions/s", "v")
    assert wrong.value.code == "MLI-AZ-SIGNIN"
    assert "az login" in wrong.value.hint and "Contributor" in wrong.value.hint


def test_the_provider_keeps_its_optional_promises() -> None:
    assert isinstance(provider, Describes)
    assert isinstance(connection(FakeTransport({})), Counts)
    assert isinstance(provider.types["resource_group"], Lists)
    assert provider.describe({"cloud": "simulator", "location": "westeurope"}) == {
        "cloud": "simulator",
        "location": "westeurope",
    }
    assert provider.describe({}) == {"cloud": "public"}


def test_types_are_known_by_their_names() -> None:
    for name, type_ in provider.types.items():
        assert type_.name == name
        assert type_.version >= 1
