"""``policy test``: cases of rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from mlinfra.engine.policy_cases import run_cases
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.policy.registry import load_rules
from mlinfra.providers.registry import load_catalogue
from tests.policy.cases import TODAY

POLICY = """rules:
  POL-TAG-001: {required: [owner]}
  POL-PROT-001: {}
  AZ-PLACE-001: {allowed: [westeurope], severity: off}
declared:
  small:
    match: "${change.type == 'compute'}"
    require: "${after.max_instances <= 4}"
    message: clusters are small
"""


def results(tmp_path: Path, cases: str) -> list[str]:
    (tmp_path / "base.yaml").write_text(POLICY)
    (tmp_path / "x.policy-test.yaml").write_text(f"policy: base.yaml\ncases:\n{cases}")
    return [wrong for _, wrong in run_cases(tmp_path, load_rules(), load_catalogue(), TODAY)]


@pytest.mark.parametrize(
    "case",
    [
        "{rule: small, type: compute, after: {max_instances: 4}, expect: pass}",
        "{rule: small, type: compute, after: {max_instances: 5}, expect: fail}",
        "{rule: small, type: compute, after: {size: x}, unknown: [max_instances], expect: cannot tell}",
        "{rule: small, type: workspace, after: {name: x}, expect: pass}",
        "{rule: POL-TAG-001, type: workspace, after: {tags: {}}, expect: fail}",
        "{rule: POL-TAG-001, type: workspace, before: {tags: {owner: ana}}, expect: pass}",
        "{rule: POL-TAG-001, type: workspace, after: {name: x}, unknown: [tags.owner], expect: cannot tell}",
        "{rule: AZ-PLACE-001, type: workspace, after: {location: eastus}, expect: fail}",
        "{rule: POL-PROT-001, type: workspace, action: delete, before: {name: x}, expect: pass}",
    ],
)
def test_a_case_that_holds(case: str, tmp_path: Path) -> None:
    assert results(tmp_path, f"  - {case}\n") == [""]


def test_a_case_that_does_not_hold_says_what_was_found(tmp_path: Path) -> None:
    case = "  - {rule: small, type: compute, after: {max_instances: 9}, expect: pass}\n"
    assert results(tmp_path, case) == [
        "expected pass, and it is fail: compute.case: clusters are small (x.policy-test.yaml:3:5)"
    ]


@pytest.mark.parametrize(
    ("case", "what"),
    [
        ("{rule: smal, type: compute, expect: pass}", "has no rule `smal`"),
        ("{rule: small, type: computer, expect: pass}", "there is no type `computer`"),
        ("{rule: small, type: compute, after: {sizze: x}, expect: pass}", "a compute has no key `sizze`"),
        ("{rule: small, type: compute}", "a case needs `expect`"),
        ("{rule: small, type: compute, expect: perhaps}", "`expect` of a case"),
        ("{rule: small, type: compute, expects: pass}", "unknown key `expects` in a case"),
    ],
)
def test_what_is_wrong_with_a_case_is_told(case: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(MlinfraError) as wrong:
        results(tmp_path, f"  - {case}\n")
    assert what in wrong.value.diagnostics[0].summary


def test_no_cases_at_all_are_no_success(tmp_path: Path) -> None:
    with pytest.raises(MlinfraError, match="there are no cases below"):
        run_cases(tmp_path, load_rules(), load_catalogue(), TODAY)
    (tmp_path / "x.policy-test.yaml").write_text("policy: x.policy-test.yaml\ncases: []\n")
    with pytest.raises(MlinfraError):
        run_cases(tmp_path, load_rules(), load_catalogue(), TODAY)


def test_the_policy_of_a_stack_is_read_without_its_variables(tmp_path: Path) -> None:
    indented = "".join(f"  {line}\n" for line in POLICY.splitlines())
    stack = f"stack: x\nvariables: {{needed: {{type: string}}}}\npolicy:\n{indented}"
    (tmp_path / "mlinfra.yaml").write_text(stack)
    (tmp_path / "rules.policy-test.yaml").write_text(
        "cases:\n  - {rule: small, type: compute, after: {max_instances: 5}, expect: fail}\n"
    )
    done = CliRunner().invoke(cli, ["-C", str(tmp_path), "policy", "test"], prog_name="mlinfra")
    assert (done.exit_code, done.output) == (
        0,
        "passed  rules.policy-test.yaml: small on compute\n1 passed, 0 failed.\n",
    )
