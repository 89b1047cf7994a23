"""``state unlock``, and a lock that is taken over: through the program, from both sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlinfra.model.state import LockInfo
from mlinfra.state.api import Lease, LeaseLost
from mlinfra.state.local import LocalStore
from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage

STACK = "stack: small\nazure: {cloud: simulator, location: westeurope}\n"
SINCE = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    with Stage(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def store(stage: Stage) -> LocalStore:
    return LocalStore(stage.folder / "state", "small")


def held(store: LocalStore, seconds: float = 60) -> Lease:
    """Maria's lock, which ends in so many seconds."""
    info = LockInfo("", "maria", "ci-7", "apply", SINCE, SINCE + timedelta(days=1))
    return store.lock(info, seconds)


def run(stage: Stage, command: str, answer: str | None = None) -> Result:
    return stage.run(Run(f"mlinfra {command}", 1, answer=answer))


def told(result: Result) -> str:
    """What was printed, as one line."""
    return " ".join((result.stdout + result.stderr).split())


def test_who_finds_the_stack_locked_is_told_how_to_unlock_it(stage: Stage, store: LocalStore) -> None:
    lease = held(store)
    result = run(stage, "apply --auto-approve")
    assert result.code == 4
    assert f"`mlinfra state unlock {lease.id}` takes it away at once." in told(result)


def test_a_yes_takes_the_lock_away_and_its_holder_can_do_nothing_more(
    stage: Stage, store: LocalStore
) -> None:
    lease = held(store)
    result = run(stage, f"state unlock {lease.id}", "yes")
    assert result.code == 0
    assert "maria on ci-7 runs mlinfra apply since 2026-05-04 12:00:00 UTC." in told(result)
    assert told(result).endswith('The stack "small" is unlocked.')
    assert store.holder() is None
    with pytest.raises(LeaseLost):
        store.renew(lease, 60)
    assert run(stage, "apply --auto-approve").code == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [("no", "was not approved"), (None, "there is no terminal to ask for a yes")],
)
def test_without_a_yes_the_lock_stays(
    stage: Stage, store: LocalStore, answer: str | None, words: str
) -> None:
    lease = held(store)
    result = run(stage, f"state unlock {lease.id}", answer)
    assert result.code == 1
    assert words in told(result)
    assert answer or f"`mlinfra state unlock --force {lease.id}`" in told(result)
    assert store.holder() is not None


def test_force_does_not_ask(stage: Stage, store: LocalStore) -> None:
    lease = held(store)
    assert run(stage, f"state unlock --force {lease.id}").code == 0
    assert store.holder() is None


@pytest.mark.parametrize("wrong", ["0" * 32, "../small"])
def test_another_id_is_refused_and_the_right_one_shown(stage: Stage, store: LocalStore, wrong: str) -> None:
    lease = held(store)
    result = run(stage, f"state unlock --force {wrong}")
    assert result.code == 1
    assert f'MLI-STA-033: the lock of the stack "small" has another id: {lease.id}' in told(result)
    assert "held by maria on ci-7 (mlinfra apply) since 2026-05-04 12:00:00 UTC" in told(result)
    assert store.holder() is not None


def test_there_may_be_nothing_to_unlock(stage: Stage, store: LocalStore) -> None:
    result = run(stage, "state unlock abc")
    assert result.code == 1
    assert 'MLI-STA-032: nobody holds the lock of the stack "small"' in told(result)


@pytest.mark.parametrize("command", ["apply --auto-approve", "destroy --auto-approve", "refresh"])
def test_a_lock_that_ran_out_is_taken_over_and_that_is_said(
    stage: Stage, store: LocalStore, command: str
) -> None:
    held(store, seconds=0)
    result = run(stage, command)
    assert result.code == 0
    assert result.stderr == (
        "Took over the lock of maria on ci-7 (mlinfra apply, since 2026-05-04 12:00:00 UTC): "
        "it was neither renewed nor let go.\n"
    )
    assert run(stage, command).stderr == ""
