import os
import sys
from pathlib import Path

import pytest

from benchmarks.measure import RunError, measure

HOLDS = "held = bytearray(200 * 2**20); held[::4096] = b'x' * len(held[::4096])"


def test_a_process_is_measured_whole(tmp_path: Path) -> None:
    cost = measure([sys.executable, "-c", HOLDS], tmp_path, os.environ, None)
    assert cost.mib > 200
    assert cost.cpu > 0
    assert cost.wall > 0
    assert cost.requests is None


def test_requests_are_those_of_this_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write = [sys.executable, "-c", "open('log', 'a').write('one\\ntwo\\n')"]
    assert [measure(write, tmp_path, os.environ, log).requests for _ in range(2)] == [2, 2]
    assert measure([sys.executable, "-c", ""], tmp_path, os.environ, log).requests == 0


def test_what_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"exited 7 in .*\nno such stack"):
        measure(
            [sys.executable, "-c", "import sys; print('no such stack'); sys.exit(7)"],
            tmp_path,
            os.environ,
            None,
        )
