"""Every case of bad input through the program itself: the whole text, the exit code, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.cases import Case, cases
from tests.scenarios.script import Run
from tests.scenarios.stage import Stage


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_what_the_user_is_told(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = case.build(tmp_path / "stack")
    before = contents(folder)
    with Stage(folder, monkeypatch) as stage:
        result = stage.run(Run(f"mlinfra {case.command}", 1))
    assert case.masked("\n".join(result.stderr.splitlines())) == case.masked(case.expected.rstrip("\n"))
    assert result.code == case.exit
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Every file with what is in it; not the empty guards by which commands hold each other off."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".guard")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
