"""Real processes: killed, interrupted, two at once. Slow, and dependent on the machine: `make test-full`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlinfra.cli.interrupt import ONCE, TWICE

pytestmark = pytest.mark.full

REPOSITORY = Path(__file__).parents[2]
APPLY = ("apply", "--auto-approve", "--parallelism", "1")
PATIENCE = 60.0
"""Seconds until a test gives up on a process."""


class World:
    """A copy of the quickstart with a simulator of its own, whose requests are counted as they are made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "requests.jsonl"
        shutil.copytree(REPOSITORY / "examples" / "quickstart", folder, dirs_exist_ok=True)

    def start(self, *arguments: str, module: str = "mlinfra") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "MLINFRA_SIMULATOR_LOG": str(self.log)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, module: str = "mlinfra") -> tuple[int, str, str]:
        process = self.start(*arguments, module=module)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def writes(self) -> int:
        text = self.log.read_text() if self.log.exists() else ""
        return sum('"method":"PUT"' in line for line in text.splitlines())

    def when(self, condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.001)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize("writes", [1, 4, 8, 11])
def test_an_apply_that_is_killed_is_finished_by_the_next_one(world: World, writes: int) -> None:
    process = world.start("apply", "--auto-approve")
    world.when(lambda: world.writes() >= writes, process)
    process.kill()
    process.communicate(timeout=PATIENCE)

    code, out, err = world.run("apply", "--auto-approve", "--lock-timeout", "2m")
    assert code == 0, out + err
    # The process may have been quick; then it had let its lock go.
    assert err == "" or re.fullmatch(r"Took over the lock of .*\n", err)
    assert world.run("plan", "--detailed-exitcode")[0] == 0
    assert world.run("destroy", "--auto-approve")[0] == 0
    assert "0 resources" in world.run("simulator", "show")[1]


KILLED = 20
"""Processes that end themselves, at moments spread evenly over the life of an apply."""


@pytest.mark.parametrize("death", range(KILLED))
def test_a_process_that_is_killed_at_a_moment_of_its_life_loses_nothing(
    tmp_path: Path, moments: list[str], death: int
) -> None:
    moment = (2 * death + 1) * len(moments) // (2 * KILLED)
    world = World(tmp_path)
    code, _, _ = world.run(str(moment), *APPLY, module="tests.cli.dying")
    assert code == -signal.SIGKILL, moments[moment]

    lived = moments[: moment + 1]
    code, out, err = world.run(*APPLY)
    assert code == 0, out + err
    held = "after lock" in lived and "after unlock" not in lived
    assert err.startswith("Took over the lock of ") if held else err == ""
    assert world.run("plan", "--detailed-exitcode")[0] == 0
    made = [line for line in world.log.read_text().splitlines() if '"PUT"' in line and '"status":201' in line]
    assert len(made) == len(set(made)), "created twice"
    assert world.run("destroy", "--auto-approve")[0] == 0
    assert "0 resources" in world.run("simulator", "show")[1]


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Those of an apply that nothing disturbs, each write to the store and each tear of a line among them."""
    world = World(tmp_path_factory.mktemp("undisturbed"))
    assert world.run("-1", *APPLY, module="tests.cli.dying")[0] == 0
    found = (world.folder / "moments").read_text().splitlines()
    assert sum("bytes into the journal" in one for one in found) > KILLED
    return found


def test_ctrl_c_finishes_what_is_in_flight_and_saves(world: World) -> None:
    process = world.start("apply", "--auto-approve")
    world.when(lambda: world.writes() >= 1, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Interrupted" in err

    recorded = set(world.run("state", "list")[1].split())
    assert recorded
    code, out, _ = world.run("plan", "--detailed-exitcode")
    assert code == 2
    assert "Settling" not in out
    assert world.run("apply", "--auto-approve")[0] == 0


DISTURBED = 6
"""Interruptions, spread evenly over the part of an apply in which it makes changes."""


@pytest.mark.parametrize("part", range(DISTURBED))
def test_ctrl_c_twice_stops_at_once_and_the_next_apply_goes_on(
    tmp_path: Path, moments: list[str], part: int
) -> None:
    world = World(tmp_path)
    code, _, err = world.run(f"{_during(moments, part)}:SIGINT,SIGINT", *APPLY, module="tests.cli.dying")
    assert code == 130, err
    assert err.index(ONCE) < err.index(TWICE)
    _goes_on(world)


@pytest.mark.parametrize("part", range(DISTURBED))
def test_sigterm_finishes_what_is_in_flight_and_names_what_was_not_started(
    tmp_path: Path, moments: list[str], part: int
) -> None:
    world = World(tmp_path)
    signals = "SIGTERM,SIGTERM" if part % 2 else "SIGTERM"  # whoever orchestrates may send it again
    code, _, err = world.run(f"{_during(moments, part)}:{signals}", *APPLY, module="tests.cli.dying")
    assert code == 130, err
    assert ONCE in err
    assert TWICE not in err
    assert re.search(r"Not started: \S+", err)
    assert not (world.folder / "state" / "quickstart.lock").exists()
    _goes_on(world)


def _during(moments: list[str], part: int) -> int:
    """A moment between the first change that is sent and the last one but a few."""
    puts = [number for number, what in enumerate(moments) if what.startswith("before PUT")]
    return puts[0] + part * (puts[-3] - puts[0]) // (DISTURBED - 1)


def _goes_on(world: World) -> None:
    """The next apply ends what an earlier one began, and makes nothing twice."""
    code, out, err = world.run(*APPLY)
    assert code == 0, out + err
    assert world.run("plan", "--detailed-exitcode")[0] == 0
    made = [line for line in world.log.read_text().splitlines() if '"PUT"' in line and '"status":201' in line]
    assert len(made) == len(set(made)), "created twice"
    assert world.run("destroy", "--auto-approve")[0] == 0
    assert "0 resources" in world.run("simulator", "show")[1]


def test_of_two_applies_at_once_one_finds_the_lock(world: World) -> None:
    first = world.start("apply", "--auto-approve")
    world.when(lambda: (world.folder / "state" / "quickstart.lock").exists(), first)
    code, _, err = world.run("apply", "--auto-approve")
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    # The first may have been quick; then the second had nothing to do.
    assert code == 4 or (code, err) == (0, "")
    assert world.run("plan", "--detailed-exitcode")[0] == 0


CONTESTED = """
stack: quickstart
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
variables: {team: {type: string}}
resources:
  resource_group:
    main: {name: rg-small, tags: {team: "${var.team}"}}
  user_assigned_identity:
    main: {name: id-small, tags: {team: "${var.team}"}}
"""


def test_of_eight_applies_at_once_one_wins_at_a_time_and_no_update_is_lost(world: World) -> None:
    (world.folder / "mlinfra.yaml").write_text(CONTESTED)
    # Every other one waits; those that do not may find the lock held, or come when it is free.
    waits = [["--lock-timeout", "5m"] if number % 2 else [] for number in range(8)]
    processes = [
        world.start("apply", "--auto-approve", "-v", f"team=t{number}", *more)
        for number, more in enumerate(waits)
    ]
    ended = [process.communicate(timeout=300) for process in processes]
    codes = [process.returncode for process in processes]
    assert {code for code, more in zip(codes, waits, strict=True) if more} == {0}, ended
    assert set(codes) <= {0, 4}, ended
    assert all("MLI-STA-005" in err for code, (_, err) in zip(codes, ended, strict=True) if code == 4)

    state = json.loads((world.folder / "state" / "quickstart.json").read_text())
    assert state["serial"] == codes.count(0), "one more for each that won"
    winners = [number for number, code in enumerate(codes) if code == 0]
    empty = [
        number
        for number in winners
        if world.run("plan", "--detailed-exitcode", "-v", f"team=t{number}")[0] == 0
    ]
    assert len(empty) == 1, "the last one's is what there is"
    assert "2 resources" in world.run("simulator", "show")[1]
