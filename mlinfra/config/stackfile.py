"""The file that a stack begins with: where it is, what it is called, and how messages name it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.names import bad_stack_name
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_source
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.source import Node, SourceFile

FILE = "mlinfra.yaml"


def repository(folder: Path) -> Path:
    """What a stack's files are confined to: the nearest folder up with ``.git``, else the stack's own."""
    here = folder.resolve()
    return next((up for up in (here, *here.parents) if (up / ".git").exists()), here)


def stack_file(folder: Path) -> SourceFile:
    """The stack's file, read. Raises MlinfraError where there is none."""
    path = folder / FILE
    if path.is_file():
        return read_source(path, FILE)
    where = os.fspath(folder)
    if not folder.is_dir():
        summary, advice = f"there is no folder {where}", "Look at what -C/--chdir says."
    elif path.is_dir():
        summary, advice = f"{FILE} in {where} is a folder, not a file", "Give the folder another name."
    else:
        near = next((name for name in ("mlinfra.yml", "Mlinfra.yaml") if (folder / name).is_file()), None)
        summary = f"there is no {FILE} in {'this folder' if where == '.' else where}"
        advice = f"There is {near}: call it {FILE}. " if near else ""
        advice += "`mlinfra init` writes one to start from; -C FOLDER works on a stack elsewhere."
    raise MlinfraError(error(codes.NO_STACK, summary, advice))


def stack_name(top: Node, node: Node | None, folder: Path, problems: list[Diagnostic]) -> str:
    """What the stack is called; empty where that cannot be said, and why goes to ``problems``."""
    if node is None or node.value is None:
        suggested = folder.resolve().name or "main"
        problems.append(
            error(
                codes.MISSING_KEY,
                "the stack has no name",
                f"Write  stack: {suggested}  at the top. State is kept under this name.",
                node.key if node is not None and node.key is not None else top.position,
            )
        )
        return ""
    name = Reader(problems).text(node, "stack")
    wrong = bad_stack_name(name, node.position) if name else None
    if wrong is not None:
        problems.append(wrong)
    return name


def shown(path: Path, folder: Path) -> str:
    """A path as messages call it: relative to the stack where it lies below it, else as it was given."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def seen_from(folder: Path, path: Path) -> str:
    """A path as seen from a folder, wherever it lies."""
    return Path(os.path.relpath(path, folder.resolve())).as_posix()


def in_order(problems: Iterable[Diagnostic], first: SourceFile) -> tuple[Diagnostic, ...]:
    """By file (``first`` before all others), line and column; what has no place comes last. Each once."""

    def place(found: Diagnostic) -> tuple[int, str, int, int]:
        position = found.position
        if position is None:
            return 2, "", 0, 0
        other = position.source.path != first.path
        return int(other), position.source.path if other else "", position.line, position.column

    return tuple(sorted(dict.fromkeys(problems), key=place))
