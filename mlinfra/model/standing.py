"""How a stack stands: what ``mlinfra status`` tells of each of many."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.state import LockInfo, Stamp


@dataclass(frozen=True, slots=True)
class Standing:
    """One stack in one line. What could not be found out has its default, and ``problems`` say why.

    ``folder`` is as people would type it. ``serial`` is None while the stack was never applied. ``written``
    tells of the last write of its state; ``open_steps`` never ended. ``drifted`` counts resources that were
    changed outside; None: nobody looked.
    """

    folder: str
    stack: str = ""
    serial: int | None = None
    resources: int = 0
    written: Stamp | None = None
    lock: LockInfo | None = None
    open_steps: int = 0
    drifted: int | None = None
    problems: tuple[Diagnostic, ...] = ()
