"""A store's own errors, and a seal's, as messages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state.api import StoreError
from mlinfra.state.seal.api import Unopened


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Raise what the store raises as MlinfraError, and what a seal raises that lacks its key."""
    try:
        yield
    except StoreError as wrong:
        raise MlinfraError(error("MLI-STA-007", wrong.summary, wrong.hint)) from wrong
    except Unopened as wrong:
        raise MlinfraError(error(wrong.code, f"the state {wrong.problem}", wrong.hint)) from wrong
