"""The fuzz part: 20,000 requests, always the same ones, none of which may end badly."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, settings

from conformance.corpus import Corpus
from conformance.fuzz.requests import Step
from conformance.fuzz.session import play, sessions
from conformance.score import Cause, Miss, Score

WANTED = 20_000
"""Requests."""


def scores(corpus: Corpus) -> Iterator[Score]:
    """One score: requests that were answered as they may be, in a world that stayed whole."""
    right, misses, number = 0, list[Miss](), 0

    @settings(
        max_examples=1_100,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sessions())
    def session(steps: list[Step]) -> None:
        nonlocal right, number
        number += 1
        played = play(steps)
        right += played.requests - bool(played.wrong)
        misses.extend(Miss(f"session {number}", Cause.OURS, wrong) for wrong in played.wrong)

    session()
    sent = right + len({miss.case for miss in misses})
    if sent < WANTED:
        misses.append(Miss("all", Cause.OURS, f"only {sent} requests were sent, not {WANTED}"))
    yield Score("fuzz", 1.0, right, tuple(misses), (f"{sent} requests in {number} sessions",))
