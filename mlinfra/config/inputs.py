"""Declared values from outside: the variables of a stack, the inputs of a module. One shape for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from mlinfra.config import codes
from mlinfra.config.names import bad_name
from mlinfra.config.shape import Reader
from mlinfra.config.types import BadType, Type, read_type
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Input
from mlinfra.model.source import Node, Position, SourceFile, Template
from mlinfra.model.value import Redacted, Sensitive, Unknown, has_unknown, reveal

KEYS = ("type", "default", "description", "sensitive", "nullable", "deprecated", "validation")

SECTIONS = {"variable": "variables", "input": "inputs"}
"""Where each kind is declared."""

_ONE = {"variable": "A variable", "input": "An input"}


def read_inputs(section: Node | None, problems: list[Diagnostic], *, word: str) -> dict[str, Input]:
    """Every declaration; ``word`` is what its kind is called."""
    result: dict[str, Input] = {}
    for name, node in Reader(problems).members(section, SECTIONS[word]).items():
        position = node.key or node.position
        wrong = bad_name(name, word, position)
        if wrong is not None:
            problems.append(wrong)
            continue
        read = Reader(problems, f"{word} `{name}`")
        body = read.body(node, KEYS)
        result[name] = Input(
            name,
            _type(f"{word} `{name}`", body.get("type"), problems),
            # What is declared wrong gets a value, so that only that is said of it.
            body.get("default") if body or node.is_map else Node(None, position),
            position,
            description=read.text(body.get("description"), "description"),
            sensitive=read.flag(body.get("sensitive"), "sensitive"),
            nullable="nullable" not in body or read.flag(body["nullable"], "nullable"),
            deprecated=read.text(body.get("deprecated"), "deprecated"),
            validation=body.get("validation"),
            word=word,
        )
    return result


def _type(label: str, node: Node | None, problems: list[Diagnostic]) -> str:
    if node is None:
        return "any"
    text = node.value
    if isinstance(text, str):
        try:
            _read(" ".join(text.split()))
        except BadType as wrong:
            detail = f"{str(wrong)[0].upper()}{str(wrong)[1:]}"
            detail += "" if detail.endswith("?") else "."
        else:
            return " ".join(text.split())
    else:
        detail = "A type is one text."
    problems.append(
        error(
            codes.BAD_TYPE,
            f"{label} has a type that there is not",
            f"{detail} Types are string, number, bool, any, list(…), map(…) and object({{…}}).",
            node.position,
        )
    )
    return "any"


_read = cache(read_type)


def type_of(one: Input) -> Type:
    """Its type, which was read before."""
    return _read(one.type)


def misfit(one: Input, value: Any) -> str | None:
    """Why it cannot have this value, in words that never quote it; None when it can."""
    if value is None and not one.nullable:
        return f"it is null, and the {one.word} says `nullable: false`"
    return type_of(one).mismatch(value)


def has_expression(one: Input, node: Node, problems: list[Diagnostic], what: str = "the default") -> bool:
    """Whether there is an expression where none can be; then that is reported. ``what`` of it this is."""
    template = next(iter(node.expressions()), None)
    if template is None and not isinstance(node.value, Template):
        return False
    problems.append(
        error(
            codes.WRONG_SHAPE,
            f"{what} of {one.label} holds an expression",
            f"{_ONE[one.word]} is what comes from outside. Give a worked-out value a name under `locals:`.",
            template.position if template is not None else node.position,
        )
    )
    return True


def plain(node: Node) -> Any:
    """What a node without expressions holds."""
    value = node.value
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, tuple):
        return [plain(child) for child in value]
    return value


def secret(value: Any) -> Any:
    """The value as a secret, known or not; null is none."""
    if value is None or isinstance(value, Sensitive | Redacted):
        return value
    if has_unknown(value):
        return Unknown(value.expression if isinstance(value, Unknown) else "", sensitive=True)
    return Sensitive(reveal(value))


def without_line(found: Diagnostic) -> Diagnostic:
    """The message without the line of the file: a secret may stand on it."""
    place = found.position
    if place is None:
        return found
    hidden = SourceFile(place.source.path, "")
    return replace(found, position=Position(hidden, place.line, place.column, place.length))
