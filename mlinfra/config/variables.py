"""Declared variables and the values that they have in this run.

Precedence is Terraform's: default < ``MLINFRA_VAR_name`` < ``--var-file`` (the last one wins) < ``-v``.
A value given as text is text for a ``string`` and is read as YAML for every other type. The value of a
sensitive variable stands in no message, and no message shows the line that it is written on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlinfra.config import codes
from mlinfra.config.names import bad_name
from mlinfra.config.near import did_you_mean, listed
from mlinfra.config.shape import Reader
from mlinfra.config.source import parse, read_source, read_value
from mlinfra.config.surroundings import Surroundings
from mlinfra.config.types import ANY, BadType, Type, read_type
from mlinfra.config.validation import Subject, validate
from mlinfra.model.configuration import Variable
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error, warning
from mlinfra.model.source import Node, Position, SourceFile, Template
from mlinfra.model.value import Sensitive

PREFIX = "MLINFRA_VAR_"
_KEYS = ("type", "default", "description", "sensitive", "nullable", "deprecated", "validation")


@dataclass(frozen=True, slots=True)
class _Given:
    """One value from outside: ``text`` as typed, or ``node`` from a file; ``origin`` in words."""

    origin: str
    text: str | None = None
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class _Declared:
    name: str
    type: Type
    type_text: str
    default: Node | None
    description: str
    sensitive: bool
    nullable: bool
    deprecated: str
    validation: Node | None
    position: Position


def read_variables(
    section: Node | None,
    problems: list[Diagnostic],
    *,
    values: Mapping[str, str],
    var_files: Sequence[tuple[Path, str]],
    environment: Mapping[str, str],
    around: Surroundings | None = None,
    shared: bool = False,
) -> dict[str, Variable]:
    """Every declared variable with its value; ``var_files`` are paths with how messages call them.

    ``around`` is what conditions of ``validation:`` can reach besides values. ``shared``: some of
    ``values`` may be for other stacks.
    """
    declared = _declarations(section, problems)
    if shared:
        values = {name: text for name, text in values.items() if name in declared}
    given = _given(declared, problems, values, var_files, environment)
    result: dict[str, Variable] = {}
    broken: set[str] = set()
    for name, one in declared.items():
        before = len(problems)
        value = _value(one, given.get(name), problems)
        if len(problems) > before:
            broken.add(name)
        elif name in given and one.deprecated:
            problems.append(_deprecated(one, given[name]))
        result[name] = Variable(
            name,
            one.type_text,
            Sensitive(value) if one.sensitive and value is not None else value,
            one.description,
            one.sensitive,
            one.position,
        )
    for name, one in declared.items():
        if one.validation is not None:
            origin = given[name].origin if name in given else "its default"
            found: list[Diagnostic] = []
            validate(Subject(name, one.validation, one.position, origin), result, broken, around, found)
            problems += map(_without_line, found) if one.sensitive else found
    return result


def _deprecated(one: _Declared, given: _Given) -> Diagnostic:
    found = warning(
        codes.DEPRECATED,
        f"variable `{one.name}` is deprecated",
        f"{one.deprecated.rstrip('.')}. Its value is from {given.origin}.",
        one.position,
    )
    return _without_line(found) if one.sensitive else found


def _declarations(section: Node | None, problems: list[Diagnostic]) -> dict[str, _Declared]:
    result: dict[str, _Declared] = {}
    for name, node in Reader(problems).members(section, "variables").items():
        position = node.key or node.position
        wrong = bad_name(name, "variable", position)
        if wrong is not None:
            problems.append(wrong)
            continue
        read = Reader(problems, f"variable `{name}`")
        body = read.body(node, _KEYS)
        type_, type_text = _type(name, body.get("type"), problems)
        result[name] = _Declared(
            name,
            type_,
            type_text,
            # What is declared wrong gets a value, so that only that is said of it.
            body.get("default") if body or node.is_map else Node(None, position),
            read.text(body.get("description"), "description"),
            read.flag(body.get("sensitive"), "sensitive"),
            "nullable" not in body or read.flag(body["nullable"], "nullable"),
            read.text(body.get("deprecated"), "deprecated"),
            body.get("validation"),
            position,
        )
    return result


def _type(name: str, node: Node | None, problems: list[Diagnostic]) -> tuple[Type, str]:
    if node is None:
        return ANY, "any"
    text = node.value
    if isinstance(text, str):
        try:
            return read_type(text), " ".join(text.split())
        except BadType as wrong:
            detail = f"{str(wrong)[0].upper()}{str(wrong)[1:]}"
            detail += "" if detail.endswith("?") else "."
    else:
        detail = "A type is one text."
    problems.append(
        error(
            codes.BAD_TYPE,
            f"variable `{name}` has a type that there is not",
            f"{detail} Types are string, number, bool, any, list(…), map(…) and object({{…}}).",
            node.position,
        )
    )
    return ANY, "any"


def _given(
    declared: Mapping[str, _Declared],
    problems: list[Diagnostic],
    values: Mapping[str, str],
    var_files: Sequence[tuple[Path, str]],
    environment: Mapping[str, str],
) -> dict[str, _Given]:
    given = {
        name: _Given(f"{PREFIX}{name}", text=environment[f"{PREFIX}{name}"])
        for name in declared
        if f"{PREFIX}{name}" in environment
    }
    secrets = any(one.sensitive for one in declared.values())
    for path, shown in var_files:
        try:
            source = read_source(path, shown)
            node = parse(source, expressions=False)
        except MlinfraError as wrong:
            problems += map(_without_line, wrong.diagnostics) if secrets else wrong.diagnostics
            continue
        for name, child in node.value.items():
            if name in declared:
                given[name] = _Given(str(child.key or child.position), node=child)
            else:
                problems.append(
                    warning(
                        codes.UNDECLARED_VALUE,
                        f"no variable `{name}` is declared",
                        f"{did_you_mean(name, declared)}The value is not used.",
                        child.key,
                    )
                )
                if secrets:
                    problems[-1] = _without_line(problems[-1])
    for name, text in values.items():
        if name in declared:
            given[name] = _Given(f"-v {name}", text=text)
            continue
        known = listed(declared) or "none"
        problems.append(
            error(
                codes.UNDECLARED_VALUE,
                f"-v {name} is given, and no variable `{name}` is declared",
                f"{did_you_mean(name, declared)}Declared are: {known}.",
            )
        )
    return given


def _without_line(found: Diagnostic) -> Diagnostic:
    """The message without the line of the file: a secret may stand on it."""
    place = found.position
    if place is None:
        return found
    hidden = SourceFile(place.source.path, "")
    return replace(found, position=Position(hidden, place.line, place.column, place.length))


def _value(one: _Declared, given: _Given | None, problems: list[Diagnostic]) -> Any:
    if given is None:
        if one.default is None:
            problems.append(
                error(
                    codes.NO_VALUE,
                    f"variable `{one.name}` has no value",
                    f"Give it with  -v {one.name}=…,  with  {one.name}: …  in a file for --var-file,  with "
                    f"{PREFIX}{one.name} in the environment, or with a default.",
                    one.position,
                )
            )
            return None
        return _checked(one, one.default, "its default", problems)
    if given.node is not None:
        return _checked(one, given.node, given.origin, problems)
    text = given.text or ""
    if one.type.name == "string":
        return _unicode(one, text, given.origin, problems)
    found: list[Diagnostic] = []
    node = read_value(SourceFile(f"the value of {given.origin}", text), found, expressions=False)
    if node is None or any(d.severity is Severity.ERROR for d in found):
        problems.append(
            error(
                codes.VALUE_TYPE,
                f"{given.origin} is no value of type {one.type_text}",
                "It is read as YAML, and YAML cannot read it. Lists and maps are written [a, b] and "
                "{a: 1, b: 2}.",
                one.position,
            )
        )
        return None
    return _checked(one, Node(node.value, one.position), given.origin, problems)


def _unicode(one: _Declared, text: str, origin: str, problems: list[Diagnostic]) -> str | None:
    """The text, unless it holds bytes that are no text: Python hands them on as halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        summary = f"{origin} holds bytes that are no text"
        problems.append(error(codes.VALUE_TYPE, summary, "Give it as UTF-8.", one.position))
        return None
    return text


def _checked(one: _Declared, node: Node, origin: str, problems: list[Diagnostic]) -> Any:
    template = next(iter(node.expressions()), None)
    if template is not None or isinstance(node.value, Template):
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"the default of variable `{one.name}` holds an expression",
                "A variable is what comes from outside. Give a worked-out value a name under `locals:`.",
                template.position if template is not None else node.position,
            )
        )
        return None
    value = plain(node)
    wrong = one.type.mismatch(value)
    if value is None and not one.nullable:
        wrong = "it is null, and the variable says `nullable: false`"
    if wrong is None:
        return one.type.filled(value)
    where = f" ({node.position})" if one.sensitive and origin == "its default" else ""
    problems.append(
        error(
            codes.VALUE_TYPE,
            f"variable `{one.name}` is declared as {one.type_text}",
            f"By {origin}{where}, {wrong}{'' if wrong.endswith('?') else '.'}",
            one.position if one.sensitive else node.position,
        )
    )
    return None


def plain(node: Node) -> Any:
    """What a node without expressions holds."""
    value = node.value
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, tuple):
        return [plain(child) for child in value]
    return value
