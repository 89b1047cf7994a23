"""``validation:`` of variables: conditions over known values, and what is said where one is false."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass

from mlinfra.config import codes
from mlinfra.config.expression import evaluate
from mlinfra.config.functions import kind
from mlinfra.config.namespace import Namespace
from mlinfra.config.references import Checker, Names
from mlinfra.config.rules import read_rules
from mlinfra.config.shape import Reader
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Input
from mlinfra.model.source import Node, Position
from mlinfra.model.value import Sensitive, Unknown

_READABLE = frozenset({"var"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A variable or input with rules; ``origin`` says in words where its value is from."""

    input: Input
    position: Position
    origin: str


def validate(
    subject: Subject,
    declared: Collection[str],
    broken: Set[str],
    scope: Namespace,
    problems: list[Diagnostic],
) -> None:
    """Hold a variable against its rules; a rule that reads a ``broken`` one is not worked out.

    Conditions see ``var`` (what is ``declared``) and the functions. Messages never show a value.
    """
    checker = Checker(Names(declared), problems)
    for condition, message in _rules(subject, problems):
        before = len(problems)
        checker.check(condition, resources=False, roots=_READABLE)
        reads = {path[1] for e in condition.expressions() for path in e.references if len(path) > 1}
        if len(problems) > before or reads & broken or subject.input.name in broken:
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
                    f"a condition of {subject.input.label} gives {kind(value)}",
                    'It should give true or false, for example ${var.size > 0} or ${var.name != ""}.',
                    condition.position,
                )
            )


def _failed(value: object) -> bool:
    """Whether this is the text of an expression that could not be read, which was said already."""
    return isinstance(value, str) and "${" in value


def _rules(subject: Subject, problems: list[Diagnostic]) -> list[tuple[Node, str]]:
    """Each rule's condition and message; those of the wrong shape are reported and left out."""
    if subject.input.validation is None:
        return []
    what = f"`validation` of {subject.input.label}"
    reader = Reader(problems, what)
    read = [
        (rule["condition"], reader.text(rule["message"], "message"))
        for rule in read_rules(subject.input.validation, what, problems)
    ]
    return [(condition, message) for condition, message in read if message]


def _refused(subject: Subject, condition: Node, message: str) -> Diagnostic:
    return error(
        codes.REFUSED_VALUE,
        f"the value of {subject.input.label} is refused",
        f"{message.rstrip('.')}. The value is from {subject.origin}; the condition is at "
        f"{condition.position}.",
        subject.position,
    )
