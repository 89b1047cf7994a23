from pathlib import Path

import pytest

from benchmarks.measure import Cost, RunError
from benchmarks.peer import PeerMissing, run_peer


def script(folder: Path, body: str) -> Path:
    path = folder / "peer"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_each_step_has_its_cost(tmp_path: Path) -> None:
    told = '{"n": 5, "noop": {"wall_s": 2.5, "user_s": 3, "peak_mib": 90, "rc": 0, "requests": 600}}'
    peer = script(tmp_path, f"test \"$*\" = 'aws -n 5' && echo '{told}'")
    assert run_peer(peer, "aws", 5) == {"noop": Cost(2.5, 3, 90, 600)}


def test_what_the_machine_lacks_is_told(tmp_path: Path) -> None:
    with pytest.raises(PeerMissing, match="terraform is not on this machine"):
        run_peer(script(tmp_path, "echo terraform is not on this machine >&2; exit 3"), "data", 5)
    with pytest.raises(PeerMissing, match="cannot be started: No such file"):
        run_peer(tmp_path / "nothing", "data", 5)


@pytest.mark.parametrize(
    "body",
    [
        "echo it broke >&2; exit 1",
        """echo '{"plan": {"wall_s": 1, "user_s": 1, "peak_mib": 1, "rc": 1}}'""",
    ],
)
def test_a_peer_that_fails_is_no_result(tmp_path: Path, body: str) -> None:
    with pytest.raises(RunError, match=r"it broke|plan failed"):
        run_peer(script(tmp_path, body), "data", 5)
