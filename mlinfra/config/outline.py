"""What a stack declares, by name: read without working anything out and without asking anyone.

For what only needs names and cannot wait: a shell that completes them. Keys of instances that an expression
gives are not known here; what is recorded has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlinfra.config.files import Refused, confined
from mlinfra.config.gitsource import is_git
from mlinfra.config.include import Part, included
from mlinfra.config.library import FILE as MODULE_FILE
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import FILE, repository, stack_file
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.source import Node

DEPTH = 8
"""Modules in modules that are looked into."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Names, in the order written. ``variables`` maps each to its description, ``modules`` to its source.

    ``elsewhere``: the state is not plain in a file of the repository.
    """

    stack: str
    root: Path
    addresses: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False


def outline(folder: Path) -> Outline:
    """The outline of the stack in a folder; what is wrong in it is left out. Raises MlinfraError where there
    is no stack, or no YAML."""
    source, problems, root = stack_file(folder), list[Diagnostic](), repository(folder)
    top = read_mapping(source, problems)
    if top is None:
        raise MlinfraError(problems)
    sections: Mapping[str, Node] = top.value
    parts = [
        Part(source, sections, folder),
        *included(sections.get("include"), folder / FILE, root, problems),
    ]
    name = sections.get("stack")
    return Outline(
        stack=_text(name),
        root=root,
        addresses=tuple(_addresses(parts, root, "", DEPTH)),
        variables={key: _text(_member(node, "description")) for key, node in _all(parts, "variables")},
        outputs=tuple(key for key, _ in _all(parts, "outputs")),
        modules={key: _text(_member(node, "source")) for key, node in _all(parts, "modules")},
        elsewhere=not {"backend", "encryption"}.isdisjoint(sections),
    )


def _addresses(parts: Sequence[Part], root: Path, inside: str, depth: int) -> Iterator[str]:
    for type_name, blocks in _all(parts, "resources"):
        if blocks.is_map:
            yield from (f"{inside}{type_name}.{name}" for name in blocks.value)
    for part in parts:
        for name, call in _all([part], "modules"):
            source, single = _text(_member(call, "source")), not _has(call, "for_each", "count")
            if source and single and depth and not is_git(source):
                yield from _of_module(source, part.folder, root, f"{inside}module.{name}.", depth - 1)


def _of_module(source: str, folder: Path, root: Path, inside: str, depth: int) -> Iterator[str]:
    """The addresses in a module of this repository; of one that cannot be read, none."""
    try:
        path = confined(source, folder, root)
        file = read_source(path / MODULE_FILE, MODULE_FILE)
    except (Refused, MlinfraError):
        return
    top = read_mapping(file, [])
    if top is not None:
        yield from _addresses([Part(file, top.value, path)], root, inside, depth)


def _all(parts: Sequence[Part], section: str) -> Iterator[tuple[str, Node]]:
    """The members of one section of every part."""
    for part in parts:
        node = part.sections.get(section)
        if node is not None and node.is_map:
            yield from node.value.items()


def _member(node: Node, key: str) -> Node | None:
    found: Node | None = node.value.get(key) if node.is_map else None
    return found


def _has(node: Node, *keys: str) -> bool:
    return node.is_map and any(key in node.value for key in keys)


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""
