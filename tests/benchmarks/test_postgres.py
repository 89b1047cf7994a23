"""The figures are judged as promised, and the program that takes them runs."""

import json
from pathlib import Path

import pytest

from benchmarks.postgres import Figure, main


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        (Figure("x", local=0.001, remote=0.010, seconds=0.010), True),
        (Figure("x", local=0.020, remote=0.011, seconds=0.010), False),
        (Figure("x", local=2.0, remote=3.0, times=1.5), True),
        (Figure("x", local=2.0, remote=3.1, times=1.5), False),
        (Figure("x", local=2.0, remote=2.1, seconds=2.0, times=1.5), False),
    ],
)
def test_what_is_promised_is_held_against_both_limits(figure: Figure, kept: bool) -> None:
    assert figure.kept is kept


@pytest.mark.full
def test_it_measures_both_stores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "figures.json"
    assert main(["--quick", "--json", str(path)]) == 0
    figures = json.loads(path.read_text())
    assert [figure["name"].split()[0] for figure in figures] == ["acknowledgement", "reading", "apply"]
    assert all(figure["local"] > 0 and figure["remote"] > 0 for figure in figures)
    assert len(capsys.readouterr().out.splitlines()) == 3
