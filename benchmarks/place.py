"""A stack's folder, brought to where a case starts."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from benchmarks.cases import Case, Start
from benchmarks.measure import Cost, measure

ROOT = Path(__file__).parents[1]
_UNWANTED = ("PYTHONDONTWRITEBYTECODE",)
"""Of the environment: what is installed has its bytecode, so the measured program has, too."""


class Place:
    """Folders beneath ``home``, one for each stack; each is its own repository, with a cloud of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._applied: set[str] = set()

    def run(self, case: Case) -> Cost:
        """Run the case once from where it starts. Raises RunError."""
        folder = self._folder(case)
        if case.start is Start.APPLIED and case.folder not in self._applied:
            self._mlinfra(("apply", "--auto-approve"), folder)
            self._applied.add(case.folder)
        if case.start is Start.EMPTY:
            shutil.rmtree(folder / "state", ignore_errors=True)
            self._applied.discard(case.folder)
        cost = self._mlinfra(case.command, folder)
        if case.command[0] == "apply":
            self._applied.add(case.folder)
        return cost

    def _folder(self, case: Case) -> Path:
        folder = self._home / case.folder
        if case.stack is None:
            return _copied(case.example, folder)
        if not folder.exists():
            folder.mkdir()
            with (folder / "mlinfra.yaml").open("w", encoding="utf-8") as file:
                file.writelines(case.stack(case.count))
        return folder

    def _mlinfra(self, command: tuple[str, ...], folder: Path) -> Cost:
        log = folder / "requests.jsonl"
        kept = {n: v for n, v in os.environ.items() if not n.startswith("MLINFRA_") and n not in _UNWANTED}
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(self._home / "bytecode"),
            "MLINFRA_SIMULATOR_LOG": str(log),
        }
        return measure([sys.executable, "-m", "mlinfra", *command], folder, environment, log)


def _copied(example: str, home: Path) -> Path:
    """The folder of an example, in a repository of its own that has the library of modules beside it."""
    folder = home / "examples" / example
    if not folder.exists():
        (home / ".git").mkdir(parents=True)
        shutil.copytree(ROOT / "modules", home / "modules")
        shutil.copytree(ROOT / "examples" / example, folder)
    return folder
