from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.rest import HttpRequest
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.resource.resources import ResourceManagementClient

from mlinfra.simulator import Simulator
from mlinfra.simulator.transport import SimulatorTransport, body_of
from tests.simulator.door import GROUP, STORAGE, SUB, account

URL = f"https://management.azure.com{GROUP}?api-version=2024-03-01"


def client(simulator: Simulator) -> ARMPipelineClient[Any, Any]:
    transport = SimulatorTransport(simulator)
    return ARMPipelineClient(base_url="https://management.azure.com", transport=transport, policies=[])


def test_requests_and_answers_pass_the_pipeline() -> None:
    azure = client(Simulator())
    made = azure.send_request(HttpRequest("PUT", URL, json={"location": "westeurope"}))
    assert made.status_code == 201
    found = azure.send_request(HttpRequest("GET", URL))
    assert found.json() == made.json()
    assert found.headers["X-Ms-Request-Id"]
    assert (found.reason, found.content_type) == ("OK", "application/json; charset=utf-8")
    assert found.text() == found.content.decode() == b"".join(found.iter_bytes()).decode()
    assert found.url == URL
    found.raise_for_status()


def test_an_address_may_be_relative_and_links_stay_whole() -> None:
    azure = client(Simulator())
    for method in ("PUT", "DELETE"):
        body = {"location": "westeurope"} if method == "PUT" else None
        answer = azure.send_request(HttpRequest(method, f"{GROUP}?api-version=2024-03-01", json=body))
    assert answer.headers["location"].startswith("https://management.azure.com/subscriptions/")


def test_errors_are_errors_of_the_sdk() -> None:
    missing = client(Simulator()).send_request(HttpRequest("GET", URL))
    with pytest.raises(HttpResponseError) as caught:
        missing.raise_for_status()
    assert caught.value.status_code == 404
    assert caught.value.error is not None
    assert caught.value.error.code == "ResourceGroupNotFound"


class Anybody:
    def get_token(self, *scopes: str, **more: Any) -> AccessToken:
        return AccessToken("anything", 2**33)


def test_the_sdks_own_pollers_need_no_real_time() -> None:
    simulator = Simulator()
    azure = ResourceManagementClient(Anybody(), SUB, transport=SimulatorTransport(simulator))
    azure.resource_groups.create_or_update("rg", {"location": "westeurope"}, api_version="2024-03-01")
    made = azure.resources.begin_create_or_update_by_id(
        STORAGE, api_version="2023-05-01", parameters=account()
    )
    assert made.result().name == "stone"
    azure.resource_groups.begin_delete("rg", api_version="2024-03-01").result()
    assert simulator.resources() == []
    azure.close()


@pytest.mark.parametrize(
    ("when", "error"), [("before", ServiceRequestError), ("after", ServiceResponseError)]
)
def test_dropped_connections(tmp_path: Path, when: str, error: type[Exception]) -> None:
    (tmp_path / "f").write_text(f"[{{do: {{drop: {when}}}}}]", encoding="utf-8")
    with pytest.raises(error, match="connection was reset"):
        client(Simulator(faults=tmp_path / "f")).send_request(HttpRequest("GET", URL))


def test_sleeping_moves_the_simulators_clock() -> None:
    simulator = Simulator()
    before = simulator.now()
    with SimulatorTransport(simulator) as transport:
        transport.sleep(3600)
    assert (simulator.now() - before).total_seconds() == 3600


@pytest.mark.parametrize(
    ("content", "body"),
    [(None, b""), ("text", b"text"), (b"bytes", b"bytes"), (iter([b"a", b"b"]), b"ab")],
)
def test_bodies_of_all_kinds(content: Any, body: bytes) -> None:
    assert body_of(HttpRequest("PUT", URL, content=content)) == body
