from pathlib import Path

import pytest

from conformance.floors import could_rise, fallen, read_floors
from conformance.score import Cause, Miss, Score


def score(right: int, ours: int, artefacts: int = 0) -> Score:
    wrong = [Miss(f"case {n}", Cause.OURS, "expected 200, we said 400") for n in range(ours)]
    aside = [Miss(f"odd {n}", Cause.ARTEFACT, "", "ids are zeroed") for n in range(artefacts)]
    return Score("replay", 0.95, right, (*wrong, *aside))


def test_only_our_misses_lower_the_share() -> None:
    assert (score(9, 1, 5).share, score(9, 1, 5).raw) == (0.9, 9 / 15)


def test_what_is_not_supported_lowers_neither() -> None:
    unsupported = Miss("x", Cause.UNSUPPORTED, "", "no endpoints yet")
    assert Score("replay", 1, 3, (unsupported,)).raw == 1


def test_a_miss_that_is_not_ours_says_why() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Miss("x", Cause.ARTEFACT, "")


def test_a_score_below_its_floor_is_told() -> None:
    floors = {"replay": {"share": 95.0, "raw": 50.0}}
    assert fallen([score(9, 1)], floors) == ["replay: share 90.00% is below its floor of 95.00%"]
    assert fallen([score(96, 4)], floors) == []


def test_setting_misses_aside_does_not_help() -> None:
    assert fallen([score(1, 0, 9)], {"replay": {"share": 95.0, "raw": 50.0}}) == [
        "replay: raw 10.00% is below its floor of 50.00%"
    ]


def test_a_score_without_a_floor_is_told() -> None:
    assert fallen([score(1, 0)], {}) == ["replay: it has no floor in pyproject.toml"]


def test_a_floor_far_below_is_told_what_it_can_be() -> None:
    assert could_rise([score(99, 1)], {"replay": {"share": 95.0, "raw": 98.8}}) == [
        "replay: raise share from 95.00 to 99.00"
    ]


def test_floors_are_read_from_the_project_file(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.mlinfra.conformance.floors]\nreplay = {share = 95.0, raw = 90.0}\n")
    assert read_floors(file) == {"replay": {"share": 95.0, "raw": 90.0}}
