"""The results as a table for people and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from benchmarks.cases import Goal
from benchmarks.measure import Cost
from benchmarks.run import Result, middle
from benchmarks.spans import rows

_HEAD = ("case", "wall", "cpu", "peak", "requests", "peer", "peak", "requests", "time", "memory", "goal", "")


def document(
    results: Sequence[Result],
    growths: Iterable[tuple[str, str]],
    spans: Sequence[Mapping[str, Any]] = (),
    *,
    today: date,
) -> dict[str, Any]:
    """Everything: medians, each run, ratios, and which promise is kept. ``growths`` are pairs of names,
    ``spans`` what `spans` tells."""
    cases = [_case(result) for result in results]
    wall = {case["name"]: case["ours"]["wall_s"] for case in cases}
    grown = {pair: wall[pair[1]] / wall[pair[0]] for pair in growths if wall.keys() >= set(pair)}
    return {
        "date": today.isoformat(),
        "python": platform.python_version(),
        "machine": {"system": platform.platform(), "processors": os.cpu_count()},
        "cases": cases,
        "spans": list(spans),
        "growth": [
            {"of": big, "over": small, "times": round(times, 2)} for (small, big), times in grown.items()
        ],
    }


def table(found: Mapping[str, Any]) -> str:
    """A line for each case: ours, the peer's, and the share of the peer's that ours is."""
    lines = _aligned([_HEAD, *(_row(case) for case in found["cases"])], left=(0, len(_HEAD) - 2))
    machine = found["machine"]
    lines.append("")
    lines.append(
        f"{found['date']}, Python {found['python']}, {machine['processors']} processors. Medians of whole "
        "processes; wall and processor time, peak memory. time, memory: our share of the peer's."
    )
    lines += [f"{grown['of']}: {grown['times']} times {grown['over']}" for grown in found["growth"]]
    if found["spans"]:
        lines += ["", *_aligned(rows(found["spans"]), left=(0, 2))]
    return "\n".join(lines)


def _aligned(rows: Sequence[tuple[str, ...]], left: Container[int]) -> list[str]:
    """The rows with their columns one below the other; those not at the ``left`` end at the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if at in left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _case(result: Result) -> dict[str, Any]:
    ours = middle(result.ours)
    shown: dict[str, Any] = {
        "name": result.case.name,
        "resources": result.case.count or None,
        "command": ["mlinfra", *result.case.command],
        "ours": _cost(ours, result.ours),
    }
    theirs = middle(result.theirs) if result.theirs else None
    if theirs is not None and result.case.peer is not None:
        shown["peer"] = asdict(result.case.peer) | _cost(theirs, result.theirs)
        shown["ratio"] = _ratio(ours, theirs)
    shown["goal"] = {name: value for name, value in asdict(result.case.goal).items() if value is not None}
    shown["kept"] = _kept(result.case.goal, ours, shown.get("ratio"))
    return shown


def _cost(middle_one: Cost, runs: Sequence[Cost]) -> dict[str, Any]:
    return {
        "wall_s": round(middle_one.wall, 4),
        "cpu_s": round(middle_one.cpu, 4),
        "peak_mib": round(middle_one.mib, 1),
        "requests": middle_one.requests,
        "runs": [{"wall_s": round(r.wall, 4), "cpu_s": round(r.cpu, 4), "peak_mib": r.mib} for r in runs],
    }


def _ratio(ours: Cost, theirs: Cost) -> dict[str, float]:
    ratio = {"time": ours.wall / theirs.wall, "cpu": ours.cpu / theirs.cpu, "memory": ours.mib / theirs.mib}
    if ours.requests is not None and theirs.requests:
        ratio["requests"] = ours.requests / theirs.requests
    return {name: round(value, 4) for name, value in ratio.items()}


def _kept(goal: Goal, ours: Cost, ratio: Mapping[str, float] | None) -> bool | None:
    """Whether every promise is kept; None where none was made that can be judged here."""
    judged = [(ours.wall, goal.seconds), (ours.mib, goal.mib)]
    if ratio is not None:
        judged += [(ratio.get(name, 0), getattr(goal, name)) for name in ("time", "memory", "requests")]
    held = [value <= limit for value, limit in judged if limit is not None]
    return all(held) if held else None


def _row(case: Mapping[str, Any]) -> tuple[str, ...]:
    ours, peer, ratio = case["ours"], case.get("peer"), case.get("ratio", {})
    return (
        case["name"],
        _seconds(ours["wall_s"]),
        _seconds(ours["cpu_s"]),
        f"{ours['peak_mib']:.0f} MiB",
        str(ours["requests"] or ""),
        _seconds(peer["wall_s"]) if peer else "",
        f"{peer['peak_mib']:.0f} MiB" if peer else "",
        str(peer["requests"] or "") if peer else "",
        _share(ratio.get("time")),
        _share(ratio.get("memory")),
        _goal(case["goal"]),
        {True: "kept", False: "MISSED", None: ""}[case["kept"]],
    )


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _share(value: float | None) -> str:
    return f"1/{1 / value:.1f}" if value else ""


def _goal(goal: Mapping[str, float]) -> str:
    parts = []
    if "seconds" in goal:
        parts.append(_seconds(goal["seconds"]))
    if "mib" in goal:
        parts.append(f"{goal['mib']:.0f} MiB")
    parts += [f"{name} 1/{1 / goal[name]:.0f}" for name in ("time", "memory", "requests") if name in goal]
    return ", ".join(parts)
