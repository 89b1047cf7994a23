"""What was applied: the recorded side of every plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.value import Attrs

FORMAT_VERSION = 1

LASTING = ("prevent_destroy", "allow_unmanaged_loss", "keep_on_remove")
"""Words of ``lifecycle`` that still count when their block has left the configuration."""


@dataclass(frozen=True, slots=True)
class Record:
    """One resource that mlinfra made or adopted.

    ``desired`` is what was applied (the managed keys), ``observed`` what was read right after, computed keys
    included; sensitive leaves of both are `Redacted`. ``settings`` are the provider's, without secrets, so
    that what has left the configuration can still be deleted. ``broken`` marks a creation that was accepted
    and then failed.
    """

    address: Address
    type: str
    provider: str
    id: str
    desired: Attrs
    observed: Attrs
    dependencies: tuple[Address, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    type_version: int = 1
    lifecycle: frozenset[str] = frozenset()
    """Which of `LASTING` are true of it."""
    broken: bool = False
    versions: tuple[str, ...] = ()
    """Ids of what this block made before and what is still there, oldest first: earlier versions, and what a
    successor was created before and that is to go."""


@dataclass(frozen=True, slots=True)
class OutputValue:
    """One output as last applied; a sensitive one is `Redacted`."""

    value: Any
    sensitive: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """What is done to which kind of thing: how long that took is worth remembering together.

    ``kind`` is the value of the type's discriminator (``amlcompute``), empty for a type of one kind.
    """

    type: str
    kind: str
    op: str
    """The value of an `Op`."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who wrote a state, when (UTC), with which command and commit, and what it did in a few words."""

    owner: str
    host: str
    at: datetime
    command: str
    commit: str = ""
    """The id of the commit that was checked out; empty where that could not be told."""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Everything recorded of one stack. ``serial`` rises with each write; ``lineage`` never changes."""

    lineage: str
    serial: int = 0
    stack: str = ""
    folder: str = ""
    """The stack's folder relative to the repository, so that two stacks of one name cannot share a state."""
    records: Mapping[Address, Record] = field(default_factory=dict)
    outputs: Mapping[str, OutputValue] = field(default_factory=dict)
    durations: Mapping[Deed, tuple[float, ...]] = field(default_factory=dict)
    """Seconds that the last few of each deed took here, the latest last."""
    written: Stamp | None = None
    """How it came about; None in what was never written, and of a mlinfra that did not tell."""


@dataclass(frozen=True, slots=True)
class LockInfo:
    """Who holds a stack's lock, since when and until when (UTC) unless renewed."""

    id: str
    owner: str
    host: str
    command: str
    since: datetime
    expires: datetime
