"""What there is to say of one resource: where it is written, why it is planned, what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Via
from mlinfra.model.plan import Action, Change, Drift
from mlinfra.model.source import Position
from mlinfra.model.state import Record, Stamp
from mlinfra.model.value import Path


@dataclass(frozen=True, slots=True)
class Link:
    """One place on the way to where a value comes from.

    ``what`` is what stands there (``input nodes of module.pool``; empty for the key itself), ``reads`` the
    names that it reads. Of a resource, ``action`` is what the plan does to it. Texts as they are written are
    left out: there may be a secret in one.
    """

    what: str
    position: Position | None
    reads: tuple[str, ...] = ()
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of one key comes from: the place of the key first, then what it reads, and so on.

    Without links the key is not written, and ``otherwise`` says what its value is instead.
    """

    path: Path
    links: tuple[Link, ...] = ()
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it is written: its value, worked out, with marks."""

    name: str
    value: Any
    position: Position | None


@dataclass(frozen=True, slots=True)
class Needed:
    """A block that must come first: because it is lived in (``parent``), or where it is read."""

    address: Address
    position: Position | None = None
    parent: bool = False


@dataclass(frozen=True, slots=True)
class Timed:
    """One of a chain of resources, with the seconds that its creation takes; None where nobody knows."""

    address: Address
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Took:
    """How long one operation takes: ``usual`` seconds, the median of the ``times`` that it was done in this
    stack, or with 0 as its type says."""

    op: str
    usual: float
    times: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A resource, or a block with all its instances.

    ``changes`` has one entry for each of them. ``keys`` are those of the only one, ``others`` the names that
    it may have besides. ``chain`` is what takes longest before it and itself, first to last. ``readers`` need
    it directly; ``behind`` counts those that need it through others. ``inside`` dies with it;
    ``data`` and ``serves`` say what is lost and what stops, ``guarded`` which words of its lifecycle
    speak against it. What has left the configuration has no position.
    """

    address: Address
    type: str
    kind: str
    provider: str
    position: Position | None = None
    via: tuple[Via, ...] = ()
    keys: tuple[Key, ...] = ()
    others: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    origins: tuple[Origin, ...] = ()
    drift: Drift | None = None
    needs: tuple[Needed, ...] = ()
    chain: tuple[Timed, ...] = ()
    readers: tuple[Address, ...] = ()
    behind: int = 0
    outputs: tuple[str, ...] = ()
    container: Address | None = None
    inside: tuple[Address, ...] = ()
    data: str = ""
    serves: str = ""
    guarded: tuple[str, ...] = ()
    took: tuple[Took, ...] = ()
    record: Record | None = None
    serial: int = 0
    written: Stamp | None = None


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """One key that a type takes, by its dotted path (``[]`` for the members of a list), with its schema."""

    path: str
    schema: Mapping[str, Any]
    required: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class KindExplained:
    """One kind of a type, with the keys that it alone takes, and a body as it may be written."""

    name: str
    keys: tuple[KeyTaken, ...]
    example: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypeExplained:
    """A resource type. ``keys`` are taken by all its kinds; a type of one kind has no ``kinds``.

    ``computed`` are known once it exists.
    """

    name: str
    provider: str
    about: str
    keys: tuple[KeyTaken, ...]
    computed: tuple[KeyTaken, ...] = ()
    kinds: tuple[KindExplained, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""
