"""A runner of GitHub's for `action.yml`: every step as it stands there, in a shell of its own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.ci.expressions import Look, evaluate, fill

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
REPOSITORY = "team/infra"


@dataclass(frozen=True)
class Event:
    """What the workflow runs for. ``fork`` is the repository that a pull request comes from, if another."""

    commit: str
    pull_request: int | None = None
    head: str = ""
    fork: str = ""

    def names(self) -> dict[str, str]:
        """What expressions read of it."""
        found = {"github.sha": self.commit, "github.repository": REPOSITORY}
        if self.pull_request is not None:
            found["github.event.pull_request.number"] = str(self.pull_request)
            found["github.event.pull_request.head.sha"] = self.head
            found["github.event.pull_request.head.repo.full_name"] = self.fork or REPOSITORY
        return found


@dataclass(frozen=True)
class Ran:
    """How a run of the action ended."""

    code: int
    log: str
    summary: str
    outputs: Mapping[str, str]


@dataclass
class Runner:
    """One machine: an empty home, a clone, the secrets that its job is given, and where GitHub answers."""

    folder: Path
    clone: Path
    api: str
    secrets: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("home", "temp", "bin"):
            (self.folder / name).mkdir(parents=True)
        # What the step that installs leaves: it is tested by itself.
        python = shlex.quote(sys.executable)
        for name, module in (("mlinfra", "-m mlinfra"), ("python3", "")):
            program = self.folder / "bin" / name
            program.write_text(
                f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {python} {module} "$@"\n'
            )
            program.chmod(0o755)

    @property
    def temp(self) -> Path:
        """Where the job may put files."""
        return self.folder / "temp"

    def run(self, event: Event, **given: str) -> Ran:
        """Run the action with these inputs (``_`` for ``-``)."""
        names = {**event.names(), "github.token": "the-token", "runner.temp": str(self.temp)}

        def look(name: str) -> str:
            return names.get(name, "")

        inputs = {name: about.get("default", "") for name, about in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        names |= {f"inputs.{name}": fill(value, look) for name, value in inputs.items()}
        log, code = "", 0
        (self.folder / "summary").write_text("")
        for step in ACTION["runs"]["steps"]:
            if code or step["name"] == "Install mlinfra" or not evaluate(step.get("if", "'yes'"), look):
                continue
            ran = self._step(step, event, look)
            code, log = ran.code, log + ran.log
            names |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in ran.outputs.items()}
        outputs = {name: fill(output["value"], look) for name, output in ACTION["outputs"].items()}
        return Ran(code, log, (self.folder / "summary").read_text(encoding="utf-8"), outputs)

    def _step(self, step: Mapping[str, Any], event: Event, look: Look) -> Ran:
        return self.shell(
            step["run"], event, {name: fill(text, look) for name, text in step.get("env", {}).items()}
        )

    def shell(self, text: str, event: Event, more: Mapping[str, str]) -> Ran:
        """Run these lines as a step of the job, with more in its environment."""
        script, output = self.folder / "step.sh", self.folder / "output"
        script.write_text(text, encoding="utf-8")
        output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.clone,
            env={**self.environment(event, output), **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        return Ran(done.returncode, done.stdout, "", dict(line.split("=", 1) for line in lines))

    def environment(self, event: Event, output: Path) -> dict[str, str]:
        """What a step of the job sees, and nothing of the machine that the tests run on."""
        return {
            "PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.api,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "77",
            "GITHUB_SHA": event.commit,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_PATH": str(self.folder / "path"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            **self.secrets,
        }
