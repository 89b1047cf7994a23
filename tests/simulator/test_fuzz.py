"""A tenth of the requests of ``make conformance``; where one fails, its session is made small."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from conformance.fuzz.requests import Step
from conformance.fuzz.session import play, sessions


@settings(
    max_examples=110,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(sessions())
def test_no_request_breaks_the_simulator(steps: list[Step]) -> None:
    assert play(steps).wrong == []
