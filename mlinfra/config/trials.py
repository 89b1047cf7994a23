"""Test files: ``tests/*.test.yaml`` beside a stack or a module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlinfra.config import codes, library, stackfile
from mlinfra.config.declared_secrets import declared_secrets
from mlinfra.config.inputs import without_line
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import in_order
from mlinfra.config.trial_runs import EXAMPLE, plain_value, read_requests, read_runs
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.model.source import Node, SourceFile
from mlinfra.model.trial import Subject, Trial

ENDING = ".test.yaml"
FOLDER = "tests"
"""What the folder of test files is called."""

KEYS = ("description", "variables", "azure", "around", "parent", "outputs", "simulator", "runs")
AROUND = ("locals", "resources", "data", "modules")
"""What of a stack can stand around a module under test."""

_OF_MODULES = ("azure", "around", "parent")


def trial_files(targets: Iterable[Path]) -> list[Path]:
    """The test files that paths mean, sorted: a file is itself, of a folder all at and below it.

    Below a folder those count that lie in a folder ``tests`` beside a stack or a module.
    """
    found: dict[Path, None] = {}
    for target in targets:
        if target.is_dir():
            found.update(dict.fromkeys(sorted(filter(is_trial, target.rglob(f"*{ENDING}")))))
        else:
            found[target] = None
    return list(found)


def is_trial(path: Path) -> bool:
    """Whether a file is a test of the stack or module that it stands beside."""
    home = path.parent
    beside = home.name == FOLDER and subject_of(home.resolve().parent) is not None
    return beside and path.name.endswith(ENDING)


def subject_of(folder: Path) -> Subject | None:
    """What there is to test in a folder; a stack where it is both, None where it is neither."""
    if (folder / stackfile.FILE).is_file():
        return Subject.STACK
    return Subject.MODULE if (folder / library.FILE).is_file() else None


def read_trial(path: Path, shown: str) -> Trial:
    """The test file at a path, which messages call ``shown``. Raises MlinfraError with all that is wrong."""
    problems: list[Diagnostic] = []
    source = read_source(path, shown)
    folder = path.absolute().parent.parent
    subject = subject_of(folder)
    if subject is None or path.absolute().parent.name != FOLDER:
        raise MlinfraError(_beside_nothing(shown))
    top = read_mapping(source, problems, hint=EXAMPLE)
    trial = None if top is None else _trial(top, source, folder, subject, problems)
    if problems and declared_secrets(folder, subject) != frozenset():
        problems = list(map(without_line, problems))  # nobody knows on which line one of them stands
    refuse_errors(in_order(problems, source))
    assert trial is not None
    return trial


def _trial(
    top: Node, source: SourceFile, folder: Path, subject: Subject, problems: list[Diagnostic]
) -> Trial:
    reader = Reader(problems, "a test file")
    body = reader.body(top, KEYS)
    if subject is Subject.STACK:
        problems += (_of_modules(key, body[key]) for key in _OF_MODULES if key in body)
    around = Reader(problems, "`around`").body(body["around"], AROUND) if "around" in body else {}
    return Trial(
        source,
        folder,
        subject,
        top.position,
        read_runs(body.get("runs"), top, problems),
        reader.text(body.get("description"), "description"),
        reader.members(body.get("variables"), "variables"),
        reader.members(body.get("azure"), "azure"),
        around,
        body.get("parent"),
        _outputs(body.get("outputs"), problems),
        read_requests(body.get("simulator"), problems),
    )


def _outputs(section: Node | None, problems: list[Diagnostic]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for name, node in Reader(problems).members(section, "outputs").items():
        values = Reader(problems, f"`{name}` of `outputs`").map(node)
        found[name] = {key: plain_value(each, problems) for key, each in values.items()}
    return found


def _beside_nothing(shown: str) -> Diagnostic:
    return error(
        codes.NOTHING_TO_TEST,
        f"{shown} stands beside neither a stack nor a module",
        f"Test files lie in the folder {FOLDER} beside {stackfile.FILE} or {library.FILE}.",
    )


def _of_modules(key: str, node: Node) -> Diagnostic:
    return error(
        codes.RUN_KEYS,
        f"`{key}` is for tests of a module",
        "A stack says it itself, in its own file: take this out, or give the stack a variable for it.",
        node.key or node.position,
    )
