"""A stack whose main file was read, or was made up by a test: what the loader makes a `Config` of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Node, SourceFile


@dataclass(frozen=True, slots=True)
class Staged:
    """A stack to be read: its main file, what is under its keys, and the values of its variables.

    ``base`` is the folder that paths in it start from, where that is not the stack's own.
    """

    source: SourceFile
    top: Node
    folder: Path
    base: Path
    variables: Mapping[str, Node]
    problems: tuple[Diagnostic, ...] = ()
