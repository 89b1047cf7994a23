"""What a user wrote, read and checked for shape, not yet evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from mlinfra.model.address import Address, Key, ModulePath
from mlinfra.model.check import Check
from mlinfra.model.diagnostic import Diagnostic, Via
from mlinfra.model.policy import Policy
from mlinfra.model.selection import Selection
from mlinfra.model.source import Node, Position, SourceFile

if TYPE_CHECKING:
    from mlinfra.model.module import Definition, Module

META_KEYS = frozenset(
    {
        "parent",
        "for_each",
        "count",
        "when",
        "depends_on",
        "lifecycle",
        "import",
        "timeouts",
        "checks",
        "file",
        "provider",
    }
)
"""Keys that stand beside a resource's body and belong to mlinfra; no type's schema may use one at its top."""


class OnSoftDeleted(Enum):
    """What is done where a deleted resource, which the service still keeps, has the name of a new one."""

    REFUSE = "refuse"
    RECOVER = "recover"
    """It is brought back with what it held, and then brought in line with what is written."""
    PURGE = "purge"
    """It is ended for good, and a new one is made."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What replaces a resource when it changes: a block or instance, or with ``path`` one attribute of it."""

    address: Address
    path: tuple[str | int, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """``lifecycle:`` of a block."""

    prevent_destroy: bool | Node = False
    """A node where it is an expression: it is evaluated for each instance."""
    create_before_destroy: bool = False
    keep_on_remove: bool = False
    replace_triggered_by: tuple[Trigger, ...] = ()
    ignore_changes: tuple[tuple[str | int, ...], ...] = ()
    """Paths relative to the body; ``("*",)`` is everything."""
    allow_unmanaged_loss: bool = False
    keep_versions: int | None = None
    """How many versions stay, the one in use included; None: all."""
    on_soft_deleted: OnSoftDeleted = OnSoftDeleted.REFUSE


@dataclass(frozen=True, slots=True)
class Moved:
    """An address that a resource had, and the one that it has now: two blocks, two instances, two modules."""

    old: Selection
    new: Selection


@dataclass(frozen=True, slots=True)
class Removed:
    """An address that left the configuration, and whether what it was is destroyed."""

    address: Address
    destroy: bool


@dataclass(frozen=True, slots=True)
class Import:
    """What exists already and becomes an instance of a block.

    ``key`` is the instance's; None means the only one, or with ``for_each`` each that it has a member for.
    """

    key: Key
    id: Node
    for_each: Node | None = None


Waits: TypeAlias = tuple[tuple[Address | ModulePath, Position], ...]
"""What ``depends_on`` names, and where: blocks, instances, whole modules."""


class Block(msgspec.Struct, frozen=True):
    """One resource block.

    ``body`` is a mapping without the meta keys; of a ``file:`` body, with the keys beside ``file:`` laid
    over it. ``folder`` is where relative paths of the body start.
    """

    address: Address
    body: Node
    position: Position
    folder: Path
    lifecycle: Lifecycle = Lifecycle()
    parent: Node | None = None
    for_each: Node | None = None
    import_id: Node | None = None
    imports: tuple[Import, ...] = ()
    """What the stack's ``import:`` says of it, where the block itself says nothing."""
    depends_on: Waits = ()
    count: Node | None = None
    when: Node | None = None
    timeouts: Mapping[str, float] = {}
    """Seconds that ``create``, ``update`` and ``delete`` may take; no key: as long as the service takes."""
    checks: tuple[Check, ...] = ()
    read: bool = False
    """Whether this is a block of ``data:``: it exists already, and is read and never changed."""
    provider: Node | None = None
    """Which of a provider's settings it is made with, where not the usual ones: ``azure.other``."""

    @property
    def label(self) -> str:
        """What messages and expressions call it: ``workspace.main``, ``data.workspace.main``."""
        if not self.read:
            return str(self.address)
        inside = "".join(f"{step}." for step in self.address.module)
        return f"{inside}data.{self.address.type}.{self.address.name}"

    @property
    def is_single(self) -> bool:
        """Whether it has one instance without a key: neither ``for_each`` nor ``count``."""
        return self.for_each is None and self.count is None


@dataclass(frozen=True, slots=True)
class Variable:
    """One declared variable with the value that it has in this run (`Sensitive` when declared so)."""

    name: str
    type: str
    value: Any
    description: str = ""
    sensitive: bool = False
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One declared output."""

    name: str
    value: Node
    description: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Backend:
    """``backend:``: which kind of store keeps the state, with its settings, whose leaves may be `Sensitive`.

    ``node`` is where the settings are written.
    """

    kind: str
    settings: Mapping[str, Any] = field(repr=False)
    node: Node = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """Where a key comes from: ``method`` is a word of ``encryption:``, ``value`` plain, secret or not."""

    method: str
    value: Any = field(repr=False)
    node: Node = field(repr=False)


@dataclass(frozen=True, slots=True)
class Encryption:
    """``encryption:``: the key to write with, those in use before, and whether plain text is read too."""

    key: SecretKey
    fallbacks: tuple[SecretKey, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What must be known of a stack to find its state: no more of its files needs to be right for that."""

    stack: str
    folder: Path
    root: Path
    backend: Backend | None = None
    reads: frozenset[str] = frozenset()
    """The variables that ``backend`` and ``encryption`` read."""
    encryption: Encryption | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """One stack.

    ``settings`` maps a top-level key that is no key of the language (``azure``) to what is written under it:
    the settings of the provider of that name.
    """

    stack: str
    folder: Path
    source: SourceFile
    settings: Mapping[str, Node] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    modules: Mapping[ModulePath, Module] = field(default_factory=dict)
    """Every module, each after the one that calls it. The first, whose path is empty, is the stack itself."""
    blocks: tuple[Block, ...] = ()
    """Those of all modules, with whole addresses."""
    checks: tuple[Check, ...] = ()
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    """What was found while reading that stops nothing."""
    data: tuple[Block, ...] = ()
    """What is only read: blocks of ``data:``, each with ``read``."""
    included: tuple[SourceFile, ...] = ()
    """The files that ``include:`` named, in its order."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What `env_or_default` can read: ``MLINFRA_ENV_`` variables, by their names without that."""
    backend: Backend | None = None
    encryption: Encryption | None = None
    policy: Policy = field(default_factory=Policy)
    """What the stack itself says of rules."""

    @property
    def root(self) -> Path:
        """The repository that ``file:`` is confined to."""
        return self.main.root

    @property
    def main(self) -> Definition:
        """What the stack itself declares."""
        return self.modules[()].definition

    @property
    def locals(self) -> Mapping[str, Node]:
        """The locals of the stack itself."""
        return self.main.locals

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The outputs of the stack itself."""
        return self.main.outputs

    def via(self, path: ModulePath) -> tuple[Via, ...]:
        """The calls that lead to a module, innermost first."""
        return self.modules[path].via if path in self.modules else ()

    @property
    def head(self) -> Head:
        """Where its state is."""
        return Head(self.stack, self.folder, self.root, self.backend, encryption=self.encryption)
