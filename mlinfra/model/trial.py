"""Tests of stacks and modules: what a test file says, and how its runs came out.

Named trials, since ``test`` is what pytest looks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Node, Position, SourceFile


class Command(Enum):
    """What a run does, in the words of the command line."""

    APPLY = "apply"
    PLAN = "plan"
    DESTROY = "destroy"
    VALIDATE = "validate"

    @property
    def changes(self) -> bool:
        """Whether it sends something."""
        return self in (Command.APPLY, Command.DESTROY)


class Subject(Enum):
    """What a test file is about."""

    STACK = "stack"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class Request:
    """One request that somebody else sends before a run. ``body`` is plain data, None: it has none."""

    method: str
    path: str
    position: Position
    body: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A condition that has to be true after a run; ``message`` may be empty."""

    condition: Node
    message: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that a run has to be refused with. ``message`` is a part of its text, or empty."""

    code: str
    message: str
    position: Position


@dataclass(frozen=True, slots=True)
class Run:
    """One command, given these variables. ``settles``: an apply leaves nothing to do."""

    name: str
    command: Command
    position: Position
    variables: Mapping[str, Node] = field(default_factory=dict, repr=False)
    requests: tuple[Request, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    refusal: Refusal | None = None
    settles: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """One test file. ``folder`` is that of the stack or module, and ``variables`` those of every run.

    What a stack around a module says stands in ``around`` (sections), ``settings`` (of providers) and
    ``parent``; ``outputs`` are what other stacks tell, by the name of the block that reads them.
    """

    source: SourceFile
    folder: Path
    subject: Subject
    position: Position
    runs: tuple[Run, ...]
    description: str = ""
    variables: Mapping[str, Node] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Node] = field(default_factory=dict, repr=False)
    around: Mapping[str, Node] = field(default_factory=dict, repr=False)
    parent: Node | None = None
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    requests: tuple[Request, ...] = ()


class Ending(Enum):
    """How a run came out."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """An earlier run of the file failed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong; of a condition as it is written, with the names it read and their values."""

    problem: Diagnostic
    condition: str = ""
    reads: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run came out: ``seconds`` of real time, and how many assertions were held against it."""

    run: Run
    ending: Ending
    seconds: float = 0.0
    assertions: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of one file, in the order of its runs. ``failures`` are why it could not be read.

    ``path`` is as the command was given it; places in messages are seen from ``folder``.
    """

    path: str
    folder: str
    description: str = ""
    outcomes: tuple[Outcome, ...] = ()
    failures: tuple[Failure, ...] = ()
