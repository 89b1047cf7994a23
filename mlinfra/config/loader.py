"""A folder → `Config`: everything that can be known before anything is worked out or asked.

The stack's shape is checked here, and that every name leads somewhere; bodies are held against the schemas
of their types by the engine.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from mlinfra.config.backend import read_backend
from mlinfra.config.bodies import Bodies
from mlinfra.config.calls import Trail
from mlinfra.config.checks import read_stack_checks
from mlinfra.config.definition import keys, read_definition
from mlinfra.config.encryption import read_encryption
from mlinfra.config.expansion import blocks_of, expanded
from mlinfra.config.include import Part, included, joined
from mlinfra.config.inputs import read_inputs
from mlinfra.config.library import ModuleFiles
from mlinfra.config.lock import Checkouts, read_lock, write_lock
from mlinfra.config.policy import read_policy
from mlinfra.config.refactors import read_moved, read_removed, with_imports
from mlinfra.config.references import Checker, Names
from mlinfra.config.shape import Reader
from mlinfra.config.source import LARGE, read_mapping
from mlinfra.config.stackfile import FILE, in_order, repository, seen_from, shown, stack_file, stack_name
from mlinfra.config.staged import Staged
from mlinfra.config.surroundings import Surroundings, readable
from mlinfra.config.variables import read_variables
from mlinfra.model.address import ModulePath
from mlinfra.model.collector import resting_collector
from mlinfra.model.configuration import Block, Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity
from mlinfra.model.module import Module
from mlinfra.model.source import Node

SECTIONS = (
    "stack",
    "include",
    "backend",
    "encryption",
    "variables",
    "locals",
    "resources",
    "data",
    "modules",
    "moved",
    "removed",
    "import",
    "outputs",
    "checks",
    "policy",
)
_NONE: Mapping[str, str] = MappingProxyType({})


def load(
    folder: Path,
    *,
    values: Mapping[str, str] = _NONE,
    var_files: Sequence[Path] = (),
    environment: Mapping[str, str] = _NONE,
    shared: bool = False,
    checkouts: Checkouts | None = None,
    renewed: Container[str] = (),
) -> Config:
    """Read the stack in ``folder``. Git modules that are not pinned yet are, in ``mlinfra.lock.yaml``.

    ``values`` are those of ``-v``, ``environment`` is looked through for ``MLINFRA_VAR_name``; paths of
    ``var_files`` are relative to the working directory. ``shared`` values are given to many stacks, so those
    of variables that this one does not declare are no mistake. ``checkouts`` fetches git modules; pins that
    are ``renewed`` do not count. Raises MlinfraError with everything that is wrong, sorted by place; what is
    only doubtful is in the config's ``warnings``.
    """
    source = stack_file(folder)
    with resting_collector(large=len(source.text) > LARGE):
        problems: list[Diagnostic] = []
        top = read_mapping(
            source,
            problems,
            hint="A stack starts with  stack: NAME. `mlinfra init` writes one to start from.",
        )
        if top is None:
            raise MlinfraError(in_order(problems, source))
        stage = Staged(source, top, folder, folder, {}, tuple(problems))
        given = _Given(values, var_files, environment, shared)
        pins = read_lock(folder)
        kept = {name: pin for name, pin in pins.items() if name not in renewed}
        library = ModuleFiles(folder, kept, checkouts)
        config = _load(stage, given, library)
    if library.pinned != pins:
        write_lock(folder, library.pinned)
    return config


def load_staged(stage: Staged, checkouts: Checkouts | None = None) -> Config:
    """Read what a test works on: nothing comes from outside, and nothing is written. Raises MlinfraError."""
    return _load(stage, _Given(), ModuleFiles(stage.folder, read_lock(stage.folder), checkouts))


@dataclass(frozen=True, slots=True)
class _Given:
    """What comes from outside, as `load` takes it."""

    values: Mapping[str, str] = field(default_factory=dict)
    var_files: Sequence[Path] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    shared: bool = False


def _load(stage: Staged, given: _Given, library: ModuleFiles) -> Config:
    problems = list(stage.problems)
    source, top, folder = stage.source, stage.top, stage.folder
    sections: Mapping[str, Node] = top.value
    root = repository(folder)
    others = included(sections.get("include"), folder / FILE, root, problems)
    parts = [Part(source, sections, stage.base), *others]
    declared = {name: joined(parts, name, problems) for name in ("variables", "checks")}
    around = Surroundings(folder, root, readable(given.environment))
    inputs = read_inputs(declared["variables"], problems, word="variable")
    variables = read_variables(
        inputs,
        problems,
        values=given.values,
        var_files=[(path, shown(path, folder)) for path in given.var_files],
        environment=given.environment,
        written=stage.variables,
        around=around,
        shared=given.shared,
    )
    definition, names = read_definition(
        parts,
        root,
        inputs,
        list(keys(declared["variables"])),
        library,
        Trail((), (stage.base.resolve(),)),
        Bodies(root, problems, partial(seen_from, folder)),
        problems,
    )
    stack = stack_name(top, sections.get("stack"), folder, problems)
    modules: Mapping[ModulePath, Module] = {(): Module((), definition)}
    if definition.calls and not any(d.severity is Severity.ERROR for d in problems):
        modules = expanded(stack, definition, variables, around.environment, problems)
    elif definition.calls:
        # Which instances there are cannot be said, so nothing is said of addresses in them either.
        sections = {key: node for key, node in sections.items() if key not in ("moved", "removed", "import")}
    blocks = _placed(modules)
    config = Config(
        stack=stack,
        folder=folder,
        source=source,
        settings={k: node for k, node in sections.items() if k not in SECTIONS},
        variables=variables,
        modules=modules,
        blocks=with_imports(sections.get("import"), blocks, problems),
        checks=read_stack_checks(Reader(problems).members(declared["checks"], "checks"), problems),
        data=tuple(_placed(modules, data=True)),
        moved=read_moved(sections.get("moved"), blocks, problems),
        removed=read_removed(sections.get("removed"), blocks, problems),
        included=tuple(part.source for part in others),
        environment=around.environment,
        backend=read_backend(sections.get("backend"), variables, around, problems),
        encryption=read_encryption(sections.get("encryption"), variables, around, problems),
        policy=read_policy(sections.get("policy"), folder, root, problems),
    )
    _check_rest(config, names, problems)
    ordered = in_order(problems, source)
    if any(d.severity is Severity.ERROR for d in ordered):
        raise MlinfraError(ordered)
    return _with_warnings(config, ordered)


def _placed(modules: Mapping[ModulePath, Module], *, data: bool = False) -> list[Block]:
    """The blocks of all modules, with whole addresses."""
    found: list[Block] = []
    for path, module in modules.items():
        callers = (modules[path[:depth]] for depth in range(len(path) - 1, 0, -1))
        found += blocks_of(module, callers, data=data)
    return found


def _check_rest(config: Config, names: Names, problems: list[Diagnostic]) -> None:
    """Every name leads somewhere in what only a stack has."""
    checker = Checker(names, problems)
    for node in config.settings.values():
        checker.check(node, resources=False)
    for block in config.blocks:
        for entry in block.imports:
            checker.check(entry.id, each=not block.is_single or entry.for_each is not None)
            if entry.for_each is not None:
                checker.check(entry.for_each, resources=False)
    for check in config.checks:
        for node in (check.condition, check.message):
            checker.check(node)


def _with_warnings(config: Config, warnings: tuple[Diagnostic, ...]) -> Config:
    return replace(config, warnings=warnings) if warnings else config
