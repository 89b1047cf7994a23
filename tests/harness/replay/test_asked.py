import pytest

from conformance.replay.asked import About, ask, pinned
from tests.harness.replay.recorded import GROUP, OPERATION, REGISTRY, VAULT, exchange


@pytest.mark.parametrize(
    ("method", "path", "about"),
    [
        ("PUT", VAULT, About.ITEM),
        ("GET", f"{GROUP}/providers/Microsoft.KeyVault/vaults", About.LIST),
        ("POST", f"{REGISTRY}/listCredentials", About.ACTION),
        ("POST", f"{REGISTRY}/somethingNew", About.ACTION),
        ("GET", f"{REGISTRY}/listUsages", About.ACTION),
        ("GET", OPERATION, About.POLL),
        ("GET", f"{REGISTRY}/webhooks", About.FOREIGN),
        ("PUT", f"{REGISTRY}/webhooks/w", About.FOREIGN),
        ("POST", f"{GROUP}/providers/microsoft.insights/components/c/ApiKeys", About.FOREIGN),
        ("GET", f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm", About.FOREIGN),
    ],
)
def test_what_a_request_is_about(method: str, path: str, about: About) -> None:
    assert ask(exchange(method, path, 200)).about is about


def test_a_check_of_a_name_is_about_no_resource() -> None:
    path = f"/subscriptions/{GROUP.split('/')[2]}/providers/Microsoft.KeyVault/checkNameAvailability"
    assert ask(exchange("POST", path, 200)).about is About.ROUTE


def test_an_action_is_about_the_resource_it_acts_on() -> None:
    assert ask(exchange("POST", f"{REGISTRY}/listCredentials", 200)).target == REGISTRY.lower()


def test_the_pinned_version_comes_first() -> None:
    assert ask(exchange("GET", VAULT, 200)).versions[0] == pinned("Microsoft.KeyVault/vaults") == "2023-07-01"
