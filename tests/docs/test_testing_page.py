"""The guide to tests is run from top to end: each file is written, each command gives what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from mlinfra.config import trial_runs, trials
from mlinfra.engine.conditions import WORDS
from tests.scenarios.script import fits

PAGE = (Path(__file__).parents[2] / "docs" / "guides" / "testing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(yaml|text)\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_does_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    commands = 0
    for kind, text in BLOCKS:
        first, _, rest = text.partition("\n")
        if kind == "yaml":
            path = tmp_path / first.removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            continue
        commands += 1
        done = CliRunner().invoke(cli, shlex.split(first.removeprefix("$ mlinfra ")))
        assert done.stderr == ""
        assert fits(tuple(rest.splitlines()), done.stdout.splitlines()), done.stdout
    assert commands == 3


def test_every_key_is_told() -> None:
    told = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE))))
    assert {*trials.KEYS, *trial_runs.RUN_KEYS} - told == {"reason"}
    assert "with a `reason`" in PAGE


def test_every_count_is_told() -> None:
    counts = {word.replace("-", "_") for word in WORDS.values()} - {"read"}
    (row,) = re.findall(r"^\| (`plan.create`.*?) \|", PAGE, re.MULTILINE)
    assert {name.removeprefix("plan.") for name in re.findall(r"`([a-z_.]+)`", row)} == counts
