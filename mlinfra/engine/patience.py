"""Questions that the service puts off are asked again, for a while: before anything is planned, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mlinfra.model.clock import Clock
from mlinfra.providers.api import ProviderError

T = TypeVar("T")

PATIENCE = 300.0
"""Seconds that reads which the service puts off are tried again before whoever asks gives up."""


def patiently(ask: Callable[[], T], clock: Clock) -> T:
    """The answer to a read. Raises ProviderError: one that trying again does not help, or has not helped."""
    waited = 0.0
    while True:
        try:
            return ask()
        except ProviderError as wrong:
            if not wrong.retryable or waited >= PATIENCE:
                raise
            pause = 5.0 if wrong.after is None else wrong.after
        clock.sleep(pause)
        waited += max(pause, 1.0)
