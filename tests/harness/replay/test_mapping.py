import json

from conformance.replay.mapping import Mapped, address_of, among
from mlinfra.simulator import Response
from tests.harness.replay.recorded import OPERATION, REGISTRY, VAULT, exchange

THEN, NOW = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
HOST = "https://management.azure.com"


def answered(body: object, **headers: str) -> Response:
    return Response(200, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def test_a_guid_that_the_service_made_is_replaced_in_later_requests() -> None:
    mapped = Mapped()
    mapped.learn(exchange("GET", VAULT, 200, {"principalId": THEN}), answered({"principalId": NOW}))
    assert mapped.text(f"principalId eq '{THEN.upper()}'") == f"principalId eq '{NOW}'"


def test_the_version_of_a_deleted_share_is_replaced_too() -> None:
    mapped, then, now = Mapped(), "01DAC2C9E537FDC4", "01D0123456789ABC"
    mapped.learn(exchange("GET", VAULT, 200, {"version": then}), answered({"version": now}))
    assert mapped.text(f'{{"deletedShareVersion": "{then}"}}') == f'{{"deletedShareVersion": "{now}"}}'


def test_zeros_stand_for_nothing_that_could_be_replaced() -> None:
    mapped, zeros = Mapped(), "00000000-0000-0000-0000-000000000000"
    mapped.learn(exchange("GET", VAULT, 200, {"tenantId": zeros}), answered({"tenantId": NOW}))
    assert mapped.text(zeros) == zeros


def test_a_poll_goes_to_the_url_that_we_gave() -> None:
    mapped, ours = Mapped(), f"{HOST}/ours?api-version=1"
    begun = exchange("PUT", REGISTRY, 201, headers={"Azure-AsyncOperation": f"{HOST}{OPERATION}?t=1&s=x"})
    mapped.learn(begun, answered({}, **{"azure-asyncoperation": ours}))
    assert mapped.url(exchange("GET", OPERATION, 200, query={"t": "2"})) == ours
    assert mapped.url(exchange("GET", OPERATION + "0", 200)) is None


def test_words_of_the_query_tell_two_urls_of_one_path_apart() -> None:
    mapped = Mapped()
    both = {"Azure-AsyncOperation": f"{HOST}/op?type=async", "Location": f"{HOST}/op?type=location"}
    ours = {"azure-asyncoperation": "https://x/a", "location": "https://x/l"}
    mapped.learn(exchange("PUT", REGISTRY, 202, headers=both), answered({}, **ours))
    assert mapped.url(exchange("GET", "/op", 200, query={"type": "location"})) == "https://x/l"


def test_a_poll_whose_name_was_zeroed_belongs_to_the_latest_operation() -> None:
    mapped = Mapped()
    for number in ("1", "2"):
        begun = exchange("PUT", REGISTRY, 202, headers={"Location": f"{HOST}/ops/{number}"})
        mapped.learn(begun, answered({}, location=f"https://x/{number}"))
    assert mapped.url(exchange("GET", "/ops/000000000000000", 200)) == "https://x/2"
    assert among(("/ops/000000000000000", frozenset()), {address_of(f"{HOST}/ops/1")})
