"""A session: steps in order against a new simulator, and every invariant after each."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.fuzz.blobs import blob_asks
from conformance.fuzz.invariants import wrong_answer, wrong_end, wrong_rest, wrong_world
from conformance.fuzz.requests import Ask, Follow, Step, Wait, asks, waits
from conformance.fuzz.samples import STANDING, sample
from conformance.fuzz.values import weighted
from mlinfra.simulator import Request, Response, Simulator

SHORTEST, LONGEST = 20, 30
"""Steps of a session."""


_LINKS = ("azure-asyncoperation", "location")


def sessions() -> SearchStrategy[list[Step]]:
    """Steps; most of them requests to ARM."""
    step = weighted((8, asks()), (2, waits()), (1, blob_asks()))
    return st.lists(step, min_size=SHORTEST, max_size=LONGEST)


@dataclass(slots=True)
class Played:
    """What came of a session: how many requests were sent, and what was wrong, each with its request."""

    requests: int = 0
    wrong: list[str] = field(default_factory=list)


def play(steps: Sequence[Step]) -> Played:
    """Play a session in a world of its own, in which every kind of resource can be made."""
    simulator = Simulator()
    try:
        _furnish(simulator)
        return _play(simulator, steps)
    finally:
        simulator.close()


def _furnish(simulator: Simulator) -> None:
    for id in STANDING:
        one = sample(id)
        body, media = json.dumps(one.body).encode(), {"content-type": "application/json"}
        answer = simulator.handle(Request("PUT", id, {"api-version": one.version}, media, body))
        assert answer.status < 300, answer
        simulator.advance(300.0)


def _play(simulator: Simulator, steps: Sequence[Step]) -> Played:
    played, links = Played(), deque[str](maxlen=4)
    for step in steps:
        if isinstance(step, Wait):
            simulator.advance(step.seconds)
            continue
        request = step.request if isinstance(step, Ask) else _followed(step, links)
        if request is None:
            continue
        played.requests += 1
        answer = _answer(simulator, request, played)
        if answer is None:
            return played
        links.extend(answer.headers[name] for name in _LINKS if name in answer.headers)
        wrong = [*wrong_answer(request, answer), *wrong_world(simulator)]
        played.wrong.extend(f"{_shown(request)}: {each}" for each in wrong)
        if wrong:
            return played
    played.wrong.extend(f"at rest: {each}" for each in wrong_rest(simulator))
    if not played.wrong:
        played.wrong.extend(f"in the end: {each}" for each in wrong_end(simulator))
    return played


def _answer(simulator: Simulator, request: Request, played: Played) -> Response | None:
    try:
        return simulator.handle(request)
    except Exception as error:  # whatever it is, it is what we look for
        played.wrong.append(f"{_shown(request)}: {type(error).__name__}: {error}")
        return None


def _followed(step: Follow, links: Sequence[str]) -> Request | None:
    if step.back >= len(links):
        return None
    parts = urlsplit(links[-1 - step.back])
    return Request("GET", unquote(parts.path), dict(parse_qsl(parts.query)), {}, b"")


def _shown(request: Request) -> str:
    body = request.body[:300].decode(errors="replace")
    return f"{request.method} {request.path} {dict(request.query)} {dict(request.headers)} {body}"
