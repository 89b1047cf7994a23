"""Runs cases of rules: each is a plan of one change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from mlinfra import __version__
from mlinfra.config.policy_cases import Case, case_files, read_cases
from mlinfra.engine.check import near
from mlinfra.engine.conditions import keys_of
from mlinfra.engine.policies import make_gate
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.policy import Level
from mlinfra.policy.api import Rule
from mlinfra.policy.gate import Bench, Gate, Judge, judge
from mlinfra.providers.api import Catalogue

_ACTIONS = {
    "create": Action.CREATE,
    "update": Action.UPDATE,
    "replace": Action.DELETE_CREATE,
    "delete": Action.DELETE,
}


def run_cases(
    target: Path, rules: Sequence[Rule], catalogue: Catalogue, today: date
) -> list[tuple[str, str]]:
    """Every case below a folder, with what was wrong with it (empty: nothing). Raises MlinfraError."""
    files = case_files(target)
    if not files:
        raise MlinfraError(
            error(
                "MLI-POL-021",
                f"there are no cases below {target}",
                "They stand in files that end in .policy-test.yaml: docs/guides/policies.md shows one.",
            )
        )
    folder = target if target.is_dir() else target.parent
    results: list[tuple[str, str]] = []
    for path in files:
        file = read_cases(path, folder)
        gate = make_gate([file.policy], rules, catalogue)
        judges = {each.rule.code: each for bench in gate.benches for each in bench.judges}
        for case in file.cases:
            _check(case, judges, catalogue)
            provider = catalogue.types[case.type].provider.name
            wrong = _wrong(case, judges[case.rule], provider, today)
            results.append((f"{file.path}: {case.name}", wrong))
    return results


def _check(case: Case, judges: dict[str, Judge], catalogue: Catalogue) -> None:
    """Its names lead somewhere. Raises MlinfraError."""
    if case.rule not in judges:
        raise MlinfraError(
            error(
                "MLI-POL-022",
                f"the policy of this case has no rule `{case.rule}`",
                f"{near(case.rule, judges)}It has: {', '.join(sorted(judges)) or 'none'}.",
                case.position,
            )
        )
    if case.type not in catalogue.types:
        hint = f"{near(case.type, catalogue.types)}docs/reference/types has all."
        raise MlinfraError(error("MLI-POL-023", f"there is no type `{case.type}`", hint, case.position))
    known = keys_of(catalogue)[case.type]
    for key in (key for side in (case.before, case.after) for key in side or () if key not in known):
        summary = f"a {case.type} has no key `{key}`"
        raise MlinfraError(error("MLI-POL-024", summary, near(key, known).strip(), case.position))


def _wrong(case: Case, each: Judge, provider: str, today: date) -> str:
    address, action = Address(case.type, "case"), _ACTIONS[case.action]
    change = Change(address, case.type, provider, action, before=case.before, after=case.after)
    plan = Plan("case", "", 0, __version__, (change,))
    at_work = replace(each, level=Level.ERROR)  # what is off here can be tried all the same
    found = judge(Gate((Bench((at_work,)),)), plan, today).findings
    said = "pass" if not found else "cannot tell" if all(f.unsure for f in found) else "fail"
    if said == case.expect:
        return ""
    told = "; ".join(finding.summary for finding in found)
    return f"expected {case.expect}, and it is {said}{f': {told}' if told else ''} ({case.position})"
