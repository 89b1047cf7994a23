from conformance.replay.exchanges import Exchange
from conformance.replay.play import Player
from tests.harness.replay.recorded import GROUP, OPERATION, REGISTRY, VAULT, exchange, registry, session

LINK = {"Azure-AsyncOperation": f"https://management.azure.com{OPERATION}"}
NEW = {"location": "westus", "sku": {"name": "Standard"}, "properties": {"adminUserEnabled": True}}


def statuses(*exchanges: Exchange) -> list[int | None]:
    played = Player(session(*exchanges)).play()
    return [one.response.status if one.response is not None else None for one in played]


def test_the_group_that_everything_lies_in_is_put_there() -> None:
    assert statuses(exchange("PUT", REGISTRY, 201, registry("Creating"), body=NEW)) == [201]


def test_a_group_that_was_missing_stays_missing() -> None:
    missing = {"error": {"code": "ResourceGroupNotFound", "message": ""}}
    assert statuses(exchange("GET", REGISTRY, 404, missing)) == [404]


def test_what_the_first_get_shows_was_there_before() -> None:
    (played,) = Player(session(exchange("GET", REGISTRY, 200, registry("Succeeded")))).play()
    assert played.seeded and played.response is not None
    assert played.response.json()["properties"]["adminUserEnabled"] is True


def test_what_a_session_made_and_we_lost_is_not_put_there() -> None:
    played = Player(
        session(
            exchange("PUT", REGISTRY, 201, registry("Creating"), body=NEW),
            exchange("DELETE", REGISTRY, 200),
            exchange("GET", REGISTRY, 200, registry("Succeeded")),
        )
    ).play()
    assert [one.seeded for one in played] == [False, False, False]
    assert played[2].response is not None and played[2].response.status == 404


def test_an_operation_is_as_far_as_the_recording_shows() -> None:
    played = Player(
        session(
            exchange("PUT", REGISTRY, 201, registry("Creating"), body=NEW, headers=LINK),
            exchange("GET", OPERATION, 200, {"status": "Creating"}),
            exchange("GET", OPERATION, 200, {"status": "Succeeded"}),
        )
    ).play()
    shown = [one.response.json()["status"] for one in played[1:] if one.response is not None]
    assert shown == ["Creating", "Succeeded"]


def test_a_version_that_the_simulator_does_not_take_is_replaced_by_the_pinned_one() -> None:
    (played,) = Player(session(exchange("GET", GROUP, 200, {"name": "rg"}, version="0000-00-00"))).play()
    assert played.version == "2024-03-01" and played.response is not None
    assert played.response.status == 200


def test_a_foreign_type_is_not_asked_for() -> None:
    assert statuses(exchange("GET", f"{VAULT}/privateEndpointConnections/p", 200)) == [None]


def test_what_lies_in_something_that_was_assumed_is_told_apart() -> None:
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/stone"
    beneath = exchange("PUT", f"{account}/blobServices/default/containers/box", 201, {}, body={})
    beside = exchange("GET", f"{account}2", 404)
    played = Player(session(beneath, beside)).play()
    assert [one.assumed for one in played] == [True, False]


def test_a_poll_knows_what_began_it() -> None:
    foreign = f"{REGISTRY}/replications/r"
    played = Player(
        session(
            exchange("PUT", foreign, 201, headers=LINK),
            exchange("GET", OPERATION, 200, {"status": "Creating"}),
            exchange("GET", OPERATION + "0", 200, {"status": "Creating"}),
        )
    ).play()
    assert played[1].begun_by is not None and not played[1].begun_by.supported
    assert played[2].begun_by is None
