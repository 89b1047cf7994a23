"""``include:``: further files of a stack, and how what they declare comes together.

A stack is `mlinfra.yaml` and the files that it includes. They do not include others, so there is no order
to think about and no ring to get into; what two of them declare is an error that shows both places.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.files import Refused, find, is_pattern, matching
from mlinfra.config.functions import kind
from mlinfra.config.near import did_you_mean
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.source import Node, Position, SourceFile, Template

SECTIONS = ("variables", "locals", "resources", "data", "modules", "outputs", "checks")
"""What an included file may hold."""

_HINT = "An included file holds variables, locals, resources, data, modules, outputs or checks."


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a stack: its sections, and the folder that paths in its resources are relative to."""

    source: SourceFile
    sections: Mapping[str, Node]
    folder: Path


def included(section: Node | None, main: Path, root: Path, problems: list[Diagnostic]) -> list[Part]:
    """The files that ``include:`` of the stack file ``main`` names, each once, in its order."""
    parts: list[Part] = []
    folder = main.parent
    for path, place in _paths(section, main, root, problems).items():
        shown = Path(os.path.relpath(path, folder.resolve())).as_posix()
        try:
            source = read_source(path, shown)
        except MlinfraError as wrong:
            problems += (found.located(None, place) for found in wrong.diagnostics)
            continue
        top = read_mapping(source, problems, hint=_HINT)
        if top is not None:
            parts.append(Part(source, _sections(top, problems), path.parent))
    return parts


def joined(parts: Sequence[Part], section: str, problems: list[Diagnostic]) -> Node | None:
    """The section of this name of all parts as one map; None where no part has it."""
    nodes = [part.sections[section] for part in parts if section in part.sections]
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    members: dict[str, Node] = {}
    for node in nodes:
        for name, member in Reader(problems).members(node, section).items():
            if name in members:
                what = f"`{name}` under `{section}`"
                problems.append(_twice(what, _place(members[name]), _place(member)))
            else:
                members[name] = member
    return Node(members, nodes[0].position, nodes[0].key)


def distinct(blocks: Iterable[Block], problems: list[Diagnostic]) -> list[Block]:
    """The blocks without those whose address another one has already, which are reported."""
    first: dict[str, Block] = {}
    for block in blocks:
        other = first.setdefault(block.label, block)
        if other is not block:
            problems.append(_twice(block.label, other.position, block.position))
    return list(first.values())


def _twice(what: str, first: Position, second: Position) -> Diagnostic:
    return error(
        codes.DECLARED_TWICE,
        f"{what} is declared twice",
        f"The first is at {first}. Keep one of them, or give this one another name.",
        second,
    )


def _place(node: Node) -> Position:
    return node.key or node.position


def _paths(section: Node | None, main: Path, root: Path, problems: list[Diagnostic]) -> dict[Path, Position]:
    """Each file once, with the place that named it first."""
    if section is None or section.value is None:
        return {}
    found: dict[Path, Position] = {}
    for member in section.value if section.is_list else (section,):
        written = member.value
        if not isinstance(written, str) or not written:
            held = "an expression" if isinstance(written, Template) else kind(written) if written else "empty"
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"`include` takes paths of files, and this is {held}",
                    "For example  include: [network.yaml, teams/*.yaml]. Which files belong to a stack is "
                    "known before anything is worked out.",
                    member.position,
                )
            )
            continue
        try:
            for path in _files(written, main, root):
                found.setdefault(path, member.position)
        except Refused as wrong:
            problems.append(error(wrong.code, wrong.summary, wrong.detail, member.position))
    return found


def _files(written: str, main: Path, root: Path) -> list[Path]:
    """The files that one entry means. Raises Refused."""
    folder = main.parent
    if not is_pattern(written):
        path = find(written, folder, root, "the stack's folder")
        if path == main.resolve():
            raise Refused(codes.WRONG_SHAPE, "a stack does not include itself", "Take this out.")
        return [path]
    try:
        names = matching(folder, written, root)
    except ValueError as wrong:
        raise Refused(
            codes.WRONG_SHAPE,
            f"`{written}` is no pattern that can be looked for",
            f"{str(wrong)[0].upper()}{str(wrong)[1:]}. A file further up is named without * and ?.",
        ) from None
    paths = [(folder / name).resolve() for name in names]
    if not paths:
        raise Refused(
            codes.FILE_MISSING,
            f"no file matches `{written}`",
            "The pattern is relative to the stack's folder. Take it out where there is nothing to include "
            "yet.",
        )
    return [path for path in paths if path != main.resolve()]


def _sections(top: Node, problems: list[Diagnostic]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key, node in top.value.items():
        if key in SECTIONS:
            found[key] = node
            continue
        if key == "include":
            advice = "Included files do not include others: list the file in mlinfra.yaml."
        else:
            advice = f"{did_you_mean(key, SECTIONS)}{_HINT} All else stands in mlinfra.yaml."
        problems.append(
            error(codes.UNKNOWN_KEY, f"`{key}` cannot stand in an included file", advice, _place(node))
        )
    return found
