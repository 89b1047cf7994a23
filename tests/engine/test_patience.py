"""What the service puts off is asked again; what it refuses is not."""

from __future__ import annotations

import pytest

from mlinfra.engine.patience import PATIENCE, patiently
from mlinfra.providers.api import ProviderError
from tests.engine.bench import Clock


def test_a_question_is_asked_again_after_the_time_that_is_named() -> None:
    clock, refusals = Clock(), [17.0, None]

    def ask() -> str:
        if refusals:
            raise ProviderError("BUSY", "later", retryable=True, after=refusals.pop(0))
        return "yes"

    assert patiently(ask, clock) == "yes"
    assert clock.seconds == 17 + 5


@pytest.mark.parametrize(("retryable", "waited"), [(False, 0), (True, PATIENCE)])
def test_patience_ends(retryable: bool, waited: float) -> None:
    clock = Clock()

    def ask() -> str:
        raise ProviderError("NO", "never", retryable=retryable)

    with pytest.raises(ProviderError, match="never"):
        patiently(ask, clock)
    assert clock.seconds == waited
