"""A gate's policy cannot be switched off by the change that it judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.policy import Level
from tests.policy.stacks import judgement, of

STRICT = "rules: {AZ-AUTH-003: {severity: error}, POL-TAG-001: {required: [owner], severity: error}}\n"

WEAKENED = [
    "policy: {rules: {AZ-AUTH-003: {severity: off}, POL-TAG-001: {severity: off}}}\n",
    "policy: {rules: {AZ-AUTH-003: {severity: info}, POL-TAG-001: {required: [], types: []}}}\n",
    "policy: {file: weak.yaml}\n",
    """policy:
  exceptions:
    - {rule: AZ-AUTH-003, address: storage_account.main, owner: me, reason: mine, expires: 2099-01-01}
    - {rule: POL-TAG-001, address: resource_group.main, owner: me, reason: mine, expires: 2099-01-01}
    - {rule: POL-TAG-001, address: storage_account.main, owner: me, reason: mine, expires: 2099-01-01}
""",
]


@pytest.mark.parametrize("policy", WEAKENED)
def test_what_the_stack_says_weakens_nothing(policy: str, tmp_path: Path) -> None:
    (tmp_path / "weak.yaml").write_text("rules: {AZ-AUTH-003: {severity: off}}\n")
    found = judgement(tmp_path, policy, outside={"base.yaml": STRICT})
    assert {(f.code, str(f.address)) for f in found.findings if f.refuses} == {
        ("AZ-AUTH-003", "storage_account.main"),
        ("POL-TAG-001", "resource_group.main"),
        ("POL-TAG-001", "storage_account.main"),
    }


def test_without_a_gate_the_stack_may_say_so(tmp_path: Path) -> None:
    found = judgement(tmp_path, WEAKENED[0])
    assert of(found, "AZ-AUTH-003") == []


def test_the_stack_may_be_stricter(tmp_path: Path) -> None:
    own = "policy: {rules: {AZ-DATA-001: {severity: error}, AZ-AUTH-003: {severity: error}}}\n"
    found = judgement(tmp_path, own, outside={"base.yaml": "rules: {AZ-AUTH-003: {severity: info}}\n"})
    (finding,) = of(found, "AZ-AUTH-003")
    assert finding.refuses
    assert next(info for info in found.rules if info.code == "AZ-AUTH-003").level is Level.ERROR


def test_exceptions_from_outside_let_pass_whatever_found_it(tmp_path: Path) -> None:
    let = """exceptions:
  - {rule: AZ-AUTH-003, address: storage_account.main, owner: gate, reason: known, expires: 2099-01-01}
"""
    own = "policy: {rules: {AZ-AUTH-003: {severity: error}}}\n"
    found = judgement(tmp_path, own, outside={"base.yaml": STRICT, "let.yaml": let})
    (finding,) = of(found, "AZ-AUTH-003")
    assert finding.exemption is not None and finding.exemption.owner == "gate"
    assert not finding.refuses


def test_a_policy_from_outside_judges_by_what_it_names(tmp_path: Path) -> None:
    own = "policy: {rules: {AZ-AUTH-003: {severity: off}, AZ-NET-001: {severity: off}}}\n"
    found = judgement(tmp_path, own, outside={"base.yaml": "rules: {AZ-AUTH-003: {}}\n"})
    assert [f.code for f in found.findings] == ["AZ-AUTH-003"]


def test_declared_rules_from_outside_hold_too(tmp_path: Path) -> None:
    declared = """declared:
  teams: {require: "${after.tags != null and 'owner' in after.tags}", message: has an owner}
"""
    let = """policy:
  exceptions:
    - {rule: teams, address: storage_account.main, owner: me, reason: mine, expires: 2099-01-01}
"""
    found = judgement(tmp_path, let, outside={"base.yaml": declared})
    assert {str(f.address): f.refuses for f in of(found, "teams")} == {
        "resource_group.main": True,
        "storage_account.main": True,
    }


def test_strict_from_outside_holds_for_all(tmp_path: Path) -> None:
    assert judgement(tmp_path, outside={"base.yaml": "strict: true\n"}).strict
    assert judgement(tmp_path, "policy: {strict: true}\n").strict
    assert not judgement(
        tmp_path, "policy: {strict: false}\n", outside={"base.yaml": "strict: false\n"}
    ).strict


def test_a_file_from_outside_that_is_missing_ends_the_command(tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").touch()
    with pytest.raises(MlinfraError, match=r"gone\.yaml is empty"):
        judgement(tmp_path, outside={"gone.yaml": ""})


def test_exceptions_of_shared_files_may_be_about_other_stacks(tmp_path: Path) -> None:
    let = """exceptions:
  - {rule: AZ-AUTH-003, address: storage_account.other, owner: a, reason: b, expires: 2020-01-01}
  - {rule: AZ-NET-002, address: storage_account.main, owner: a, reason: b, expires: 2099-01-01}
"""
    found = judgement(tmp_path, "policy: {file: let.yaml}\n", outside={"let.yaml": let})
    assert [f.code for f in found.findings if f.code.startswith("POL-EXC")] == []
