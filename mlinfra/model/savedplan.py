"""A plan that was written down, to be shown and to be carried out just so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mlinfra.model.plan import Options, Plan

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """What tells whether secrets are the ones that a plan was made with, and nothing else of them.

    ``salt`` is empty where the trace was made with the stack's own key; a stack that nothing was ever
    applied to has none, and there it is a slow hash of all secrets together.
    """

    digest: str
    salt: str = ""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """``plan`` without a secret: a sensitive leaf is an empty `Redacted`, and no place shows its line.

    ``folder`` is the stack's, seen from the repository. ``written`` has a digest of what is written of each
    address, ``values`` those of the variables that are no secrets, ``secrets`` the names of those that are.
    ``commit`` is shown and never compared: after a squash it is always another one. ``digest`` is that of the
    file that it was read from; empty before.
    """

    plan: Plan
    folder: str
    options: Options
    written: Mapping[str, str]
    made: datetime
    owner: str
    commit: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    trace: Trace | None = None
    digest: str = ""
