"""Checks held against what there is, or will be: which hold, which do not, which only an apply can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mlinfra.config.expression import evaluate, evaluate_with_cause
from mlinfra.config.functions import kind
from mlinfra.config.namespace import Namespace
from mlinfra.engine.decide import Work
from mlinfra.engine.resolve import Resolver
from mlinfra.model.address import Address
from mlinfra.model.check import Check, CheckResult, Verdict, When
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, Severity, error, warning
from mlinfra.model.plan import Action
from mlinfra.model.source import Template
from mlinfra.model.value import Sensitive, Unknown

_AS_IT_IS = (Action.NO_OP, Action.ADOPT)
"""What changes nothing of the resource: what the service computed of it stays true."""


def planned_checks(
    config: Config, works: Iterable[Work], resolver: Resolver, problems: list[Diagnostic], *, destroy: bool
) -> tuple[CheckResult, ...]:
    """Every check of these resources and of the stack, as far as it is known while planning. Where all of
    it is destroyed nothing has to hold.

    One of a resource that fails is an error in ``problems``; one of the stack is, where it is but a warning,
    a warning.
    """
    found: list[CheckResult] = []
    for work in works:
        for result in of_resource(work, resolver, problems, planning=True):
            found.append(result)
            if result.verdict is Verdict.FAIL:
                problems.append(told(result))
    for result in of_stack(config, resolver, problems) if not destroy else ():
        found.append(result)
        if result.verdict is Verdict.FAIL and result.severity is Severity.WARNING:
            problems.append(told(result))
    return tuple(found)


def of_resource(
    work: Work,
    resolver: Resolver,
    problems: list[Diagnostic],
    when: When | None = None,
    *,
    planning: bool = False,
) -> Iterator[CheckResult]:
    """The checks of one resource, all or those of one moment; expressions that fail go to ``problems``."""
    if work.instance is None or not work.instance.block.checks:
        return
    instance = resolver.refreshed(work.address.block).get(work.address.key)
    if instance is None:
        return
    for check in instance.block.checks:
        if when in (None, check.when):
            unsure = planning and check.when is When.AFTER and work.change.action not in _AS_IT_IS
            yield _judged(check, resolver.view(instance, unsure=unsure), instance.address, problems)


def of_stack(config: Config, resolver: Resolver, problems: list[Diagnostic]) -> Iterator[CheckResult]:
    """The checks of the stack, as far as they are known now."""
    return (_judged(check, resolver.scope, None, problems) for check in config.checks)


def unreadable(config: Config, resolver: Resolver) -> list[Diagnostic]:
    """What is wrong with conditions themselves, whether or not they hold."""
    problems: list[Diagnostic] = []
    for instance in resolver.all():
        for check in instance.block.checks:
            _judged(check, resolver.view(instance, unsure=True), instance.address, problems)
    list(of_stack(config, resolver, problems))
    return problems


def refusals(results: Iterable[CheckResult]) -> list[Diagnostic]:
    """The errors among what is said of checks of the stack; a plan has the warnings already."""
    grave = (r for r in results if r.when is When.END and r.severity is Severity.ERROR)
    return [told(result) for result in grave if result.verdict is Verdict.FAIL]


def told(result: CheckResult) -> Diagnostic:
    """What is said of a check that does not hold."""
    if result.when is When.END:
        make = warning if result.severity is Severity.WARNING else error
        return make("MLI-CHK-003", f"check `{result.name}` does not hold", result.message, result.position)
    if result.when is When.BEFORE:
        return error(
            "MLI-CHK-001",
            f"a check before {result.address} does not hold",
            result.message,
            result.position,
            result.address,
        )
    return error(
        "MLI-CHK-002",
        f"a check after {result.address} does not hold",
        f"{result.message}\nIt is there and recorded; what needs it is not made before the check holds.",
        result.position,
        result.address,
    )


def unknown_still(result: CheckResult) -> Diagnostic:
    """What is said of a check of a resource that cannot be told when it has to be."""
    return error(
        "MLI-CHK-005",
        f"a check {result.when.value} {result.address} cannot be told: {result.needs or 'a value'} "
        "is not known",
        "Read what the service tells of it once it is made.",
        result.position,
        result.address,
    )


def _judged(
    check: Check, scope: Namespace, address: Address | None, problems: list[Diagnostic]
) -> CheckResult:
    before = len(problems)
    value, cause = evaluate_with_cause(check.condition, scope, problems)
    if isinstance(value, Sensitive):
        value = value.value
    verdict, message, needs = Verdict.HOLDS, "", ""
    if len(problems) > before:
        verdict = Verdict.ERROR
    elif isinstance(value, Unknown):
        verdict, needs = Verdict.UNKNOWN, cause
    elif not isinstance(value, bool):
        verdict = Verdict.ERROR
        problems.append(_no_condition(check, value, address))
    elif not value:
        verdict, message = Verdict.FAIL, _message(check, scope, problems)
    place = check.condition.position
    return CheckResult(address, check.name, check.when, verdict, check.severity, place, message, needs)


def _message(check: Check, scope: Namespace, problems: list[Diagnostic]) -> str:
    """The words of a check; a secret in them hides them, what is not known yet stands as it is written."""
    value: Any = evaluate(check.message, scope, problems)
    written = check.message.value.text if isinstance(check.message.value, Template) else ""
    if isinstance(value, Sensitive) or (isinstance(value, Unknown) and value.sensitive):
        return "What its message says holds a secret, and is not shown."
    return written if isinstance(value, Unknown) else str(value)


def _no_condition(check: Check, value: Any, address: Address | None) -> Diagnostic:
    whose = f"a check {check.when.value} {address}" if address is not None else f"check `{check.name}`"
    return error(
        "MLI-CHK-004",
        f"the condition of {whose} gives {kind(value)}",
        'It should give true or false, for example ${self.name != ""}.',
        check.condition.position,
        address,
    )
