"""Which values that a test file gives are secrets: what it tests says so."""

from __future__ import annotations

from pathlib import Path

from mlinfra.config import library
from mlinfra.config.include import Part, included, joined
from mlinfra.config.inputs import read_inputs
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import FILE, repository
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.trial import Subject


def declared_secrets(folder: Path, subject: Subject) -> frozenset[str] | None:
    """The names of the variables, or of a module's inputs, that are declared sensitive.

    None where that cannot be said: the file cannot be read. Why is not told here.
    """
    problems: list[Diagnostic] = []
    of_stack = subject is Subject.STACK
    main = folder / (FILE if of_stack else library.FILE)
    try:
        source = read_source(main, main.name)
        top = read_mapping(source, problems)
    except MlinfraError:
        return None
    if top is None:
        return None
    parts = [Part(source, top.value, folder)]
    if of_stack:
        parts += included(top.value.get("include"), main, repository(folder), problems)
    section = joined(parts, "variables" if of_stack else "inputs", problems)
    declared = read_inputs(section, problems, word="variable" if of_stack else "input")
    return frozenset(name for name, one in declared.items() if one.sensitive)
