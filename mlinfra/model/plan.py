"""A plan: what would change, why, and the whole order of work.

Structs, as `mlinfra.model.source.Node` is: a plan has a `Change` for each of ten thousand resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import msgspec

from mlinfra.model.address import Address
from mlinfra.model.check import CheckResult
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.selection import Selection
from mlinfra.model.source import Position
from mlinfra.model.value import Attrs, Path


class Action(Enum):
    """What happens to one resource; the value is its symbol."""

    NO_OP = " "
    CREATE = "+"
    UPDATE = "~"
    DELETE_CREATE = "-/+"
    CREATE_DELETE = "+/-"
    DELETE = "-"
    FORGET = "."
    ADOPT = "="
    READ = "<="
    RECOVER = "^"
    """What was deleted and is still kept by the service is brought back, then brought in line."""
    PURGE = "x/+"
    """What was deleted and is still kept by the service is ended for good, then a new one is made."""

    @cached_property
    def replaces(self) -> bool:
        """Whether the resource is deleted and created, in either order."""
        return self in (Action.DELETE_CREATE, Action.CREATE_DELETE)

    @cached_property
    def makes(self) -> bool:
        """Whether something is there afterwards that is not there now."""
        return self in (Action.CREATE, Action.RECOVER, Action.PURGE)

    @cached_property
    def destroys(self) -> bool:
        """Whether what exists now is gone afterwards."""
        return self is Action.DELETE or self.replaces


class Reason(Enum):
    """Why an action was chosen; words for people, never branched on."""

    NONE = ""
    IMMUTABLE = "a key that cannot change in place changed"
    PARENT = "it lives in something that is deleted or replaced"
    BROKEN = "its last creation failed half-way"
    GONE = "it was deleted outside mlinfra"
    REMOVED = "it is no longer in the configuration"
    DESTROY = "the stack is destroyed"
    EXISTS = "it exists already and is taken over"
    VERSION = "its content changed, which makes a new version"
    RENAMED = "its block has another address now"
    ASKED = "its replacement was asked for"
    TRIGGERED = "something changed that its lifecycle.replace_triggered_by names"
    KEPT = "it left the configuration, which says to keep it"
    SOFT_DELETED = "one of this name was deleted and is still kept"


class Delta(Enum):
    """How one attribute differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RELEASED = "left to the service"
    """No longer written and without a default: the service keeps what it has."""


class AttributeChange(msgspec.Struct, frozen=True):
    """One attribute that differs; marks stand where a value is unknown, sensitive or redacted.

    Paths descend mappings; a list is one attribute, whole. ``unit`` is ``s`` where numbers are seconds.
    """

    path: Path
    delta: Delta
    before: Any = None
    after: Any = None
    forces_replacement: bool = False
    unit: str = ""


class Threat(Enum):
    """What a change may do beyond what it is meant for, as far as types declare it."""

    DOWNTIME = "downtime"
    """What others use while they use it stops."""
    EXPOSURE = "exposure"
    """Something is reached from where it was not."""
    RIGHTS = "rights"
    """Somebody may do what they could not do."""


class Risk(msgspec.Struct, frozen=True):
    """One threat of a change: the key that brings it, or the few words ``says`` of its type.

    ``beside`` are keys to tell it with: whom a right is given, and on what.

    Not ``certain``: it hangs on a value that is known only when it is applied.
    """

    threat: Threat
    path: Path = ()
    says: str = ""
    beside: tuple[str, ...] = ()
    certain: bool = True


class Change(msgspec.Struct, frozen=True):
    """What happens to one resource.

    ``before`` is what is live (None: nothing), ``after`` what should be (None: nothing), both normalised and
    with marks. ``dies_with`` names the parent whose deletion takes it along. ``loses`` lists the addresses
    recorded beneath it that die when it is deleted or replaced, ``unmanaged`` the ids of what lives there
    and is nobody's; ``data_loss`` says in a few words what data goes.
    """

    address: Address
    type: str
    provider: str
    action: Action
    id: str | None = None
    reason: Reason = Reason.NONE
    before: Attrs | None = None
    after: Attrs | None = None
    attributes: tuple[AttributeChange, ...] = ()
    dies_with: Address | None = None
    loses: tuple[Address, ...] = ()
    unmanaged: tuple[str, ...] = ()
    data_loss: str = ""
    notes: tuple[str, ...] = ()
    """What its type has to say of it, in lines of their own."""
    retires: tuple[str, ...] = ()
    """Ids of earlier versions of it that go."""
    position: Position | None = None
    seconds: float | None = None
    """How long its steps are expected to take together; None where nobody knows."""
    risks: tuple[Risk, ...] = ()


class Drift(msgspec.Struct, frozen=True):
    """One resource that someone changed or deleted outside; ``deleted`` when it is gone."""

    address: Address
    type: str
    id: str
    attributes: tuple[AttributeChange, ...] = ()
    deleted: bool = False


class Op(Enum):
    """What one step asks a provider to do; FORGET and ADOPT touch state alone.

    A step that recovers goes on to update where that is needed; one that purges goes on to create.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    FORGET = "forget"
    ADOPT = "adopt"
    RECOVER = "recover"
    PURGE = "purge"

    @cached_property
    def makes(self) -> bool:
        """Whether something is there afterwards that was not there before."""
        return self in (Op.CREATE, Op.RECOVER, Op.PURGE)


class Step(msgspec.Struct, frozen=True):
    """One unit of work: one journal entry, one ``begin``/``resume`` chain.

    ``after`` names the steps and joins that must be done first. ``with_parent`` names the deletion that takes
    this one along: no request is sent, the record is dropped when that step is done. ``target`` is the id
    that is meant where it is not the resource's own: an earlier version of it.
    """

    id: str
    address: Address
    op: Op
    after: tuple[str, ...] = ()
    with_parent: str | None = None
    target: str | None = None
    seconds: float | None = None
    """How long it is expected to take: as it usually did in this stack, else as its type says."""


class Join(msgspec.Struct, frozen=True):
    """Nothing to do: it is done when all the steps ``after`` which it stands are.

    Where each of n steps waits for each of m others, both sides meet in one, and n × m edges are n + m.
    """

    id: str
    after: tuple[str, ...]


class OutputChange(msgspec.Struct, frozen=True):
    """One output before and after; marks as in a `Change`."""

    name: str
    action: Action
    before: Any = None
    after: Any = None


class RefreshInfo(msgspec.Struct, frozen=True):
    """What refreshing cost: requests sent, seconds, resources read. None of it when ``skipped``."""

    requests: int = 0
    seconds: float = 0.0
    resources: int = 0
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked of a plan.

    ``refresh=False`` takes what was recorded for what is there; ``targets`` limits the plan to what they name
    and what that needs, ``excluded`` leaves that out and what needs it; ``destroy`` plans the end of
    everything; ``replace`` names resources, blocks or modules that are made anew.

    ``only`` leaves all other addresses as they are, whatever they need: they were planned before. With
    ``digests`` the plan comes with what is written of each address.
    """

    refresh: bool = True
    targets: tuple[Selection, ...] = ()
    excluded: tuple[Selection, ...] = ()
    destroy: bool = False
    replace: tuple[Selection, ...] = ()
    only: frozenset[Address] | None = None
    digests: bool = False


class Plan(msgspec.Struct, frozen=True):
    """All of it. ``changes`` has one entry per resource of configuration and state, no-ops included."""

    stack: str
    lineage: str
    serial: int
    version: str
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    joins: tuple[Join, ...] = ()
    drift: tuple[Drift, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    context: Mapping[str, str] = {}
    """What the provider says of where this goes, for the heading: ``{"cloud": …, "location": …}``."""
    refresh: RefreshInfo = RefreshInfo()
    destroy: bool = False
    checks: tuple[CheckResult, ...] = ()
    """Every check of resources and stack, as far as it is known; none when all is destroyed."""

    @property
    def is_empty(self) -> bool:
        """Whether applying would change nothing: no steps and no output that differs."""
        return not self.steps and all(o.action is Action.NO_OP for o in self.outputs)

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """What each step and each join waits for."""
        steps = {step.id: step.after for step in self.steps}
        return steps | {join.id: join.after for join in self.joins}
