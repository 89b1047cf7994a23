from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)

from mlinfra import __version__
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure.arm import Arm, pooled_transport
from mlinfra.providers.azure.errors import AzureError
from tests.providers.azure.fake import GROUP, HOST, TOKEN, FakeTransport, Reply, Signed, connection, error

ID = f"{GROUP}/providers/Microsoft.X/things/one"
LIST = f"{GROUP}/providers/Microsoft.X/things"


def test_a_request_carries_version_token_and_our_name() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(200, {"id": ID})})
    assert connection(transport).arm.get(ID, "2024-01-01") == {"id": ID}
    asked = transport.asked[0]
    assert asked.query == {"api-version": "2024-01-01"}
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["User-Agent"].startswith(f"mlinfra/{__version__}")
    assert asked.headers["x-ms-client-request-id"]


@pytest.mark.parametrize(
    "body", [None, error("ResourceNotFound"), error("ResourceGroupNotFound"), error("UserError")]
)
def test_what_is_not_there_is_none(body: Any) -> None:
    transport = FakeTransport({f"GET {ID}": Reply(404, body)})
    assert connection(transport).arm.get(ID, "v") is None


def test_a_subscription_that_nobody_knows_is_an_error() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(404, error("SubscriptionNotFound"))})
    with pytest.raises(ProviderError) as wrong:
        connection(transport).arm.get(ID, "v")
    assert wrong.value.code == "MLI-AZ-SUBSCRIPTION"


def test_nothing_is_retried_here() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(503, None, {"Retry-After": "1"})})
    with pytest.raises(ProviderError) as wrong:
        connection(transport).arm.get(ID, "v")
    assert wrong.value.retryable and wrong.value.after == 1.0
    assert len(transport.asked) == 1


def test_an_unregistered_namespace_is_not_registered_by_itself() -> None:
    refusal = error("MissingSubscriptionRegistration", "not registered to use namespace 'Microsoft.X'")
    transport = FakeTransport({f"PUT {ID}": Reply(409, refusal)})
    with pytest.raises(ProviderError) as wrong:
        connection(transport).arm.send("PUT", ID, "v", body={})
    assert wrong.value.code == "MLI-AZ-PROVIDER"
    assert [asked.method for asked in transport.asked] == ["PUT"]


@pytest.mark.parametrize(
    ("raised", "code", "retryable", "sent"),
    [
        (ServiceRequestError("refused"), "MLI-AZ-NETWORK", True, False),
        (ServiceResponseError("cut off"), "MLI-AZ-NETWORK", True, True),
        (IncompleteReadError("half"), "MLI-AZ-NETWORK", True, True),
        (ClientAuthenticationError("nobody"), "MLI-AZ-SIGNIN", False, False),
    ],
)
def test_what_goes_wrong_below_http(raised: Exception, code: str, retryable: bool, sent: bool) -> None:
    transport = FakeTransport({f"PUT {ID}": raised})
    with pytest.raises(ProviderError) as wrong:
        connection(transport).arm.send("PUT", ID, "v", body={})
    assert (wrong.value.code, wrong.value.retryable, wrong.value.sent) == (code, retryable, sent)


def test_an_answer_that_is_no_json_is_not_azures() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(200, b"<html>Sign in to the proxy</html>")})
    with pytest.raises(ProviderError, match="not JSON"):
        connection(transport).arm.get(ID, "v")


def test_a_redirect_is_not_followed() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(302, None, {"Location": "https://evil.example/"})})
    with pytest.raises(ProviderError, match="redirected"):
        connection(transport).arm.get(ID, "v")
    assert len(transport.asked) == 1


def test_an_error_page_of_a_gateway_is_told_in_one_line() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(502, b"<html>\n<b>Bad\tgateway</b></html>")})
    with pytest.raises(ProviderError) as wrong:
        connection(transport).arm.get(ID, "v")
    assert wrong.value.summary == "<html> <b>Bad gateway</b></html>"


def pages(count: int) -> Any:
    def answer(asked: Any) -> Reply:
        page = int(asked.query.get("$skiptoken", 0))
        link = {"nextLink": f"{HOST}{LIST}?api-version=v&$skiptoken={page + 1}"} if page + 1 < count else {}
        return Reply(200, {"value": [{"id": f"{ID}{page}"}], **link})

    return answer


def test_a_list_follows_its_pages() -> None:
    transport = FakeTransport({f"GET {LIST}": pages(3)})
    found = connection(transport).arm.list(LIST, "v", {"$top": "1"})
    assert [item["id"] for item in found] == [f"{ID}0", f"{ID}1", f"{ID}2"]
    assert transport.asked[0].query == {"$top": "1", "api-version": "v"}
    assert len(transport.asked) == 3


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/steal",
        "https://management.azure.com.evil.example/x",
        "https://management.azure.com@evil.example/x",
        "https://user@management.azure.com/x",
        "http://management.azure.com/x",
        "https://management.azure.com:444/x",
        "https://management.azure.com:x/x",
        "//evil.example/x",
        "subscriptions",
        "https://management.azure.com\\@evil.example/x",
    ],
)
def test_a_page_on_another_host_is_refused_and_gets_no_token(link: str) -> None:
    transport = FakeTransport({f"GET {LIST}": Reply(200, {"value": [], "nextLink": link})})
    with pytest.raises(ProviderError) as wrong:
        list(connection(transport).arm.list(LIST, "v"))
    assert wrong.value.code == "MLI-AZ-PROTOCOL"
    assert len(transport.asked) == 1


@pytest.mark.parametrize("host", [HOST, f"{HOST}:443", "", "https://MANAGEMENT.azure.com"])
def test_a_page_on_our_host_is_followed_however_it_is_written(host: str) -> None:
    transport = FakeTransport(
        {
            f"GET {LIST}": Reply(200, {"value": [{"id": "1"}], "nextLink": f"{host}{LIST}2?a=b"}),
            f"GET {LIST}2": Reply(200, {"value": [{"id": "2"}]}),
        }
    )
    assert len(list(connection(transport).arm.list(LIST, "v"))) == 2
    assert transport.asked[1].url == f"{HOST}{LIST}2?a=b"


def test_a_list_that_leads_to_itself_ends() -> None:
    transport = FakeTransport(
        {f"GET {LIST}": Reply(200, {"value": [{"id": "1"}], "nextLink": f"{HOST}{LIST}?api-version=v"})}
    )
    assert len(list(connection(transport).arm.list(LIST, "v"))) == 1


def test_a_list_in_what_is_not_there_is_empty() -> None:
    transport = FakeTransport({f"GET {LIST}": Reply(404, error("ResourceGroupNotFound"))})
    assert list(connection(transport).arm.list(LIST, "v")) == []


def test_a_path_cannot_leave_its_place() -> None:
    transport = FakeTransport({})
    arm = connection(transport).arm
    for path in (f"{GROUP}/../../other", "subscriptions/x", f"{GROUP}/./x"):
        with pytest.raises(AzureError):
            arm.get(path, "v")
    assert transport.asked == []


def test_signs_in_a_path_are_escaped() -> None:
    transport = FakeTransport({})
    connection(transport).arm.get("/subscriptions/s/resourceGroups/a?b#c ü(1)", "v")
    assert transport.asked[0].url == (
        f"{HOST}/subscriptions/s/resourceGroups/a%3Fb%23c%20%C3%BC(1)?api-version=v"
    )


def test_requests_are_counted_over_all_threads_and_one_token_serves_them() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(200, {"id": ID})})
    credential = Signed()
    arm = Arm(HOST, credential, ("scope",), transport)
    barrier = threading.Barrier(8)

    def many(_: int) -> None:
        barrier.wait()
        for _ in range(20):
            arm.get(ID, "v")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(many, range(8)))
    assert arm.requests == 160
    assert credential.asked == 1


def test_a_refused_token_is_asked_for_anew() -> None:
    answers = [Reply(401, error("ExpiredAuthenticationToken")), Reply(200, {"id": ID})]
    credential = Signed()
    arm = Arm(HOST, credential, ("scope",), FakeTransport({f"GET {ID}": answers}))
    with pytest.raises(ProviderError) as wrong:
        arm.get(ID, "v")
    assert wrong.value.retryable and not wrong.value.sent
    assert arm.get(ID, "v") == {"id": ID}
    assert credential.asked == 2


def test_the_real_transport_has_room_for_all_workers_and_never_retries() -> None:
    transport: Any = pooled_transport()
    adapter = transport.session.get_adapter("https://management.azure.com")
    assert adapter._pool_maxsize >= 64
    assert adapter.max_retries.total == 0
    assert transport.session.trust_env
    transport.close()


def test_every_request_has_an_id_of_its_own() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(200, {"id": ID})})
    arm = connection(transport).arm
    for _ in itertools.repeat(None, 3):
        arm.get(ID, "v")
    assert len({asked.headers["x-ms-client-request-id"] for asked in transport.asked}) == 3
