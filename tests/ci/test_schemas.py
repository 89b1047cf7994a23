"""The action, the example workflows and the hooks are what their published schemas ask for."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for
from pre_commit.clientlib import load_manifest

from tests.ci.runner import ACTION, ROOT, Runner

EXAMPLES = ROOT / "examples" / "ci"


class Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: ``on`` is a word."""


Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in known if not tag.endswith(":bool") or sign in "tTfF"]
    for sign, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def problems(schema: str, text: str) -> list[str]:
    """What SchemaStore's schema finds wrong."""
    found = files("check_jsonschema").joinpath(f"builtin_schemas/vendor/{schema}.json")
    rules = json.loads(found.read_text(encoding="utf-8"))
    document = yaml.load(text, Loader)
    return [error.message for error in validator_for(rules)(rules).iter_errors(document)]


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-actions", ROOT / "action.yml"),
        ("github-workflows", EXAMPLES / "github.yml"),
        ("azure-pipelines", EXAMPLES / "azure-pipelines.yml"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_it_is_valid_by_its_schema_which_finds_mistakes(schema: str, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert problems(schema, text) == []
    assert problems(schema, f"{text}\nunheard: of\n")


def test_the_hooks_are_what_pre_commit_takes() -> None:
    hooks = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert [hook["id"] for hook in hooks] == ["mlinfra-fmt", "mlinfra-validate"]


def test_nothing_from_outside_stands_in_the_text_of_a_command() -> None:
    workflow = yaml.load((EXAMPLES / "github.yml").read_text(encoding="utf-8"), Loader)
    steps = [*ACTION["runs"]["steps"], *(s for job in workflow["jobs"].values() for s in job["steps"])]
    commands = [step["run"] for step in steps if "run" in step]
    assert len(commands) >= 7
    assert [command for command in commands if "${{" in command] == []


def test_the_workflow_asks_for_no_right_that_it_does_not_need() -> None:
    workflow = yaml.load((EXAMPLES / "github.yml").read_text(encoding="utf-8"), Loader)
    assert workflow["permissions"] == {"contents": "read"}
    writes = {
        name: sorted(right for right, level in job.get("permissions", {}).items() if level == "write")
        for name, job in workflow["jobs"].items()
    }
    assert writes == {
        "stacks": [],
        "plan": ["id-token", "pull-requests", "security-events"],
        "apply": ["id-token"],
    }
    assert "pull_request_target" not in workflow["on"]
    assert workflow["jobs"]["apply"]["environment"] == "production"


def test_the_workflow_gives_the_action_what_it_takes_and_reads_what_it_gives() -> None:
    workflow: dict[str, Any] = yaml.load((EXAMPLES / "github.yml").read_text(encoding="utf-8"), Loader)
    for job in workflow["jobs"].values():
        ours = [step for step in job["steps"] if step.get("uses", "").startswith("mlinfra/")]
        assert ours
        for step in ours:
            assert step["with"].keys() <= ACTION["inputs"].keys()
            read = re.findall(rf"steps\.{step.get('id')}\.outputs\.(\w+)", json.dumps(workflow))
            assert set(read) <= ACTION["outputs"].keys()


def test_the_hooks_run_on_the_files_that_they_are_given(tmp_path: Path) -> None:
    Runner(tmp_path / "machine", tmp_path, "")
    fmt, validate = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    good, bad = tmp_path / "a good one/mlinfra.yaml", tmp_path / "bad/mlinfra.yaml"
    for file, text in ((good, "stack: a\nlocals:\n    x: 1\n"), (bad, "stack: [\n")):
        file.parent.mkdir()
        file.write_text(text)

    def run(hook: dict[str, Any], *names: Path) -> subprocess.CompletedProcess[str]:
        command = [*shlex.split(hook["entry"]), *(str(n.relative_to(tmp_path)) for n in names)]
        environment = {"PATH": f"{tmp_path}/machine/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert run(fmt, good).returncode == 0
    assert good.read_text() == "stack: a\nlocals:\n  x: 1\n"
    assert run(validate, good).returncode == 0
    both = run(validate, bad, good)
    assert (both.returncode, "MLI-CFG-005" in both.stderr, "a is valid" in both.stdout) == (1, True, True)
