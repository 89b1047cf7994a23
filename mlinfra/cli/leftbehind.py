"""A state that was not moved: ``backend:`` names a store now, and the files of before are still there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlinfra.model.configuration import Head
from mlinfra.model.diagnostic import MlinfraError

if TYPE_CHECKING:
    from mlinfra.cli.wiring import Workplace


def left_behind(place: Workplace, head: Head) -> str:
    """Where the stack's state was as long as it named no store, if it still is; else nothing.

    Asked where the store has none: to plan everything anew would be wrong. Costs one look for a file.
    """
    from mlinfra.cli.wiring import HOME
    from mlinfra.state.reading import OfAnotherStack

    if head.backend is None or not (head.root / HOME / f"{head.stack}.json").exists():
        return ""
    manager = place.manager(replace(head, backend=None))
    try:
        snapshot = manager.load()
    except OfAnotherStack:
        return ""  # it has the same name, and may well be there
    except MlinfraError:
        return manager.store.where()
    return manager.store.where() if snapshot.state.records or snapshot.open else ""
