from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from rich.console import Console

from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import error
from mlinfra.model.event import Accepted, Event, Failed, Finished, Retrying, Settled, Started, Uploading
from mlinfra.model.plan import Action, Op, Plan, Step
from mlinfra.render.events import told
from mlinfra.render.progress import Json, Lines, Live, bar, cut
from tests.render.sample import change, golden, plan, step

LAB = step("compute.lab", Op.DELETE)
CPU = step("compute.cpu", Op.UPDATE)
SKLEARN = step("environment.sklearn", Op.CREATE)
BAD = error("MLI-AZ-QUOTA", "no cores\x1b[2J", "Ask for some.", address=parse_address("compute.lab"))

EVENTS: list[Event] = [
    Settled("workspace.main", Op.CREATE, "recorded"),
    Started(LAB, 0, 120),
    Started(CPU, 0),
    Accepted(LAB, 1),
    Retrying(CPU, 2, 12, "too many requests\x07"),
    Finished(CPU, 9, 9),
    Finished(step("compute.same", Op.UPDATE), 9, 75.5, changed=False),
    Failed(LAB, 80, BAD, (SKLEARN,), 80),
]


def test_lines() -> None:
    written: list[str] = []
    with Lines(written.append) as progress:
        for event in EVENTS:
            progress(event)
    assert "".join(written) == golden(
        r"""
        workspace.main: was being created, Azure has it: recorded
        compute.lab: deleting… usually about 2 min
        compute.cpu: updating…
        compute.lab: deleting, the service works on it
        compute.cpu: updating, again in 12s: too many requests\x07
        compute.cpu: updated after 9s
        compute.same: nothing to change after 1m 15s
        compute.lab: not deleted after 1m 20s: MLI-AZ-QUOTA no cores\x1b[2J
        environment.sklearn: not started, it needs compute.lab
        """.removeprefix("\n")
    )
    assert all(line.endswith("\n") for line in written)
    assert (progress.tally.changed, progress.tally.skipped, len(progress.tally.failures)) == (1, 1, 1)


def test_json() -> None:
    written: list[str] = []
    with Json(written.append) as progress:
        for event in EVENTS:
            progress(event)
    lab = {"step": "delete:compute.lab", "address": "compute.lab", "op": "delete"}
    cpu = {"step": "update:compute.cpu", "address": "compute.cpu", "op": "update"}
    same = {"step": "update:compute.same", "address": "compute.same", "op": "update"}
    assert [json.loads(line) for line in written] == [
        {"type": "settled", "address": "workspace.main", "op": "create", "found": "recorded"},
        {"type": "started", "at": 0, **lab, "expected": 120},
        {"type": "started", "at": 0, **cpu, "expected": None},
        {"type": "accepted", "at": 1, **lab},
        {"type": "retrying", "at": 2, **cpu, "after": 12, "why": "too many requests\x07"},
        {"type": "finished", "at": 9, **cpu, "seconds": 9, "changed": True},
        {"type": "finished", "at": 9, **same, "seconds": 75.5, "changed": False},
        {
            "type": "failed",
            "at": 80,
            **lab,
            "seconds": 80,
            "done": False,
            "diagnostic": {
                "severity": "error",
                "code": "MLI-AZ-QUOTA",
                "summary": "no cores\x1b[2J",
                "detail": "Ask for some.",
                "address": "compute.lab",
            },
            "skipped": [
                {"step": "create:environment.sklearn", "address": "environment.sklearn", "op": "create"}
            ],
        },
    ]
    assert all(line.isascii() and line.count("\n") == 1 and line[:-1].isprintable() for line in written)


class Stage:
    """A live table on a terminal of paper, and a clock that is set by hand."""

    def __init__(self, height: int = 24, plan: Plan | None = None) -> None:
        self.paper = io.StringIO()
        self.now = 0.0
        console = Console(
            file=self.paper, force_terminal=True, width=100, height=height, legacy_windows=False
        )
        self.live = Live(console, steps=5, now=lambda: self.now, requests=lambda: 41, plan=plan)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    with stage.live:
        yield stage


def test_live_shows_what_runs(stage: Stage) -> None:
    stage.live(Started(LAB, 0, 120))
    stage.live(Started(SKLEARN, 0, 720))
    stage.live(Started(CPU, 0))
    stage.now = 72
    stage.live(Accepted(LAB, 72))
    stage.live(Retrying(SKLEARN, 72, 5, "storage upload"))
    stage.live(Finished(CPU, 72, 9))
    assert stage.live.page.plain() == golden("""\
          compute.lab          deleting      1m 12s  ▕██████████▊       ▏  usually 2m
          environment.sklearn  creating      1m 12s  ▕█▊                ▏  usually 12m   waits for: storag…
          1 of 5 done · 2 running · 2 waiting · 41 requests · 1m 12s
        """)
    stage.live(Accepted(SKLEARN, 73))
    stage.live(Failed(LAB, 80, BAD, (SKLEARN,)))
    assert "waits for" not in stage.live.page.plain()
    assert stage.live.page.plain().endswith(
        "  1 of 5 done · 1 running · 1 waiting · 1 failed · 1 held up · 41 requests · 1m 12s\n"
    )


def test_live_says_how_long_all_of_it_has_taken_and_is_expected_to() -> None:
    stage = Stage(plan=plan(change("compute.lab", Action.CREATE, seconds=720)))
    stage.now = 72
    assert stage.live.page.plain() == "  0 of 5 done · 5 waiting · 41 requests · 1m 12s of about 12 min\n"


def test_an_upload_is_told_while_it_goes_on(stage: Stage) -> None:
    stage.live(Started(SKLEARN, 0))
    stage.live(Uploading(SKLEARN, 1, 3 << 20, 10 << 20))
    assert "   uploading, 30 % of 10 MiB" in stage.live.page.plain()
    stage.live(Accepted(SKLEARN, 2))
    assert "uploading" not in stage.live.page.plain()


def test_an_earlier_version_is_told_by_its_number() -> None:
    old = replace(LAB, target="/versions/3f9a2c0db714")
    assert list(told(Started(old, 0))) == ["compute.lab version 3f9a2c0db714: deleting…"]


def test_live_leaves_behind_what_is_done(stage: Stage) -> None:
    stage.live(Settled("a.b", Op.CREATE, "recorded"))
    stage.live(Started(LAB, 2))
    stage.live(Finished(CPU, 9, 9))
    stage.live(Finished(CPU, 9, 9, changed=False))
    stage.live(Failed(LAB, 80, BAD))
    stage.live.__exit__(None, None, None)
    text = stage.paper.getvalue()
    assert "a.b: was being created, Azure has it: recorded" in text
    assert "updated" in text
    assert "unchanged" in text
    assert "1m 18s" in text
    assert r"   MLI-AZ-QUOTA: no cores\x1b[2J" in text


def test_live_fits_the_terminal() -> None:
    stage = Stage(height=8)
    for number in range(9):
        stage.live(Started(Step(str(number), parse_address(f"a.x{number}"), Op.CREATE), 0))
    lines = stage.live.page.plain().splitlines()
    assert len(lines) == 6
    assert lines[-2:] == ["  and 5 more", "  0 of 5 done · 9 running · 41 requests · 0s"]


def test_live_redraws_while_events_come_from_other_threads(stage: Stage) -> None:
    def work(number: int) -> None:
        mine = Step(str(number), parse_address(f"a.x{number}"), Op.CREATE)
        for _ in range(20):
            stage.live(Started(mine, 0))
            stage.live(Finished(mine, 1, 1))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert stage.live.tally.finished == 80
    assert stage.live.tally.added == 4


def test_bar() -> None:
    assert bar(0) == "▕" + " " * 18 + "▏"
    assert bar(0.5) == "▕" + "█" * 9 + " " * 9 + "▏"
    assert bar(7) == "▕" + "█" * 17 + "▉▏"
    assert bar(-1) == bar(0)


def test_cut() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
    assert cut("日本語", 4) == "日…"
