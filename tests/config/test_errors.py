"""What users are told: whole texts, written before the code that makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config.loader import load
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.render.diagnostics import report
from tests.config.cases import Case, cases

OURS = [case for case in cases() if case.room == "config"]


@pytest.mark.parametrize("case", OURS, ids=lambda case: case.name)
def test_what_the_user_is_told(case: Case, tmp_path: Path) -> None:
    folder = case.build(tmp_path / "stack")
    with pytest.raises(MlinfraError) as told:
        load(folder)
    text = report(told.value.diagnostics, untouched=told.value.untouched, offline=True).plain()
    assert text == case.expected
    assert told.value.exit_code == case.exit


def test_there_are_cases_for_every_stage() -> None:
    assert len(cases()) >= 60
    assert {case.room for case in cases()} == {"config", "engine", "state"}
