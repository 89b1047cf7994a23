"""A container in an embedded simulator, and stores in it whose requests a test can watch or spoil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

from mlinfra.simulator import Request, Response, Simulator
from mlinfra.simulator.transport import SimulatorResponse, SimulatorTransport
from mlinfra.state.api import Site
from mlinfra.state.blob import BlobKind
from mlinfra.state.blob.store import BlobStore
from mlinfra.testing.clocks import HandClock
from tests.servers.azurite import ACCOUNT
from tests.simulator.door import STORAGE, Door, account

HOST = "stone.blob.core.windows.net"
SETTINGS = {"account": "stone", "container": "states", "cloud": "simulator"}


class Nobody:
    """A credential that is taken everywhere."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("token", 32503680000)


class Wire(HttpTransport[HttpRequest, HttpResponse]):
    """A transport around another, where ``before`` and ``after`` each request are told what it is.

    They may raise; ``before`` may answer status and code instead of the service. What is told is
    ``PUT lease acquire states/churn/state.json``: method, ``comp``, what a lease is for, path.
    """

    def __init__(self, inner: HttpTransport[HttpRequest, HttpResponse]) -> None:
        self.inner = inner
        self.before: Callable[[str], tuple[int, str] | None] = lambda said: None
        self.after: Callable[[str], None] = lambda said: None
        self.said: list[str] = []
        self.sent: list[HttpRequest] = []

    def open(self) -> None:
        self.inner.open()

    def close(self) -> None:
        self.inner.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        said = tell(request)
        self.said.append(said)
        self.sent.append(request)
        spoilt = self.before(said)
        if spoilt is not None:
            status, code = spoilt
            body = f"<Error><Code>{code}</Code><Message>{request.url}</Message></Error>".encode()
            headers = {"x-ms-error-code": code, "content-type": "application/xml"}
            return SimulatorResponse(request, Response(status, headers, body))
        answer = self.inner.send(request, **kwargs)
        self.after(said)
        return answer


def tell(request: HttpRequest) -> str:
    """A request in a few words."""
    parts = urlsplit(request.url)
    asked = dict(parse_qsl(parts.query))
    path = parts.path.removeprefix(f"/{ACCOUNT}").removeprefix("/")
    action = request.headers.get("x-ms-lease-action", "")
    words = [request.method, asked.get("comp", ""), action, asked.get("prefix", ""), path]
    return " ".join(word for word in words if word)


class Cloud:
    """The account ``stone`` with the container ``states``."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.simulator = Simulator(host=lambda: clock.wall.timestamp())
        door = Door(self.simulator)
        door.group()
        door.make(STORAGE, account())
        assert self.blob("PUT", "/states", restype="container").status == 201
        self.wire = self.new_wire()

    def new_wire(self) -> Wire:
        """A way into the simulator of its own."""
        return Wire(SimulatorTransport(self.simulator))

    def blob(self, method: str, path: str, **query: str) -> Any:
        """A request of somebody else."""
        return self.simulator.handle(
            Request(method, path, query, {"host": HOST, "authorization": "Bearer t"}, b"")
        )

    def break_lease(self, path: str) -> None:
        """Somebody ends a lease by hand."""
        headers = {"host": HOST, "authorization": "Bearer t", "x-ms-lease-action": "break"}
        headers["x-ms-lease-break-period"] = "0"
        asked = Request("PUT", f"/{path}", {"comp": "lease"}, headers, b"")
        assert self.simulator.handle(asked).status == 202

    def names(self) -> list[str]:
        """The blobs that are there."""
        page = self.blob("GET", "/states", restype="container", comp="list").body.decode()
        return [part.partition("</Name>")[0] for part in page.split("<Name>")[1:]]

    def copy(self, key: str, target: str) -> None:
        """Have all blobs of a key under another one, too."""
        rows = self.simulator._store.blobs
        for blob in rows.listed(f"{STORAGE}/blobServices/default/containers/states", f"{key}/", "", 100):
            data = rows.read(blob, 0, blob.size)
            blob.name = target + blob.name.removeprefix(key)
            if blob.appends is None:
                rows.put(blob, data)
            else:
                blob.size = blob.appends = 0
                rows.put(blob, b"")
                rows.append(blob, data)

    def store(self, wire: Wire | None = None, key: str = "churn", **settings: str) -> BlobStore:
        """A handle of its own."""
        return self.open({"key": key, **settings}, wire)

    def open(self, settings: Mapping[str, str], wire: Wire | None = None) -> BlobStore:
        """A handle with these settings."""
        kind = BlobKind(transport=wire or self.wire, credential=Nobody())
        return kind.open({**SETTINGS, **settings}, site(self.clock))


def site(clock: HandClock) -> Site:
    return Site("churn", Path(), Path(), clock)
