"""The garbage collector, kept away from what lives until the command ends."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting_collector(*, large: bool) -> Iterator[None]:
    """Let the collector rest while something ``large`` is made: it would walk all of it, again and again.

    What is made inside is never looked at later either. So this is for what is needed to the end, and not
    for what sends requests or waits.
    """
    rests = large and gc.isenabled()
    if rests:
        gc.disable()
    try:
        yield
    finally:
        if rests:
            gc.freeze()
            gc.enable()
