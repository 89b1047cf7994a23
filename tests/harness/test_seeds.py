from collections.abc import Iterator

import pytest

from conformance.door import Door
from conformance.seeds import RECIPES, NotSeeded, Seeds, ids_in
from mlinfra.simulator import Simulator
from mlinfra.simulator.ids import parse

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"


@pytest.fixture
def seeds() -> Iterator[Seeds]:
    simulator = Simulator()
    yield Seeds(Door(simulator))
    simulator.close()


NAMES = {
    "roleassignments": "00000000-0000-0000-0000-000000000000",
    "roledefinitions": "00000000-0000-0000-0000-000000000001",
    "blobservices": "default",
    "fileservices": "default",
}


def sample(type_: str) -> str:
    if type_ == "microsoft.resources/resourcegroups":
        return GROUP
    namespace, *kinds = type_.split("/")
    return "/".join([GROUP, "providers", namespace, *(f"{one}/{NAMES.get(one, 'sample1')}" for one in kinds)])


@pytest.mark.parametrize("type_", sorted(RECIPES))
def test_every_recipe_makes_its_type_and_what_it_needs(seeds: Seeds, type_: str) -> None:
    id = sample(type_)
    seeds.ensure(id)
    assert seeds.door.send("GET", id, seeds.version(parse(id))).status == 200


def test_what_was_made_is_left_alone(seeds: Seeds) -> None:
    id = sample("microsoft.storage/storageaccounts")
    seeds.make(id, {"location": "westeurope", "sku": {"name": "Standard_ZRS"}, "kind": "StorageV2"})
    seeds.ensure(id)
    assert seeds.door.send("GET", id, "2023-05-01").json()["sku"]["name"] == "Standard_ZRS"


def test_a_refusal_is_told(seeds: Seeds) -> None:
    with pytest.raises(NotSeeded, match="LocationRequired"):
        seeds.make(sample("microsoft.keyvault/vaults"), {})


def test_ids_are_found_anywhere_in_a_body() -> None:
    id = f"{GROUP}/providers/Example.Books/shelves/a"
    assert list(ids_in({"a": [{"b": id}], id: {}, "c": "/subscriptions/x"})) == [id, id]
