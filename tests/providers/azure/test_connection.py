from __future__ import annotations

import pytest

from mlinfra.providers.api import ProviderError
from tests.providers.azure.fake import SUBSCRIPTION, FakeTransport, Reply, connection

TENANT = "11111111-1111-1111-1111-111111111111"


def test_the_tenant_of_a_subscription_is_asked_once() -> None:
    transport = FakeTransport({f"GET /subscriptions/{SUBSCRIPTION}": Reply(200, {"tenantId": TENANT})})
    conn = connection(transport)
    assert conn.tenant_of(SUBSCRIPTION) == TENANT
    assert conn.tenant_of(SUBSCRIPTION.upper()) == TENANT
    assert conn.requests == 1


def test_a_tenant_in_the_settings_is_taken() -> None:
    conn = connection(FakeTransport({}), tenant=TENANT)
    assert conn.tenant_of(SUBSCRIPTION) == TENANT
    assert conn.requests == 0


def test_a_subscription_without_a_tenant() -> None:
    transport = FakeTransport({f"GET /subscriptions/{SUBSCRIPTION}": Reply(200, {})})
    with pytest.raises(ProviderError) as wrong:
        connection(transport).tenant_of(SUBSCRIPTION)
    assert wrong.value.code == "MLI-AZ-SUBSCRIPTION"


def test_closing_lets_go_of_the_connections() -> None:
    class Closing(FakeTransport):
        closed = False

        def __exit__(self, *args: object) -> None:
            self.closed = True

    transport = Closing({})
    connection(transport).close()
    assert transport.closed
