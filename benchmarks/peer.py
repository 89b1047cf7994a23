"""The peer: a script that does the same shape of work with Terraform and prints what each step took.

``SCRIPT ENGINE -n COUNT`` prints one JSON object that maps a step to ``wall_s``, ``user_s``, ``peak_mib``,
``rc`` and, where there is a cloud, ``requests``. It exits 3, and says why, where something that it needs is
missing.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import Cost, RunError

NOT_HERE = 3
"""The exit code by which the script says that the machine lacks something."""


class PeerMissing(Exception):
    """What the peer needs is not on this machine; the text says what."""


def run_peer(script: Path, engine: str, count: int) -> Mapping[str, Cost]:
    """The cost of each step; its processor time is user time alone, which is in the peer's favour.

    The script runs as its first line says. Raises PeerMissing, RunError.
    """
    command = [str(script.resolve()), engine, "-n", str(count)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as wrong:
        raise PeerMissing(f"{script} cannot be started: {wrong.strerror}") from wrong
    if done.returncode == NOT_HERE:
        raise PeerMissing(done.stderr.strip())
    if done.returncode:
        raise RunError(f"{' '.join(command)} exited {done.returncode}\n{done.stderr[-2000:]}")
    steps = {name: step for name, step in json.loads(done.stdout).items() if isinstance(step, dict)}
    failed = [name for name, step in steps.items() if step["rc"]]
    if failed:
        raise RunError(f"{' '.join(command)}: {', '.join(failed)} failed")
    return {
        name: Cost(step["wall_s"], step["user_s"], step["peak_mib"], step.get("requests"))
        for name, step in steps.items()
    }
