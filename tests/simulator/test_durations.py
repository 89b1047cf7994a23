"""Creations that take as long as they are told to, and requests that take next to nothing."""

from __future__ import annotations

import pytest

from mlinfra.simulator import Simulator
from tests.simulator.door import IDENTITY, REGISTRY, VAULT, Door, registry, vault


def world(**durations: float) -> Door:
    door = Door(
        Simulator(durations={f"Microsoft.{key.replace('_', '/')}": s for key, s in durations.items()})
    )
    door.group()
    return door


def state(door: Door, id: str) -> str:
    found: str = door.get(id).json()["properties"]["provisioningState"]
    return found


@pytest.mark.parametrize(
    ("type_", "id", "body"),
    [("KeyVault_vaults", VAULT, vault()), ("ContainerRegistry_registries", REGISTRY, registry())],
)
def test_an_operation_takes_as_long_as_it_is_told_to(type_: str, id: str, body: dict[str, object]) -> None:
    door = world(**{type_: 600.0})
    assert door.send("PUT", id, body).status in (200, 201)
    door.simulator.advance(590)
    assert state(door, id) != "Succeeded"
    door.simulator.advance(10)
    assert state(door, id) == "Succeeded"
    (told,) = door.simulator.operations()
    assert (told["resource"], told["verb"], told["seconds"]) == (id, "create", 600)


def test_what_is_made_at_once_can_be_read_so_much_later() -> None:
    door = world(ManagedIdentity_userAssignedIdentities=10.0)
    body = {"location": "westeurope"}
    assert door.send("PUT", IDENTITY, body).status == 201
    assert door.send("GET", IDENTITY).status == 404
    assert door.send("PUT", IDENTITY, body).status == 200  # it is there all the same
    door.simulator.advance(10)
    assert door.send("GET", IDENTITY).status == 200
    assert door.simulator.operations() == []


def test_a_type_that_is_not_simulated_is_passed_over() -> None:
    assert world(Nowhere_things=5.0).send("PUT", IDENTITY, {"location": "westeurope"}).status == 201


def test_requests_in_flight_together_take_their_share_of_a_round_trip() -> None:
    simulator = Simulator(tick=0.001)
    before = simulator.now()
    Door(simulator).group()
    assert (simulator.now() - before).total_seconds() == 0.001
