"""Short ways to write down what a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlinfra.config.expression import evaluate
from mlinfra.config.loader import load
from mlinfra.config.scope import Scope, Table
from mlinfra.config.source import parse
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.source import Node, Position, SourceFile, Template

SAMPLES = Surroundings(Path(__file__).parent / "samples", Path(__file__).parent / "samples")
"""A folder with the files that the examples of functions read."""


def read(text: str, *, expressions: bool = True) -> Node:
    """The nodes of a YAML text."""
    return parse(SourceFile("stack.yaml", text), expressions=expressions)


def plain(node: Node) -> Any:
    """What a node holds, templates as their text."""
    value = node.value
    if isinstance(value, Template):
        return value
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    return [plain(child) for child in value] if isinstance(value, tuple) else value


def refused(text: str) -> list[Diagnostic]:
    """What is wrong with a YAML text; an error when nothing is."""
    try:
        read(text)
    except MlinfraError as wrong:
        return list(wrong.diagnostics)
    raise AssertionError(f"nothing is wrong with {text!r}")


def template(text: str) -> Node:
    """A node that holds this string, as if it stood alone in line 1 from column 1."""
    from mlinfra.config.expression import compile_template

    problems: list[Diagnostic] = []
    position = Position(SourceFile("stack.yaml", text), 1, 1, len(text))
    value = compile_template(text, position, problems)
    if problems:
        raise MlinfraError(problems)
    return Node(value, position)


def scope(**names: Any) -> Scope:
    """A scope with these names; a dict given for one becomes something to look up, not a value."""
    return Scope(
        {name: Table(value) if isinstance(value, dict) else value for name, value in names.items()},
        around=SAMPLES,
    )


def value(text: str, **names: Any) -> Any:
    """The value of a string with expressions; MlinfraError with what is wrong."""
    problems: list[Diagnostic] = []
    found = evaluate(template(text), scope(**names), problems)
    if problems:
        raise MlinfraError(problems)
    return found


def failure(text: str, **names: Any) -> Diagnostic:
    """The one thing that is wrong with a string with expressions."""
    try:
        found = value(text, **names)
    except MlinfraError as wrong:
        (only,) = wrong.diagnostics
        return only
    raise AssertionError(f"{text} gave {found!r}")


def stack(folder: Path, text: str, **given: Any) -> Config:
    """The stack of this text in ``folder``."""
    folder.joinpath("mlinfra.yaml").write_text(text, encoding="utf-8")
    return load(folder, **given)


def problems(folder: Path, text: str, **given: Any) -> list[Diagnostic]:
    """What is wrong with the stack of this text."""
    try:
        stack(folder, text, **given)
    except MlinfraError as wrong:
        return list(wrong.diagnostics)
    return []


def told(found: Diagnostic) -> str:
    """A message on one line: ``3:7 MLI-CFG-007 summary``."""
    place = f"{found.position.line}:{found.position.column}" if found.position else "-"
    return f"{place} {found.code} {found.summary}"


def marked(found: Diagnostic) -> str:
    """The text that a message underlines."""
    position = found.position
    assert position is not None
    line = position.source.line(position.line)
    return line[position.column - 1 : position.column - 1 + position.length]
