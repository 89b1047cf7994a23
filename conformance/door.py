"""The simulator's door as the parts use it: requests, and long operations followed to their end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mlinfra.simulator import Request, Response, Simulator

DONE = frozenset({"succeeded", "failed", "canceled", "cancelled", "completed"})

_WAIT, _PATIENCE = 30.0, 400
"""Seconds between two polls where the service does not say, and how often we ask."""


class Door:
    """Sends requests to one simulator. The api-version of a link is the link's own."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def send(
        self,
        method: str,
        path: str,
        version: str = "",
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request; ``path`` may be a whole link, ``body`` None sends none."""
        parts = urlsplit(path)
        asked = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **(query or {})}
        if version:
            asked["api-version"] = version
        media = {} if body is None else {"content-type": "application/json"}
        data = b"" if body is None else json.dumps(body).encode()
        host = {"host": parts.netloc or "management.azure.com"}
        sent = {**host, **media, **(headers or {})}
        return self.simulator.handle(Request(method, parts.path, asked, sent, data))

    def follow(self, first: Response) -> list[Response]:
        """The answers to polling what a request started, to the end; empty when it started nothing.

        The headers are obeyed as Azure's clients do: ``Azure-AsyncOperation`` until its status is final,
        else ``Location`` until it is no 202.
        """
        found: list[Response] = []
        link = first.headers.get("azure-asyncoperation", "")
        wait = first.headers.get("retry-after")
        while link and len(found) < _PATIENCE:
            answer = self._after(wait, link)
            found.append(answer)
            status = str((json_of(answer) or {}).get("status", "")).lower()
            if answer.status >= 400 or status in DONE:
                break
            wait = answer.headers.get("retry-after")
        link = first.headers.get("location", "")
        while link and first.status == 202 and len(found) < _PATIENCE:
            answer = self._after(wait, link)
            found.append(answer)
            if answer.status != 202:
                break
            link = answer.headers.get("location", link)
            wait = answer.headers.get("retry-after")
        return found

    def _after(self, wait: str | None, link: str) -> Response:
        self.simulator.advance(float(wait) if wait else _WAIT)
        return self.send("GET", link)

    def rest(self) -> None:
        """Let time pass until whatever runs is over."""
        self.simulator.advance(_WAIT * _PATIENCE)


def json_of(answer: Response) -> Any:
    """The body as JSON; None when it is empty or no JSON."""
    try:
        return answer.json()
    except ValueError:
        return None


def code_of(answer: Response) -> str:
    """The code of a refusal, empty when there is none."""
    body = json_of(answer)
    error = body.get("error", body) if isinstance(body, dict) else None
    return str(error.get("code") or "") if isinstance(error, dict) else ""
