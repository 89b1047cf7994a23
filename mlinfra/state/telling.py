"""A store's own errors as messages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state.api import StoreError


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Raise what the store raises as MlinfraError."""
    try:
        yield
    except StoreError as wrong:
        raise MlinfraError(error("MLI-STA-007", wrong.summary, wrong.hint)) from wrong
