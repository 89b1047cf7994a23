"""The seam to rules: what judges a plan before anyone applies it.

A rule meets a plan without a secret's value: before and after hold marks (`mlinfra.model.value`) where a
value is unknown or sensitive. What it finds it says as diagnostics with ``address`` and ``path``; the gate
adds the place and says how bad it is. Where what it looks for is unknown it answers `CannotTell`.

An entry point of the group ``mlinfra.rules`` gives a sequence of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

from mlinfra.model.diagnostic import Diagnostic, Severity
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.policy import Level
from mlinfra.model.value import Path

Settings: TypeAlias = Mapping[str, Any]

NO_SETTINGS: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


class Rule(Protocol):
    """One rule. ``code`` is stable (``AZ-NET-001``), ``name`` is what people call it."""

    @property
    def code(self) -> str:
        """What it is written as."""
        ...

    @property
    def name(self) -> str:
        """What people call it, in a few words."""
        ...

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """What the rule finds; a value that is unknown is answered with `CannotTell`."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """What a rule says of itself.

    ``why`` it matters and how to ``mend`` are full sentences. ``schema`` is the JSON Schema of its settings;
    their defaults are filled in before `Rule.check`. A property with ``x-types-with: KEY`` has those types as
    its default whose schema has that key. ``sources`` are what it is taken from.
    """

    why: str
    mend: str
    level: Level = Level.WARNING
    schema: Mapping[str, Any] = field(default_factory=lambda: NO_SETTINGS)
    sources: tuple[str, ...] = ()


@runtime_checkable
class Explained(Protocol):
    """A rule that says more of itself. Without it a finding is a warning, and there are no settings."""

    @property
    def about(self) -> About:
        """The rest."""
        ...


def about(rule: Rule) -> About:
    """What a rule says of itself, or what is said of one that says nothing."""
    return rule.about if isinstance(rule, Explained) else About("", "")


class CannotTell(Diagnostic):
    """What a rule answers where only an apply can tell, or where the value is secret."""

    __slots__ = ()


def found(change: Change, path: Path, summary: str) -> Diagnostic:
    """Something that a rule found; ``path`` is relative to the resource's body."""
    return Diagnostic(Severity.WARNING, "", summary, address=change.address, path=path)


def cannot_tell(change: Change, path: Path, summary: str) -> CannotTell:
    """What a rule would have to know."""
    return CannotTell(Severity.WARNING, "", summary, address=change.address, path=path)


_LEAVES_NOTHING = (Action.NO_OP, Action.READ, Action.FORGET, Action.DELETE)


def made(plan: Plan) -> Iterator[Change]:
    """The changes after which something is there that this plan made or changed."""
    return (c for c in plan.changes if c.action not in _LEAVES_NOTHING and c.after is not None)


def settings_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of settings with these properties and no others."""
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


TEXTS: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}
"""The schema of a list of texts."""
