"""A folder → `Config`: everything that can be known before anything is worked out or asked.

The stack's shape is checked here, and that every name leads somewhere; bodies are held against the schemas
of their types by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from mlinfra.config import codes
from mlinfra.config.backend import read_backend
from mlinfra.config.blocks import check_depends_on, read_blocks
from mlinfra.config.bodies import Bodies
from mlinfra.config.checks import read_stack_checks
from mlinfra.config.include import Part, distinct, included, joined
from mlinfra.config.names import bad_name
from mlinfra.config.policy import read_policy
from mlinfra.config.refactors import read_moved, read_removed, with_imports
from mlinfra.config.references import Checker, check_local_cycles
from mlinfra.config.shape import Reader
from mlinfra.config.source import LARGE, read_mapping
from mlinfra.config.stackfile import FILE, in_order, repository, shown, stack_file, stack_name
from mlinfra.config.surroundings import Surroundings, readable
from mlinfra.config.variables import read_variables
from mlinfra.model.collector import resting_collector
from mlinfra.model.configuration import Block, Config, Output
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error
from mlinfra.model.source import Node, SourceFile

SECTIONS = (
    "stack",
    "include",
    "backend",
    "variables",
    "locals",
    "resources",
    "data",
    "moved",
    "removed",
    "import",
    "outputs",
    "checks",
    "policy",
)
NOT_YET = ("modules",)
_OUTPUT_KEYS = ("value", "description", "sensitive")
_NONE: Mapping[str, str] = MappingProxyType({})


def load(
    folder: Path,
    *,
    values: Mapping[str, str] = _NONE,
    var_files: Sequence[Path] = (),
    environment: Mapping[str, str] = _NONE,
    shared: bool = False,
) -> Config:
    """Read the stack in ``folder``.

    ``values`` are those of ``-v``, ``environment`` is looked through for ``MLINFRA_VAR_name``; paths of
    ``var_files`` are relative to the working directory. ``shared`` values are given to many stacks,
    so those of variables that this one does not declare are no mistake. Raises MlinfraError with everything
    that is wrong, sorted by place; what is only doubtful is in the config's ``warnings``.
    """
    source = stack_file(folder)
    with resting_collector(large=len(source.text) > LARGE):
        return _load(source, folder, values, var_files, environment, shared)


def _load(
    source: SourceFile,
    folder: Path,
    values: Mapping[str, str],
    var_files: Sequence[Path],
    environment: Mapping[str, str],
    shared: bool,
) -> Config:
    problems: list[Diagnostic] = []
    top = read_mapping(
        source, problems, hint="A stack starts with  stack: NAME. `mlinfra init` writes one to start from."
    )
    if top is None:
        raise MlinfraError(in_order(problems, source))
    sections: Mapping[str, Node] = top.value
    root = repository(folder)
    for key in NOT_YET:
        if key in sections:
            node = sections[key]
            problems.append(
                error(
                    codes.NOT_YET,
                    f"`{key}:` is not supported yet",
                    "Take it out; what it would do cannot be done with this version.",
                    node.key or node.position,
                )
            )
    others = included(sections.get("include"), folder / FILE, root, problems)
    parts = [Part(source, sections, folder), *others]
    declared = {name: joined(parts, name, problems) for name in ("variables", "locals", "outputs", "checks")}
    around = Surroundings(folder, root, readable(environment))
    variables = read_variables(
        declared["variables"],
        problems,
        values=values,
        var_files=[(path, shown(path, folder)) for path in var_files],
        environment=environment,
        around=around,
        shared=shared,
    )
    reader = Reader(problems)
    locals_ = _named(reader.members(declared["locals"], "locals"), "local", problems)
    bodies = Bodies(folder, root, problems)
    blocks = [b for p in parts for b in read_blocks(p.sections.get("resources"), p.folder, bodies, problems)]
    blocks = distinct(blocks, problems) if others else blocks
    data = [
        b for p in parts for b in read_blocks(p.sections.get("data"), p.folder, bodies, problems, read=True)
    ]
    config = Config(
        stack=stack_name(top, sections.get("stack"), folder, problems),
        folder=folder,
        root=root,
        source=source,
        settings={k: node for k, node in sections.items() if k not in SECTIONS and k not in NOT_YET},
        variables=variables,
        locals=locals_,
        blocks=with_imports(sections.get("import"), blocks, problems),
        outputs=_outputs(reader.members(declared["outputs"], "outputs"), problems),
        checks=read_stack_checks(reader.members(declared["checks"], "checks"), problems),
        warnings=(),
        data=tuple(distinct(data, problems) if others else data),
        moved=read_moved(sections.get("moved"), blocks, problems),
        removed=read_removed(sections.get("removed"), blocks, problems),
        included=tuple(part.source for part in others),
        environment=around.environment,
        backend=read_backend(sections.get("backend"), variables, around, problems),
        policy=read_policy(sections.get("policy"), folder, root, problems),
    )
    _check_references(config, declared, problems)
    ordered = in_order(problems, source)
    if any(d.severity is Severity.ERROR for d in ordered):
        raise MlinfraError(ordered)
    return _with_warnings(config, ordered)


def _named(nodes: Mapping[str, Node], what: str, problems: list[Diagnostic]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for name, node in nodes.items():
        wrong = bad_name(name, what, node.key or node.position)
        if wrong is None:
            found[name] = node
        else:
            problems.append(wrong)
    return found


def _outputs(nodes: Mapping[str, Node], problems: list[Diagnostic]) -> dict[str, Output]:
    found: dict[str, Output] = {}
    for name, node in _named(nodes, "output", problems).items():
        reader = Reader(problems, f"output `{name}`")
        if not node.is_map and node.value is not None:
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"output `{name}` is a map with the key `value`",
                    f'Write  {name}: {{value: "…"}}.',
                    node.position,
                )
            )
            continue
        body = reader.body(node, _OUTPUT_KEYS)
        if "value" not in body:
            problems.append(
                error(
                    codes.MISSING_KEY,
                    f"output `{name}` needs `value`",
                    f'Write  {name}: {{value: "${{…}}"}}.',
                    node.key or node.position,
                )
            )
            continue
        found[name] = Output(
            name,
            body["value"],
            reader.text(body.get("description"), "description"),
            reader.flag(body.get("sensitive"), "sensitive"),
        )
    return found


def _check_references(
    config: Config, declared: Mapping[str, Node | None], problems: list[Diagnostic]
) -> None:
    """Every name leads somewhere. A section that could not be read declares what it seems to."""
    blocks: dict[str, dict[str, Block]] = {}
    for block in config.blocks:
        blocks.setdefault(block.address.type, {})[block.address.name] = block
    sources: dict[str, list[str]] = {}
    for block in config.data:
        sources.setdefault(block.address.type, []).append(block.address.name)
    checker = Checker(_keys(declared["variables"]), _keys(declared["locals"]), blocks, problems, sources)
    for node in config.settings.values():
        checker.check(node, resources=False)
    for node in config.locals.values():
        checker.check(node)
    for block in config.blocks:
        each = not block.is_single
        checker.check(block.body, each=each, own=True)
        for meta in (block.for_each, block.count, block.when):
            if meta is not None:
                checker.check(meta)
        for meta in (block.parent, block.import_id):
            if meta is not None:
                checker.check(meta, each=each)
        for check in block.checks:
            for node in (check.condition, check.message):
                checker.check(node, each=each, own=True, whole=True)
        for entry in block.imports:
            checker.check(entry.id, each=each or entry.for_each is not None)
            if entry.for_each is not None:
                checker.check(entry.for_each, resources=False)
    for block in config.data:
        for node in (block.body, *((block.parent,) if block.parent is not None else ())):
            checker.check(node)
    for output in config.outputs.values():
        checker.check(output.value)
    for check in config.checks:
        for node in (check.condition, check.message):
            checker.check(node)
    check_depends_on(list(config.blocks), blocks, problems)
    check_local_cycles(config.locals, problems)


def _keys(section: Node | None) -> Iterable[str]:
    return section.value if section is not None and section.is_map else ()


def _with_warnings(config: Config, warnings: tuple[Diagnostic, ...]) -> Config:
    return replace(config, warnings=warnings) if warnings else config
