"""One process from start to end: wall time, processor time, peak memory, by the kernel's account."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in one unit of ``ru_maxrss``."""


class RunError(Exception):
    """A process that is measured did not end as it should."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: seconds of wall and of processor (user and system), MiB at its peak."""

    wall: float
    cpu: float
    mib: float
    requests: int | None = None
    """How many requests the cloud got; None where there is no cloud."""


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path | None) -> Cost:
    """Run ``command`` in ``folder``. ``log`` is where its simulator writes a line for each request.

    A peak below this process's own cannot be seen (the kernel counts a child's pages from the fork on), so
    this program stays small. Raises RunError where the command fails.
    """
    if log is not None:
        log.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            last = b"".join(said.readlines()[-10:]).decode(errors="replace")
            raise RunError(f"{' '.join(command)} exited {process.returncode} in {folder}\n{last}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _RSS_UNIT / 2**20, _lines(log))


def _lines(log: Path | None) -> int | None:
    if log is None:
        return None
    if not log.exists():
        return 0
    with log.open("rb") as lines:
        return sum(1 for _ in lines)
