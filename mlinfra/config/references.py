"""Does every name in an expression lead somewhere? Checked before anything is evaluated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import pairwise

from mlinfra.config import codes
from mlinfra.config.dotted import MODULE, ROOTS, Reference, references
from mlinfra.config.functions import FUNCTIONS
from mlinfra.config.grammar import span, within
from mlinfra.config.near import did_you_mean, listed
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.graph import Cycle, ordered
from mlinfra.model.module import Call
from mlinfra.model.source import Expression, Node, Position

_OTHER_ROOTS = {
    "module": "This file calls no modules: they stand under `modules:`.",
    "count": "With `count` write ${each.key}; it starts at 0.",
    "path": "A path is written as it is, relative to the file that it stands in.",
    "locals": "Did you mean `local`?",
    "vars": "Did you mean `var`?",
    "variables": "Did you mean `var`?",
}
_EACH = {"key", "value"}


def local_reads(node: Node, loose: Set[str] = frozenset()) -> tuple[frozenset[str], bool]:
    """The locals that a node reads, and whether it reads a resource: itself, of a module, or through one of
    the ``loose`` inputs."""
    found: set[str] = set()
    others = False
    for expression in node.expressions():
        for path in expression.references:
            if path[0] == "local" and len(path) > 1:
                found.add(path[1])
            elif path[0] not in ROOTS or (path[0] == "var" and path[1:2] and path[1] in loose):
                others = True
    return frozenset(found), others


@dataclass(frozen=True, slots=True)
class _Wrong:
    """``parts`` of the name are what is wrong: they get underlined."""

    code: str
    summary: str
    detail: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Names:
    """What a module declares: all that its expressions can read. ``blocks`` and ``data`` are by type."""

    variables: Collection[str] = ()
    locals: Collection[str] = ()
    blocks: Mapping[str, Collection[str]] = field(default_factory=dict)
    data: Mapping[str, Collection[str]] = field(default_factory=dict)
    calls: Mapping[str, Call | None] = field(default_factory=dict)
    """None: one that could not be read, and may have any output."""
    is_stack: bool = True

    @property
    def section(self) -> str:
        """Where what is read as ``var`` is declared."""
        return "variables" if self.is_stack else "inputs"


class Checker:
    """Holds references against what is declared; what leads nowhere goes to ``problems``."""

    def __init__(self, names: Names, problems: list[Diagnostic]) -> None:
        self.names = names
        self.data = names.data
        self.blocks = names.blocks
        self.problems = problems

    def check(
        self,
        node: Node,
        *,
        each: bool = False,
        own: bool = False,
        whole: bool = False,
        resources: bool = True,
        roots: frozenset[str] | None = None,
    ) -> None:
        """``each``: whether `each` means something here; ``own``: whether `self` does, and with
        ``whole`` as the whole resource, whose keys are its type's to know.

        ``roots`` are the only names that can be read here, where it is not all that there are.
        """
        for expression in node.expressions():
            for path in expression.references:
                if roots is not None and path[0] not in roots and path[0] in (*ROOTS, "data", MODULE):
                    wrong: _Wrong | None = _Wrong(
                        codes.NOT_HERE,
                        f"`{path[0]}` cannot be read here",
                        f"Only {listed(sorted(roots))} is known at this place.",
                    )
                else:
                    wrong = self._wrong(path, each, own, whole, resources)
                if wrong is not None:
                    self.problems.append(_told(wrong, path, expression))

    def _wrong(
        self, path: tuple[str, ...], each: bool, own: bool, whole: bool, resources: bool
    ) -> _Wrong | None:
        root = path[0]
        if root in self.blocks or root == "data" or (root == MODULE and self.names.calls):
            if not resources:
                advice = "Resources are not known yet at this place."
                return _Wrong(codes.NOT_HERE, f"`{root}` cannot be read here", advice)
            if root == "data":
                return _source(path, self.data)
            if root == MODULE:
                return _output(path, self.names.calls)
            return _declared(path, self.blocks[root], f"block `{root}.{{}}`")
        if root == "var":
            what = self.names.section.removesuffix("s") + " `{}`"
            return _declared(path, self.names.variables, what, self.names.section)
        if root == "local":
            return _declared(path, self.names.locals, "local `{}`", "locals")
        if root == "each":
            return _each(path, each)
        if root == "self":
            return _self(path, own, whole)
        if root == "stack" and not self.names.is_stack:
            advice = "A module reads what it is given: declare an input, and give it ${stack.name}."
            return _Wrong(codes.NOT_HERE, "`stack` cannot be read in a module", advice)
        if root == "stack":
            return _declared(path, ("name",), "`stack.{}`")
        return self._no_root(path)

    def _no_root(self, path: tuple[str, ...]) -> _Wrong:
        root = path[0]
        if root in _OTHER_ROOTS:
            return _Wrong(codes.NO_SUCH_NAME, f"there is no `{root}`", _OTHER_ROOTS[root])
        if root in FUNCTIONS:
            advice = f"Call it: {FUNCTIONS[root].example}."
            return _Wrong(codes.NO_SUCH_NAME, f"`{root}` is a function", advice)
        near = did_you_mean(root, [*ROOTS, *self.blocks])
        if near or len(path) > 1:
            return _Wrong(
                codes.NO_SUCH_NAME,
                f"there is no `{'.'.join(path[:2])}`",
                f"{near}A name starts with var, local, each, self, stack, or a type that has blocks in this "
                f"stack: {listed(self.blocks) or 'none'}.",
            )
        advice = f'Text inside of ${{…}} needs quotes: "{root}". A variable is read as var.{root}.'
        if root.isupper():
            advice = f"To leave it to the shell write $${{{root}}}. {advice}"
        return _Wrong(codes.NO_SUCH_NAME, f"there is no `{root}`", advice)


def _declared(path: tuple[str, ...], known: Iterable[str], what: str, section: str = "") -> _Wrong | None:
    """Why the second part of ``path`` is none of ``known``, which are declared in ``section``."""
    root = path[0]
    if len(path) == 1:
        example = next(iter(known), "name")
        advice = f"Say which one, with a dot and its name as it is declared: ${{{root}.{example}}}."
        return _Wrong(codes.NO_SUCH_NAME, f"`{root}` alone is no value", advice)
    if path[1] in known:
        return None
    advice = did_you_mean(path[1], known)
    if section:
        one_of = f", or use one of: {listed(sorted(known))}" if known else ""
        advice += f"Declare it under `{section}:`{one_of}."
    else:
        advice += f"There is: {listed(f'{root}.{name}' for name in known)}."
    return _Wrong(codes.NO_SUCH_NAME, f"there is no {what.format(path[1])}", advice, 2)


def _each(path: tuple[str, ...], allowed: bool) -> _Wrong | None:
    if not allowed:
        advice = "It is the member at hand of `for_each` or `count`, in the body of a block that has one."
        return _Wrong(codes.NOT_HERE, "`each` means nothing here", advice)
    if len(path) == 1 or path[1] in _EACH:
        return None
    advice = f"{did_you_mean(path[1], _EACH)}There are each.key and each.value."
    return _Wrong(codes.NO_SUCH_NAME, f"there is no `each.{path[1]}`", advice, 2)


def _self(path: tuple[str, ...], allowed: bool, whole: bool) -> _Wrong | None:
    if not allowed:
        return _Wrong(codes.NOT_HERE, "`self` means nothing here", "It is the resource around it.")
    if len(path) > 1 if whole else path[1:] == ("fingerprint",):
        return None
    if whole:
        return _Wrong(codes.NO_SUCH_NAME, "`self` alone is no value", "Say which key of it: ${self.name}.")
    advice = (
        "There is self.fingerprint only: a few characters that change when a key changes that cannot be "
        "changed in place. What is written of the resource goes under `locals:`."
    )
    if len(path) == 1:
        return _Wrong(codes.NO_SUCH_NAME, "`self` alone is no value", advice)
    return _Wrong(codes.NO_SUCH_NAME, f"there is no `{'.'.join(path)}`", advice, len(path))


def _source(path: tuple[str, ...], data: Mapping[str, Iterable[str]]) -> _Wrong | None:
    """Why the second and third part of ``path`` are no block of ``data:``."""
    known = [f"data.{type_name}.{name}" for type_name, names in data.items() for name in names]
    declare = f"Declare it under `data:`{f', or use one of: {listed(known)}' if known else ''}."
    if len(path) < 3:
        written = ".".join(path)
        if len(path) == 1 or path[1] in data:
            advice = "Say which one: ${data.TYPE.NAME.id}, as it is declared under `data:`."
            return _Wrong(codes.NO_SUCH_NAME, f"`{written}` alone is no value", advice, len(path))
        near = did_you_mean(path[1], data)
        return _Wrong(codes.NO_SUCH_NAME, f"there is no `{written}`", f"{near}{declare}", 2)
    if path[2] in data.get(path[1], ()):
        return None
    type_known = path[1] in data
    near = did_you_mean(path[2], data[path[1]]) if type_known else did_you_mean(path[1], data)
    summary = f"there is no data block `{path[1]}.{path[2]}`"
    return _Wrong(codes.NO_SUCH_NAME, summary, f"{near}{declare}", 3)


def _output(path: tuple[str, ...], calls: Mapping[str, Call | None]) -> _Wrong | None:
    """Why what follows ``module`` is no output of one of these."""
    if len(path) == 1 or path[1] not in calls:
        return _declared(path, calls, "module `{}`", "modules")
    call = calls[path[1]]
    if call is None:
        return None
    name, outputs = f"module.{call.name}", call.definition.outputs
    keyed = len(path) > 2 and path[2].startswith("[")
    if keyed and call.is_single:
        advice = f"It has neither `for_each` nor `count`: write ${{{name}.…}}."
        return _Wrong(codes.NO_SUCH_NAME, f"`{name}` has no instances", advice, 3)
    if not call.is_single and not keyed:
        if len(path) == 2:
            return None  # all of them, to go through
        advice = f'It has one instance for each member: ${{{name}["…"].{path[2]}}}.'
        return _Wrong(codes.NO_SUCH_NAME, f"`{name}` is not one module", advice, 3)
    at = 3 if keyed else 2
    has = f"It has: {listed(outputs)}." if outputs else "It has no outputs."
    if len(path) <= at:
        if keyed:
            return None  # somebody may take it apart
        return _Wrong(codes.NO_SUCH_NAME, f"`{name}` alone is no value", f"Say which output. {has}", 2)
    if path[at] in outputs:
        return None
    advice = f"{did_you_mean(path[at], outputs)}{has} The module is at {call.definition.source.path}."
    return _Wrong(codes.NO_SUCH_NAME, f"{name} has no output `{path[at]}`", advice, at + 1)


def _told(wrong: _Wrong, path: tuple[str, ...], expression: Expression) -> Diagnostic:
    found: Reference | None = next((r for r in references(expression.tree) if r.path == path), None)
    detail, position = wrong.detail, expression.position
    if found is not None:
        start, end = span(expression.text, found.nodes[min(wrong.parts, len(found.nodes)) - 1])
        position = within(expression.text, position, start, end)
        if re.search(r"\w-\Z", expression.text[:start]):
            detail = (
                "The `-` before it is a minus. A key with a dash is read in brackets: "
                f'var.tags["cost-center"]. {detail}'
            )
    return error(wrong.code, wrong.summary, detail, position)


def check_local_cycles(nodes: Mapping[str, Node], problems: list[Diagnostic]) -> None:
    """Locals that need each other: one problem for each ring, with its path and places."""
    needs = {name: {n for n in local_reads(node)[0] if n in nodes} for name, node in nodes.items()}
    while True:
        try:
            ordered(needs)
            return
        except Cycle as wrong:
            path = wrong.path
            told = "\n".join(
                f"  local.{a} needs local.{b}  ({_read_at(nodes[a], b)})" for a, b in pairwise(path)
            )
            problems.append(
                error(
                    codes.LOCAL_CYCLE,
                    "these locals need each other: " + " -> ".join(f"local.{name}" for name in path),
                    f"{told}\nTake one of these references out, or write the value itself.",
                    _read_at(nodes[path[0]], path[1]),
                )
            )
            needs[path[0]].discard(path[1])


def _read_at(node: Node, name: str) -> Position:
    for expression in node.expressions():
        if any(path[:2] == ("local", name) for path in expression.references):
            return expression.position
    return node.position
