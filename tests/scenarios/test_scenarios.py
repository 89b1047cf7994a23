"""Every story in this folder, played. `README.md` says how one is written."""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mlinfra.render.event_schema import event_schema
from mlinfra.render.plan_schema import plan_schema
from tests.scenarios.script import Copy, Run, Scenario, Write, fits, read, updated
from tests.scenarios.stage import Stage

FOLDER = Path(__file__).parent
PLANS = Draft202012Validator(plan_schema())
EVENTS = Draft202012Validator(event_schema())
UPDATE = os.environ.get("UPDATE_SCENARIOS", "") not in ("", "0")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_scenario(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = read(path)
    done: list[Write | Copy | Run] = []
    with Stage(tmp_path, monkeypatch) as stage:
        for step in scenario.steps:
            if isinstance(step, Run):
                result = stage.run(step)
                assert_published(result.lines)
                if UPDATE:
                    step = Run(
                        step.command,
                        step.line,
                        step.own_process,
                        step.answer,
                        result.code,
                        updated(step.expected, result.lines),
                    )
                else:
                    assert (result.code, fits(step.expected, result.lines)) == (step.code, True), told(
                        scenario, step, result.code, result.lines
                    )
            else:
                stage.prepare(step)
            done.append(step)
    if UPDATE:
        path.write_text(Scenario(path, scenario.about, tuple(done)).dump(), encoding="utf-8")


def assert_published(lines: list[str]) -> None:
    """What is the JSON of a plan, or a line of events, is valid by the schema that is published."""
    if '  "resource_changes": [' in lines or '  "resource_changes": [],' in lines:
        assert [each.message for each in PLANS.iter_errors(json.loads("\n".join(lines)))] == []
    for line in lines:
        if line.startswith('{"type": '):
            assert [each.message for each in EVENTS.iter_errors(json.loads(line))] == []


def told(scenario: Scenario, run: Run, code: int, actual: list[str]) -> str:
    """What differs, for the person who broke it."""
    now = updated(run.expected, actual)
    difference = difflib.unified_diff(run.expected, now, "expected", "printed", lineterm="")
    head = f"{scenario.path.name}:{run.line}: {run.command}\nexit code {code}, expected {run.code}"
    return "\n".join([head, *difference])
