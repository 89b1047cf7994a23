from __future__ import annotations

import json
from typing import Any

import pytest

from mlinfra.model.plan import Op
from mlinfra.providers.api import Pending, ProviderError
from mlinfra.providers.azure.arm import Answer
from mlinfra.providers.azure.operations import accepted, missing, poll, relative, settled
from tests.providers.azure.fake import GROUP, HOST, FakeTransport, Reply, connection, error

ID = f"{GROUP}/providers/Microsoft.X/things/one"
STATUS = "/subscriptions/s/providers/Microsoft.X/locations/l/operationStatuses/1"
RESULT = "/subscriptions/s/providers/Microsoft.X/locations/l/operationResults/1"


def started(status: int, body: Any = None, *, op: Op = Op.CREATE, **headers: str) -> Pending | None:
    answer = Answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, body, HOST)
    return accepted(answer, op=op, id=ID, api_version="v")


def test_the_status_url_comes_before_the_location() -> None:
    found = started(201, azure_asyncoperation=f"{HOST}{STATUS}?api-version=v", location=f"{HOST}{RESULT}")
    assert found is not None
    assert found.token == {
        "kind": "async",
        "url": f"{STATUS}?api-version=v",
        "id": ID,
        "op": "create",
        "api_version": "v",
    }
    assert found.after == 5.0


def test_a_location_alone() -> None:
    found = started(202, op=Op.DELETE, location=f"{HOST}{RESULT}?api-version=v", retry_after="17")
    assert found is not None
    assert (found.token["kind"], found.token["url"], found.after) == (
        "location",
        f"{RESULT}?api-version=v",
        17.0,
    )


@pytest.mark.parametrize("location", [f"{HOST}{ID}?api-version=v", ID.lower(), f"{ID}/"])
def test_a_location_that_is_the_resource_itself_is_no_operation(location: str) -> None:
    assert started(201, {"properties": {}}, location=location) is None
    found = started(201, {"properties": {"provisioningState": "Creating"}}, location=location)
    assert found is not None and found.token["kind"] == "state"


@pytest.mark.parametrize(
    ("status", "body", "op", "kind"),
    [
        (200, {"properties": {"provisioningState": "Succeeded"}}, Op.CREATE, None),
        (200, {"properties": {"provisioningState": "RegisteringDns"}}, Op.CREATE, "state"),
        (201, {"properties": {"provisioningState": "Creating"}}, Op.CREATE, "state"),
        (200, {"properties": None}, Op.UPDATE, None),
        (200, None, Op.DELETE, None),
        (204, None, Op.DELETE, None),
        (202, None, Op.DELETE, "state"),
        (202, None, Op.UPDATE, "state"),
        (200, {"properties": {"provisioningState": "Deleting"}}, Op.DELETE, None),
    ],
)
def test_answers_without_an_operation(status: int, body: Any, op: Op, kind: str | None) -> None:
    found = started(status, body, op=op)
    assert (found.token["kind"] if found else None) == kind


def test_an_answer_that_says_that_it_failed() -> None:
    with pytest.raises(ProviderError) as wrong:
        started(200, {"properties": {"provisioningState": "Failed"}})
    assert wrong.value.code == "MLI-AZ-FAILED"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/poll",
        f"{HOST}{STATUS}?sig=abc",
        f"{HOST}{STATUS}?api-version=v&TOKEN=abc",
        "http://management.azure.com/x",
    ],
)
def test_a_poll_url_elsewhere_or_with_a_secret_is_not_used(url: str) -> None:
    found = started(202, azure_asyncoperation=url)
    assert found is not None
    assert found.token["kind"] == "state"
    assert "abc" not in json.dumps(dict(found.token))


def test_the_signature_that_arm_puts_on_its_own_addresses_stays() -> None:
    found = started(202, azure_asyncoperation=f"{HOST}{STATUS}?api-version=v&t=1&c=MII&s=x&h=y")
    assert found is not None and found.token["url"].endswith("&t=1&c=MII&s=x&h=y")


def pending(kind: str, op: Op = Op.CREATE, url: str = STATUS) -> Pending:
    token = {"kind": kind, "id": ID, "op": op.value, "api_version": "v"}
    return Pending(token if kind == "state" else {**token, "url": url})


def ask(kind: str, reply: Reply | Exception, op: Op = Op.CREATE) -> Pending | None:
    transport = FakeTransport({f"GET {ID if kind == 'state' else STATUS}": reply})
    return poll(connection(transport).arm, pending(kind, op))


@pytest.mark.parametrize("status", ["InProgress", "Creating", "Updating", "Deleting", "Accepted", "Running"])
def test_an_operation_that_is_still_going_on(status: str) -> None:
    found = ask("async", Reply(200, {"status": status}, {"Retry-After": "3"}))
    assert found is not None and found.after == 3.0
    assert found.token["url"] == STATUS


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("async", Reply(200, {"status": "Succeeded"})),
        ("async", Reply(200, {"id": ID, "properties": {"provisioningState": "Succeeded"}})),
        ("async", Reply(204)),
        ("location", Reply(200, {"id": ID})),
        ("location", Reply(204)),
        ("location", Reply(200)),
        ("location", Reply(202, {"status": "Succeeded"})),
    ],
)
def test_an_operation_that_has_ended(kind: str, reply: Reply) -> None:
    assert ask(kind, reply) is None


def test_a_location_that_is_still_202() -> None:
    found = ask("location", Reply(202, None, {"Location": f"{HOST}{RESULT}?x=1", "Retry-After": "2"}))
    assert found is not None and found.after == 2.0
    assert found.token["url"] == f"{RESULT}?x=1"


def test_an_async_poll_that_is_202_goes_on() -> None:
    assert ask("async", Reply(202, {"status": "InProgress"})) is not None
    assert ask("async", Reply(202)) is not None


def test_a_poll_that_moves_to_another_host_stays_where_it_was() -> None:
    found = ask("location", Reply(202, None, {"Location": "https://evil.example/x"}))
    assert found is not None and found.token["url"] == STATUS


@pytest.mark.parametrize("status", ["Failed", "Canceled"])
@pytest.mark.parametrize("kind", ["async", "location"])
def test_an_operation_that_failed(kind: str, status: str) -> None:
    with pytest.raises(ProviderError) as wrong:
        ask(kind, Reply(200, {"status": status, **error("Trouble", "it broke")}))
    assert (wrong.value.code, wrong.value.summary) == ("MLI-AZ-FAILED", "Trouble: it broke")


@pytest.mark.parametrize("reply", [Reply(404, error("NotFound")), Reply(404), Reply(410)])
def test_a_poll_url_that_is_gone_leads_to_the_resource_itself(reply: Reply) -> None:
    found = ask("async", reply)
    assert found is not None
    assert (found.token["kind"], found.after) == ("state", 0.0)
    assert "url" not in found.token


@pytest.mark.parametrize("reply", [Reply(503), Reply(429)])
def test_a_poll_that_could_not_be_answered_is_repeated_and_not_the_operation(reply: Reply) -> None:
    with pytest.raises(ProviderError) as wrong:
        ask("async", reply)
    assert wrong.value.retryable and wrong.value.sent


def test_a_retryable_failure_starts_the_operation_anew() -> None:
    with pytest.raises(ProviderError) as wrong:
        ask("async", Reply(200, {"status": "Failed", **error("AnotherOperationInProgress", "busy")}))
    assert wrong.value.retryable and not wrong.value.sent


def test_reading_the_resource_until_it_has_settled() -> None:
    assert ask("state", Reply(200, {"properties": {"provisioningState": "Succeeded"}})) is None
    assert ask("state", Reply(200, {"properties": {"provisioningState": "RegisteringDns"}})) is not None
    with pytest.raises(ProviderError):
        ask("state", Reply(200, {"properties": {"provisioningState": "Failed"}}))


def test_reading_a_resource_until_it_is_gone() -> None:
    assert ask("state", Reply(404), Op.DELETE) is None
    assert ask("state", Reply(200, {"properties": {}}), Op.DELETE) is not None


def test_a_new_resource_may_be_missing_for_a_while_but_not_for_ever() -> None:
    found = ask("state", Reply(404))
    assert found is not None and found.token["missing"] == 1
    with pytest.raises(ProviderError) as wrong:
        for _ in range(20):
            found = missing(found.token)
    assert wrong.value.code == "MLI-AZ-GONE"


@pytest.mark.parametrize(
    "body", [None, {}, {"properties": {}}, {"properties": {"provisioningState": ""}}, []]
)
def test_what_says_nothing_has_settled(body: Any) -> None:
    assert settled(body)


def test_a_relative_address_is_below_the_endpoint() -> None:
    assert relative(HOST, "/subscriptions/s?a=b") == "/subscriptions/s?a=b"
    assert relative(HOST, "subscriptions/s") is None


def test_tokens_are_plain_json() -> None:
    found = started(202, azure_asyncoperation=f"{HOST}{STATUS}")
    assert found is not None
    assert json.loads(json.dumps(dict(found.token))) == found.token
