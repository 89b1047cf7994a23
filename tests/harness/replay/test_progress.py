import pytest

from conformance.replay.progress import at_work, last_shown, state_of
from tests.harness.replay.recorded import OPERATION, REGISTRY, exchange, refusal, registry

LINK = {"Azure-AsyncOperation": f"https://management.azure.com{OPERATION}"}


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (registry("Creating"), "Creating"),
        ({"status": "InProgress"}, "InProgress"),
        ({"properties": {"status": "free"}}, ""),
        ({"value": []}, ""),
        (None, ""),
    ],
)
def test_the_state_of_an_answer(body: object, state: str) -> None:
    assert state_of(body) == state


def test_what_is_at_work() -> None:
    assert at_work(202, None)
    assert at_work(200, registry("RegisteringDns"))
    assert not at_work(200, registry("Failed"))
    assert not at_work(404, {"status": "InProgress"})


def test_an_operation_lasts_until_its_last_poll_that_says_so() -> None:
    played = (
        exchange("PUT", REGISTRY, 201, registry("Creating"), headers=LINK),
        exchange("GET", OPERATION, 200, {"status": "Creating"}),
        exchange("GET", OPERATION, 200, {"status": "Succeeded"}),
        exchange("GET", REGISTRY, 200, registry("Succeeded")),
    )
    assert last_shown(played) == {0: 1}


def test_a_get_of_the_resource_and_a_conflict_show_it_too() -> None:
    played = (
        exchange("PUT", REGISTRY, 201, registry("Creating")),
        exchange("GET", REGISTRY, 200, registry("Creating")),
        exchange("PATCH", REGISTRY, 409, refusal("Conflict")),
        exchange("GET", REGISTRY, 200, registry("Succeeded")),
    )
    assert last_shown(played) == {0: 2}


def test_a_write_in_the_same_state_does_not_end_it() -> None:
    played = (
        exchange("PUT", REGISTRY, 200, registry("Registering")),
        exchange("PUT", REGISTRY, 200, registry("Registering")),
        exchange("GET", REGISTRY, 200, registry("Succeeded")),
        exchange("PUT", REGISTRY, 200, registry("Registering")),
    )
    assert last_shown(played) == {0: 1, 1: 1, 3: 3}


def test_the_next_write_begins_anew() -> None:
    played = (
        exchange("PUT", REGISTRY, 201, registry("Succeeded")),
        exchange("DELETE", REGISTRY, 202),
        exchange("GET", REGISTRY, 200, registry("Deleting")),
    )
    assert last_shown(played) == {0: 0, 1: 2}
