from conformance.parts.replay import score, touches
from conformance.replay.comparing import keys_of
from conformance.replay.evidence import Evidence
from conformance.replay.exchanges import Session
from conformance.score import Cause, Score
from tests.harness.replay.recorded import OPERATION, REGISTRY, VAULT, exchange, refusal, registry, session

NEW = {"location": "westus", "sku": {"name": "Standard"}, "properties": {"adminUserEnabled": True}}
LINK = {"Azure-AsyncOperation": f"https://management.azure.com{OPERATION}"}


def scored(*sessions: Session) -> list[Score]:
    return score(sessions, Evidence(sessions, {}))


def test_keys_are_paths_and_items_of_a_list_share_one() -> None:
    body = {"a": [{"b": 1}, {"c": None}], "tags": {"mine": "x"}}
    assert keys_of(body) == {"a", "a[].b", "a[].c", "tags"}


def test_status_and_code_must_be_equal() -> None:
    good = exchange("GET", VAULT, 404, refusal("ResourceNotFound"))
    bad = exchange("GET", VAULT, 404, refusal("VaultNotFound"), seq=1)
    status, _, _ = scored(session(good, bad))
    assert status.right == 1
    (miss,) = status.misses
    assert miss.cause is Cause.OURS and miss.case == "made-up test_it.yaml#1"
    assert "404 VaultNotFound; ours: 404 ResourceNotFound" in miss.detail


def test_the_status_of_what_was_put_there_counts_for_nothing() -> None:
    status, _, keys = scored(session(exchange("GET", REGISTRY, 200, registry("Succeeded"))))
    assert (status.right, status.misses) == (0, ())
    assert "beyond" in keys.misses[0].detail


def test_headers_first_and_last_state_of_a_write() -> None:
    recorded = session(
        exchange("PUT", REGISTRY, 201, registry("Creating"), body=NEW, headers=LINK),
        exchange("GET", OPERATION, 200, {"status": "Creating"}),
        exchange("GET", OPERATION, 200, {"status": "Succeeded"}),
        exchange("DELETE", REGISTRY, 202, headers=LINK),
    )
    _, operations, _ = scored(recorded)
    assert operations.right == 3
    (miss,) = operations.misses
    assert "headers azure-asyncoperation; ours: headers none" in miss.detail


def test_what_explains_a_miss_is_named() -> None:
    foreign = exchange("GET", f"{REGISTRY}/webhooks", 200, {"value": []})
    lost = exchange("GET", OPERATION, 200, {"status": "Succeeded"})
    page = exchange("GET", VAULT.rpartition("/")[0], 200, {"value": []}, query={"$skiptoken": "x"})
    failed = exchange("GET", VAULT, 500, refusal("ServiceError"))
    status, _, _ = scored(session(foreign, lost, page, failed))
    assert [miss.cause for miss in status.misses] == [Cause.UNSUPPORTED, *[Cause.ARTEFACT] * 3]
    assert all(miss.reason for miss in status.misses)


def test_only_sessions_that_touch_a_type_of_ours_are_played() -> None:
    assert touches(session(exchange("GET", VAULT, 200)))
    assert not touches(session(exchange("GET", f"{REGISTRY}/webhooks", 200), exchange("GET", OPERATION, 200)))
