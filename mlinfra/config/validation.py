"""``validation:`` of variables: conditions over known values, and what is said where one is false."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from mlinfra.config import codes
from mlinfra.config.expression import evaluate
from mlinfra.config.functions import kind
from mlinfra.config.references import Checker
from mlinfra.config.rules import read_rules
from mlinfra.config.scope import Scope, Table
from mlinfra.config.shape import Reader
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.configuration import Variable
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Position
from mlinfra.model.value import Sensitive, Unknown

_READABLE = frozenset({"var"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A variable with its rules; ``origin`` says in words where its value is from."""

    name: str
    rules: Node
    position: Position
    origin: str


def validate(
    subject: Subject,
    variables: Mapping[str, Variable],
    broken: Set[str],
    around: Surroundings | None,
    problems: list[Diagnostic],
) -> None:
    """Hold a variable against its rules; a rule that reads a ``broken`` variable is not worked out.

    Conditions see ``var`` and the functions. Messages never show a value.
    """
    scope = Scope({"var": Table({name: v.value for name, v in variables.items()})}, around=around)
    checker = Checker(variables, (), {}, problems)
    for condition, message in _rules(subject, problems):
        before = len(problems)
        checker.check(condition, resources=False, roots=_READABLE)
        reads = {path[1] for e in condition.expressions() for path in e.references if len(path) > 1}
        if len(problems) > before or reads & broken or subject.name in broken:
            continue
        value = evaluate(condition, scope, problems)
        if isinstance(value, Sensitive):
            value = value.value
        if isinstance(value, bool):
            if not value:
                problems.append(_refused(subject, condition, message))
        elif not isinstance(value, Unknown) and not _failed(value):
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"a condition of variable `{subject.name}` gives {kind(value)}",
                    'It should give true or false, for example ${var.size > 0} or ${var.name != ""}.',
                    condition.position,
                )
            )


def _failed(value: object) -> bool:
    """Whether this is the text of an expression that could not be read, which was said already."""
    return isinstance(value, str) and "${" in value


def _rules(subject: Subject, problems: list[Diagnostic]) -> list[tuple[Node, str]]:
    """Each rule's condition and message; those of the wrong shape are reported and left out."""
    what = f"`validation` of variable `{subject.name}`"
    reader = Reader(problems, what)
    read = [
        (rule["condition"], reader.text(rule["message"], "message"))
        for rule in read_rules(subject.rules, what, problems)
    ]
    return [(condition, message) for condition, message in read if message]


def _refused(subject: Subject, condition: Node, message: str) -> Diagnostic:
    return error(
        codes.REFUSED_VALUE,
        f"the value of variable `{subject.name}` is refused",
        f"{message.rstrip('.')}. The value is from {subject.origin}; the condition is at "
        f"{condition.position}.",
        subject.position,
    )
