"""Real bash, at a terminal: keys go in, and what the program is started with comes out."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
PATIENCE = 20
"""Seconds until a shell that says nothing is taken for one that never will."""

ANA = 'role_assignment.scientist["ana"]'

pytestmark = pytest.mark.full


class Bash:
    """An interactive bash in which ``mlinfra`` completes, and prints its arguments when it is run."""

    def __init__(self, folder: Path, home: Path) -> None:
        program = home / "bin" / "mlinfra"
        program.parent.mkdir()
        program.write_text(
            "#!/bin/sh\n"
            f'[ -n "$_MLINFRA_COMPLETE" ] && exec "{sys.executable}" -m mlinfra\n'
            'for each; do printf "<%s>" "$each"; done; echo; echo DONE\n'
        )
        program.chmod(0o755)
        script = CliRunner().invoke(cli, ["completion", "bash"]).stdout
        (home / "completion").write_text(f"{script}PS1= PS2=\n")
        self._end, theirs = pty.openpty()
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--rcfile", str(home / "completion"), "-i"],
            cwd=folder,
            env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "dumb"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def started_with(self, keys: str) -> str:
        """The arguments that the program gets when ``keys`` are pressed, and return."""
        os.write(self._end, f"{keys}\n".encode())
        told = ""
        while "\nDONE" not in told.replace("\r", ""):
            ready, _, _ = select.select([self._end], [], [], PATIENCE)
            assert ready, told
            told += os.read(self._end, 65536).decode()
        return next(line for line in told.replace("\r", "").split("\n") if line.startswith("<"))

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._end)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the quickstart in it, applied."""
    folder = tmp_path_factory.mktemp("shell")
    shutil.copytree(QUICKSTART, folder / "quickstart")
    applied = CliRunner().invoke(cli, ["-C", str(folder / "quickstart"), "apply", "--auto-approve"])
    assert applied.exit_code == 0
    return folder


@pytest.fixture
def bash(stack: Path, tmp_path: Path) -> Iterator[Bash]:
    shell = Bash(stack, tmp_path)
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("keys", "arguments"),
    [
        ("pla\t", "<plan>"),
        ("-C quick\tplan", "<-C><quickstart><plan>"),
        ("-C quickstart plan --target compute.cl\t", "<-C><quickstart><plan><--target><compute.cluster>"),
        ("-C quickstart plan --target=compute.cl\t", "<-C><quickstart><plan><--target=compute.cluster>"),
        ("-C quickstart apply -v sub\tX", "<-C><quickstart><apply><-v><subscription=X>"),
        ("-C quickstart state show role_assignment.sc\ta\t", f"<-C><quickstart><state><show><{ANA}>"),
        ("-C quickstart state show 'role_assignment.sc\ta\t", f"<-C><quickstart><state><show><{ANA}>"),
        ('-C quickstart state show "role_assignment.sc\ta\t', f"<-C><quickstart><state><show><{ANA}>"),
        ("-C quickstart output stud\t", "<-C><quickstart><output><studio_url>"),
    ],
)
def test_keys_become_the_arguments_that_are_meant(bash: Bash, keys: str, arguments: str) -> None:
    assert bash.started_with(f"mlinfra {keys}") == arguments
