"""A secret is in nothing that rules say, whatever they look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from tests.policy.cases import FOLDER
from tests.render.sample import CANARY

STACK = (FOLDER / "AZ-AUTH-003" / "bad.yaml").read_text(encoding="utf-8")
RULES = """policy:
  declared:
    reads-it:
      match: "${change.type == 'datastore'}"
      require: "${after.credentials.account_key != 'x'}"
      message: the key is another one
    puts-it-in-a-map:
      match: "${change.type == 'datastore' and after.tags.key == 'x'}"
      require: false
      message: never
"""


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "--json", "--sarif", "found.sarif"),
        ("plan", "--format", "json"),
        ("plan", "--sarif", "found.sarif"),
        ("policy", "check", "--strict"),
        ("policy", "check", "--json"),
    ],
)
def test_no_output_has_it(command: tuple[str, ...], tmp_path: Path) -> None:
    stack = STACK.replace("container_name: raw", "container_name: raw\n      tags: {key: '${var.key}'}")
    (tmp_path / "mlinfra.yaml").write_text(stack + RULES)
    result = CliRunner(env={"MLINFRA_VAR_key": CANARY}).invoke(cli, ["-C", str(tmp_path), *command])
    assert result.exit_code == (3 if "--strict" in command else 0), result.output
    assert CANARY not in result.output
    sarif = tmp_path / "found.sarif"
    assert not sarif.exists() or CANARY not in sarif.read_text()
    if command[0] == "policy":
        assert "reads-it" in result.output and "puts-it-in-a-map" in result.output
