"""The simulator's door, as the harness knocks: one world for each session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.replay.asked import KINDS, pinned
from mlinfra.simulator import Request, Response, Simulator
from mlinfra.simulator.ids import parse

LONG = 3600.0
"""Seconds after which no operation of the simulator is still at work."""


class Door:
    """One empty simulated cloud."""

    def __init__(self) -> None:
        self._simulator = Simulator()

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request; ``body`` is JSON, or text as it goes out."""
        sent = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        more = {"content-type": "application/json"} if sent else {}
        return self._simulator.handle(Request(method, path, query, {**more, **(headers or {})}, sent))

    def follow(self, url: str) -> Response:
        """GET a URL that an answer gave."""
        parts = urlsplit(url)
        return self.ask("GET", parts.path, dict(parse_qsl(parts.query)))

    def exists(self, id: str) -> bool:
        """Whether the resource of a type of ours is there."""
        return self.read(id) is not None

    def read(self, id: str) -> Any:
        """The resource as it is answered, None when it is not there."""
        answer = self.ask("GET", id, {"api-version": version_of(parse(id).type)})
        return answer.json() if answer.status == 200 else None

    def wait(self, seconds: float = LONG) -> None:
        """Let whatever is at work end."""
        self._simulator.advance(seconds)

    def close(self) -> None:
        """Forget the world."""
        self._simulator.close()


def version_of(type_: str) -> str:
    """The api-version the harness itself uses for a type of ours."""
    first, known = pinned(type_), KINDS[type_].api_versions
    return first if first in known else known[0]


def body_of(response: Response | None) -> Any:
    """The answer's JSON, None when it is none."""
    if response is None or not response.headers.get("content-type", "").startswith("application/json"):
        return None
    return response.json()
