"""The store on a real Azurite, whose clock is moved so that nobody waits for a lease to run out."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobLeaseClient, ContainerClient

from mlinfra.state.api import StoreError
from mlinfra.state.blob import BlobKind
from mlinfra.state.blob.service import VERSION
from mlinfra.state.blob.store import BlobStore
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import MakeStore, TakesHistoryConformance, info
from tests.servers import azurite
from tests.state.blob.cloud import Wire, site
from tests.state.blob.outages import Outages

pytestmark = pytest.mark.full


class AzuriteClock(HandClock):
    """Moves the server's clock along."""

    def __init__(self, server: azurite.AzuriteServer) -> None:
        super().__init__()
        self.server = server

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self.server.advance(seconds)


class AzuriteContainer:
    """The container ``states`` of a server; ``key`` sets tests apart."""

    def __init__(self, server: azurite.AzuriteServer) -> None:
        self.server = server
        self.clock = AzuriteClock(server)
        self.settings = {
            "account": azurite.ACCOUNT,
            "container": "states",
            "cloud": "public",
            "endpoint": server.endpoint,
            "access_key": azurite.KEY,
        }
        self.wire = Wire(RequestsTransport())
        self.prefix = f"{uuid4().hex[:8]}/"
        self.client = ContainerClient(server.endpoint, "states", credential=azurite.KEY, api_version=VERSION)
        if not self.client.exists():
            self.client.create_container()

    def store(self, wire: Wire | None = None, key: str = "churn", **settings: str) -> BlobStore:
        given = {**self.settings, "key": self.prefix + key, **settings}
        return BlobKind(transport=wire or self.wire).open(given, site(self.clock))

    def break_lease(self, path: str) -> None:
        name = self.prefix + path.removeprefix("states/")
        BlobLeaseClient(self.client.get_blob_client(name)).break_lease(0)


@pytest.fixture(scope="module")
def server() -> Iterator[azurite.AzuriteServer]:
    with azurite.running() as started:
        yield started


@pytest.fixture
def container(server: azurite.AzuriteServer) -> Iterator[AzuriteContainer]:
    made = AzuriteContainer(server)
    yield made
    made.wire.close()
    made.client.close()


class TestBlobStoreOnAzurite(TakesHistoryConformance):
    @pytest.fixture
    def clock(self, container: AzuriteContainer) -> AzuriteClock:
        return container.clock

    @pytest.fixture
    def make_store(self, container: AzuriteContainer) -> MakeStore:
        return container.store


class TestOutagesOfAzurite(Outages):
    pass


def test_what_is_missing_on_a_real_server(container: AzuriteContainer) -> None:
    with pytest.raises(StoreError, match="has no container missing"):
        container.store(container="missing").read()
    wrong = "A" * 86 + "=="
    with pytest.raises(StoreError, match="the key that `access_key` gives") as told:
        container.store(access_key=wrong).read()
    assert wrong not in str(told.value) + told.value.hint


def test_a_server_that_ends(container: AzuriteContainer) -> None:
    with azurite.running() as other:
        AzuriteContainer(other)
        store = container.store(endpoint=other.endpoint)
        lease = store.lock(info(container.clock), 60)
        store.journal_append(0, b"line\n", lease)
    with pytest.raises(StoreError, match="does not answer"):
        store.journal_append(0, b"more\n", lease)
