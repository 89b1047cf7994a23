"""The guide to editors and shells shows what is really printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scenarios.script import Run, fits, read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guides" / "editors.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)
RUNS = [
    step
    for name in ("explain.txt", "editors.txt")
    for step in read(ROOT / "tests" / "scenarios" / name).steps
    if isinstance(step, Run)
]


@pytest.mark.parametrize(("command", "text"), SHOWN, ids=[command for command, _ in SHOWN])
def test_what_a_command_prints_is_what_a_scenario_prints(command: str, text: str) -> None:
    """The guide may stop early: what is recorded differs with each apply."""
    run = next(run for run in RUNS if run.command == command)
    told = text.splitlines()
    assert fits(run.expected[: len(told)], told)
