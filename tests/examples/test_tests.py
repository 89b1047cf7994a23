"""The test files of ``modules/`` and ``examples/``, run as whoever uses them would: a new one is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from mlinfra.config.trials import trial_files

ROOT = Path(__file__).parents[2]
FILES = trial_files([ROOT / "modules", ROOT / "examples"])


def test_a_module_has_tests() -> None:
    without = [
        module.parent.name
        for module in (ROOT / "modules").glob("*/module.yaml")
        if not any(file.is_relative_to(module.parent) for file in FILES)
    ]
    assert FILES
    assert without == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_it_passes(file: Path) -> None:
    done = CliRunner().invoke(cli, ["-C", str(file.parent.parent), "test", f"tests/{file.name}"])
    assert (done.exit_code, done.stderr) == (0, ""), done.output
