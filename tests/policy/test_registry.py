"""Rules come in by entry point, those of others too."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.plan import Plan
from mlinfra.policy import registry
from mlinfra.policy.api import Rule, Settings, found, made
from mlinfra.policy.registry import GROUP, load_rules
from tests.policy.stacks import STACK


@dataclass
class Cheap:
    """A rule of somebody else, without more than the seam asks for."""

    code: str = "ACME-001"
    name: str = "only cheap storage"

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        for change in made(plan):
            if change.type == "storage_account":
                yield found(change, ("sku",), f"{change.address} costs too much")


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("acme_rules")
    monkeypatch.setitem(sys.modules, "acme_rules", module)
    module.rules = (Cheap(),)  # type: ignore[attr-defined]
    return module


def entry(name: str = "acme", value: str = "acme_rules:rules") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_ours_come_in_by_the_door_for_all() -> None:
    assert {e.name for e in entry_points(group=GROUP)} >= {"azure", "neutral"}
    codes = [rule.code for rule in load_rules()]
    assert codes == sorted(codes)
    assert len(codes) >= 20


def test_a_rule_of_somebody_else_judges(
    acme: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def with_theirs() -> tuple[Rule, ...]:
        return load_rules([*entry_points(group=GROUP), entry()])

    monkeypatch.setattr(registry, "load_rules", with_theirs)
    policy = "policy: {rules: {ACME-001: {severity: error}}}\n"
    (tmp_path / "mlinfra.yaml").write_text(STACK + policy)
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "plan"], prog_name="mlinfra")
    assert result.exit_code == 3
    assert "1 refused   ACME-001 storage_account.main costs too much" in result.output


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        (None, "it has no __iter__"),
        ([object()], "gives something that is no rule: it has no code, name, check"),
        ([Cheap("AZ-NET-001")], "two rules have the code AZ-NET-001"),
    ],
)
def test_what_is_no_rule_is_refused(acme: ModuleType, rules: object, what: str) -> None:
    acme.rules = rules  # type: ignore[attr-defined]
    with pytest.raises(MlinfraError, match=what):
        load_rules([*entry_points(group=GROUP), entry("zz")])


def test_what_cannot_be_loaded_is_named(acme: ModuleType) -> None:
    with pytest.raises(MlinfraError, match="cannot be loaded: ModuleNotFoundError"):
        load_rules([entry(value="nowhere_rules:rules")])
