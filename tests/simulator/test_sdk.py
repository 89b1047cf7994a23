"""Azure's own client against the simulator: someone who has never heard of our provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.resource.resources import ResourceManagementClient

from mlinfra.cli.wiring import SimulatedCredential
from mlinfra.simulator import Simulator
from mlinfra.simulator.transport import SimulatorTransport

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = {"location": "westeurope", "tags": {"team": "churn"}}
ACCOUNT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stsdk"
STORAGE = "2023-05-01"


@pytest.fixture
def client() -> Iterator[ResourceManagementClient]:
    simulator = Simulator(seed=1)
    transport = SimulatorTransport(simulator)
    with ResourceManagementClient(
        SimulatedCredential(), SUBSCRIPTION, transport=transport, polling_interval=1
    ) as made:
        yield made
    simulator.close()


def test_a_group_lives_and_dies(client: ResourceManagementClient) -> None:
    made = client.resource_groups.create_or_update("rg", GROUP)
    assert (made.name, made.location, made.tags) == ("rg", "westeurope", {"team": "churn"})
    assert [group.name for group in client.resource_groups.list()] == ["rg"]
    client.resource_groups.begin_delete("rg").result()
    with pytest.raises(ResourceNotFoundError):
        client.resource_groups.get("rg")


def test_a_long_operation_is_polled_to_its_end(client: ResourceManagementClient) -> None:
    client.resource_groups.create_or_update("rg", GROUP)
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    made = client.resources.begin_create_or_update_by_id(ACCOUNT, body, api_version=STORAGE).result()
    assert made.id == ACCOUNT
    assert [r.name for r in client.resources.list_by_resource_group("rg")] == ["stsdk"]
    client.resources.begin_delete_by_id(ACCOUNT, api_version=STORAGE).result()
    with pytest.raises(ResourceNotFoundError):
        client.resources.get_by_id(ACCOUNT, api_version=STORAGE)


def test_a_refusal_arrives_with_its_code(client: ResourceManagementClient) -> None:
    with pytest.raises(HttpResponseError) as refused:
        client.resources.begin_create_or_update_by_id(
            ACCOUNT, {"location": "westeurope"}, api_version=STORAGE
        ).result()
    assert refused.value.error is not None
    assert refused.value.error.code == "ResourceGroupNotFound"
