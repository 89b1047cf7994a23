"""What no score may fall below: ``[tool.mlinfra.conformance.floors]`` in ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from conformance.score import Score

Floors: TypeAlias = Mapping[str, Mapping[str, float]]
"""By the name of a score: ``share`` and ``raw`` in percent."""


def read_floors(file: Path) -> Floors:
    """The floors of a ``pyproject.toml``; empty when it has none."""
    tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    found: Floors = tool.get("mlinfra", {}).get("conformance", {}).get("floors", {})
    return found


def fallen(scores: Iterable[Score], floors: Floors) -> list[str]:
    """A line for each score that is below its floor, or that has none."""
    wrong: list[str] = []
    for score in scores:
        floor = floors.get(score.name)
        if floor is None:
            wrong.append(f"{score.name}: it has no floor in pyproject.toml")
            continue
        for what, value in (("share", score.share), ("raw", score.raw)):
            if value * 100 < floor[what] - 1e-9:
                wrong.append(f"{score.name}: {what} {value:.2%} is below its floor of {floor[what]:.2f}%")
    return wrong


def could_rise(scores: Iterable[Score], floors: Floors) -> list[str]:
    """A line for each floor that is more than half a percent below what is reached."""
    told: list[str] = []
    for score in scores:
        floor = floors.get(score.name, {})
        for what, value in (("share", score.share), ("raw", score.raw)):
            if what in floor and value * 100 - floor[what] > 0.5:
                reached = int(value * 10000) / 100
                told.append(f"{score.name}: raise {what} from {floor[what]:.2f} to {reached:.2f}")
    return told
