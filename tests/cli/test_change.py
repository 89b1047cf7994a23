from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEAVE = """
import contextlib, sys, threading
from mlinfra.cli.change import _leave

def let_go():
    print("let go", flush=True)
    {more}

held = contextlib.ExitStack()
held.callback(let_go)
threading.Thread(target=threading.Event().wait, daemon=False).start()  # a request in flight
_leave(held)
"""


@pytest.mark.parametrize("more", ["", "threading.Event().wait()", "raise SystemExit(3)"])
def test_stopping_at_once_lets_the_lock_go_and_waits_for_nobody(more: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVE.format(more=more)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, "let go\n")
