"""``policy check FILE`` of a plan's JSON: what it says of a saved plan, it says of its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage

STACK = """
stack: judged
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
variables:
  key: {type: string, sensitive: true, default: hidden}
resources:
  resource_group:
    main: {name: rg-judged, tags: {key: "${var.key}"}}
  storage_account:
    main: {name: stjudged}
  user_assigned_identity:
    main: {name: id-judged}
  role_assignment:
    own:
      role: Owner
      principal: ${user_assigned_identity.main.principal_id}
      principal_type: ServicePrincipal
      scope: ${resource_group.main.id}
policy:
  declared:
    tagged:
      match: "${change.type == 'resource_group'}"
      require: "${after.tags.key == 'x'}"
      message: the key is another one
    named:
      match: "${change.type == 'storage_account'}"
      require: "${after.name == 'stcommon'}"
      message: there is one account for all
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    with Stage(tmp_path, monkeypatch) as made:
        assert run(made, "plan --out saved.plan").code == 3
        for command, name in (("--format json", "plan.json"), ("--json", "plan.jsonl")):
            (tmp_path / name).write_text(run(made, f"plan {command}").stdout)
        yield made


def run(stage: Stage, command: str) -> Result:
    return stage.run(Run(f"mlinfra {command}", 1))


@pytest.mark.parametrize("file", ["plan.json", "plan.jsonl"])
@pytest.mark.parametrize("more", ["", "--strict", "--json"])
def test_it_is_judged_as_the_saved_plan_is(stage: Stage, file: str, more: str) -> None:
    saved = run(stage, f"policy check saved.plan {more}")
    assert saved.code == 3
    assert run(stage, f"policy check {file} {more}") == saved


def test_a_gate_elsewhere_judges_it_without_the_stack(stage: Stage, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.mkdir()
    (gate / "base.yaml").write_text("rules: {AZ-NET-001: {severity: error}}\n")
    (tmp_path / "plan.json").rename(gate / "plan.json")
    told = run(stage, "-C gate policy check plan.json --policy base.yaml --json")
    assert told.code == 3
    findings = json.loads(told.stdout)["findings"]
    assert ("AZ-NET-001", 10) in [(one["code"], one["range"]["start"]["line"]) for one in findings]


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('"format_version": "1.2"', '"format_version": "9.0"', "MLI-SAV-015", "made in format 9.0"),
        ('"create"', '"conjure"', "MLI-SAV-016", "resource_changes[0].change.actions"),
        ('"mlinfra_version"', '"terraform_version": "1.9", "x"', "MLI-SAV-016", "a plan of Terraform"),
        ('"resource_changes"', '"changes"', "MLI-SAV-013", "cannot be used"),
    ],
)
def test_what_is_none_is_refused_with_what_and_why(
    stage: Stage, old: str, new: str, code: str, says: str
) -> None:
    file = stage.folder / "plan.json"
    file.write_text(file.read_text().replace(old, new))
    told = run(stage, "policy check plan.json")
    assert told.code == 1
    assert code in told.stderr
    assert says in " ".join(told.stderr.split())


def test_half_a_document_is_refused(stage: Stage) -> None:
    file = stage.folder / "plan.json"
    file.write_text(file.read_text()[:-200])
    told = run(stage, "policy check plan.json")
    assert (told.code, "MLI-SAV-013" in told.stderr) == (1, True)
