"""Declared variables and the values that they have in this run.

Precedence is Terraform's: default < ``MLINFRA_VAR_name`` < ``--var-file`` (the last one wins) < ``-v``.
A value given as text is text for a ``string`` and is read as YAML for every other type. The value of a
sensitive variable stands in no message, and no message shows the line that it is written on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mlinfra.config import codes
from mlinfra.config.inputs import has_expression, misfit, plain, secret, type_of, without_line
from mlinfra.config.near import did_you_mean, listed
from mlinfra.config.scope import Scope, Table
from mlinfra.config.source import parse, read_source, read_value
from mlinfra.config.surroundings import Surroundings
from mlinfra.config.validation import Subject, validate
from mlinfra.model.configuration import Variable
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error, warning
from mlinfra.model.module import Input
from mlinfra.model.source import Node, SourceFile

PREFIX = "MLINFRA_VAR_"
_NONE: Mapping[str, Node] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Given:
    """One value from outside: ``text`` as typed, or ``node`` from a file; ``origin`` in words."""

    origin: str
    text: str | None = None
    node: Node | None = None


def read_variables(
    declared: Mapping[str, Input],
    problems: list[Diagnostic],
    *,
    values: Mapping[str, str],
    var_files: Sequence[tuple[Path, str]],
    environment: Mapping[str, str],
    written: Mapping[str, Node] = _NONE,
    around: Surroundings | None = None,
    shared: bool = False,
) -> dict[str, Variable]:
    """Every declared variable with its value; ``var_files`` are paths with how messages call them.

    ``written`` are values in a test file, which win over all others. ``around`` is what
    conditions of ``validation:`` can reach besides values. ``shared``: some of ``values`` may be for other
    stacks.
    """
    if shared:
        values = {name: text for name, text in values.items() if name in declared}
    given = _given(declared, problems, values, var_files, environment)
    given |= _in_test(declared, written, problems)
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
            one.type,
            secret(value) if one.sensitive else value,
            one.description,
            one.sensitive,
            one.position,
        )
    scope = Scope({"var": Table({name: v.value for name, v in result.items()})}, around=around)
    for name, one in declared.items():
        if one.validation is not None:
            origin = given[name].origin if name in given else "its default"
            found: list[Diagnostic] = []
            validate(Subject(one, one.position, origin), result, broken, scope, found)
            problems += map(without_line, found) if one.sensitive else found
    return result


def _deprecated(one: Input, given: _Given) -> Diagnostic:
    found = warning(
        codes.DEPRECATED,
        f"variable `{one.name}` is deprecated",
        f"{one.deprecated.rstrip('.')}. Its value is from {given.origin}.",
        one.position,
    )
    return without_line(found) if one.sensitive else found


def _given(
    declared: Mapping[str, Input],
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
            problems += map(without_line, wrong.diagnostics) if secrets else wrong.diagnostics
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
                    problems[-1] = without_line(problems[-1])
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


def _in_test(
    declared: Mapping[str, Input], written: Mapping[str, Node], problems: list[Diagnostic]
) -> dict[str, _Given]:
    """The values in a test file; one that is for no variable is an error, or it would test nothing."""
    found: dict[str, _Given] = {}
    for name, node in written.items():
        place = node.key or node.position
        if name in declared:
            found[name] = _Given(str(place), node=node)
            continue
        known = listed(declared) or "none"
        summary = f"a value is given for `{name}`, and no such variable is declared"
        advice = f"{did_you_mean(name, declared)}Declared are: {known}."
        problems.append(error(codes.UNDECLARED_VALUE, summary, advice, place))
    return found


def _value(one: Input, given: _Given | None, problems: list[Diagnostic]) -> Any:
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
    if type_of(one).name == "string":
        return _unicode(one, text, given.origin, problems)
    found: list[Diagnostic] = []
    node = read_value(SourceFile(f"the value of {given.origin}", text), found, expressions=False)
    if node is None or any(d.severity is Severity.ERROR for d in found):
        problems.append(
            error(
                codes.VALUE_TYPE,
                f"{given.origin} is no value of type {one.type}",
                "It is read as YAML, and YAML cannot read it. Lists and maps are written [a, b] and "
                "{a: 1, b: 2}.",
                one.position,
            )
        )
        return None
    return _checked(one, Node(node.value, one.position), given.origin, problems)


def _unicode(one: Input, text: str, origin: str, problems: list[Diagnostic]) -> str | None:
    """The text, unless it holds bytes that are no text: Python hands them on as halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        summary = f"{origin} holds bytes that are no text"
        problems.append(error(codes.VALUE_TYPE, summary, "Give it as UTF-8.", one.position))
        return None
    return text


def _checked(one: Input, node: Node, origin: str, problems: list[Diagnostic]) -> Any:
    """The value of a node without expressions; null where it is not of the type, which is reported."""
    what = "the default" if origin == "its default" else "the value"
    if has_expression(one, node, problems, what):
        return None
    value = plain(node)
    wrong = misfit(one, value)
    if wrong is None:
        return type_of(one).filled(value)
    where = f" ({node.position})" if one.sensitive and origin == "its default" else ""
    problems.append(
        error(
            codes.VALUE_TYPE,
            f"variable `{one.name}` is declared as {one.type}",
            f"By {origin}{where}, {wrong}{'' if wrong.endswith('?') else '.'}",
            one.position if one.sensitive else node.position,
        )
    )
    return None
