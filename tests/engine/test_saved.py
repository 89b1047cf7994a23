"""What must be as it was for a saved plan to be carried out, and what may move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mlinfra_files import provider

from mlinfra.config.loader import load
from mlinfra.engine.planner import make_plan
from mlinfra.engine.saved import check_recorded, check_same, exactly, saved
from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Action, Options
from mlinfra.model.planfile import decode_plan, encode_plan
from mlinfra.model.savedplan import SavedPlan
from tests.engine.bench import Bench

STACK = """
variables:
  password: {type: string, sensitive: true, default: hunter2-hunter2}
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {name: a.txt, content: one}
    b: {name: b.txt, content: "${text_file.a.size} letters"}
    c: {name: c.txt, content: "${var.password}"}
outputs:
  size: {value: "${text_file.a.size}"}
"""
CHECK = '{condition: "${1 < 2}", message: No.}'


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, provider)
    made.write(STACK)
    return made


def keep(bench: Bench, **options: Any) -> SavedPlan:
    """A plan that went through its file."""
    wanted, snapshot = Options(digests=True, **options), bench.manager.load()
    planned = make_plan(load(bench.folder, values=bench.values), snapshot, bench.context, wanted)
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return decode_plan(encode_plan(saved(planned, snapshot, wanted, made=when, owner="ana", commit="")))


def carry_out(bench: Bench, plan: SavedPlan) -> dict[str, Action]:
    """Apply it, checks first; answers what was done."""
    done: dict[str, Action] = {}

    def note() -> None:
        snapshot = bench.manager.load()
        check_recorded(plan, snapshot, plan.plan.version)
        planned = make_plan(load(bench.folder, values=bench.values), snapshot, bench.context, exactly(plan))
        check_same(plan, planned, snapshot)
        done.update({str(c.address): c.action for c in planned.plan.changes})

    note()
    options = exactly(plan)
    kept = {name: getattr(options, name) for name in ("targets", "excluded", "destroy", "replace", "only")}
    assert not bench.apply(**kept).failures
    return done


def codes(bench: Bench, plan: SavedPlan) -> list[str]:
    with pytest.raises(MlinfraError) as wrong:
        carry_out(bench, plan)
    return [found.code for found in wrong.value.diagnostics]


def test_nothing_moved(bench: Bench) -> None:
    assert len(carry_out(bench, keep(bench))) == 4
    assert bench.settled_empty()


def test_a_second_time_is_too_late(bench: Bench) -> None:
    plan = keep(bench)
    carry_out(bench, plan)
    assert codes(bench, plan) == ["MLI-SAV-005"]


def test_a_comment_and_another_layout_change_nothing(bench: Bench) -> None:
    plan = keep(bench)
    bench.write(
        STACK.replace(
            "{name: a.txt, content: one}", '\n      # first\n      content: "one"\n      name: a.txt'
        )
    )
    carry_out(bench, plan)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("content: one", "content: two", ["MLI-SAV-006", "MLI-SAV-010"]),
        ("    c: {name", "    d: {name: d.txt, content: x}\n    c: {name", ["MLI-SAV-006"]),
        ('    c: {name: c.txt, content: "${var.password}"}\n', "", ["MLI-SAV-006", "MLI-SAV-010"]),
        ("{name: reports}", "{name: reports, lifecycle: {prevent_destroy: true}}", ["MLI-SAV-006"]),
        ('value: "${text_file.a.size}"', "value: 3", ["MLI-SAV-009"]),
        ("content: one}", f"content: one, checks: {{before: [{CHECK}]}}}}", ["MLI-SAV-006"]),
        ("outputs:", f"checks:\n  any: {CHECK}\noutputs:", ["MLI-SAV-006"]),
    ],
)
def test_what_is_written_moved(bench: Bench, old: str, new: str, wanted: list[str]) -> None:
    plan = keep(bench)
    assert old in STACK
    bench.write(STACK.replace(old, new))
    assert codes(bench, plan) == wanted


@pytest.fixture
def changing(bench: Bench) -> Bench:
    bench.apply()
    bench.write(STACK.replace("content: one", "content: three"))
    return bench


def overwrite(bench: Bench, name: str, text: str) -> None:
    (bench.disk / "reports" / name).write_text(text)


@pytest.mark.parametrize(
    "move",
    [
        lambda bench: overwrite(bench, "a.txt", "moved"),
        lambda bench: (bench.disk / "reports" / "a.txt").unlink(),
    ],
)
def test_a_target_moved(changing: Bench, move: Callable[[Bench], object]) -> None:
    plan = keep(changing)
    move(changing)
    assert set(codes(changing, plan)) == {"MLI-SAV-010"}


def test_what_the_plan_does_not_touch_may_move(changing: Bench) -> None:
    plan = keep(changing)
    overwrite(changing, "c.txt", "moved")
    assert "text_file.c" not in carry_out(changing, plan)
    assert (changing.disk / "reports" / "c.txt").read_text() == "moved"
    assert set(changing.actions()) == {"text_file.c"}


@pytest.mark.parametrize("applied", [False, True], ids=["with a salt", "with the stack's key"])
def test_another_secret(bench: Bench, applied: bool) -> None:
    if applied:
        bench.apply()
        bench.values["password"] = "hunter3-hunter3"
    plan = keep(bench)
    assert plan.trace is not None
    assert bool(plan.trace.salt) is not applied
    right = dict(bench.values)
    bench.values["password"] = "hunter4-hunter4"
    assert codes(bench, plan) == ["MLI-SAV-008"]
    bench.values = right
    carry_out(bench, plan)


def test_a_plan_without_secrets_has_no_trace(changing: Bench) -> None:
    assert keep(changing).trace is None


def test_a_destruction(bench: Bench) -> None:
    bench.apply()
    carry_out(bench, keep(bench, destroy=True))
    assert bench.recorded() == {}


def test_a_part_stays_a_part(changing: Bench) -> None:
    changing.write(
        STACK.replace("content: one", "content: three").replace("c.txt, content", "e.txt, content")
    )
    plan = keep(changing, targets=(parse_address("text_file.a"),))
    assert set(carry_out(changing, plan)) == {"text_file.a"}


def test_another_version_and_another_stack(bench: Bench) -> None:
    plan, snapshot = keep(bench), bench.manager.load()
    with pytest.raises(MlinfraError, match="MLI-SAV-004"):
        check_recorded(plan, snapshot, "9.9.9")
    with pytest.raises(MlinfraError, match="MLI-SAV-003"):
        check_recorded(replace(plan, folder="elsewhere"), snapshot, plan.plan.version)
