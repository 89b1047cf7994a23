"""A folder → `Config`: everything that can be known before anything is worked out or asked.

The stack's shape is checked here, and that every name leads somewhere; bodies are held against the schemas
of their types by the engine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from mlinfra.config import codes
from mlinfra.config.blocks import check_depends_on, read_blocks
from mlinfra.config.bodies import Bodies
from mlinfra.config.include import Part, distinct, included, joined
from mlinfra.config.names import bad_name, bad_stack_name
from mlinfra.config.refactors import read_moved, read_removed, with_imports
from mlinfra.config.references import Checker, check_local_cycles
from mlinfra.config.shape import Reader
from mlinfra.config.source import LARGE, read_mapping, read_source
from mlinfra.config.surroundings import Surroundings, readable
from mlinfra.config.variables import read_variables
from mlinfra.model.collector import resting_collector
from mlinfra.model.configuration import Block, Config, Output
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error
from mlinfra.model.source import Node, SourceFile

FILE = "mlinfra.yaml"
SECTIONS = (
    "stack",
    "include",
    "variables",
    "locals",
    "resources",
    "data",
    "moved",
    "removed",
    "import",
    "outputs",
)
NOT_YET = ("modules", "backend", "checks")
_OUTPUT_KEYS = ("value", "description", "sensitive")
_NONE: Mapping[str, str] = MappingProxyType({})


def load(
    folder: Path,
    *,
    values: Mapping[str, str] = _NONE,
    var_files: Sequence[Path] = (),
    environment: Mapping[str, str] = _NONE,
) -> Config:
    """Read the stack in ``folder``.

    ``values`` are those of ``-v``, ``environment`` is looked through for ``MLINFRA_VAR_name``; paths of
    ``var_files`` are relative to the working directory. Raises MlinfraError with everything that is wrong,
    sorted by place; what is only doubtful is in the config's ``warnings``.
    """
    source = _stack_file(folder)
    with resting_collector(large=len(source.text) > LARGE):
        return _load(source, folder, values, var_files, environment)


def _load(
    source: SourceFile,
    folder: Path,
    values: Mapping[str, str],
    var_files: Sequence[Path],
    environment: Mapping[str, str],
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
    declared = {name: joined(parts, name, problems) for name in ("variables", "locals", "outputs")}
    around = Surroundings(folder, root, readable(environment))
    variables = read_variables(
        declared["variables"],
        problems,
        values=values,
        var_files=[(path, _shown(path, folder)) for path in var_files],
        environment=environment,
        around=around,
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
        stack=_stack_name(top, sections.get("stack"), folder, problems),
        folder=folder,
        root=root,
        source=source,
        settings={k: node for k, node in sections.items() if k not in SECTIONS and k not in NOT_YET},
        variables=variables,
        locals=locals_,
        blocks=with_imports(sections.get("import"), blocks, problems),
        outputs=_outputs(reader.members(declared["outputs"], "outputs"), problems),
        warnings=(),
        data=tuple(distinct(data, problems) if others else data),
        moved=read_moved(sections.get("moved"), blocks, problems),
        removed=read_removed(sections.get("removed"), blocks, problems),
        included=tuple(part.source for part in others),
        environment=around.environment,
    )
    _check_references(config, declared, problems)
    ordered = in_order(problems, source)
    if any(d.severity is Severity.ERROR for d in ordered):
        raise MlinfraError(ordered)
    return _with_warnings(config, ordered)


def repository(folder: Path) -> Path:
    """What a stack's files are confined to: the nearest folder up with ``.git``, else the stack's own."""
    here = folder.resolve()
    return next((up for up in (here, *here.parents) if (up / ".git").exists()), here)


def in_order(problems: Iterable[Diagnostic], first: SourceFile) -> tuple[Diagnostic, ...]:
    """By file (``first`` before all others), line and column; what has no place comes last. Each once."""

    def place(found: Diagnostic) -> tuple[int, str, int, int]:
        position = found.position
        if position is None:
            return 2, "", 0, 0
        other = position.source.path != first.path
        return int(other), position.source.path if other else "", position.line, position.column

    return tuple(sorted(dict.fromkeys(problems), key=place))


def _stack_file(folder: Path) -> SourceFile:
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


def _shown(path: Path, folder: Path) -> str:
    """A path as messages call it: relative to the stack where it lies below it, else as it was given."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _stack_name(top: Node, node: Node | None, folder: Path, problems: list[Diagnostic]) -> str:
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
        for entry in block.imports:
            checker.check(entry.id, each=each or entry.for_each is not None)
            if entry.for_each is not None:
                checker.check(entry.for_each, resources=False)
    for block in config.data:
        for node in (block.body, *((block.parent,) if block.parent is not None else ())):
            checker.check(node)
    for output in config.outputs.values():
        checker.check(output.value)
    check_depends_on(list(config.blocks), blocks, problems)
    check_local_cycles(config.locals, problems)


def _keys(section: Node | None) -> Iterable[str]:
    return section.value if section is not None and section.is_map else ()


def _with_warnings(config: Config, warnings: tuple[Diagnostic, ...]) -> Config:
    return replace(config, warnings=warnings) if warnings else config
