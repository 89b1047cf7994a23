"""What may become of one request, and how an operation may end: each a weather for one process.

Every fault hits one request of a run, by its number, and leaves the others alone; what it does to an
operation it does at the service, so that what is there and what is told of it agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import msgspec
from azure.core.exceptions import (
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import HttpRequest, HttpResponse

from mlinfra.simulator import Response, Simulator
from mlinfra.simulator.transport import SimulatorResponse
from tests.conformance.mortal import Act

Deed = Callable[["Hit"], HttpResponse]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of an undisturbed run; ``started`` says that it began an operation, ``polls`` that it
    asked for one."""

    method: str
    path: str
    started: bool
    polls: bool

    @property
    def writes(self) -> bool:
        """Whether it changes anything at ARM."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Hit:
    """The request that is hit, and the service that it is on its way to."""

    request: HttpRequest
    act: Act
    simulator: Simulator


@dataclass(frozen=True, slots=True)
class Fault:
    """``deed`` is what happens. ``passes`` says that trying again helps: the same run succeeds. ``meets``
    says which requests it can happen to; ``lasting`` that it happens to the same address ever after; ``ends``
    that an operation was accepted and ends badly."""

    name: str
    deed: Deed
    passes: bool
    meets: Callable[[Sent], bool] = lambda sent: True
    lasting: bool = False
    ends: bool = False

    def __str__(self) -> str:
        return self.name


class Weather:
    """The weather of one run: counts its requests, notes what they were, and has one of them hit."""

    def __init__(self, simulator: Simulator, fault: Fault | None = None, number: int = -1) -> None:
        self.simulator, self.fault, self.number = simulator, fault, number
        self.sent: list[Sent] = []
        self.hits = 0
        self._links: set[str] = set()
        self._stricken = ""

    def __call__(self, request: HttpRequest, act: Act) -> HttpResponse:
        number, address = len(self.sent), urlsplit(request.url)
        path = address.path
        before = _running(self.simulator)
        self.sent.append(Sent(request.method, path, started=False, polls=path in self._links))
        if self.fault is not None and (number == self.number or (path and path == self._stricken)):
            self.hits += 1
            if self.fault.lasting:
                self._stricken = path
            return self.fault.deed(Hit(request, act, self.simulator))
        answer = act()
        if _running(self.simulator) - before:
            self.sent[number] = replace(self.sent[number], started=True)
        for name in ("azure-asyncoperation", "location"):
            link = urlsplit(answer.headers.get(name, "")).path
            if link not in ("", path):  # with 201 the Location often is the resource's own address
                self._links.add(link)
        return answer


def _refused(status: int, code: str, headers: Mapping[str, str] | None = None) -> Deed:
    def deed(hit: Hit) -> HttpResponse:
        body = msgspec.json.encode({"error": {"code": code, "message": "An unlucky day."}})
        told = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
        return SimulatorResponse(hit.request, Response(status, told, body))

    return deed


def _cut(how: type[Exception], *, acted: bool) -> Deed:
    def deed(hit: Hit) -> HttpResponse:
        if acted:
            hit.act()
        raise how("an unlucky day")

    return deed


def _answer_replaced(status: int, code: str) -> Deed:
    refused = _refused(status, code)

    def deed(hit: Hit) -> HttpResponse:
        hit.act()
        return refused(hit)

    return deed


def _ending(status: str) -> Deed:
    def deed(hit: Hit) -> HttpResponse:
        before = _running(hit.simulator)
        answer = hit.act()
        for id in _running(hit.simulator) - before:
            operation = hit.simulator._store.operation(id)
            assert operation is not None
            operation.status = status
            operation.error = {"code": "UnluckyDay", "message": "It went wrong over there."}
            hit.simulator._store.put_operation(operation)
        return answer

    return deed


def _running(simulator: Simulator) -> frozenset[str]:
    rows = simulator._store._db.execute("select id from operations where settled = 0")
    return frozenset(row[0] for row in rows)


def _starts(sent: Sent) -> bool:
    return sent.started


def _polls(sent: Sent) -> bool:
    return sent.polls


def _writes(sent: Sent) -> bool:
    return sent.writes


FAULTS = (
    Fault("408", _refused(408, "RequestTimeout"), passes=True),
    Fault("409", _refused(409, "Conflict"), passes=False),
    Fault("412", _refused(412, "PreconditionFailed"), passes=False),
    Fault("429", _refused(429, "TooManyRequests"), passes=True),
    Fault("429 with Retry-After", _refused(429, "TooManyRequests", {"retry-after": "17"}), passes=True),
    Fault("500", _refused(500, "InternalServerError"), passes=True),
    Fault("503", _refused(503, "ServiceUnavailable"), passes=True),
    Fault("503 with Retry-After", _refused(503, "ServiceUnavailable", {"retry-after": "17"}), passes=True),
    Fault("500 after", _answer_replaced(500, "InternalServerError"), passes=True, meets=_writes),
    Fault("time-out of the connection", _cut(ServiceRequestTimeoutError, acted=False), passes=True),
    Fault("time-out before", _cut(ServiceResponseTimeoutError, acted=False), passes=True),
    Fault(
        "time-out after it acted", _cut(ServiceResponseTimeoutError, acted=True), passes=True, meets=_writes
    ),
    Fault("reset before it was sent", _cut(ServiceRequestError, acted=False), passes=True),
    Fault("reset before", _cut(ServiceResponseError, acted=False), passes=True),
    Fault("reset after", _cut(ServiceResponseError, acted=True), passes=True, meets=_writes),
    Fault("operation failed", _ending("Failed"), passes=False, meets=_starts, ends=True),
    Fault("operation canceled", _ending("Canceled"), passes=False, meets=_starts, ends=True),
    Fault("poll gone", _refused(404, "OperationNotFound"), passes=True, meets=_polls, lasting=True),
)
