"""Where a scenario is played: an empty folder, the programs it may call, and a clean environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli import console
from mlinfra.cli.main import cli
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.clock import SystemClock
from mlinfra.model.state import LockInfo
from mlinfra.providers import registry
from mlinfra.providers.api import Catalogue
from mlinfra.providers.registry import load_catalogue
from tests.scenarios.script import Copy, Result, Run, Write

REPOSITORY = Path(__file__).parents[2]

_OURS = ("MLINFRA_", "AZURE_")
_LOOKS = {"CI": None, "NO_COLOR": None, "FORCE_COLOR": None, "COLUMNS": None, "LINES": None}


def _our_own() -> Catalogue:
    """What a user has who installed nothing else: the tests' own providers are not in the story."""
    return load_catalogue(entry for entry in entry_points(group=registry.GROUP) if entry.name == "azure")


class Stage:
    """One scenario's world; ``folder`` is where its commands run."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._open = ExitStack()
        self._programs: dict[str, Callable[..., str]] = {
            "replace": self._replace,
            "cat": self._cat,
            "ls": self._ls,
            "rm": self._rm,
            "lock": self._lock,
            "unlock": self._unlock,
        }
        monkeypatch.chdir(folder)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def prepare(self, step: Write | Copy) -> None:
        """Put files in place."""
        if isinstance(step, Write):
            target = self.folder / step.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(f"{line}\n" for line in step.lines), encoding="utf-8")
        else:
            shutil.copytree(REPOSITORY / step.source, self.folder / Path(step.source).name)

    def run(self, run: Run) -> Result:
        """Run one command."""
        program, *arguments = run.arguments
        if program != "mlinfra":
            return Result(0, self._programs[program](*arguments))
        return self._process(run, arguments) if run.own_process else self._here(run, arguments)

    def _here(self, run: Run, arguments: list[str]) -> Result:
        clean = {name: None for name in os.environ if name.startswith(_OURS)}
        environment = {**clean, **_LOOKS, **run.environment}
        answer = None if run.answer is None else f"{run.answer}\n"
        with self._monkeypatch.context() as patched:
            patched.setattr(console, "interactive", lambda: answer is not None)
            patched.setattr(registry, "load_catalogue", _our_own)
            result = CliRunner(env=environment).invoke(cli, arguments, input=answer, prog_name="mlinfra")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    def _process(self, run: Run, arguments: list[str]) -> Result:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS) and k not in _LOOKS}
        done = subprocess.run(
            [sys.executable, "-m", "mlinfra", *arguments],
            env={**kept, "PYTHONPATH": str(REPOSITORY), **run.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def _replace(self, name: str, old: str, new: str) -> str:
        old, new = (text.replace("\\n", "\n") for text in (old, new))
        file = self.folder / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        file.write_text(text.replace(old, new), encoding="utf-8")
        return ""

    def _cat(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def _ls(self) -> str:
        files = (f.relative_to(self.folder).as_posix() for f in self.folder.rglob("*") if f.is_file())
        return "".join(f"{name}\n" for name in sorted(files))

    def _rm(self, name: str) -> str:
        (self.folder / name).unlink()
        return ""

    def _lock(self, stack: str, folder: str = ".") -> str:
        place = self._open.enter_context(Workplace(self.folder / folder, {}))
        head = place.head(Inputs())
        assert head.stack == stack
        store = place.store(head, SystemClock())
        now = datetime.now(UTC)
        info = LockInfo("", "maria", "ci-runner-7", "apply", now, now + timedelta(minutes=1))
        lease = store.lock(info, 60)
        self._open.callback(store.unlock, lease)
        return ""

    def _unlock(self) -> str:
        self._open.close()
        return ""
