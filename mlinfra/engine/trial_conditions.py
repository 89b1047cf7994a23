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
    written = assertion.condition.value
    text = written.text if isinstance(written, Template) else ""
    problems: list[Diagnostic] = []
    value, cause = evaluate_with_cause(assertion.condition, scope, problems)
    if isinstance(value, Sensitive):
        value = value.value
    place = assertion.condition.position
    if problems:
        return Failure(problems[0], text)
    if value is True:
        return None
    if value is False:
        summary = assertion.message or "the condition does not hold"
        found = error("MLI-TST-010", summary, position=place)
        return Failure(found, text, read_values(assertion.condition, scope))
    if isinstance(value, Unknown):
        summary = f"the condition cannot be told: {cause or 'a value'} is not known"
        advice = "Only an apply can tell it, and this run made none:  command: apply."
        return Failure(error("MLI-TST-011", summary, advice, place), text)
    summary = f"the condition gives {kind(value)}, it should give true or false"
    advice = 'Compare it with something: ${output.name == "churn"}.'
    return Failure(error("MLI-TST-012", summary, advice, place), text)
