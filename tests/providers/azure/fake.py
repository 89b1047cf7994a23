"""A transport of a few lines for tests: answers from a table, remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import HttpTransport

from mlinfra.providers.azure import AzureProvider
from mlinfra.providers.azure.connection import AzureConnection

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
HOST = "https://management.azure.com"
TOKEN = "eyJhbGciOiJub25lIn0.secret-token"


@dataclass(frozen=True)
class Asked:
    """One request as it reached the transport."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.url).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """What the transport answers; ``body`` may be bytes to answer what is no JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class _Response:
    def __init__(self, reply: Reply) -> None:
        self.status_code = reply.status
        self.headers = dict(reply.headers)
        body = reply.body
        self._content = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )

    def read(self) -> bytes:
        return self._content


Handler = Callable[[Asked], Reply | Exception]


class FakeTransport(HttpTransport[Any, Any]):
    """Answers ``METHOD path`` from ``routes``: one reply for ever, or several in turn."""

    def __init__(self, routes: Mapping[str, Reply | Sequence[Reply] | Handler | Exception]) -> None:
        self.routes = {key.lower(): list(v) if isinstance(v, list) else v for key, v in routes.items()}
        self.asked: list[Asked] = []

    def send(self, request: Any, **kwargs: Any) -> Any:
        content = request.content
        asked = Asked(
            request.method, request.url, dict(request.headers), json.loads(content) if content else None
        )
        self.asked.append(asked)
        route: Any = self.routes.get(f"{asked.method} {asked.path}".lower())
        if isinstance(route, list):
            route = route.pop(0) if len(route) > 1 else route[0]
        if callable(route) and not isinstance(route, Reply | Exception):
            route = route(asked)
        if route is None:
            route = Reply(404, {"error": {"code": "ResourceNotFound", "message": f"no {asked.path}"}})
        if isinstance(route, Exception):
            raise route
        return _Response(route)

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def __exit__(self, *args: object) -> None:
        """Nothing to close."""

    def of(self, method: str) -> list[Asked]:
        """The requests of one method, in order."""
        return [asked for asked in self.asked if asked.method == method]


class Signed:
    """A credential that is always signed in; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def get_token(self, *scopes: str, **words: Any) -> AccessToken:
        self.asked += 1
        return AccessToken(TOKEN, 4102444800)


def connection(transport: HttpTransport[Any, Any], **settings: Any) -> AzureConnection:
    """A connection through this transport."""
    provider = AzureProvider(transport=transport, credential=Signed())
    return provider.connect({"subscription": SUBSCRIPTION, **settings})


def error(code: str, message: str = "No.") -> dict[str, Any]:
    """ARM's own error envelope."""
    return {"error": {"code": code, "message": message}}
