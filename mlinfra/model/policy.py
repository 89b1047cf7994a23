"""A policy as it is written, and what came of judging a plan by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.source import Node, Position
from mlinfra.model.value import Path


class Level(Enum):
    """How bad a finding is: an error refuses the plan, a warning and an info are only told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"

    @cached_property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """What a policy says of one rule: its level (None: the rule's own), and its settings."""

    code: str
    level: Level | None
    settings: Mapping[str, Any]
    node: Node = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """A rule written in YAML: what ``match`` is true for must have ``require`` true.

    Without ``match`` it is every change.
    """

    name: str
    match: Node | None = field(repr=False)
    require: Node = field(repr=False)
    message: str
    level: Level
    why: str
    mend: str
    position: Position = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exception: what ``rule`` finds at ``address``, a resource or a whole block, is let pass.

    Instead of an address it may have the name of a ``stack``: then it is about what the rule finds of the
    stack as a whole, such as too many deletions. It holds through the day ``expires``. ``shared`` says that
    it stands in a file that other stacks may use: then it need not be about this one.
    """

    rule: str
    address: Address | None
    owner: str
    reason: str
    expires: date
    position: Position = field(repr=False)
    shared: bool = False
    stack: str = ""

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return f"the stack {self.stack}" if self.address is None else str(self.address)

    def covers(self, finding: Finding, stack: str) -> bool:
        """Whether this is about what was found there in this stack."""
        if finding.code != self.rule:
            return False
        if self.address is None:
            return finding.address is None and stack == self.stack
        return finding.address is not None and self.address in (finding.address, finding.address.block)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, read and checked for shape.

    ``outside`` is one that whoever runs the command named, not the stack: what the stack says has no power
    over it.
    """

    rules: tuple[RuleChoice, ...] = ()
    declared: tuple[DeclaredRule, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    strict: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What people are told of a rule that judged: ``level`` is what its findings are here."""

    code: str
    name: str
    level: Level
    why: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    ``unsure``: the rule cannot tell before an apply. ``exemption`` lets it pass. ``refuses`` says that the
    plan must not be applied because of it.
    """

    code: str
    level: Level
    summary: str
    address: Address | None = None
    path: Path = ()
    position: Position | None = None
    unsure: bool = False
    exemption: Exemption | None = None
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a plan: the worst first, then by place. ``rules`` are all that judged."""

    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleInfo, ...] = ()
    strict: bool = False

    @property
    def refused(self) -> bool:
        """Whether the plan must not be applied."""
        return any(finding.refuses for finding in self.findings)
