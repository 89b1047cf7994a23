"""A secret that comes in by any door comes out by none: no form of output, no file but the cloud's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.state.local import LocalStore
from tests.scenarios.script import Run
from tests.scenarios.stage import Stage

ENVIRONMENT, COMMAND, FILE, BODY = CANARIES = (
    "canary-Environment-1",
    "canary-Command-2",
    "canary-File-3",
    "canary-Body-4",
)
"""A variable of the environment, of the command line, of a file; a key that is secret by its schema."""

STACK = f"""
stack: canary
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}}
variables:
  env: {{type: string, sensitive: true}}
  given: {{type: string, sensitive: true}}
  filed: {{type: string, sensitive: true}}
  size: {{type: number, default: 2}}
resources:
  resource_group:
    main:
      name: rg-canary
      tags: {{tainted: "x-${{var.env}}-y", given: "${{upper(var.given)}}", filed: "${{var.filed}}"}}
      checks:
        after:
          - condition: "${{self.tags.tainted != 'x'}}"
            message: "it is ${{self.tags.tainted}} and ${{var.given}}"
  storage_account:
    main: {{name: stcanary}}
  key_vault:
    main: {{name: kv-canary}}
  application_insights:
    main: {{name: appi-canary}}
  workspace:
    main:
      name: mlw-canary
      storage_account: ${{storage_account.main.id}}
      key_vault: ${{key_vault.main.id}}
      application_insights: ${{application_insights.main.id}}
  compute:
    cpu:
      type: amlcompute
      size: STANDARD_DS11_V2
      max_instances: ${{var.size}}
      ssh_settings: {{admin_username: ana, admin_password: {BODY}}}
checks:
  told:
    condition: "${{resource_group.main.tags.tainted == 'x'}}"
    message: "it is ${{var.given}}"
    severity: warning
outputs:
  tagged: {{value: "${{resource_group.main.tags.tainted}}", sensitive: true}}
  filed: {{value: "${{var.filed}}", sensitive: true}}
policy:
  declared:
    tagged:
      require: "${{after.name == 'nobody'}}"
      message: a name is not right
      severity: warning
"""
WITH = f"-v given={COMMAND} --var-file secret.yaml"

STORY = (
    f"plan {WITH}",
    f"plan {WITH} --json",
    f"plan {WITH} --format json",
    f"plan {WITH} --out plan.json --sarif plan.sarif",
    *(f"show plan.json --format {form}" for form in ("terminal", "markdown", "json", "sarif")),
    "policy check plan.json",
    "policy check plan.json --json",
    f"graph --plan {WITH}",
    f"apply {WITH} --auto-approve --json",
    "show",
    "show --json",
    "state list",
    "state show compute.cpu --json",
    "output",
    "output --json",
    f"plan {WITH} -v size=4",
    f"plan {WITH} -v size=4 --out plan.json",
    f"apply plan.json {WITH}",
    f"apply plan.json {WITH}",
    f"drift {WITH}",
    f"drift {WITH} --json",
    f"plan -v given={ENVIRONMENT} --var-file secret.yaml --json",
    f"validate {WITH} -v size={COMMAND}",
    f"plan {WITH} -v none={COMMAND}",
    f"destroy {WITH} --auto-approve",
)


def test_no_secret_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal: list[bytes] = []
    append = LocalStore.journal_append

    def recorded(self: LocalStore, serial: int, data: bytes, lease: object) -> None:
        journal.append(data)
        append(self, serial, data, lease)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalStore, "journal_append", recorded)
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    (tmp_path / "secret.yaml").write_text(f"filed: {FILE}\n")
    seen: dict[str, str] = {}
    codes: dict[str, int] = {}
    cloud = ""
    with Stage(tmp_path, monkeypatch) as stage:
        for number, command in enumerate(STORY):
            ran = stage.run(Run(f"MLINFRA_VAR_env={ENVIRONMENT} mlinfra {command}", number + 1))
            codes[command] = ran.code
            seen[command] = "\n".join(ran.lines)
            cloud += "".join(read(file) for file in files(tmp_path) if is_cloud(file))
            seen |= {f"{file.name} after {command}": text for file, text in kept(tmp_path)}
    seen["the journal"] = b"\n".join(journal).decode()
    refused = {command for command, code in codes.items() if code}
    assert refused == {STORY[-3], STORY[-2], f"apply plan.json {WITH}"}, refused
    assert "(sensitive)" in seen[STORY[0]] and journal
    assert (missing := [c for c in (f"x-{ENVIRONMENT}-y", COMMAND.upper(), FILE) if c not in cloud]) == [], (
        missing
    )
    leaks = [
        f"{canary} in {where}"
        for where, text in seen.items()
        for canary in CANARIES
        if canary.casefold() in text.casefold()
    ]
    assert leaks == []


def kept(folder: Path) -> list[tuple[Path, str]]:
    """What was written, but for the user's own files and for the simulated cloud, which knows them."""
    own = ("mlinfra.yaml", "secret.yaml")
    return [(file, read(file)) for file in files(folder) if file.name not in own and not is_cloud(file)]


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def is_cloud(file: Path) -> bool:
    return "simulator" in file.name


def read(file: Path) -> str:
    return file.read_text(errors="replace")
