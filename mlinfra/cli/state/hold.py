"""Changing the state by hand: under the lock, and only where no step is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from mlinfra.cli import options
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state.manager import StateManager
from mlinfra.state.session import Session


@contextmanager
def hold(
    ctx: click.Context, manager: StateManager, command: str, lock_timeout: float, lineage: str | None = None
) -> Iterator[Session]:
    """The stack's lock. Raises MlinfraError where an earlier command left steps open: what they did is not
    known before the service was asked, and what is written here would pass over it.
    """
    with manager.session(command=command, lock_timeout=lock_timeout, lineage=lineage) as session:
        still = session.snapshot.open
        if still:
            names = ", ".join(dict.fromkeys(str(entry.address) for entry in still))
            raise MlinfraError(
                error(
                    "MLI-STA-052",
                    f"an earlier command ended in the middle of its work on {names}",
                    f"What came of it is found out by {options.next_command(ctx, 'apply')}, which goes on "
                    "from there. The state can be changed by hand after that.",
                )
            )
        yield session
