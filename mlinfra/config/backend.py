"""``backend:``: where a stack's state is kept. It is needed before anything else is known, so it reads only
variables and the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.config import codes
from mlinfra.config.expression import evaluate
from mlinfra.config.references import Checker, Names
from mlinfra.config.scope import Scope, Table
from mlinfra.config.shape import Reader
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.configuration import Backend, Variable
from mlinfra.model.diagnostic import Diagnostic, Severity, error
from mlinfra.model.source import Node

READABLE = frozenset({"var"})
"""What its expressions can read, besides functions."""


def read_backend(
    section: Node | None,
    variables: Mapping[str, Variable],
    around: Surroundings,
    problems: list[Diagnostic],
) -> Backend | None:
    """The kind of store with its settings, evaluated; None where the stack names none, or wrongly."""
    if section is None or section.value is None:
        return None
    members = Reader(problems, "`backend`").map(section)
    if not members:
        return None
    if len(members) > 1:
        second = list(members.values())[1]
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"`backend` names {len(members)} stores",
                f"A stack's state is in one place. Keep one of: {', '.join(members)}.",
                second.key or second.position,
            )
        )
        return None
    ((kind, node),) = members.items()
    settings = values(node, variables, around, problems)
    if settings is None or isinstance(settings, dict):
        return Backend(kind, settings or {}, node)
    problems.append(
        error(
            codes.WRONG_SHAPE,
            f"`{kind}` of `backend` takes a map of settings",
            f"Write  backend: {{{kind}: {{…}}}}.",
            node.position,
        )
    )
    return None


def backend_reads(section: Node | None) -> frozenset[str]:
    """The variables that it reads."""
    expressions = section.expressions() if section is not None else ()
    paths = (path for expression in expressions for path in expression.references)
    return frozenset(path[1] for path in paths if path[0] == "var" and len(path) > 1)


def values(
    node: Node, variables: Mapping[str, Variable], around: Surroundings, problems: list[Diagnostic]
) -> Any:
    """What a node says, with variables and functions alone."""
    Checker(Names(variables), problems).check(node, resources=False, roots=READABLE)
    if any(found.severity is Severity.ERROR for found in problems):
        return {}  # a variable without a value would be told once more, as a null
    scope = Scope({"var": Table({name: v.value for name, v in variables.items()})}, around=around)
    return evaluate(node, scope, problems)
