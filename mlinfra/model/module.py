"""Modules: what is written once and used many times. A stack is one, too: the one that nobody calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlinfra.model.address import Address, Key, ModulePath, shown_module
from mlinfra.model.configuration import Block, Output, Waits
from mlinfra.model.diagnostic import Via
from mlinfra.model.source import Node, Position, SourceFile


@dataclass(frozen=True, slots=True)
class Input:
    """One declared value from outside: a variable of a stack, an input of a module.

    ``type`` is its text as written; without a ``default`` a value must be given.
    """

    name: str
    type: str
    default: Node | None
    position: Position
    description: str = ""
    sensitive: bool = False
    nullable: bool = True
    deprecated: str = ""
    validation: Node | None = None
    word: str = "variable"
    """What messages call its kind."""

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.word} `{self.name}`"


@dataclass(frozen=True, slots=True)
class Call:
    """One entry of ``modules:``. ``inputs`` are read where it stands, and so are its other keys."""

    name: str
    position: Position
    definition: Definition
    source: str
    inputs: Mapping[str, Node] = field(default_factory=dict)
    for_each: Node | None = None
    count: Node | None = None
    when: Node | None = None
    depends_on: Waits = ()
    parent: Node | None = None
    provider: Node | None = None
    address: Address | None = None
    """None: a call is no resource. Blocks have one."""

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"module.{self.name}"

    @property
    def is_single(self) -> bool:
        """Whether it has one instance without a key: neither ``for_each`` nor ``count``."""
        return self.for_each is None and self.count is None


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """What one module declares, read once however often it is called.

    Addresses in it are as they are written, without the modules around. ``folder`` is where relative paths
    start, ``root`` what they are confined to: the repository, or the checkout that the module is part of.
    """

    source: SourceFile
    folder: Path
    root: Path
    inputs: Mapping[str, Input] = field(default_factory=dict)
    locals: Mapping[str, Node] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    data: tuple[Block, ...] = ()
    outputs: Mapping[str, Output] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One instance of a module: a scope of its own.

    ``key`` and ``value`` are what `each` has in the call's keys. ``children`` are its own calls' instances.
    """

    path: ModulePath
    definition: Definition
    call: Call | None = None
    key: Key = None
    value: Any = field(default=None, repr=False)
    via: tuple[Via, ...] = ()
    """The calls that lead here, innermost first."""
    children: dict[str, dict[Key, ModulePath]] = field(default_factory=dict)

    def __str__(self) -> str:
        return shown_module(self.path)
