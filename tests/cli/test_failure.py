from __future__ import annotations

import errno
import re
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from mlinfra.cli.failure import report
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import LockInfo
from mlinfra.providers.api import ProviderError
from mlinfra.state.api import Held, StoreError

WHEN = datetime(2026, 1, 5, tzinfo=UTC)


class Refused(MlinfraError):
    exit_code = 3


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (click.UsageError("no such option"), 1, "no such option"),
        (MlinfraError(error("MLI-CFG-999", "it is wrong", "Mend it.")), 1, "Mend it."),
        (Refused(error("MLI-POL-999", "not allowed")), 3, "not allowed"),
        (ProviderError("MLI-AZ-X", "Azure said no", hint="Sign in."), 1, "Sign in."),
        (StoreError("the disk is full", "Make room."), 1, "Make room."),
        (Held(LockInfo("", "maria", "ci-7", "apply", WHEN, WHEN)), 4, "maria"),
        (OSError(errno.EACCES, "Permission denied", "/etc/x"), 1, "/etc/x: Permission denied"),
        (KeyboardInterrupt(), 130, "Nothing was changed"),
        (click.Abort(), 130, "Nothing was changed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_each_kind_of_trouble(
    wrong: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(wrong) == code
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_what_nobody_foresaw_is_our_bug_and_its_traceback_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert report(ZeroDivisionError("by zero")) == 1
    told = capsys.readouterr().err
    assert "bug in mlinfra" in told
    assert "Traceback" not in told
    found = re.search(rf"({re.escape(str(tmp_path))}\S+\.txt)\.", told)
    assert found
    kept = Path(found[1])
    assert "ZeroDivisionError: by zero" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0


def test_developers_may_see_the_traceback_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLINFRA_TRACEBACK", "1")
    report(ZeroDivisionError("by zero"))
    assert "ZeroDivisionError: by zero" in capsys.readouterr().err
