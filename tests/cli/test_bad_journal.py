"""A journal that cannot be believed: refused with its line, and not a byte of it lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlinfra.model.codec import encode_entry
from mlinfra.model.journal import EntryKind
from mlinfra.model.plan import Op
from mlinfra.state.journal import line
from tests.cli.test_bad_input import contents
from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage
from tests.state.samples import entry

STACK = "stack: small\nazure: {cloud: simulator, location: westeurope}\n"
STATE = """{
 "format_version": 1, "tool": "mlinfra 0.1.0", "lineage": "ours", "serial": 4, "stack": "small",
 "folder": ".", "records": [], "outputs": {}
}"""
FIRST, SECOND = (
    encode_entry(entry(kind, op=Op.FORGET), b"k" * 32) for kind in (EntryKind.INTENT, EntryKind.DONE)
)
GOOD = line(FIRST, "ours", 4, 0) + line(SECOND, "ours", 4, 1)
COMMANDS = ("plan", "apply --auto-approve", "destroy --auto-approve", "drift", "show", "state list")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "small.json").write_text(STATE)
    (tmp_path / "state" / "small.secret").write_text("0" * 64)
    with Stage(tmp_path, monkeypatch) as made:
        yield made


def run(stage: Stage, command: str, journal: bytes) -> tuple[Result, str]:
    (stage.folder / "state" / "small.4.journal").write_bytes(journal)
    result = stage.run(Run(f"mlinfra {command}", 1))
    return result, " ".join(result.stderr.split())


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("journal", "words", "advice"),
    [
        (
            GOOD.replace(b'"op"', b'"po"', 1),
            "MLI-STA-010: line 1",
            "Put back a good copy",
        ),
        (
            line(FIRST, "ours", 4, 0) + line(SECOND, "ours", 4, 2),
            "MLI-STA-010: line 2",
            "Put back a good copy",
        ),
        (line(FIRST, "theirs", 4, 0), "MLI-STA-011: line 1", "Put back the state that this journal"),
        (GOOD + line(FIRST, "ours", 3, 2), "MLI-STA-011: line 3", "Put back the state that this journal"),
        (GOOD + b'{"format": 2, "more": true}\n', "MLI-STA-012: line 3", "newer"),
    ],
    ids=["corrupt", "missing", "another stack's", "another serial's", "newer"],
)
def test_it_is_refused_with_the_line_and_stays_as_it_is(
    stage: Stage, command: str, journal: bytes, words: str, advice: str
) -> None:
    (stage.folder / "state" / "small.4.journal").write_bytes(journal)
    before = contents(stage.folder)
    result, told = run(stage, command, journal)
    assert result.code == 1
    assert f"{words} of state/small.4.journal" in told
    assert advice in told
    after = contents(stage.folder)
    assert {name: data for name, data in after.items() if name in before} == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_last_line_that_is_torn_is_no_error(stage: Stage, command: str) -> None:
    result, told = run(stage, command, GOOD + line(FIRST, "ours", 4, 2)[:-7])
    assert (result.code, told) == (0, "")
