"""What the journal of an apply holds: one entry for each thing that happened to a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs


class EntryKind(Enum):
    """What happened to a step: INTENT before its request, ACCEPTED with a token, then DONE or FAILED."""

    INTENT = "intent"
    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"

    @property
    def ends(self) -> bool:
        """Whether nothing more comes of the step."""
        return self in (EntryKind.DONE, EntryKind.FAILED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to one step.

    ``desired`` and ``observed`` may hold `Sensitive` leaves, which are written as `Redacted`; `Unknown` ones
    may stand in ``desired`` alone, and only until the step ends. An ACCEPTED entry needs no more than what is
    new (``token``, ``id``): the rest is read from its step's earlier entries. A DONE entry of a create,
    update or adopt is complete: the record is made from it and from nothing else. ``broken`` on a FAILED
    entry says that the service had accepted the request, so that something is there that must be put right;
    it needs ``id`` and ``desired``. A deletion has ``desired`` when the same id is made again right after it:
    then it is to end for good, whatever the service would keep.
    """

    kind: EntryKind
    step: str
    address: Address
    op: Op
    type: str
    provider: str
    id: str | None
    desired: Attrs | None = None
    observed: Attrs | None = None
    token: Mapping[str, Any] | None = None
    """Plain JSON of the provider's, from which another process can go on."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    dependencies: tuple[Address, ...] = ()
    message: str = ""
    type_version: int = 1
    lifecycle: frozenset[str] = frozenset()
    broken: bool = False
    versions: tuple[str, ...] = ()
