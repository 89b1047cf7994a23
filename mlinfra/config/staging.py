"""What a test reads instead of what is written: the stack without its own store, or one around a module.

A module is tested as stacks use it, so one is made up that calls it. What the test file gives stands in it
as if it were written there, so messages show the places of the test file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlinfra.config.names import bad_name
from mlinfra.config.source import read_mapping
from mlinfra.config.stackfile import in_order, stack_file
from mlinfra.config.staged import Staged
from mlinfra.config.trials import FOLDER
from mlinfra.model.address import ModulePath, ModuleStep
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.source import Node
from mlinfra.model.trial import Run, Subject, Trial

SETTINGS = {
    "cloud": "simulator",
    "subscription": "00000000-0000-0000-0000-000000000001",
    "location": "westeurope",
}
"""The settings of Azure around a module, where the test file has none."""

_ELSEWHERE = ("backend", "encryption")
"""What says where a stack's state is: not where that of a test is."""


def staged(trial: Trial, run: Run) -> Staged:
    """What one run of a test works on. Raises MlinfraError where the stack's file cannot be read."""
    variables = {**trial.variables, **run.variables}
    if trial.subject is Subject.MODULE:
        return Staged(trial.source, _around(trial, run, variables), trial.folder, trial.folder / FOLDER, {})
    source = stack_file(trial.folder)
    problems: list[Diagnostic] = []
    top = read_mapping(source, problems)
    if top is None:
        raise MlinfraError(in_order(problems, source))
    kept = {key: node for key, node in top.value.items() if key not in _ELSEWHERE}
    return Staged(
        source, Node(kept, top.position, top.key), trial.folder, trial.folder, variables, tuple(problems)
    )


def module_path(trial: Trial) -> ModulePath:
    """The module that the conditions of a test speak of: the stack itself, or the one under test."""
    return () if trial.subject is Subject.STACK else (ModuleStep(_name(trial)),)


def _name(trial: Trial) -> str:
    """What the module under test is called in the stack around it: as its folder is, where that is a name."""
    name = re.sub(r"\W", "_", trial.folder.resolve().name)
    others = trial.around.get("modules")
    taken = others is not None and others.is_map and name in others.value
    return "tested" if taken or bad_name(name, "module", trial.position) else name


def _around(trial: Trial, run: Run, variables: Mapping[str, Node]) -> Node:
    place = run.position

    def made(value: object) -> Node:
        return Node(value, place)

    settings = {**{key: made(value) for key, value in SETTINGS.items()}, **trial.settings}
    call = {"source": made(".."), "inputs": made(dict(variables))}
    if trial.parent is not None:
        call["parent"] = trial.parent
    others = trial.around.get("modules")
    calls = others.value if others is not None and others.is_map else {}
    sections = {
        "stack": made("test"),
        "azure": made(settings),
        **trial.around,
        "modules": made({**calls, _name(trial): made(call)}),
    }
    return made(sections)
