"""``modules:``: which modules are used, with what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mlinfra.config import codes
from mlinfra.config.functions import kind
from mlinfra.config.names import bad_name
from mlinfra.config.near import did_you_mean, listed
from mlinfra.config.shape import Reader
from mlinfra.config.waits import read_provider, read_waits
from mlinfra.model.diagnostic import Diagnostic, Via, error, warning
from mlinfra.model.module import Call, Definition
from mlinfra.model.source import Node, Position, Template

KEYS = ("source", "inputs", "for_each", "count", "when", "depends_on", "parent", "provider")


@dataclass(frozen=True, slots=True)
class Trail:
    """The way to a module while files are read: the calls, innermost first, and the folders they lead to."""

    via: tuple[Via, ...] = ()
    folders: tuple[Path, ...] = ()

    def to(self, via: Via) -> Trail:
        """One call further."""
        inside = f"{self.via[0].name}.{via.name}" if self.via else via.name
        return Trail((Via(inside, via.position), *self.via), self.folders)


class Library(Protocol):
    """Where modules come from."""

    def open(
        self, source: Node, folder: Path, root: Path, trail: Trail, problems: list[Diagnostic]
    ) -> Definition | None:
        """The module that ``source``, written in a file of ``folder``, names; None with a problem."""
        ...


def read_calls(
    section: Node | None, folder: Path, root: Path, library: Library, trail: Trail, problems: list[Diagnostic]
) -> dict[str, Call | None]:
    """Every call by its name; None for one whose module could not be read."""
    found: dict[str, Call | None] = {}
    for name, node in Reader(problems).members(section, "modules").items():
        wrong = bad_name(name, "module", node.key or node.position)
        if wrong is not None:
            problems.append(wrong)
            continue
        found[name] = _call(name, node, folder, root, library, trail, problems)
    return found


def _call(
    name: str,
    node: Node,
    folder: Path,
    root: Path,
    library: Library,
    trail: Trail,
    problems: list[Diagnostic],
) -> Call | None:
    what, position = f"module `{name}`", node.key or node.position
    body = Reader(problems, what).body(node, KEYS)
    source = body.get("source")
    if source is None or not isinstance(source.value, str) or not source.value:
        problems.append(_no_source(name, source, position))
        return None
    if "for_each" in body and "count" in body:
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"{what} has both `for_each` and `count`",
                "Keep one: `for_each` for members with names, `count` for a number of equal ones.",
                body["count"].key or body["count"].position,
            )
        )
    definition = library.open(source, folder, root, trail.to(Via(f"module.{name}", position)), problems)
    if definition is None:
        return None
    given = Reader(problems, f"`inputs` of {what}").map(body["inputs"]) if "inputs" in body else {}
    call = Call(
        name,
        position,
        definition,
        source.value,
        {key: child for key, child in given.items() if key in definition.inputs},
        for_each=body.get("for_each"),
        count=body.get("count"),
        when=body.get("when"),
        depends_on=read_waits(body.get("depends_on"), what, problems),
        parent=body.get("parent"),
        provider=read_provider(body.get("provider"), what, problems),
    )
    _check_inputs(call, given, problems)
    return call


def _no_source(name: str, source: Node | None, position: Position) -> Diagnostic:
    advice = (
        f"Write  {name}: {{source: ../modules/{name}}}, a folder with a module.yaml, seen from this file."
    )
    if source is None or source.value is None:
        return error(codes.MODULE_SOURCE, f"module `{name}` needs `source`", advice, position)
    held = "an expression" if isinstance(source.value, Template) else kind(source.value)
    return error(
        codes.MODULE_SOURCE,
        f"`source` of module `{name}` is {held}",
        f"{advice} Which files belong to a stack is known before anything is worked out.",
        source.position,
    )


def _check_inputs(call: Call, given: Mapping[str, Node], problems: list[Diagnostic]) -> None:
    """What is given is declared, and what must be given is."""
    declared = call.definition.inputs
    where = call.definition.source.path
    for key, node in given.items():
        if key not in declared:
            takes = f"It takes: {listed(declared)}." if declared else "It takes no inputs."
            problems.append(
                error(
                    codes.MODULE_INPUT,
                    f"module `{call.name}` has no input `{key}`",
                    f"{did_you_mean(key, declared)}{takes} It is declared in {where}.",
                    node.key or node.position,
                )
            )
        elif declared[key].deprecated:
            problems.append(
                warning(
                    codes.DEPRECATED,
                    f"input `{key}` of module `{call.name}` is deprecated",
                    f"{declared[key].deprecated.rstrip('.')}.",
                    node.key or node.position,
                )
            )
    missing = [name for name, one in declared.items() if one.default is None and name not in given]
    for name in missing:
        about = declared[name].description
        problems.append(
            error(
                codes.MODULE_INPUT,
                f"module `{call.name}` needs the input `{name}`",
                f"{about.rstrip('.') + '. ' if about else ''}It is declared at {declared[name].position} "
                f"without a default. Write  inputs: {{{name}: …}}.",
                call.position,
            )
        )
