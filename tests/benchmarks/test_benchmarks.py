"""The benchmark itself runs. What it measures is no test's business: machines differ."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.stores import STORES

PEER = """\
#!/bin/sh
step='{"wall_s": 10, "user_s": 9, "peak_mib": 600, "rc": 0, "requests": 600}'
echo "{\\"plan\\": $step, \\"apply\\": $step, \\"noop\\": $step}"
"""


def measured(folder: Path, *arguments: str) -> dict[str, Any]:
    path = folder / "bench.json"
    assert main(["--quick", "--json", str(path), *arguments]) == 0
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_plan_apply_and_plan_beside_a_peer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    peer = tmp_path / "peer"
    peer.write_text(PEER)
    peer.chmod(0o755)
    found = measured(tmp_path, "--only", "mixed", "--peer", str(peer))
    assert [case["name"].split()[0] for case in found["cases"]] == ["plan", "apply", "empty"]
    for case in found["cases"]:
        assert case["ours"].keys() == {"wall_s", "cpu_s", "peak_mib", "requests", "runs"}
        assert case["peer"]["requests"] == 600
        assert case["ratio"].keys() == {"time", "cpu", "memory", "requests"}
    plan, apply, empty = (case["ours"]["requests"] for case in found["cases"])
    assert plan < apply
    assert 0 < empty < 22
    assert "apply of 22, mixed" in capsys.readouterr().out


def test_a_peer_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = measured(tmp_path, "--only", "apply of 10", "--peer", str(tmp_path / "none"))
    assert "peer" not in found["cases"][0]
    assert "no peer for data" in capsys.readouterr().err


def test_a_case_that_fails_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))  # no Python finds itself there
    assert main(["--quick", "--only", "version"]) == 1


@pytest.mark.full
def test_every_case_runs(tmp_path: Path) -> None:
    found = measured(tmp_path)
    assert [store["store"] for store in found["stores"]] == list(STORES)
    assert all(store["step_ms"] > 0 and store["read_ms"] > 0 for store in found["stores"])
    assert len(found["cases"]) == 14
    assert all(case["ours"]["runs"] for case in found["cases"])
    assert [grown["over"] for grown in found["growth"]] == [
        "empty plan of 10",
        "empty plan of 10, no refresh",
    ]
