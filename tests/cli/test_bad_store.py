"""The store gives up in the middle of an apply: what was done is kept, said where, and taken up again."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlinfra.model.codec import decode_state
from mlinfra.state import durable, recovery
from mlinfra.state.api import Lease
from mlinfra.state.local import LocalStore
from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage

STACK = """
stack: small
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
variables: {team: {type: string, default: churn}}
resources:
  resource_group:
    main: {name: rg-small, tags: {team: "${var.team}"}}
  user_assigned_identity:
    a: {name: id-a}
    b: {name: id-b}
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    with Stage(tmp_path, monkeypatch) as made:
        yield made


def run(stage: Stage, command: str) -> Result:
    return stage.run(Run(f"mlinfra {command}", 1))


def told(result: Result) -> str:
    """What was said on stderr, as one line."""
    return " ".join(result.stderr.split())


def before_append(patch: pytest.MonkeyPatch, number: int, then: Callable[[], None]) -> None:
    """Let something happen when the journal is appended to for the ``number``-th time."""
    append, calls = LocalStore.journal_append, 0

    def counted(store: LocalStore, serial: int, data: bytes, lease: Lease) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            then()
        append(store, serial, data, lease)

    patch.setattr(LocalStore, "journal_append", counted)


def give_up(patch: pytest.MonkeyPatch, number: int) -> None:
    """From now on nothing can be written in the folder of states."""

    def refuse(path: Path, *_: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    patch.setattr(durable, "append", refuse)
    patch.setattr(durable, "replace", refuse)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("moment", [1, 2, 3, 4])
def test_a_disk_that_takes_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, moment: int, number: int
) -> None:
    with monkeypatch.context() as patch:
        before_append(patch, moment, lambda: give_up(patch, number))
        result = run(stage, "apply --auto-approve --parallelism 1")
    assert result.code == 1
    assert os.strerror(number)[1:] in told(result)
    assert "MLI-STA-008: the state state/small.json could not be written" in told(result)
    kept = re.search(r"The state that was to be written is in (\S+json)\.", told(result))
    assert kept
    recorded = {str(address) for address in decode_state(Path(kept[1]).read_bytes()).records}
    made = {"resource_group.main", "user_assigned_identity.a", "user_assigned_identity.b"}
    # Each step appends what it means to do, and then that it is done; what is done goes into the file.
    assert len(recorded) == moment // 2
    assert recorded <= made

    result = run(stage, "apply --auto-approve")
    assert (result.code, run(stage, "plan --detailed-exitcode").code) == (0, 0)
    assert "The last apply ended in the middle" in result.stdout or moment % 2
    assert run(stage, "simulator show").stdout.count("userAssignedIdentities/") == 2


def test_a_state_that_is_removed_meanwhile_is_put_back_from_the_recovery_file(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(stage, "apply --auto-approve").code == 0
    state = stage.folder / "state" / "small.json"
    with monkeypatch.context() as patch:
        before_append(patch, 2, state.unlink)
        result = run(stage, "apply --auto-approve -v team=forecast")
    assert result.code == 1
    assert "MLI-STA-008" in told(result)
    kept = re.search(r"The state that this command leaves is in (\S+json)\.", told(result))
    assert kept
    Path(kept[1]).replace(state)
    assert run(stage, "plan --detailed-exitcode -v team=forecast").code == 0


def test_where_no_folder_takes_it_the_journal_still_has_what_was_done(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        before_append(patch, 4, lambda: patch.setattr(durable, "replace", refuse))
        patch.setattr(recovery, "create", refuse)
        result = run(stage, "apply --auto-approve --parallelism 1")
    assert result.code == 1
    assert "nowhere, since no folder would take it" in told(result)
    assert "The journal has all that was done" in told(result)
    assert run(stage, "plan --detailed-exitcode").code == 0
