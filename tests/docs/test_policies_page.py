"""Every example of the guide to policies is one that works."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from mlinfra.config.loader import load
from mlinfra.engine.policies import make_gate
from mlinfra.engine.policy_cases import run_cases
from mlinfra.policy.registry import load_rules
from mlinfra.providers.registry import load_catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "policies.md").read_text(encoding="utf-8")
POLICY, CASES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_policy_is_one_and_its_cases_hold(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text(f"stack: x\n{POLICY}")
    assert make_gate([load(tmp_path).policy], load_rules(), load_catalogue())
    (tmp_path / "x.policy-test.yaml").write_text(CASES.replace("policy: base.yaml", "policy: mlinfra.yaml"))
    results = run_cases(tmp_path, load_rules(), load_catalogue(), date(2026, 11, 21))
    assert [wrong for _, wrong in results] == ["", "", ""]


def test_the_number_of_rules_is_right() -> None:
    ours = [rule for rule in load_rules() if rule.code.startswith(("AZ-", "POL-"))]
    assert len(ours) == 20
    assert "Twenty rules come with mlinfra" in PAGE
