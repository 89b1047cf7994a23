from conformance.replay.door import World
from conformance.replay.exchanges import Exchange
from conformance.replay.seeding import Seeds, request_of
from tests.harness.replay.recorded import GROUP, REGISTRY, exchange, registry, session

WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/wsp"
DATASTORE = f"{WORKSPACE}/datastores/workspaceblobstore"


def seeds(*exchanges: Exchange) -> tuple[Seeds, World]:
    door = World()
    return Seeds(door, session(*exchanges)), door


def test_a_resource_is_made_as_the_session_shows_it_with_what_it_lies_in() -> None:
    made, door = seeds(exchange("GET", REGISTRY, 200, registry("Succeeded")))
    assert made.ensure(REGISTRY, 0)
    assert door.read(REGISTRY)["location"] == "westus"
    assert door.exists(GROUP)
    assert made.assumed == set()


def test_a_list_shows_it_too() -> None:
    made, door = seeds(exchange("GET", REGISTRY.rpartition("/")[0], 200, {"value": [registry("Succeeded")]}))
    assert made.ensure(REGISTRY, 0)
    assert door.read(REGISTRY)["properties"]["adminUserEnabled"] is True


def test_what_nothing_shows_is_the_least_of_its_type() -> None:
    made, door = seeds()
    made.above(DATASTORE, 0)
    assert door.read(WORKSPACE)["properties"]["provisioningState"] == "Succeeded"
    assert door.exists(DATASTORE)
    assert WORKSPACE.lower() in made.assumed


def test_what_cannot_be_made_is_told() -> None:
    made, _ = seeds()
    assert not made.ensure(f"{WORKSPACE}/computes/none", 0)
    assert made.failed == [f"{WORKSPACE}/computes/none: nothing shows it"]


def test_what_both_had_is_never_made_again() -> None:
    made, door = seeds(exchange("GET", REGISTRY, 200, registry("Succeeded")))
    made.known.add(REGISTRY.lower())
    assert not made.ensure(REGISTRY, 0)
    assert not door.exists(REGISTRY)


def test_the_request_of_an_answer() -> None:
    identity = {
        "type": "UserAssigned",
        "principalId": "x",
        "userAssignedIdentities": {"/i": {"clientId": "c"}},
    }
    rules = {"mine": {"category": "UserDefined"}, "theirs": {"category": "Required"}}
    shown = {
        "id": "/x",
        "name": "x",
        "etag": "e",
        "tags": None,
        "location": "westus",
        "identity": identity,
        "properties": {"managedNetwork": {"outboundRules": rules}},
    }
    assert request_of(shown) == {
        "location": "westus",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/i": {}}},
        "properties": {"managedNetwork": {"outboundRules": {"mine": {"category": "UserDefined"}}}},
    }
