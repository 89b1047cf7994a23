"""Azure as it is on a bad day: ids in other casing, nulls where nothing was, keys that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from azure.core.rest import HttpRequest, HttpResponse

from mlinfra.simulator import Response
from mlinfra.simulator.transport import SimulatorResponse, SimulatorTransport


def lowered(value: Any) -> Any:
    """Every id in lower case, as values and as keys (R: ``resourcegroups`` of identities, whole ids of
    diagnostic settings)."""
    if isinstance(value, dict):
        return {lowered(key): lowered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [lowered(item) for item in value]
    return value.lower() if isinstance(value, str) and value.startswith("/subscriptions/") else value


def shouting(value: Any) -> Any:
    """Every id with its fixed words in capitals; names as they are."""
    if isinstance(value, dict):
        return {shouting(key): shouting(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shouting(item) for item in value]
    if not isinstance(value, str) or not value.startswith("/subscriptions/"):
        return value
    return value.replace("/resourceGroups/", "/RESOURCEGROUPS/").replace(
        "/providers/Microsoft.", "/providers/MICROSOFT."
    )


def with_nulls(value: Any) -> Any:
    """Null where there is nothing: for empty lists, objects and texts (R: 1,500 answers to PUTs)."""
    if isinstance(value, dict):
        return {key: None if item in ({}, [], "") else with_nulls(item) for key, item in value.items()}
    return [with_nulls(item) for item in value] if isinstance(value, list) else value


def with_unknown(value: Any) -> Any:
    """Keys that no specification has, in each object with keys of its own (R: Azure has such fields)."""
    if isinstance(value, dict):
        found = {key: with_unknown(item) for key, item in value.items()}
        return {**found, "aadNewKey": {"since": 2031}} if "provisioningState" in value else found
    return [with_unknown(item) for item in value] if isinstance(value, list) else value


ODDITIES: dict[str, Callable[[Any], Any]] = {
    "lower-case ids": lowered,
    "ids in capitals": shouting,
    "nulls": with_nulls,
    "unknown keys": with_unknown,
}


class OddTransport(SimulatorTransport):
    """The simulator's answers, each made odd; refusals stay as they are."""

    def __init__(self, simulator: Any, oddity: Callable[[Any], Any]) -> None:
        super().__init__(simulator)
        self._oddity = oddity

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = super().send(request, **kwargs)
        media = answer.headers.get("content-type", "")
        if answer.status_code >= 400 or not media.startswith("application/json"):
            return answer
        body = json.dumps(self._oddity(json.loads(answer.read()))).encode()
        headers = {**dict(answer.headers), "content-length": str(len(body))}
        return SimulatorResponse(request, Response(answer.status_code, headers, body))
