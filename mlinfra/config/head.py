"""What says where a stack's state is kept; enough for commands that only look at what is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mlinfra.config.backend import backend_reads, read_backend
from mlinfra.config.encryption import read_encryption
from mlinfra.config.include import Part, included, joined
from mlinfra.config.inputs import read_inputs
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_value
from mlinfra.config.stackfile import FILE, in_order, repository, shown, stack_file, stack_name
from mlinfra.config.surroundings import Surroundings, readable
from mlinfra.config.variables import read_variables
from mlinfra.model.configuration import Head, Variable
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, refuse_errors
from mlinfra.model.source import Node, SourceFile

_NONE: Mapping[str, str] = MappingProxyType({})


def load_head(
    folder: Path,
    *,
    values: Mapping[str, str] = _NONE,
    var_files: Sequence[Path] = (),
    environment: Mapping[str, str] = _NONE,
    instead: SourceFile | None = None,
) -> Head:
    """Read what says where the stack's state is: its name, ``backend:``, ``encryption:``, and the variables
    that these read.

    ``instead`` is YAML that stands for what is written under ``backend:``; empty, the stack names no store. A
    mistake elsewhere in its files hides nothing that is recorded, so it is not looked for. Raises
    MlinfraError.
    """
    source = stack_file(folder)
    problems: list[Diagnostic] = []
    top = read_mapping(source, problems)
    if top is None:
        raise MlinfraError(in_order(problems, source))
    sections: Mapping[str, Node] = top.value
    problems.clear()
    root = repository(folder)
    around = Surroundings(folder, root, readable(environment))
    stack = stack_name(top, sections.get("stack"), folder, problems)
    section = sections.get("backend") if instead is None else _instead(instead, problems)
    encryption = sections.get("encryption")
    reads = backend_reads(section) | backend_reads(encryption)
    variables: Mapping[str, Variable] = {}
    if reads:
        elsewhere: list[Diagnostic] = []
        parts = [
            Part(source, sections, folder),
            *included(sections.get("include"), folder / FILE, root, elsewhere),
        ]
        declared = joined(parts, "variables", elsewhere)
        wanted = {k: n for k, n in Reader(elsewhere).members(declared, "variables").items() if k in reads}
        variables = read_variables(
            read_inputs(Node(wanted, top.position), problems, word="variable"),
            problems,
            values={name: text for name, text in values.items() if name in wanted},
            var_files=[(path, shown(path, folder)) for path in var_files],
            environment=environment,
            around=around,
        )
    backend = read_backend(section, variables, around, problems)
    sealed = read_encryption(encryption, variables, around, problems)
    refuse_errors(in_order(problems, source))
    return Head(stack, folder, root, backend, reads, sealed)


def _instead(source: SourceFile, problems: list[Diagnostic]) -> Node | None:
    return read_value(source, problems) if source.text.strip() else None
