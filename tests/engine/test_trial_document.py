"""What editors are told of test files is what the program takes of them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.config import trial_runs, trials
from mlinfra.config.inputs import plain
from mlinfra.config.source import parse
from mlinfra.config.trials import read_trial, trial_files
from mlinfra.engine.trial_document import trial_document
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.source import SourceFile
from mlinfra.providers.registry import GROUP, load_catalogue
from mlinfra.state.registry import kinds

ROOT = Path(__file__).parents[2]
FILES = trial_files([ROOT / "modules", ROOT / "examples"])


@cache
def document() -> dict[str, Any]:
    azure = (entry for entry in entry_points(group=GROUP) if entry.name == "azure")
    return trial_document(load_catalogue(azure), {kind.name: kind.settings_schema for kind in kinds()})


def wrong(text: str) -> list[str]:
    value = plain(parse(SourceFile("a.test.yaml", text), expressions=False))
    return [error.message for error in Draft202012Validator(document()).iter_errors(value)]


def test_it_is_a_json_schema_that_knows_every_key() -> None:
    Draft202012Validator.check_schema(document())
    run = document()["properties"]["runs"]["items"]["properties"]
    assertion = run["assert"]["items"]["properties"]
    assert set(document()["properties"]) == set(trials.KEYS)
    assert set(run) == set(trial_runs.RUN_KEYS)
    assert set(assertion) == set(trial_runs.ASSERT_KEYS)
    assert set(run["simulator"]["items"]["properties"]) == set(trial_runs.REQUEST_KEYS)
    assert set(run["expect_error"]["anyOf"][1]["properties"]) == set(trial_runs.REFUSAL_KEYS)


def test_each_key_of_ours_has_a_description_and_an_example() -> None:
    run = document()["properties"]["runs"]["items"]["properties"]
    keys = {**document()["properties"], **run, **run["assert"]["items"]["properties"]}
    keys |= run["simulator"]["items"]["properties"]
    assert [key for key, said in keys.items() if not said.get("description")] == []
    assert [key for key, said in keys.items() if not said.get("examples")] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_it_takes_the_files_of_modules_and_examples(file: Path) -> None:
    assert wrong(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("runs: [{name: a}]", True),
        ("runs: [{name: a, command: destroy}]", True),
        ("runs: [{name: a, simulator: [{method: DELETE, path: /subscriptions/x}]}]", True),
        ("runs: [{name: a, expect_error: MLI-CFG-025}]", True),
        ("runs: [{name: a, expect_error: {code: MLI-CFG-025, message: no}}]", True),
        ("runs: [{name: a, settles: false, reason: it moves}]", True),
        ("{parent: x, around: {locals: {a: 1}}, azure: {location: northeurope}, runs: [{name: a}]}", True),
        ("description: nothing", False),
        ("runs: []", False),
        ("runs: [{}]", False),
        ("runs: [{name: a, comand: plan}]", False),
        ("runs: [{name: a, command: deploy}]", False),
        ("runs: [{name: a, settles: false}]", False),
        ("runs: [{name: a, reason: it moves}]", False),
        ("runs: [{name: a, expect_error: {message: no}}]", False),
        ("runs: [{name: a, assert: [{condition: yes}]}]", False),
        ("runs: [{name: a, assert: [], expect_error: MLI-CFG-025}]", False),
        ("runs: [{name: a, simulator: [{method: GET, path: /subscriptions/x}]}]", False),
        ("runs: [{name: a, simulator: [{path: subscriptions/x}]}]", False),
        ("{around: {outputs: {}}, runs: [{name: a}]}", False),
    ],
)
def test_editor_and_command_say_the_same(tmp_path: Path, text: str, right: bool) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "module.yaml").write_text("description: a module")
    path = tmp_path / "tests" / "a.test.yaml"
    path.write_text(text)
    assert (not wrong(text)) is right
    if right:
        assert read_trial(path, "tests/a.test.yaml").runs
    else:
        with pytest.raises(MlinfraError):
            read_trial(path, "tests/a.test.yaml")
