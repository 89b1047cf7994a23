"""An assertion of a test, held against what its run left."""

from __future__ import annotations

from mlinfra.config.expression import evaluate_with_cause
from mlinfra.config.functions import kind
from mlinfra.config.scope import Scope
from mlinfra.engine.trial_names import read_values
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Template
from mlinfra.model.trial import Assertion, Failure
from mlinfra.model.value import Sensitive, Unknown


def judge(assertion: Assertion, scope: Scope) -> Failure | None:
    """What is wrong: it does not hold, or cannot be told; None where it holds."""
    problems: list[Diagnostic] = []
    value, cause = evaluate_with_cause(assertion.condition, scope, problems)
    if isinstance(value, Sensitive):
        value = value.value
    if problems:
        return Failure(problems[0])
    if value is True:
        return None
    written = assertion.condition.value
    text = written.text if isinstance(written, Template) else ""
    place = assertion.condition.position
    if isinstance(value, Unknown):
        return Failure(
            error(
                "MLI-TST-011",
                f"the condition cannot be told: {cause or 'a value'} is not known",
                "Only an apply can tell it, and this run made none:  command: apply.",
                place,
            )
        )
    if value is not False:
        return Failure(
            error(
                "MLI-TST-012",
                f"the condition gives {kind(value)}, it should give true or false",
                'Compare it with something: ${output.name == "churn"}.',
                place,
            )
        )
    return Failure(
        error("MLI-TST-010", assertion.message or "the condition does not hold", "", place),
        text,
        read_values(assertion.condition, scope),
    )
